"""Attempts: the answers that were handed in, with their verdicts.

An attempt is stored once, with its verdict, when grading was quick. Otherwise it is stored `pending` first and settled
later; whoever comes second finds the row there, so neither can undo the other. An attempt that could not be graded by
our fault is `failed`: kept, shown, and counted nowhere. What a key (`Keyed`) stands for is stored in the same commit.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, delete, select, update

from app.grading.grader import grader
from app.grading.verdict import Verdict
from app.sandbox.job import Ending
from app.store import advice, drafts, mistakes, people, progress, rulings, tally
from app.store.advice import Advice
from app.store.db import Statement
from app.store.progress import First, Progress, first_of
from app.store.rulings import Decided, Place, Ruling
from app.store.tables import ATTEMPT, IDEMPOTENCY

Status = Literal["pending", "graded", "failed"]
KEYS_ARE_KEPT = timedelta(days=7)


class NotYours(Exception):
    """There is no such attempt, or it is another learner's: the two look the same."""


class KeyTaken(Exception):
    """The key already stands for an attempt."""


@dataclass(frozen=True)
class Attempt:
    id: str
    learner: str
    question: str
    part: str
    kind: str
    version: str  # of the question that the verdict is of
    answer: str
    created: datetime
    status: Status = "pending"
    passed: bool = False
    score: float | None = None
    verdict: Verdict | None = None
    self_grade: Mapping[str, bool] | None = None
    certainty: int | None = None  # 1 guessed, 2 fairly sure, 3 certain
    grader: str | None = None  # the version of the program that made the verdict
    signature: str | None = None  # of the mistake
    excused: bool = False
    teacher_grade: Mapping[str, bool] | None = None
    advice: Advice | None = field(default=None, compare=False)  # what is said to who makes this mistake
    rulings: tuple[Ruling, ...] = field(default=(), compare=False)
    honest: bool = field(default=False, compare=False)  # summed up in `progress`, and stored nowhere else

    @property
    def place(self) -> Place:
        return Place(self.learner, self.question, self.part, self.id)

    def settled(self, verdict: Verdict, *, honest: bool = True, signature: str | None = None) -> "Attempt":
        """`honest`: it was a try that earns a hint."""
        failed = verdict.ending is Ending.INTERNAL
        status: Status = "failed" if failed else "graded"
        settled = replace(self, status=status, passed=verdict.passed, score=verdict.score, verdict=verdict)
        return replace(settled, honest=honest and not failed, grader=grader(), signature=signature)


@dataclass(frozen=True)
class Keyed:
    """A request's key, and what the request asked for."""

    key: str
    fingerprint: str


@dataclass(frozen=True)
class Remembered:
    """What was answered to a request with a key."""

    fingerprint: str
    attempt: str
    status: int


COLUMNS = tuple(
    ATTEMPT.c[name]
    for name in (
        "id", "learner", "question", "part", "kind", "version", "answer", "created", "status", "passed",
        "score", "verdict", "self_grade", "certainty", "grader", "signature", "excused", "teacher_grade",
    )
)  # fmt: skip


def store(connection: Connection, attempt: Attempt, keyed: Keyed | None, answered: int) -> None:
    """A new attempt, pending or settled; or the verdict of one that is pending. `answered` is the status code that the
    request gets. Raises KeyTaken, and then the transaction must be left."""
    if people.ensure(connection, attempt.learner, attempt.created):  # new; or they signed in while it was graded
        attempt = replace(attempt, learner=people.at_present(connection, attempt.learner, attempt.created))
    if not _put(connection, attempt):
        return
    who = (attempt.learner, attempt.question, attempt.part)
    counts = attempt.status == "graded"
    summed = Progress(int(counts), int(attempt.honest), counts and attempt.passed, attempt.id, attempt.created)
    first = first_of(attempt.id, attempt.score, attempt.passed, attempt.certainty, attempt.created)
    progress.add(connection, who, summed, first if counts else First())
    if counts and attempt.signature is not None:
        mistakes.add(connection, *who, attempt.signature, attempt.id)
    drafts.hand_in(connection, *who)
    if keyed is not None and attempt.status != "failed":  # what failed by our fault may be tried again with its key
        _remember(connection, attempt, keyed, answered)


SETTLED = ("status", "ending", "passed", "score", "verdict", "grader", "signature")


def _settling(insert: Callable[..., Any]) -> Any:
    row = insert(ATTEMPT)
    changed = {name: row.excluded[name] for name in SETTLED}
    return row.on_conflict_do_update(index_elements=["id"], set_=changed, where=ATTEMPT.c.status == "pending")


SETTLE = Statement(_settling)
PUT_ASIDE = Statement(lambda insert: insert(ATTEMPT).on_conflict_do_nothing(index_elements=["id"]))
REMEMBER = Statement(lambda insert: insert(IDEMPOTENCY).on_conflict_do_nothing(index_elements=["learner", "key"]))


def _put(connection: Connection, attempt: Attempt) -> bool:
    """False if there was nothing left to do."""
    values = vars(attempt) | {"ending": None, "verdict": None, "self_grade": None, "teacher_grade": None}
    if attempt.verdict is not None:
        values |= {"ending": attempt.verdict.ending.value, "verdict": attempt.verdict.model_dump_json()}
    statement = PUT_ASIDE if attempt.status == "pending" else SETTLE
    return bool(statement(connection, values))


def _remember(connection: Connection, attempt: Attempt, keyed: Keyed, answered: int) -> None:
    values = vars(keyed) | {
        "learner": attempt.learner, "attempt": attempt.id, "status": answered, "created": attempt.created
    }  # fmt: skip
    if REMEMBER(connection, values):
        return
    known = remembered(connection, attempt.learner, keyed.key)
    if known is None or known.attempt != attempt.id:  # its own key, from when it was stored pending, is no hindrance
        raise KeyTaken


def remembered(connection: Connection, learner: str, key: str) -> Remembered | None:
    columns = (IDEMPOTENCY.c.fingerprint, IDEMPOTENCY.c.attempt, IDEMPOTENCY.c.status)
    where = and_(IDEMPOTENCY.c.learner == learner, IDEMPOTENCY.c.key == key)
    row = connection.execute(select(*columns).where(where)).first()
    return None if row is None else Remembered(row.fingerprint, row.attempt, row.status)


def forget_keys(connection: Connection, now: datetime) -> None:
    """Keys that are older than a week: nobody repeats a request after that."""
    connection.execute(delete(IDEMPOTENCY).where(IDEMPOTENCY.c.created < now - KEYS_ARE_KEPT))


def mine(connection: Connection, attempt: str, learner: str) -> Attempt:
    """The one function that says who may see an attempt. Raises NotYours."""
    where = and_(ATTEMPT.c.id == attempt, ATTEMPT.c.learner == learner)
    row = connection.execute(select(*COLUMNS).where(where)).first()
    if row is None:
        raise NotYours
    return completed(connection, read(row))


def by_id(connection: Connection, ids: Collection[str]) -> dict[str, Attempt]:
    rows = connection.execute(select(*COLUMNS).where(ATTEMPT.c.id.in_(ids))) if ids else ()
    return {row.id: completed(connection, read(row)) for row in rows}


def completed(connection: Connection, attempt: Attempt) -> Attempt:
    """With what instructors say to it."""
    said = advice.on(connection, attempt.question, attempt.part, attempt.signature)
    known = rulings.on(connection, attempt.learner, attempt.question, attempt.part)
    return replace(attempt, advice=said, rulings=rulings.of_attempts(known, attempt.id))


def unfinished(connection: Connection, limit: int) -> list[Attempt]:
    """Those without a verdict, the oldest first: a stop of the program left them."""
    asked = select(*COLUMNS).where(ATTEMPT.c.status == "pending").order_by(ATTEMPT.c.created).limit(limit)
    return [read(row) for row in connection.execute(asked)]


def grade_oneself(connection: Connection, graded: Attempt, keyed: Keyed | None = None) -> None:
    """Store the learner's own grade, which `graded` carries. It may be changed as often as they like."""
    before = by_id(connection, [graded.id])[graded.id]
    values: dict[str, Any] = {"self_grade": json.dumps(dict(graded.self_grade or {}))}
    values |= rulings.under_override(connection, graded.place, {"passed": graded.passed, "score": graded.score})
    if graded.verdict is not None:
        values["verdict"] = graded.verdict.model_dump_json()
    connection.execute(update(ATTEMPT).where(ATTEMPT.c.id == graded.id).values(values))
    progress.recount(connection, graded.learner, graded.question, graded.part)
    recounted(connection, before, replace(graded, teacher_grade=before.teacher_grade))
    if keyed is not None:
        _remember(connection, graded, keyed, 303)


def grade_as_teacher(connection: Connection, graded: Attempt, decided: Decided) -> None:
    """Store an instructor's reading of an answer in words, which `graded` carries. A later one replaces it."""
    before = by_id(connection, [graded.id])[graded.id]
    if before.teacher_grade == graded.teacher_grade:
        return
    values = {"teacher_grade": json.dumps(dict(graded.teacher_grade or {}))}
    connection.execute(update(ATTEMPT).where(ATTEMPT.c.id == graded.id).values(values))
    rulings.replace_grade(connection, graded.place, decided)
    recounted(connection, before, replace(before, teacher_grade=graded.teacher_grade))


def recounted(connection: Connection, before: Attempt, after: Attempt) -> None:
    """An answer in words that is graded otherwise moves from one sum of its points to another."""
    was, now = (tally.cells(one.verdict, one.self_grade, one.teacher_grade) for one in (before, after))
    tally.move(connection, after.question, after.part, was, now)


def read(row: Row[*tuple[Any, ...]]) -> Attempt:
    values = dict(row._mapping)
    verdict = values["verdict"]
    values["verdict"] = None if verdict is None else Verdict.model_validate_json(verdict)
    for name in ("self_grade", "teacher_grade"):
        values[name] = None if values[name] is None else json.loads(values[name])
    return Attempt(**values)
