"""Accounts: learners with a name and a role, who sign in. Passwords arrive here as hashes; tokens are hashed here.

Whatever an account does, it does as its learner: attempts, drafts and progress know nothing of accounts.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select
from sqlalchemy.exc import IntegrityError

from app.store.people import ensure, new_id
from app.store.tables import ACCOUNT, SESSION

SIGNED_IN_FOR = timedelta(days=30)


class Role(IntEnum):
    """What one may do, each with everything before it. Stored by its name in small letters."""

    VISITOR = 0  # no account
    MEMBER = 1
    EDITOR = 2
    INSTRUCTOR = 3
    ADMIN = 4


@dataclass(frozen=True)
class Account:
    id: str
    name: str
    learner: str
    role: Role
    created: datetime


class NameTaken(Exception):
    """Another account has this name, or one that looks the same."""


COLUMNS = tuple(ACCOUNT.c[name] for name in ("id", "name", "learner", "role", "created"))


def name_key(name: str) -> str:
    """Two names with the same key look the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def add(
    connection: Connection, name: str, role: Role, password: str | None, learner: str | None, now: datetime
) -> Account:
    """`password` is a hash. Without a `learner` the account begins with nothing done. Raises NameTaken."""
    made = Account(new_id(), name, learner or new_id(), role, now)
    ensure(connection, made.learner, now)
    values = vars(made) | {"role": role.name.lower(), "key": name_key(name), "password": password}
    try:
        connection.execute(insert(ACCOUNT).values(values))
    except IntegrityError:
        raise NameTaken from None
    return made


def named(connection: Connection, name: str) -> Account | None:
    row = connection.execute(select(*COLUMNS).where(ACCOUNT.c.key == name_key(name))).first()
    return None if row is None else _account(row)


def signed_in(connection: Connection, token: str, now: datetime) -> Account | None:
    """Whose session this token is, with the role that they have at this moment."""
    mine = and_(SESSION.c.id == token_id(token), SESSION.c.ends > now)
    row = connection.execute(select(*COLUMNS).join(SESSION, SESSION.c.account == ACCOUNT.c.id).where(mine)).first()
    return None if row is None else _account(row)


def sign_in(connection: Connection, account: str, token: str, browser: str, now: datetime) -> None:
    values = {
        "id": token_id(token), "account": account, "created": now, "seen": now, "ends": now + SIGNED_IN_FOR,
        "browser": browser[:200],
    }  # fmt: skip
    connection.execute(insert(SESSION).values(values))


def token_id(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(row.id, row.name, row.learner, Role[row.role.upper()], row.created)
