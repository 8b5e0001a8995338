"""Signing in with a name and a password, or by a link that works once; and signing out.

A wrong name and a wrong password get the same words after the same work. Each sign-in begins a session with a new
token; the one that this browser had before ends. What was done here without an account comes into the account.
"""

import asyncio
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import accounts, sessions
from app.store.accounts import SIGNED_IN_FOR, Account
from app.store.belongings import Brought
from app.store.names import name_key
from app.store.sessions import Browser
from app.web.answer import read_form, text_of
from app.web.deps import Rooms, RoomsDep, Who, WhoDep, now
from app.web.door import address_of
from app.web.forms import Form
from app.web.problems import SpentLink
from app.web.who import COOKIE, SESSION_COOKIE, TOKEN_LENGTHS, anonymous

router = APIRouter(include_in_schema=False)
WRONG = "There is no account with this name and this password."
COMING_AND_GOING = ("/sign-in", "/sign-out", "/sign-up")
LONGEST_PATH = 2000


@router.get("/sign-in")
def form(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    where = wanted(request)
    if who.account is not None:
        return RedirectResponse(where, 303)
    return form_page(rooms, who, where)


def form_page(rooms: Rooms, who: Who, where: str, name: str = "", says: str = "", code: int = 200) -> Response:
    door = rooms.door
    more: dict[str, Any] = {"sign_up": door.sign_up, "provider": door.provider.host if door.provider else None}
    return rooms.pages.page("sign_in.html", "me", code=code, who=who, next=where, name=name[:40], says=says, **more)


@router.post("/sign-in")
async def sign_in(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    sent = await read_form(request)
    name, password, where = text_of(sent, "name"), text_of(sent, "password"), next_in(sent)
    found = await entered(request, rooms, name, password)
    if found is None:
        return form_page(rooms, who, where, name, WRONG, 401)
    return welcome(request, *found, where)


@router.post("/sign-out")
def sign_out(request: Request, rooms: RoomsDep) -> Response:
    token = request.cookies.get(SESSION_COOKIE, "")
    if len(token) in TOKEN_LENGTHS:
        with rooms.database.write() as connection:
            sessions.end_token(connection, token)
    return leave(request, "/")


def leave(request: Request, where: str) -> Response:
    """The browser forgets who it was, and the copies of what was typed: the next person at it may be another one."""
    response = RedirectResponse(where, 303)
    for cookie in (SESSION_COOKIE, COOKIE):
        set_cookie(request, response, cookie, "", 0)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@router.get("/sign-in/once/{token}")
def link(token: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """Only a button: programs that look at links before a person does would use it up otherwise. Raises SpentLink."""
    with rooms.database.read() as connection:
        account = sessions.linked(connection, token, now()) if len(token) in TOKEN_LENGTHS else None
    if account is None:
        raise SpentLink
    response = rooms.pages.page("sign_in_once.html", "me", who=who, token=token, name=account.name)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/sign-in/once/{token}")
def use_link(token: str, request: Request, rooms: RoomsDep) -> Response:
    """Raises SpentLink."""
    with rooms.database.write() as connection:
        account = sessions.use_link(connection, token, now()) if len(token) in TOKEN_LENGTHS else None
        if account is None:
            raise SpentLink
        found = sessions.begin(connection, account, browser_of(request), now())
    return welcome(request, *found, "/me")


async def entered(request: Request, rooms: Rooms, name: str, password: str) -> tuple[str, Brought] | None:
    """The token of a new session and what came along, if these belong together. Raises TooOften and Crowded."""
    door, key, address = rooms.door, name_key(name[:200])[:80], address_of(request)
    door.failed_by_address.enter(address)
    door.failed_by_name.enter(key)
    account, hash = await asyncio.to_thread(looked_up, rooms, name[:200])
    if not await door.right(password, hash) or account is None or hash is None:
        return None
    door.failed_by_address.take_back(address)
    door.failed_by_name.forget(key)
    return await asyncio.to_thread(begun, request, rooms, account, hash)


def looked_up(rooms: Rooms, name: str) -> tuple[Account | None, str | None]:
    with rooms.database.read() as connection:
        account = accounts.named(connection, name)
        return account, accounts.password_of(connection, account.id if account else "")


def begun(request: Request, rooms: Rooms, account: Account, hash: str) -> tuple[str, Brought] | None:
    """A session, unless the password was changed while it was looked at."""
    with rooms.database.write() as connection:
        if accounts.password_of(connection, account.id) != hash:
            return None
        return sessions.begin(connection, account, browser_of(request), now())


def browser_of(request: Request) -> Browser:
    called = request.headers.get("user-agent", "")
    return Browser(request.cookies.get(SESSION_COOKIE, ""), anonymous(request), called)


def welcome(request: Request, token: str, brought: Brought, where: str) -> Response:
    """To where they wanted to go; if something came along, that is told first."""
    if brought.anything:
        where = f"/me?{urlencode(vars(brought) | {'next': where})}"
    response = RedirectResponse(where, 303)
    set_cookie(request, response, SESSION_COOKIE, token, int(SIGNED_IN_FOR.total_seconds()))
    set_cookie(request, response, COOKIE, "", 0)
    response.headers["Cache-Control"] = "no-store"
    return response


def set_cookie(request: Request, response: Response, name: str, value: str, lasts_s: int) -> None:
    secure = request.scope["scheme"] == "https"
    response.set_cookie(name, value, max_age=lasts_s, path="/", secure=secure, httponly=True, samesite="lax")


def next_in(form: Form) -> str:
    return local(next(iter(form.get("next", ())), "")) or "/"


def wanted(request: Request) -> str:
    """Where to go after signing in: what the address says, else the page that they came from."""
    asked = local(request.query_params.get("next", ""))
    if asked is not None:
        return asked
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if came.netloc != request.headers.get("host", "") or came.path.startswith(COMING_AND_GOING):
        return "/"
    return local(came.path + (f"?{came.query}" if came.query else "")) or "/"


def local(where: str) -> str | None:
    """A path of this site, or None for whatever could lead elsewhere: `//host`, a backslash, a scheme, odd signs."""
    plain = where.isprintable() and where.isascii() and "\\" not in where and len(where) <= LONGEST_PATH
    if not plain or not where.startswith("/") or where.startswith("//"):
        return None
    return None if where.startswith(COMING_AND_GOING) else where


def sign_in_address(where: str) -> str:
    return f"/sign-in?next={quote(where, safe='/')}"
