"""Everything that belongs to a learner, table by table: how it comes into the account of whoever signs in, whether it
goes with the account, and what of it is handed over on wish. A table with a learner that is not in `BELONGINGS` fails a
test, so that whoever adds one has to say.

`adopt` moves what a browser did anonymously into an account, in the transaction of the sign-in. The old learner's row
goes, and `moved` remembers where to: a grade that is still on its way finds its owner there.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, tuple_, update

from app.store import aside, moves, progress
from app.store.db import Database
from app.store.moves import Move, plainly, unless_there
from app.store.tables import (
    ACCOUNT,
    ATTEMPT,
    CONTRIBUTOR,
    DRAFT,
    EDIT,
    HINTS,
    IDEMPOTENCY,
    LEARNER,
    MEMBER_OF,
    MOVED,
    POST,
    PROGRESS,
    REVEAL,
    REVISION,
    RULING,
    SENT,
    SET_ASIDE,
    SLIP,
    SUGGESTION,
    THANKS,
    THREAD,
    VISIT,
)

PAGE = 200
FORMER = "a former member"
AS_JSON = ("verdict", "self_grade", "before", "tested", "refused", "blame")


@dataclass(frozen=True)
class Brought:
    """What came into an account."""

    answers: int = 0
    drafts: int = 0
    aside: int = 0  # drafts of places where the account has another draft

    @property
    def anything(self) -> bool:
        return bool(self.answers or self.drafts or self.aside)


@dataclass(frozen=True)
class Belonging:
    table: Table
    move: Move | None  # None: somebody without an account has none
    public: bool = False  # it stays when the account goes, by a former member; else it is deleted


BELONGINGS = (  # in this order: a sum points at an answer
    Belonging(ATTEMPT, plainly(ATTEMPT)),
    Belonging(DRAFT, moves.draft),
    Belonging(PROGRESS, moves.sums),
    Belonging(HINTS, moves.rungs),
    Belonging(SLIP, moves.slips),
    Belonging(RULING, moves.decisions),
    Belonging(IDEMPOTENCY, unless_there(IDEMPOTENCY, "key")),
    Belonging(SET_ASIDE, plainly(SET_ASIDE)),
    Belonging(MEMBER_OF, unless_there(MEMBER_OF, "course")),
    Belonging(EDIT, moves.edit),
    Belonging(REVISION, plainly(REVISION), public=True),
    Belonging(SUGGESTION, plainly(SUGGESTION), public=True),
    Belonging(THREAD, None, public=True),
    Belonging(POST, None, public=True),
    Belonging(CONTRIBUTOR, moves.credit, public=True),
    Belonging(THANKS, None),
    Belonging(VISIT, unless_there(VISIT)),
    Belonging(REVEAL, unless_there(REVEAL, "question")),
    Belonging(SENT, unless_there(SENT, "key")),
)
DECIDED = (REVISION.c.accepted_by, SUGGESTION.c.decided_by, THREAD.c.resolved_by)  # names, without a learner


def adopt(connection: Connection, old: str, into: str, now: datetime) -> Brought:
    """`old` is an anonymous learner, `into` an account's. Nothing happens where there is nothing to move, or where
    `old` is somebody's account."""
    known = connection.execute(select(LEARNER.c.id).where(LEARNER.c.id == old)).first()
    owned = connection.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.learner == old)).first()
    if known is None or owned is not None or old == into:
        return Brought()
    moved = {one.table.name: one.move(connection, old, into, now) for one in BELONGINGS if one.move}
    for one in BELONGINGS:
        if one.move:
            connection.execute(delete(one.table).where(one.table.c.learner == old))
    connection.execute(delete(LEARNER).where(LEARNER.c.id == old))
    remember(connection, old, into, now)
    return Brought(moved["attempt"], moved["draft"] + moved["edit"], aside.since(connection, into, now))


def remember(connection: Connection, learner: str, into: str | None, now: datetime) -> None:
    """Where a learner's things went; None: they are forgotten. An old cookie may come again, and go elsewhere then."""
    connection.execute(delete(MOVED).where(MOVED.c.learner == learner))
    connection.execute(insert(MOVED).values(learner=learner, into=into, at=now))


def throw_away(connection: Connection, learner: str, name: str) -> None:
    """All that is only theirs; what is everybody's stays without their name, and sums count them no more."""
    moves.unslipped(connection, learner)
    moves.untallied(connection, learner)
    for one in BELONGINGS:
        theirs = one.table.c.learner == learner
        if not one.public:
            connection.execute(delete(one.table).where(theirs))
        else:
            connection.execute(update(one.table).where(theirs).values(name=FORMER))
    progress.SUM_UP(connection, {"who": learner})
    for column in DECIDED:
        connection.execute(update(column.table).where(column == name).values({column: FORMER}))


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
    """`before` is JSON in one table, and a number in another."""
    written = [name for name, value in row.items() if name in AS_JSON and isinstance(value, str) and value]
    return row | {name: json.loads(row[name]) for name in written}
