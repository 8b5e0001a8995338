"""Texts that were set aside when somebody signed in: drafts of theirs that another one, the account's own, stood in the
way of. They stay until their owner takes one instead, or deletes it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from app.store.people import new_id
from app.store.tables import SET_ASIDE

SHOWN = 200


@dataclass(frozen=True)
class Aside:
    id: str
    question: str  # or a page of the wiki
    part: str
    base: int | None  # the revision that a change of a page was made from; None: it is a draft of an answer
    text: str
    at: datetime


COLUMNS = tuple(SET_ASIDE.c[name] for name in ("id", "question", "part", "base", "text", "at"))


def put(
    connection: Connection, learner: str, question: str, part: str, text: str, now: datetime, base: int | None = None
) -> None:
    values = {"id": new_id(), "learner": learner, "question": question, "part": part, "base": base, "text": text}
    connection.execute(insert(SET_ASIDE).values(values | {"at": now}))


def of(connection: Connection, learner: str) -> list[Aside]:
    """The newest first."""
    asked = select(*COLUMNS).where(SET_ASIDE.c.learner == learner).order_by(SET_ASIDE.c.id.desc()).limit(SHOWN)
    return [Aside(*row) for row in connection.execute(asked)]


def one(connection: Connection, learner: str, id: str) -> Aside | None:
    row = connection.execute(select(*COLUMNS).where(SET_ASIDE.c.learner == learner, SET_ASIDE.c.id == id)).first()
    return None if row is None else Aside(*row)


def drop(connection: Connection, learner: str, id: str) -> None:
    connection.execute(delete(SET_ASIDE).where(SET_ASIDE.c.learner == learner, SET_ASIDE.c.id == id))


def since(connection: Connection, learner: str, moment: datetime) -> int:
    """How many were set aside then or later."""
    where = (SET_ASIDE.c.learner == learner, SET_ASIDE.c.at >= moment)
    return connection.execute(select(func.count()).where(*where)).scalar_one()
