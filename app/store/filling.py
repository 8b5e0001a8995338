"""Fills a database for the benchmark, so that it is as large as that of a site which has been used for years.

Attempts go in in bulk, with the sums that are kept of them; revisions are appended like any other.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from app.grading.verdict import Verdict
from app.sandbox.job import Ending
from app.store import people, progress, revisions
from app.store.progress import Progress
from app.store.revisions import Leaf, New
from app.store.tables import ATTEMPT

WORDS = "Every edit adds a line, as people do who mend a page a little at a time."


def newest_learner(connection: Connection) -> str:
    """Who has handed in the newest attempt."""
    found = connection.execute(select(ATTEMPT.c.learner).order_by(ATTEMPT.c.created.desc()).limit(1)).scalar()
    assert isinstance(found, str)
    return found


def add_attempts(
    connection: Connection, visitor: str, parts: Sequence[tuple[str, str, str]], groups: Iterable[int], each: int,
    now: datetime,
) -> None:  # fmt: skip
    """For each of the `groups` (numbers from 0 on) `each` attempts of one learner at one of the `parts` (question,
    part, kind), of which the last passes. The first group at every part is the visitor's."""
    for group in groups:
        question, part, kind = parts[group % len(parts)]
        learner = visitor if group < len(parts) else people.new_id()
        moment = now - timedelta(minutes=group % 500_000)
        people.ensure(connection, learner, moment)
        rows = [_attempt(learner, question, part, kind, number == each - 1, moment) for number in range(each)]
        connection.execute(insert(ATTEMPT), rows)
        summed = Progress(each, each, True, rows[-1]["id"], moment)
        first = progress.first_of(rows[0]["id"], rows[0]["score"], each == 1, None, moment)
        progress.add(connection, (learner, question, part), summed, first)


def _attempt(learner: str, question: str, part: str, kind: str, passed: bool, moment: datetime) -> dict[str, Any]:
    verdict = Verdict(
        question=question, part=part, kind=kind, passed=passed, score=float(passed), ending=Ending.OK,
        summary="Right: all calls gave what they should." if passed else "Not yet: it gives something else.",
        how="The program ran by itself in a sandbox.",
    )  # fmt: skip
    return {
        "id": people.new_id(), "learner": learner, "question": question, "part": part, "kind": kind,
        "version": "0" * 12, "answer": "An answer, as it was handed in.", "status": "graded", "created": moment,
        "ending": "ok", "passed": passed, "score": float(passed), "verdict": verdict.model_dump_json(),
    }  # fmt: skip


def add_revisions(connection: Connection, leaf: Leaf, count: int, now: datetime) -> None:
    """Until the page has `count` of them; each is the first text with a line of its own below."""
    first = revisions.current(connection, leaf)
    for number in range(first.number + 1, count + 1):
        new = New(
            after=number - 1, base=number - 1, text=f"{first.text}\n\n{WORDS} This is edit {number}.\n",
            summary=f"Edit {number}", learner=None, name="somebody", created=now + timedelta(seconds=number),
            blame=(*first.blame, number),
        )  # fmt: skip
        revisions.append(connection, leaf, new)
