"""Thanks for a revision: one a person."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from app.store.db import Statement
from app.store.tables import THANKS

GIVE = Statement(lambda insert: insert(THANKS).on_conflict_do_nothing())


def give(connection: Connection, page: str, number: int, learner: str, now: datetime) -> bool:
    """False if they had thanked before."""
    return bool(GIVE(connection, {"page": page, "number": number, "learner": learner, "created": now}))


def counts(connection: Connection, page: str, numbers: Collection[int]) -> dict[int, int]:
    """How many people have thanked for each of these revisions; those without thanks are missing."""
    where = and_(THANKS.c.page == page, THANKS.c.number.in_(numbers))
    asked = select(THANKS.c.number, func.count()).where(where).group_by(THANKS.c.number)
    return {number: count for number, count in connection.execute(asked)}


def by(connection: Connection, page: str, numbers: Collection[int], learner: str) -> set[int]:
    """For which of these revisions this person has thanked."""
    where = and_(THANKS.c.page == page, THANKS.c.number.in_(numbers), THANKS.c.learner == learner)
    return set(connection.execute(select(THANKS.c.number).where(where)).scalars())
