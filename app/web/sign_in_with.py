"""Signing in by way of a provider: there and back. Whoever is signed in already connects the two."""

import asyncio
import re
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import accounts, sessions
from app.store.accounts import Account, NameTaken, Role
from app.store.belongings import Brought
from app.store.names import BadName, free_to_take
from app.web.deps import Rooms, RoomsDep, Who, WhoDep, now
from app.web.guard import foreign
from app.web.problems import NotAllowed, NotHere
from app.web.provider import LASTS_S, Provider, ProviderFails, Vouched
from app.web.sign_in import browser_of, local, set_cookie, wanted, welcome

router = APIRouter(include_in_schema=False)
COOKIE = "provider"
log = structlog.get_logger()


@router.get("/sign-in/with")
async def go(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """A link and no form: a form may not lead to another site here. Raises NotHere, NotAllowed and ProviderFails."""
    provider = the_provider(rooms)
    if who.account is not None and foreign(request.headers):  # somebody else's name there would be tied to this account
        raise NotAllowed("Only a link on your own page here connects your account.")
    back = f"{request.url.scheme}://{request.headers.get('host', '')}/sign-in/back"
    try:
        address, memory = await asyncio.to_thread(provider.begin, back, wanted(request))
    except ProviderFails as error:
        log.warning("nobody can sign in by way of the provider", why=str(error))
        raise
    response = RedirectResponse(address, 303)
    set_cookie(request, response, COOKIE, memory, LASTS_S)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.get("/sign-in/back")
async def come_back(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NotHere, NotVouchedFor, NotAllowed and ProviderFails."""
    provider = the_provider(rooms)
    try:
        memory = request.cookies.get(COOKIE, "")
        vouched, where = await asyncio.to_thread(provider.finish, memory, dict(request.query_params))
    except ProviderFails as error:
        log.warning("nobody can sign in by way of the provider", why=str(error))
        raise
    found = await asyncio.to_thread(entered, request, rooms, who, vouched)
    response = welcome(request, *found, local(where) or "/")
    set_cookie(request, response, COOKIE, "", 0)
    return response


def the_provider(rooms: Rooms) -> Provider:
    """Raises NotHere where none is set."""
    if rooms.door.provider is None:
        raise NotHere
    return rooms.door.provider


def entered(request: Request, rooms: Rooms, who: Who, vouched: Vouched) -> tuple[str, Brought]:
    """Raises NotAllowed."""
    for number in range(1, 100):
        try:
            with rooms.database.write() as connection:
                account = accounts.vouched(connection, vouched.issuer, vouched.subject)
                if account is None:
                    account = who.account or newcomer(rooms, connection, vouched.name, number)
                    accounts.connect(connection, account.id, vouched.issuer, vouched.subject, now())
                return sessions.begin(connection, account, browser_of(request), now())
        except NameTaken:
            continue
    raise NotAllowed("No name is free for you here. Make an account with a name of your own, then connect the two.")


def newcomer(rooms: Rooms, connection: Any, name: str, number: int) -> Account:
    """Raises NameTaken and NotAllowed."""
    if not rooms.door.sign_up:
        raise NotAllowed("Nobody can make an account here by themselves. Ask the people who run this for one.")
    return accounts.add(connection, named(name, number), Role.MEMBER, None, None, now())


def named(name: str, number: int) -> str:
    """A name that may be had, as near to what they are called elsewhere as it can be; a numbered one if it is taken."""
    plain = re.sub(r"[^\w .’'-]", " ", name.partition("@")[0])[:36].strip(" _.-'’")
    try:
        plain = free_to_take(plain)
    except BadName:
        plain = "member"
    return plain if number == 1 else f"{plain} {number}"
