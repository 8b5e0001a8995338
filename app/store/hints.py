"""Hints: how many of a question's ladder a learner has opened. A rung that was opened once stays open."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, select

from app.store.db import Statement
from app.store.people import ensure
from app.store.tables import HINTS


def opened(connection: Connection, learner: str, question: str) -> int:
    where = and_(HINTS.c.learner == learner, HINTS.c.question == question)
    return connection.execute(select(HINTS.c.opened).where(where)).scalar() or 0


def _opening(insert: Callable[..., Any]) -> Any:
    row = insert(HINTS)
    more = case((row.excluded.opened > HINTS.c.opened, row.excluded.opened), else_=HINTS.c.opened)
    return row.on_conflict_do_update(
        index_elements=["learner", "question"], set_={"opened": more, "last": row.excluded["last"]}
    )


OPEN = Statement(_opening)


def open_up_to(connection: Connection, learner: str, question: str, count: int, now: datetime) -> None:
    ensure(connection, learner, now)
    OPEN(connection, {"learner": learner, "question": question, "opened": count, "last": now})
