"""Where somebody is signed in, and links that sign in once. Cookies and links hold random tokens; what is stored is
only their SHA-256, so that who reads the database cannot sign in with it. (`accounts.sign_in` begins a session.)
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, insert, select, update

from app.store import accounts, belongings
from app.store.accounts import Account, get, token_id
from app.store.belongings import Brought
from app.store.tables import SESSION, SIGN_IN_LINK

SEEN_EVERY = timedelta(hours=1)
AT_MOST = 50  # browsers of one account; the oldest goes first
OWNERS_LINK = timedelta(hours=1)
SENT_LINK = timedelta(hours=24)  # for a link that is sent to somebody


@dataclass(frozen=True)
class Session:
    id: str
    created: datetime
    seen: datetime  # to the hour
    ends: datetime
    browser: str  # what it called itself


@dataclass(frozen=True)
class Browser:
    """What a browser brings along."""

    token: str  # of the session that it had, or ""
    learner: str | None  # that it was without an account
    called: str  # what it calls itself


def begin(connection: Connection, account: Account, browser: Browser, now: datetime) -> tuple[str, Brought]:
    """The token of a new session, and what came into the account. The session that this browser had before ends."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(SESSION).where(SESSION.c.id == token_id(browser.token)))
    _tidy(connection, account.id, now)
    accounts.sign_in(connection, account.id, token, browser.called, now)
    if browser.learner is None:
        return token, Brought()
    return token, belongings.adopt(connection, browser.learner, account.learner, now)


def see(connection: Connection, token: str, now: datetime) -> None:
    """Noted at most once an hour."""
    mine = and_(SESSION.c.id == token_id(token), SESSION.c.seen < now - SEEN_EVERY)
    connection.execute(update(SESSION).where(mine).values(seen=now))


def of(connection: Connection, account: str, now: datetime) -> list[Session]:
    """The newest first."""
    columns = (SESSION.c[name] for name in ("id", "created", "seen", "ends", "browser"))
    where = and_(SESSION.c.account == account, SESSION.c.ends > now)
    rows = connection.execute(select(*columns).where(where).order_by(SESSION.c.created.desc(), SESSION.c.id))
    return [Session(*row) for row in rows]


def _tidy(connection: Connection, account: str, now: datetime) -> None:
    """Ended sessions go, and the oldest beyond so many: before another one begins."""
    living = [session.id for session in of(connection, account, now)][: AT_MOST - 1]
    connection.execute(delete(SESSION).where(SESSION.c.account == account, SESSION.c.id.not_in(living)))


def end(connection: Connection, account: str, session: str) -> bool:
    """Signed out there, if it is one of this account's."""
    where = and_(SESSION.c.account == account, SESSION.c.id == session)
    return connection.execute(delete(SESSION).where(where)).rowcount > 0


def end_token(connection: Connection, token: str) -> None:
    connection.execute(delete(SESSION).where(SESSION.c.id == token_id(token)))


def end_others(connection: Connection, account: str, but: str = "") -> None:
    """Signed out everywhere else: sessions, and links that nobody has used yet."""
    connection.execute(delete(SESSION).where(SESSION.c.account == account, SESSION.c.id != but))
    connection.execute(delete(SIGN_IN_LINK).where(SIGN_IN_LINK.c.account == account))


def make_link(connection: Connection, account: str, lasts: timedelta, now: datetime) -> str:
    """The token of a link that signs in once."""
    connection.execute(delete(SIGN_IN_LINK).where(SIGN_IN_LINK.c.ends <= now))
    token = secrets.token_urlsafe(32)
    connection.execute(insert(SIGN_IN_LINK).values(id=token_id(token), account=account, ends=now + lasts))
    return token


def linked(connection: Connection, token: str, now: datetime) -> Account | None:
    """Whom the link would sign in. It is not used up by this."""
    where = and_(SIGN_IN_LINK.c.id == token_id(token), SIGN_IN_LINK.c.ends > now)
    account = connection.execute(select(SIGN_IN_LINK.c.account).where(where)).scalar()
    return None if account is None else get(connection, account)


def use_link(connection: Connection, token: str, now: datetime) -> Account | None:
    """As `linked`, and the link is used up: of two who use it at once, one gets in."""
    account = linked(connection, token, now)
    used = connection.execute(delete(SIGN_IN_LINK).where(SIGN_IN_LINK.c.id == token_id(token))).rowcount
    return account if used else None
