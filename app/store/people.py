"""Learners: whoever has stored something. They are anonymous; a signed cookie holds the id."""

import secrets
import threading
import time
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from app.store.db import Statement
from app.store.rows import Moment
from app.store.tables import LEARNER, MOVED

_newest = 0
_one_at_a_time = threading.Lock()


def new_id() -> str:
    """32 hexadecimal digits: the milliseconds first, then 80 random bits; of two made here the later one is greater,
    also within a millisecond."""
    global _newest
    made = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    with _one_at_a_time:
        _newest = made if made > _newest else _newest + 1 + secrets.randbits(40)
        return f"{_newest:032x}"


def is_id(text: str) -> bool:
    """Whether this could be one of them; what an address holds may be anything."""
    return len(text) == 32 and text.isalnum() and text.isascii()


ENSURE = Statement(lambda insert: insert(LEARNER).on_conflict_do_nothing())


def ensure(connection: Connection, learner: str, now: datetime) -> bool:
    """The learner's row is made with the first thing that they store; True if it was made just now."""
    return ENSURE(connection, {"id": learner, "created": now}) > 0


MOVED_TO = Statement(
    lambda _: select(MOVED.c.into).where(
        MOVED.c.learner == bindparam("who"), MOVED.c.at >= bindparam("begun", type_=Moment)
    )
)


def at_present(connection: Connection, learner: str, begun: datetime) -> str:
    """The learner; or, if their things have moved into an account since that moment, the account's learner."""
    return MOVED_TO.text(connection, {"who": learner, "begun": begun}) or learner
