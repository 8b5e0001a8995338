"""Everything that belongs to a learner, table by table: how it comes into the account of whoever signs in, whether it
goes with the account, and what of it is handed over on wish. A table with a learner that is not in `BELONGINGS` fails a
test, so that whoever adds one has to say.

`adopt` moves what a browser did anonymously into an account, in the transaction of the sign-in. Nothing is lost: sums
are added up, and where both have an unsent draft of the same part, the account's stays and the other is set aside. The
old learner's row goes, and `moved` remembers where to: a grade that is still on its way finds its owner there.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, insert, select, tuple_, update

from app.store import drafts, hints, progress
from app.store.db import Database
from app.store.people import new_id
from app.store.tables import (
    ACCOUNT,
    ATTEMPT,
    DRAFT,
    HINTS,
    IDEMPOTENCY,
    LEARNER,
    MOVED,
    PROGRESS,
    SET_ASIDE,
)  # fmt: skip

PAGE = 200
AS_JSON = ("verdict", "self_grade")


@dataclass(frozen=True)
class Brought:
    """What came into an account."""

    answers: int = 0
    drafts: int = 0
    aside: int = 0  # drafts of parts that the account has another draft of

    @property
    def anything(self) -> bool:
        return bool(self.answers or self.drafts or self.aside)


Move = Callable[[Connection, str, str, datetime], int]


@dataclass(frozen=True)
class Belonging:
    table: Table
    move: Move | None  # from one learner to another, giving how much; None: it stays where it is
    private: bool = True  # it is deleted with the account


def adopt(connection: Connection, old: str, into: str, now: datetime) -> Brought:
    """`old` is an anonymous learner, `into` an account's. Nothing happens where there is nothing to move, or where
    `old` is somebody's account."""
    known = connection.execute(select(LEARNER.c.id).where(LEARNER.c.id == old)).first()
    owned = connection.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.learner == old)).first()
    if known is None or owned is not None or old == into:
        return Brought()
    moved = {one.table.name: one.move(connection, old, into, now) for one in BELONGINGS if one.move is not None}
    counted = select(func.count()).where(SET_ASIDE.c.learner == into, SET_ASIDE.c.at == now)
    aside = connection.execute(counted).scalar_one()
    connection.execute(delete(LEARNER).where(LEARNER.c.id == old))
    remember(connection, old, into, now)
    return Brought(moved["attempt"], moved["draft"], aside)


def remember(connection: Connection, learner: str, into: str | None, now: datetime) -> None:
    """Where a learner's things went; None: they are forgotten. An old cookie may come again, and go elsewhere then."""
    connection.execute(delete(MOVED).where(MOVED.c.learner == learner))
    connection.execute(insert(MOVED).values(learner=learner, into=into, at=now))


def throw_away(connection: Connection, learner: str) -> None:
    """All that is only theirs."""
    for one in BELONGINGS:
        if one.private:
            connection.execute(delete(one.table).where(one.table.c.learner == learner))


def everything(database: Database, learner: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Name of the table and rows, a page at a time: no reader holds the database while somebody downloads slowly.
    Raises CannotRead."""
    for one in BELONGINGS:
        key = tuple(one.table.primary_key)
        mine = select(one.table).where(one.table.c.learner == learner).order_by(*key).limit(PAGE)
        asked = mine
        while True:
            with database.read() as connection:
                rows = [dict(row) for row in connection.execute(asked).mappings()]
            if not rows:
                break
            yield one.table.name, [_told(row) for row in rows]
            asked = mine.where(tuple_(*key) > tuple(rows[-1][column.name] for column in key))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: json.loads(value) if name in AS_JSON and value else value for name, value in row.items()}


def _simply(table: Table) -> Move:
    """A row says whose it is, and nothing else depends on it."""

    def move(connection: Connection, old: str, into: str, now: datetime) -> int:
        return connection.execute(update(table).where(table.c.learner == old).values(learner=into)).rowcount

    return move


def _drafts(connection: Connection, old: str, into: str, now: datetime) -> int:
    moved = 0
    asked = select(DRAFT.c.question, DRAFT.c.part, *drafts.COLUMNS).where(DRAFT.c.learner == old)
    for row in connection.execute(asked).all():
        place = {"learner": into, "question": row.question, "part": row.part}
        there, unsent = drafts.one(connection, **place), not row.submitted and row.text.strip() != ""
        if there is not None and (there.text == row.text or not unsent):
            continue
        if there is not None and not there.submitted and there.text.strip():
            put_aside(connection, into, row.question, row.part, row.text, now)
            continue
        made = {"text": row.text, "version": row.version + (there.version if there else 0), "saved": row.saved}
        drafts.PUT(connection, place | made | {"submitted": row.submitted})
        moved += unsent
    return moved


def _progress(connection: Connection, old: str, into: str, now: datetime) -> int:
    found = progress.of(connection, old)
    for (question, part), summed in found.items():
        progress.add(connection, (into, question, part), summed, progress.First())
        progress.recount(connection, into, question, part)  # the answers are there already
    return len(found)


def _hints(connection: Connection, old: str, into: str, now: datetime) -> int:
    rows = connection.execute(select(HINTS).where(HINTS.c.learner == old)).all()
    for row in rows:
        hints.open_up_to(connection, into, row.question, row.opened, row.last)
    return len(rows)


def _keys(connection: Connection, old: str, into: str, now: datetime) -> int:
    """A key that both have used stays the account's."""
    taken = select(IDEMPOTENCY.c.key).where(IDEMPOTENCY.c.learner == into)
    free = and_(IDEMPOTENCY.c.learner == old, IDEMPOTENCY.c.key.not_in(taken))
    return connection.execute(update(IDEMPOTENCY).where(free).values(learner=into)).rowcount


BELONGINGS = (  # in this order: a sum points at an answer
    Belonging(ATTEMPT, _simply(ATTEMPT)),
    Belonging(DRAFT, _drafts),
    Belonging(PROGRESS, _progress),
    Belonging(HINTS, _hints),
    Belonging(IDEMPOTENCY, _keys),
    Belonging(SET_ASIDE, _simply(SET_ASIDE)),
)


@dataclass(frozen=True)
class Aside:
    """A draft that another one of the same part stood in the way of."""

    id: str
    question: str
    part: str
    text: str
    at: datetime


def put_aside(connection: Connection, learner: str, question: str, part: str, text: str, now: datetime) -> None:
    values = {"id": new_id(), "learner": learner, "question": question, "part": part, "text": text, "at": now}
    connection.execute(insert(SET_ASIDE).values(values))


def set_aside(connection: Connection, learner: str) -> list[Aside]:
    """The newest first."""
    asked = select(*ASIDE).where(SET_ASIDE.c.learner == learner).order_by(SET_ASIDE.c.id.desc()).limit(PAGE)
    return [Aside(*row) for row in connection.execute(asked)]


def one_aside(connection: Connection, learner: str, id: str) -> Aside | None:
    row = connection.execute(select(*ASIDE).where(SET_ASIDE.c.learner == learner, SET_ASIDE.c.id == id)).first()
    return None if row is None else Aside(*row)


def drop_aside(connection: Connection, learner: str, id: str) -> None:
    connection.execute(delete(SET_ASIDE).where(SET_ASIDE.c.learner == learner, SET_ASIDE.c.id == id))


ASIDE = tuple(SET_ASIDE.c[name] for name in ("id", "question", "part", "text", "at"))
