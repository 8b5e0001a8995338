"""Who has an account here, and what they may do: for admins."""

import asyncio

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import accounts
from app.store.accounts import Account, Role
from app.store.names import name_key
from app.web.answer import read_form, text_of
from app.web.deps import Rooms, RoomsDep, WhoDep
from app.web.problems import NotAnAnswer, NotHere
from app.web.rights import Thing, demand_change, demand_see

router = APIRouter(include_in_schema=False)
A_PAGE = 50
GIVEN = {role.name.lower(): role for role in Role if role is not Role.VISITOR}
log = structlog.get_logger()


@router.get("/teach/people")
def people(rooms: RoomsDep, who: WhoDep, q: str = "", after: str = "") -> Response:
    demand_see(who, Thing.PEOPLE)
    beginning, last = q.strip()[:40], after[:40]
    with rooms.database.read() as connection:
        found = accounts.some(connection, beginning, name_key(last), A_PAGE + 1)
    shown = found[:A_PAGE]
    more = shown[-1].name if len(found) > A_PAGE else None
    return rooms.pages.page(
        "people.html", "teach", who=who, people=shown, more=more, q=beginning, after=last, roles=list(GIVEN)
    )


@router.post("/teach/people/{id}/role")
async def give(id: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NotHere, NotAnAnswer and LastAdmin."""
    demand_change(who, Thing.PEOPLE)
    role = GIVEN.get(text_of(await read_form(request), "role"))
    if role is None:
        raise NotAnAnswer(f"A role is one of {', '.join(GIVEN)}.")
    account = await asyncio.to_thread(change, rooms, id, role)
    log.info("a role was given", by=who.learner, to=account.learner, role=role.name.lower())
    return RedirectResponse(f"/teach/people#{account.id}", 303)


def change(rooms: Rooms, id: str, role: Role) -> Account:
    """Raises NotHere and LastAdmin."""
    with rooms.database.write() as connection:
        account = accounts.get(connection, id)
        if account is None:
            raise NotHere
        if role is not Role.ADMIN:
            accounts.demand_another_admin(connection, account)
        accounts.set_role(connection, id, role)
    return account
