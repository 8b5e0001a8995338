"""Who is asking: a visitor by a signed cookie, or an account by the session of this browser.

Everything that is stored about a person hangs on `learner`; an account brings its own, so that progress is the same at
every browser where one is signed in. Roles are read anew with every request: one that is taken away is gone at once.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from itsdangerous import BadSignature
from starlette.requests import Request

from app.store import accounts, sessions
from app.store.accounts import Account, Role
from app.store.db import CannotSave
from app.store.people import new_id
from app.web.rooms import Rooms, now

COOKIE = "learner"
SESSION_COOKIE = "session"
TOKEN_LENGTHS = range(20, 100)


@dataclass(frozen=True)
class Who:
    learner: str
    account: Account | None = None
    session: str = ""  # the stored id of it

    @property
    def role(self) -> Role:
        return self.account.role if self.account else Role.VISITOR

    @property
    def name(self) -> str:
        """As others may see it."""
        return self.account.name if self.account else "a visitor"


async def who(request: Request) -> Who:
    """Raises CannotRead."""
    found: Who | None = getattr(request.state, "who", None)
    if found is None:
        found = request.state.who = await _look(request)
    return found


async def _look(request: Request) -> Who:
    rooms: Rooms = request.app.state.rooms
    token = request.cookies.get(SESSION_COOKIE, "")
    if len(token) in TOKEN_LENGTHS:
        account = await asyncio.to_thread(_account, rooms, token)
        if account is not None:
            return Who(account.learner, account, accounts.token_id(token))
    return Who(anonymous(request) or new_id())


def anonymous(request: Request) -> str | None:
    """The learner that this browser is without an account."""
    rooms: Rooms = request.app.state.rooms
    try:
        return rooms.signer.unsign(request.cookies.get(COOKIE, "")).decode("ascii")
    except (BadSignature, UnicodeError):
        return None


def _account(rooms: Rooms, token: str) -> Account | None:
    moment = now()
    with rooms.database.read() as connection:
        found = accounts.signed_in(connection, token, moment)
    if found is None:
        return None
    account, seen = found
    if moment - seen > sessions.SEEN_EVERY:
        with suppress(CannotSave), rooms.database.write() as connection:
            sessions.see(connection, token, moment)
    return account


WhoDep = Annotated[Who, Depends(who)]
