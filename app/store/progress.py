"""Where a learner stands at each part: a sum that is kept with every attempt, so that no page counts attempts.

Beside it what statistics need: the first attempt that counts, and when the part was solved (`First`); and in the
learner's own row the sum of their first scores.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, case, exists, func, or_, select, update

from app.store.db import Statement
from app.store.tables import ATTEMPT, LEARNER, PROGRESS

PLACE = ("learner", "question", "part")

NEWEST = 500


@dataclass(frozen=True)
class Progress:
    attempts: int  # those that count: graded, whatever the verdict
    tries: int  # of these the honest ones: not refused, and looked at
    done: bool  # one has passed: all tests, or in words all points by the learner's own ticks
    last: str  # the newest attempt's id, whatever its status
    worked: datetime


@dataclass(frozen=True)
class First:
    """An attempt that counts, as the first of its learner at its part; all None for one that does not count."""

    first: str | None = None
    first_score: float | None = None
    first_passed: bool | None = None
    first_certainty: int | None = None
    began: int | None = None  # seconds since 1970
    solved_after: int | None = None  # seconds
    solved_try: int | None = None


def first_of(id: str, score: float | None, passed: bool, certainty: int | None, created: datetime) -> First:
    solved = (0, 1) if passed else (None, None)
    return First(id, score, passed, certainty, int(created.timestamp()), *solved)


def of(connection: Connection, learner: str) -> dict[tuple[str, str], Progress]:
    """By question and part."""
    columns = (PROGRESS.c[name] for name in ("question", "part", "attempts", "tries", "done", "last", "worked"))
    rows = connection.execute(select(*columns).where(PROGRESS.c.learner == learner))
    return {(row.question, row.part): Progress(row.attempts, row.tries, row.done, row.last, row.worked) for row in rows}


def _adding(insert: Callable[..., Any]) -> Any:
    """Ids rise with time, so the greater one is the newer attempt."""
    row = insert(PROGRESS)
    old, new = PROGRESS.c, row.excluded
    earlier = or_(old.first.is_(None), new.first < old.first)
    solved = and_(old.solved_after.is_(None), new.first_passed)
    return row.on_conflict_do_update(
        index_elements=PLACE,
        set_={
            "attempts": old.attempts + new.attempts,
            "tries": old.tries + new.tries,
            "done": or_(old.done, new.done),
            "last": case((new.last > old.last, new.last), else_=old.last),
            "worked": case((new.last > old.last, new.worked), else_=old.worked),
            "solved_after": case((solved, new.began - func.coalesce(old.began, new.began)), else_=old.solved_after),
            "solved_try": case((solved, old.attempts + 1), else_=old.solved_try),
        }
        | {
            name: case((and_(new.first.is_not(None), earlier), new[name]), else_=old[name])
            for name in ("first", "first_score", "first_passed", "first_certainty", "began")
        },
    )


def _summing(_: Callable[..., Any]) -> Any:
    mine = and_(PROGRESS.c.learner == bindparam("who"), PROGRESS.c.excused.is_(False))
    sums = {"items": func.count(PROGRESS.c.first_score), "points": func.coalesce(func.sum(PROGRESS.c.first_score), 0.0)}
    values = {name: select(made).where(mine).scalar_subquery() for name, made in sums.items()}
    return update(LEARNER).where(LEARNER.c.id == bindparam("who")).values(values)


def _summing_first(insert: Callable[..., Any]) -> Any:
    """The same, but only if this attempt is the first at its part."""
    here = [PROGRESS.c[name] == bindparam(f"at_{name}") for name in ("question", "part")]
    first = exists().where(PROGRESS.c.learner == bindparam("who"), *here, PROGRESS.c.first == bindparam("attempt"))
    return _summing(insert).where(first)


ADD = Statement(_adding)
SUM_UP = Statement(_summing)
SUM_UP_FIRST = Statement(_summing_first)


def add(connection: Connection, place: tuple[str, str, str], added: Progress, first: First) -> None:
    """`added.attempts` more attempts, of which `added.last` is the newest. `place`: learner, question, part."""
    learner, question, part = place
    where = dict(zip(PLACE, place, strict=True))
    draw = zlib.crc32(learner.encode()) & 0x7FFFFFFF
    ADD(connection, where | {"draw": draw} | vars(added) | vars(first))
    if first.first is not None:
        values = {"who": learner, "at_question": question, "at_part": part, "attempt": first.first}
        SUM_UP_FIRST(connection, values)


def recount(connection: Connection, learner: str, question: str, part: str) -> None:
    """All sums of one learner at one part anew from their attempts there: one was graded otherwise, by its writer's
    ticks, by an instructor or by another grader, or is excused now."""
    mine, theirs = (_at(table, learner, question, part) for table in (PROGRESS, ATTEMPT))
    counted = and_(theirs, ATTEMPT.c.status == "graded", ATTEMPT.c.excused.is_(False))
    columns = [ATTEMPT.c[name] for name in ("id", "score", "passed", "certainty", "created")]
    rows = connection.execute(select(*columns).where(counted).order_by(ATTEMPT.c.id)).all()
    made = First()
    if rows:
        made = first_of(*rows[0])
        solved = next((at for at, row in enumerate(rows) if row.passed), None)
        after = None if solved is None else int(rows[solved].created.timestamp()) - (made.began or 0)
        made = replace(made, solved_after=after, solved_try=None if solved is None else solved + 1)
    values = vars(made) | {"attempts": len(rows), "done": any(row.passed for row in rows)}
    connection.execute(update(PROGRESS).where(mine).values(values))
    SUM_UP(connection, {"who": learner})


def excuse(connection: Connection, learner: str, question: str, part: str, excused: bool) -> None:
    """From the whole part: it counts in no statistics of this learner."""
    mine = _at(PROGRESS, learner, question, part)
    connection.execute(update(PROGRESS).where(mine).values(excused=excused))
    SUM_UP(connection, {"who": learner})


def _at(table: Table, *place: str) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in zip(PLACE, place, strict=True)))


@dataclass(frozen=True)
class Certain:
    """Answers before which somebody was so sure."""

    certainty: int
    answers: int
    passed: int


def certain(connection: Connection, learner: str) -> list[Certain]:
    """Of the newest few hundred answers before which the learner said how sure they were. One in words that the learner
    has not compared with its reference yet is neither right nor wrong, and does not count."""
    columns = (ATTEMPT.c.certainty, ATTEMPT.c.passed, ATTEMPT.c.status, ATTEMPT.c.score)
    said = select(*columns).where(ATTEMPT.c.learner == learner, ATTEMPT.c.certainty.is_not(None))
    newest = said.order_by(ATTEMPT.c.id.desc()).limit(NEWEST).subquery()
    passed = func.sum(case((newest.c.passed, 1), else_=0))
    settled = and_(newest.c.status == "graded", newest.c.score.is_not(None))
    asked = select(newest.c.certainty, func.count(), passed).where(settled)
    rows = connection.execute(asked.group_by(newest.c.certainty).order_by(newest.c.certainty))
    return [Certain(*row) for row in rows]
