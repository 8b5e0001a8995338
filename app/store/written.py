"""Questions written in the browser: which revision of which page is served, and who is at work on one.

The texts themselves are in the one store of revisions, under "question/<id>"; nothing of them is ever deleted. A draft
is an `edit` of the page; a question that has no id yet has a page of its own ("question/~…").
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, select

from app.bank.written import Written
from app.store.db import Statement
from app.store.revisions import Leaf
from app.store.tables import ACCOUNT, EDIT, PROGRESS, REVISION, WRITTEN

SHELF = "question"
SOME = 50
Stamp = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Place:
    """Where a written question stands. `number` is the revision that is served; `filed` the one with the text of its
    file that it knows."""

    chapter: str
    number: int | None = None
    filed: int | None = None


@dataclass(frozen=True)
class Begun:
    """Somebody's draft of a question, as others see it."""

    slug: str
    learner: str
    name: str
    saved: datetime
    text: str


def leaf(slug: str) -> Leaf:
    """The page of a question. What its file says is taken up as a revision where that is needed, and not here."""
    return Leaf(f"{SHELF}/{slug}", None)


def _putting(insert: Callable[..., Any]) -> Any:
    row = insert(WRITTEN)
    changed = {name: row.excluded[name] for name in ("chapter", "number", "filed", "changed")}
    return row.on_conflict_do_update(index_elements=["page"], set_=changed)


PUT = Statement(_putting)


def put(connection: Connection, slug: str, place: Place, now: datetime) -> None:
    PUT(connection, {"page": leaf(slug).name, "changed": now} | vars(place))


def forget(connection: Connection, slug: str) -> None:
    connection.execute(delete(WRITTEN).where(WRITTEN.c.page == leaf(slug).name))


def place(connection: Connection, slug: str) -> Place | None:
    where = WRITTEN.c.page == leaf(slug).name
    row = connection.execute(select(WRITTEN.c.chapter, WRITTEN.c.number, WRITTEN.c.filed).where(where)).first()
    return None if row is None else Place(*row)


def stamp(connection: Connection) -> Stamp:
    """Differs whenever `served` does."""
    columns = (WRITTEN.c.page, WRITTEN.c.chapter, WRITTEN.c.number, WRITTEN.c.filed)
    asked = select(*columns).where(WRITTEN.c.number.is_not(None)).order_by(WRITTEN.c.page)
    return [tuple(row) for row in connection.execute(asked)]


def served(connection: Connection) -> list[Written]:
    """Every text that is published, for the bank."""
    text, filed = REVISION.alias("text"), REVISION.alias("filed")
    joined = WRITTEN.join(text, and_(text.c.page == WRITTEN.c.page, text.c.number == WRITTEN.c.number)).outerjoin(
        filed, and_(filed.c.page == WRITTEN.c.page, filed.c.number == WRITTEN.c.filed)
    )
    columns = (WRITTEN.c.page, WRITTEN.c.chapter, text.c.text, filed.c.text.label("filed"))
    rows = connection.execute(select(*columns).select_from(joined).order_by(WRITTEN.c.page))
    return [Written(row.page.partition("/")[2], row.chapter, row.text, row.filed) for row in rows]


def at_work(connection: Connection, slug: str) -> list[Begun]:
    """Who has a draft of this question that is neither published nor thrown away, the newest first."""
    return _begun(connection, EDIT.c.page == leaf(slug).name)


def mine(connection: Connection, learner: str) -> list[Begun]:
    """One's own drafts, the newest first."""
    return _begun(connection, and_(EDIT.c.learner == learner, EDIT.c.page.startswith(f"{SHELF}/", autoescape=True)))


def _begun(connection: Connection, where: Any) -> list[Begun]:
    columns = (EDIT.c.page, EDIT.c.learner, ACCOUNT.c.name, EDIT.c.saved, EDIT.c.text)
    joined = EDIT.outerjoin(ACCOUNT, ACCOUNT.c.learner == EDIT.c.learner)
    asked = select(*columns).select_from(joined).where(where, EDIT.c.done.is_(False))
    rows = connection.execute(asked.order_by(EDIT.c.saved.desc()).limit(SOME))
    return [Begun(row.page.partition("/")[2], row.learner, row.name or "somebody", row.saved, row.text) for row in rows]


def answered(connection: Connection, question: str) -> bool:
    """Whether anybody has handed in an answer to it."""
    asked = select(PROGRESS.c.learner).where(PROGRESS.c.question == question).limit(1)
    return connection.execute(asked).first() is not None
