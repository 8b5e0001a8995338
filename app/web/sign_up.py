"""Making an account. A name that is taken has to be told so; how often somebody may find that out is limited.

What this browser did before becomes the account's. A second press of the button, or the same request again after the
answer was lost, signs in: the name is taken, and the password is right.
"""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import accounts, sessions
from app.store.accounts import NameTaken, Role
from app.store.belongings import Brought
from app.store.names import BadName, free_to_take
from app.web import passwords
from app.web.answer import read_form, text_of
from app.web.deps import Rooms, RoomsDep, WhoDep, now
from app.web.door import address_of
from app.web.passwords import BadPassword
from app.web.problems import NotAllowed
from app.web.sign_in import browser_of, entered, next_in, wanted, welcome

router = APIRouter(include_in_schema=False)
TAKEN = "This name is taken, or looks like one that is. Choose another; if it is yours, sign in."


@router.get("/sign-up")
def form(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NotAllowed."""
    if who.account is not None:
        return RedirectResponse(wanted(request), 303)
    demand_open(rooms)
    return rooms.pages.page("sign_up.html", "me", who=who, name="", next=wanted(request), says="")


@router.post("/sign-up")
async def sign_up(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NotAllowed, TooOften and Crowded."""
    demand_open(rooms)
    sent = await read_form(request)
    name, password, where = text_of(sent, "name"), text_of(sent, "password"), next_in(sent)
    try:
        name = free_to_take(name)
        password = passwords.good(password, name)
        rooms.door.new_by_address.enter(address_of(request))
        made = await asyncio.to_thread(make, request, rooms, name, await rooms.door.kept(password))
    except NameTaken:
        rooms.door.taken_by_address.enter(address_of(request))
        found = await entered(request, rooms, name, password)
        if found is not None:
            return welcome(request, *found, where)
        return again(rooms, who, name, where, TAKEN, 409)
    except (BadName, BadPassword) as error:
        return again(rooms, who, name, where, str(error), 422)
    return welcome(request, *made, where)


def again(rooms: Rooms, who: WhoDep, name: str, where: str, says: str, code: int) -> Response:
    return rooms.pages.page("sign_up.html", "me", code=code, who=who, name=name[:80], next=where, says=says)


def make(request: Request, rooms: Rooms, name: str, hash: str) -> tuple[str, Brought]:
    """Raises NameTaken."""
    with rooms.database.write() as connection:
        account = accounts.add(connection, name, Role.MEMBER, hash, None, now())
        return sessions.begin(connection, account, browser_of(request), now())


def demand_open(rooms: Rooms) -> None:
    """Raises NotAllowed."""
    if not rooms.door.sign_up:
        raise NotAllowed("Nobody can make an account here by themselves. Ask the people who run this for one.")
