"""Where a learner stands at each part: a sum that is kept with every attempt, so that no page counts attempts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, or_, select, update

from app.store.db import Statement
from app.store.tables import ATTEMPT, PROGRESS

NEWEST = 500


@dataclass(frozen=True)
class Progress:
    attempts: int  # those that count: graded, whatever the verdict
    tries: int  # of these the honest ones: not refused, and looked at
    done: bool  # one has passed: all tests, or in words all points by the learner's own ticks
    last: str  # the newest attempt's id, whatever its status
    worked: datetime


def of(connection: Connection, learner: str) -> dict[tuple[str, str], Progress]:
    """By question and part."""
    columns = (PROGRESS.c[name] for name in ("question", "part", "attempts", "tries", "done", "last", "worked"))
    rows = connection.execute(select(*columns).where(PROGRESS.c.learner == learner))
    return {
        (row.question, row.part): Progress(row.attempts, row.tries, row.done, row.last, row.worked) for row in rows
    }


def _adding(insert: Callable[..., Any]) -> Any:
    """Ids rise with time, so the greater one is the newer attempt."""
    row = insert(PROGRESS)
    old, new = PROGRESS.c, row.excluded
    return row.on_conflict_do_update(
        index_elements=["learner", "question", "part"],
        set_={
            "attempts": old.attempts + new.attempts,
            "tries": old.tries + new.tries,
            "done": or_(old.done, new.done),
            "last": case((new.last > old.last, new.last), else_=old.last),
            "worked": case((new.last > old.last, new.worked), else_=old.worked),
        },
    )


ADD = Statement(_adding)


def add(connection: Connection, learner: str, question: str, part: str, added: Progress) -> None:
    """`added.attempts` more attempts, of which `added.last` is the newest."""
    place = {"learner": learner, "question": question, "part": part}
    ADD(connection, place | vars(added))


def finish(connection: Connection, learner: str, question: str, part: str) -> None:
    """Done if an attempt is now passed, and not done if none is: the learner may have ticked or unticked a point."""
    place = {"learner": learner, "question": question, "part": part}
    mine, passed = (and_(*(table.c[name] == value for name, value in place.items())) for table in (PROGRESS, ATTEMPT))
    done = exists().where(passed, ATTEMPT.c.status == "graded", ATTEMPT.c.passed)
    connection.execute(update(PROGRESS).where(mine).values(done=done))


@dataclass(frozen=True)
class Certain:
    """Answers before which somebody was so sure."""

    certainty: int
    answers: int
    passed: int


def certain(connection: Connection, learner: str) -> list[Certain]:
    """Of the newest few hundred answers before which the learner said how sure they were."""
    columns = (ATTEMPT.c.certainty, ATTEMPT.c.passed, ATTEMPT.c.status)
    said = select(*columns).where(ATTEMPT.c.learner == learner, ATTEMPT.c.certainty.is_not(None))
    newest = said.order_by(ATTEMPT.c.id.desc()).limit(NEWEST).subquery()
    passed = func.sum(case((newest.c.passed, 1), else_=0))
    asked = select(newest.c.certainty, func.count(), passed).where(newest.c.status == "graded")
    rows = connection.execute(asked.group_by(newest.c.certainty).order_by(newest.c.certainty))
    return [Certain(*row) for row in rows]
