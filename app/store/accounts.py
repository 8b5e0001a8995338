"""Accounts: learners with a name and a role, who sign in. Passwords arrive here as hashes; tokens are hashed here.

Whatever an account does, it does as its learner: attempts, drafts and progress know nothing of accounts.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.store import belongings
from app.store.names import name_key
from app.store.people import ensure, new_id
from app.store.tables import ACCOUNT, IDENTITY, MOVED, SESSION

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


class LastAdmin(Exception):
    """Without this account nobody could give roles any more."""


COLUMNS = tuple(ACCOUNT.c[name] for name in ("id", "name", "learner", "role", "created"))


def add(
    connection: Connection, name: str, role: Role, password: str | None, learner: str | None, now: datetime
) -> Account:
    """`password` is a hash. Without a `learner` the account begins with nothing done. Raises NameTaken, and then the
    transaction must be left."""
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


def get(connection: Connection, account: str) -> Account | None:
    row = connection.execute(select(*COLUMNS).where(ACCOUNT.c.id == account)).first()
    return None if row is None else _account(row)


def password_of(connection: Connection, account: str) -> str | None:
    """The hash; None where there is none, or no such account."""
    return connection.execute(select(ACCOUNT.c.password).where(ACCOUNT.c.id == account)).scalar()


def set_password(connection: Connection, account: str, password: str) -> None:
    """`password` is a hash."""
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(password=password))


def rename(connection: Connection, account: str, name: str) -> None:
    """Raises NameTaken, and then the transaction must be left."""
    try:
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(name=name, key=name_key(name)))
    except IntegrityError:
        raise NameTaken from None


def set_role(connection: Connection, account: str, role: Role) -> None:
    """It holds from the account's next request on."""
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(role=role.name.lower()))


def vouched(connection: Connection, issuer: str, subject: str) -> Account | None:
    """Whose account this is, by what a provider says."""
    mine = and_(IDENTITY.c.issuer == issuer, IDENTITY.c.subject == subject)
    asked = select(*COLUMNS).join(IDENTITY, IDENTITY.c.account == ACCOUNT.c.id).where(mine)
    row = connection.execute(asked).first()
    return None if row is None else _account(row)


def connect(connection: Connection, account: str, issuer: str, subject: str, now: datetime) -> None:
    """From now on the provider's word signs this account in."""
    connection.execute(insert(IDENTITY).values(issuer=issuer, subject=subject, account=account, created=now))


def identities(connection: Connection, account: str) -> list[tuple[str, str]]:
    """The providers that sign this account in, and whom they take it for."""
    asked = select(IDENTITY.c.issuer, IDENTITY.c.subject).where(IDENTITY.c.account == account)
    return [(row.issuer, row.subject) for row in connection.execute(asked)]


def admins(connection: Connection, *, who_can_enter: bool = False) -> list[Account]:
    """The first few that govern here; of those who can come in without a link, if that is asked."""
    asked = select(*COLUMNS).where(ACCOUNT.c.role == "admin").order_by(ACCOUNT.c.created, ACCOUNT.c.id).limit(10)
    if who_can_enter:
        known = exists().where(IDENTITY.c.account == ACCOUNT.c.id)
        asked = asked.where(or_(ACCOUNT.c.password.is_not(None), known))
    return [_account(row) for row in connection.execute(asked)]


def demand_another_admin(connection: Connection, account: Account) -> None:
    """Raises LastAdmin where this is the only one. To be asked before an admin stops to be one."""
    if account.role is Role.ADMIN and all(one.id == account.id for one in admins(connection)):
        raise LastAdmin


def some(connection: Connection, beginning: str, after: str, limit: int) -> list[Account]:
    """In the order of their names, those that begin like this, after the one with this key."""
    asked = select(*COLUMNS).where(ACCOUNT.c.key > after).order_by(ACCOUNT.c.key).limit(limit)
    if beginning:
        asked = asked.where(ACCOUNT.c.key.startswith(name_key(beginning), autoescape=True))
    return [_account(row) for row in connection.execute(asked)]


def forget(connection: Connection, account: Account, now: datetime) -> None:
    """The account goes, with whatever is only its own; the learner stays as nobody in particular, since what they wrote
    for everybody points at it. Raises LastAdmin."""
    demand_another_admin(connection, account)
    connection.execute(delete(ACCOUNT).where(ACCOUNT.c.id == account.id))
    belongings.throw_away(connection, account.learner, account.name)
    belongings.remember(connection, account.learner, None, now)


def former(connection: Connection, learners: Collection[str]) -> set[str]:
    """Those of these learners who wished to be forgotten: what is left of theirs is by “a former member”."""
    asked = select(MOVED.c.learner).where(MOVED.c.learner.in_(learners), MOVED.c.into.is_(None))
    return set(connection.execute(asked).scalars()) if learners else set()


def signed_in(connection: Connection, token: str, now: datetime) -> tuple[Account, datetime] | None:
    """Whose session this token is, with the role that they have at this moment; and when it was last seen."""
    mine = and_(SESSION.c.id == token_id(token), SESSION.c.ends > now)
    asked = select(*COLUMNS, SESSION.c.seen).join(SESSION, SESSION.c.account == ACCOUNT.c.id).where(mine)
    row = connection.execute(asked).first()
    return None if row is None else (_account(row), row.seen)


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
