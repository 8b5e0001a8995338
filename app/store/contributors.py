"""Who has done how much for a page: sums that are kept with every revision, so that no page counts revisions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.store.db import Statement
from app.store.tables import CONTRIBUTOR


@dataclass(frozen=True)
class Contributor:
    learner: str
    name: str
    edits: int
    first: int  # the numbers of their first and last revision
    last: int


def _crediting(insert: Callable[..., Any]) -> Any:
    row = insert(CONTRIBUTOR)
    changed = {"edits": CONTRIBUTOR.c.edits + 1, "last": row.excluded["last"], "name": row.excluded.name}
    return row.on_conflict_do_update(index_elements=["page", "learner"], set_=changed)


CREDIT = Statement(_crediting)
COLUMNS = tuple(CONTRIBUTOR.c[name] for name in ("learner", "name", "edits", "first", "last"))


def credit(connection: Connection, page: str, learner: str, name: str, number: int) -> None:
    """One more revision of theirs."""
    values = {"page": page, "learner": learner, "name": name, "edits": 1, "first": number, "last": number}
    CREDIT(connection, values)


def of(connection: Connection, page: str, limit: int = 20) -> list[Contributor]:
    """Those with the most edits first."""
    asked = select(*COLUMNS).where(CONTRIBUTOR.c.page == page).order_by(CONTRIBUTOR.c.edits.desc()).limit(limit)
    return [Contributor(*row) for row in connection.execute(asked)]


def edits_by(connection: Connection, learner: str) -> int:
    """How many revisions of all pages are theirs."""
    asked = select(func.sum(CONTRIBUTOR.c.edits)).where(CONTRIBUTOR.c.learner == learner)
    return connection.execute(asked).scalar() or 0
