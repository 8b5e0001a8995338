"""Keys of requests that stored something other than an attempt, so that what is sent twice is stored once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from app.store.attempts import KEYS_ARE_KEPT, Keyed, KeyTaken
from app.store.db import Statement
from app.store.people import ensure
from app.store.tables import SENT


@dataclass(frozen=True)
class Sent:
    """What was answered to a request with a key, and the address of what it made."""

    fingerprint: str
    status: int
    made: str


KEEP = Statement(lambda insert: insert(SENT).on_conflict_do_nothing(index_elements=["learner", "key"]))


def keep(connection: Connection, learner: str, keyed: Keyed, status: int, made: str, now: datetime) -> None:
    """Raises KeyTaken, and then the transaction must be left."""
    ensure(connection, learner, now)
    values = vars(keyed) | {"learner": learner, "status": status, "made": made, "created": now}
    if not KEEP(connection, values):
        raise KeyTaken


def before(connection: Connection, learner: str, key: str) -> Sent | None:
    columns = (SENT.c.fingerprint, SENT.c.status, SENT.c.made)
    row = connection.execute(select(*columns).where(SENT.c.learner == learner, SENT.c.key == key)).first()
    return None if row is None else Sent(*row)


def forget(connection: Connection, now: datetime) -> None:
    """Keys that are older than a week: nobody repeats a request after that."""
    connection.execute(delete(SENT).where(SENT.c.created < now - KEYS_ARE_KEPT))
