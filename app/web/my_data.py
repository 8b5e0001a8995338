"""What one can do with what is kept of oneself: take all of it along as JSON, have it deleted, and look at drafts that
were set aside when one signed in."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.store import accounts, aside, belongings, drafts, edits, sessions
from app.store.accounts import LastAdmin
from app.store.aside import Aside
from app.store.names import name_key
from app.web.answer import read_form, text_of
from app.web.deps import Rooms, RoomsDep, Who, WhoDep, now
from app.web.me import own, page
from app.web.problems import NotHere
from app.web.rights import Thing, demand_change, demand_see
from app.web.sign_in import leave

router = APIRouter(include_in_schema=False)
LAST = "You are the only admin here. Make somebody else one first, under Teach, People."


@router.get("/me/export.json")
def export(rooms: RoomsDep, who: WhoDep) -> Response:
    """Everything that is kept of one, as it is stored."""
    demand_see(who, Thing.ACCOUNT)
    headers = {"Content-Disposition": 'attachment; filename="selfgrad-me.json"', "Cache-Control": "no-store"}
    return StreamingResponse(written(rooms, who), headers=headers, media_type="application/json")


def written(rooms: Rooms, who: Who) -> Iterator[str]:
    """One JSON object, a table of rows for each kind of thing, in pieces."""
    account = own(who)
    with rooms.database.read() as connection:
        living = sessions.of(connection, account.id, now())
        providers = accounts.identities(connection, account.id)
    about: dict[str, Any] = {"name": account.name, "role": account.role.name.lower(), "created": account.created}
    about |= {"providers": [{"issuer": issuer, "subject": subject} for issuer, subject in providers]}
    yield f'{{"account": {told(about)},\n"sessions": {told([vars(one) for one in living])}'
    for name, pages in groupby(belongings.everything(rooms.database, account.learner), lambda page: page[0]):
        rows = (told(row) for _, page in pages for row in page)
        yield f',\n"{name}": [\n{next(rows)}'
        for row in rows:
            yield f",\n{row}"
        yield "]"
    yield "}\n"


def told(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda moment: moment.isoformat())


@router.post("/me/forget")
async def forget(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_change(who, Thing.ACCOUNT)
    account, sent = own(who), await read_form(request)
    if name_key(text_of(sent, "name")) != name_key(account.name):
        says = "That is not the name of this account, so nothing was deleted."
        return await asyncio.to_thread(page, rooms, who, code=422, faults={"forget": says})

    def work() -> Response:
        try:
            with rooms.database.write() as connection:
                accounts.forget(connection, account, now())
        except LastAdmin:
            return page(rooms, who, code=409, faults={"forget": LAST})
        return leave(request, "/forgotten")

    return await asyncio.to_thread(work)


@router.get("/forgotten")
def forgotten(rooms: RoomsDep, who: WhoDep) -> Response:
    return rooms.pages.page("forgotten.html", "me", who=who)


@router.get("/me/aside/{id}")
def show(id: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NotHere."""
    demand_see(who, Thing.ACCOUNT)
    with rooms.database.read() as connection:
        found = mine(connection, who, id)
        here = present(connection, who, found)
    question = rooms.bank.get(found.question.rpartition("/")[2])
    return rooms.pages.page("set_aside.html", "me", who=who, aside=found, draft=here, question=question)


@router.post("/me/aside/{id}/use")
def use(id: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """The two texts change places. Raises NotHere."""
    demand_change(who, Thing.ACCOUNT)
    with rooms.database.write() as connection:
        found, moment = mine(connection, who, id), now()
        here = present(connection, who, found)
        place = (who.learner, found.question)
        if found.base is None:
            drafts.save(connection, *place, found.part, found.text, None, moment)
        else:
            edits.save(
                connection, *place, base=found.base, text=found.text, summary="", version=None, now=moment
            )  # fmt: skip
        aside.drop(connection, who.learner, id)
        if here is not None and here.text.strip() and here.text != found.text:
            aside.put(connection, *place, found.part, here.text, moment, here.base)
    slug = found.question.rpartition("/")[2]
    address = f"/questions/{slug}#{found.part}" if found.base is None else f"/wiki/{slug}/edit"
    return RedirectResponse(address if rooms.bank.get(slug) is not None else "/me", 303)


@router.post("/me/aside/{id}/drop")
def drop(id: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NotHere."""
    demand_change(who, Thing.ACCOUNT)
    with rooms.database.write() as connection:
        mine(connection, who, id)
        aside.drop(connection, who.learner, id)
    return RedirectResponse("/me", 303)


def mine(connection: Any, who: Who, id: str) -> Aside:
    """Raises NotHere."""
    found = aside.one(connection, who.learner, id)
    if found is None:
        raise NotHere
    return found


@dataclass(frozen=True)
class Present:
    """What is in the place of a text that was set aside."""

    text: str
    base: int | None


def present(connection: Any, who: Who, found: Aside) -> Present | None:
    """None where nothing is, or it was handed in or published since."""
    if found.base is None:
        draft = drafts.one(connection, who.learner, found.question, found.part)
        return None if draft is None or draft.submitted else Present(draft.text, None)
    edit = edits.one(connection, who.learner, found.question)
    return None if edit is None or edit.done else Present(edit.text, edit.base)
