"""`selfgrad regrade`: every attempt at a part, or at a whole question, graded by the question and the grader of today.

What changes is printed line by line; it is stored only without `--dry-run`. The app may go on running meanwhile.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.bank.bank import Bank
from app.bank.question import Part, Question
from app.grading.grade import KINDS
from app.marking import Lanes
from app.report import as_json, harmless
from app.settings import Settings
from app.shelf import FILE, served_bank
from app.store import regrading, schema
from app.store.db import CannotRead, CannotSave, Database, Unusable
from app.store.rulings import Decided
from app.terminal import Usage, progress
from app.web.regrade import AT_ONCE, Found, again, apply

REASON = "The question or the grader was corrected."


def regrade(settings: Settings, target: str, reason: str | None, *, dry_run: bool, json_wanted: bool) -> None:
    """Raises Usage and Unavailable."""
    bank = served_bank(settings)
    question, parts = _named(bank, target)
    database = _opened(settings)
    lanes = Lanes(settings.lanes)
    work = _Work(database, bank.version(question.id), None if dry_run else reason or REASON, json_wanted)
    try:
        for part in parts:
            if KINDS[part.kind].runs:
                lanes.start()
            work.part(question, part, lanes, settings.lanes)
    except (CannotRead, CannotSave) as error:
        raise Usage(f"{error} What was stored before that stays.") from None
    finally:
        lanes.close()
        database.close()
    work.end()


def _named(bank: Bank, target: str) -> tuple[Question, list[Part]]:
    name, slash, part_id = target.partition("/")
    question = bank.get(name)
    if question is None:
        raise Usage(f"There is no question {name!r}.")
    parts = [part for part in question.parts if not slash or part.id == part_id]
    if not parts:
        known = ", ".join(part.id for part in question.parts)
        raise Usage(f"{name!r} has no part {part_id!r}; its parts are: {known}.")
    return question, parts


def _opened(settings: Settings) -> Database:
    file = settings.database_url.removeprefix(FILE)
    if file != settings.database_url and not Path(file.partition("?")[0]).is_file():
        raise Usage(f"There is no database {file}: nothing has been answered yet, or it is elsewhere.")
    try:
        database = Database(settings.database_url)
        schema.migrate(database.engine)
    except Unusable as error:
        raise Usage(str(error)) from None
    return database


class _Work:
    """Counts, prints and (with a reason) stores."""

    def __init__(self, database: Database, version: str, reason: str | None, json_wanted: bool) -> None:
        self.database, self.version, self.reason, self.json_wanted = database, version, reason, json_wanted
        self.graded = self.changed = self.broken = self.applied = 0

    def part(self, question: Question, part: Part, lanes: Lanes, count: int) -> None:
        with self.database.read() as connection:
            total = regrading.count(connection, question.id, part.id)
        hidden = sys.stdout.isatty() and not self.reason
        with progress(f"{question.id}/{part.id}", total=total, hidden=hidden) as done:
            for some in self._some(again(self.database, question, part, lanes.run, count)):
                for one in some:
                    self._tell(one)
                    done()
                self._store(some)

    def _some(self, found: Iterator[Found]) -> Iterator[list[Found]]:
        kept: list[Found] = []
        for one in found:
            kept.append(one)
            if len(kept) == AT_ONCE:
                yield kept
                kept = []
        yield kept

    def _tell(self, one: Found) -> None:
        self.graded += 1
        self.broken += one.verdict is None
        if not one.changed or one.verdict is None:
            return
        self.changed += 1
        was, now = one.before.verdict, one.verdict
        before = None if was is None else {"passed": was.passed, "score": was.score, "ending": was.ending.value}
        after = {"passed": now.passed, "score": now.score, "ending": now.ending.value}
        place = f"{one.before.question}/{one.before.part}"
        if self.json_wanted:
            row = {"attempt": one.before.id, "at": place, "before": before, "after": after, "summary": now.summary}
            print(as_json(row), flush=True)
        else:
            print(f"{one.before.id} {place}: {_said(before)} -> {_said(after)}. {harmless(now.summary)}", flush=True)

    def _store(self, some: list[Found]) -> None:
        if self.reason is not None:
            decided = Decided(self.reason, None, datetime.now(UTC))
            self.applied += apply(self.database, some, self.version, decided, lambda done: None)

    def end(self) -> None:
        if self.json_wanted:
            counts = {"graded": self.graded, "changed": self.changed, "broken": self.broken, "applied": self.applied}
            print(as_json(counts | {"done": True}))
        else:
            stored = f"{self.applied} stored" if self.reason is not None else "nothing stored"
            print(
                f"{self.graded} graded, {self.changed} changed, {self.broken} not gradable, {stored}", file=sys.stderr
            )


def _said(result: dict[str, Any] | None) -> str:
    if result is None:
        return "not graded"
    score = "no score" if result["score"] is None else f"{result['score']:g}"
    return f"{'passed' if result['passed'] else 'not passed'} ({score}, {result['ending']})"
