"""Learners: whoever has stored something. They are anonymous; a signed cookie holds the id."""

import secrets
import time
from datetime import datetime

from sqlalchemy import Connection

from app.store.db import Statement
from app.store.tables import LEARNER


def new_id() -> str:
    """32 hexadecimal digits: the milliseconds first, so that new rows lie together, then 80 random bits."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


ENSURE = Statement(lambda insert: insert(LEARNER).on_conflict_do_nothing())


def ensure(connection: Connection, learner: str, now: datetime) -> None:
    """The learner's row is made with the first thing that they store."""
    ENSURE(connection, {"id": learner, "created": now})
