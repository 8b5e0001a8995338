"""What a person has looked at: how far they have read the list of changes, and which answers they chose to see."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from app.store.db import Statement
from app.store.people import ensure
from app.store.tables import REVEAL, VISIT

ONE_VISIT = timedelta(minutes=30)  # looking again within that is the same visit


def _looking(insert: Callable[..., Any]) -> Any:
    row = insert(VISIT)
    changed = {name: row.excluded[name] for name in ("before", "seen", "looked")}
    return row.on_conflict_do_update(index_elements=["learner"], set_=changed)


LOOK = Statement(_looking)
REVEALED = Statement(lambda insert: insert(REVEAL).on_conflict_do_nothing())


def last_look(connection: Connection, learner: str, now: datetime) -> int | None:
    """The id of the newest change that they had seen before this visit; None at the first one."""
    row = connection.execute(select(VISIT.c.before, VISIT.c.seen, VISIT.c.looked).where(VISIT.c.learner == learner))
    found = row.first()
    if found is None:
        return None
    before, seen, looked = found
    return int(before if now - looked < ONE_VISIT else seen)


def look(connection: Connection, learner: str, newest: int, now: datetime) -> None:
    """They look at the changes up to the id `newest`."""
    before = last_look(connection, learner, now)
    ensure(connection, learner, now)
    seen = {"learner": learner, "before": newest if before is None else before, "seen": newest, "looked": now}
    LOOK(connection, seen)


def reveal(connection: Connection, learner: str, question: str, now: datetime) -> None:
    """They choose to see the answer. The first time counts."""
    ensure(connection, learner, now)
    REVEALED(connection, {"learner": learner, "question": question, "created": now})


def revealed(connection: Connection, learner: str, question: str) -> datetime | None:
    """When they chose to see the answer."""
    where = (REVEAL.c.learner == learner, REVEAL.c.question == question)
    return connection.execute(select(REVEAL.c.created).where(*where)).scalar()
