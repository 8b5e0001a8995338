"""The history of a question: each revision, what it changed, and the way back to its text. Nothing in it is ever
deleted."""

import asyncio
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from app.store import edits, revisions, written
from app.web.authoring import base_of, page_of, sheet
from app.web.deps import Rooms, RoomsDep, WhoDep, now
from app.web.problems import NotYet
from app.web.rights import Thing, demand_change, demand_see
from app.web.teach_edit import HOME
from app.web.who import Who
from app.web.wiki_here import Asked, Number
from app.wiki.diff import diff

router = APIRouter(include_in_schema=False)


@router.get("/teach/edit/{slug}/history")
def history(slug: str, rooms: RoomsDep, who: WhoDep, before: Asked = None) -> Response:
    demand_see(who, Thing.TEACH)
    opened = sheet(rooms, who, slug)
    with rooms.database.read() as connection:
        found = revisions.history(connection, written.leaf(slug), before)
        place = written.place(connection, slug)
    served = place.number if place else None
    return rooms.pages.page("teach_history.html", "teach", who=who, sheet=opened, slice=found, served=served)


@router.get("/teach/edit/{slug}/history/{number}")
def revision(slug: str, number: Number, rooms: RoomsDep, who: WhoDep) -> Response:
    """What it changed. Raises NoRevision."""
    demand_see(who, Thing.TEACH)
    with rooms.database.read() as connection:
        leaf = page_of(slug)
        found = revisions.one(connection, leaf, number)
        before = revisions.one(connection, leaf, number - 1).text if number > 1 else ""
    return rooms.pages.page(
        "teach_revision.html", "teach", who=who, slug=slug, revision=found, difference=diff(before, found.text)
    )


@router.post("/teach/edit/{slug}/history/{number}/again")
async def again(slug: str, number: Number, rooms: RoomsDep, who: WhoDep) -> Response:
    """Its text becomes one's draft."""
    demand_change(who, Thing.TEACH)
    await asyncio.to_thread(take, rooms, who, slug, number)
    return RedirectResponse(f"{HOME}/{quote(slug)}", 303)


def take(rooms: Rooms, who: Who, slug: str, number: int) -> None:
    """Raises NoRevision, NotHere, and NotYet while one has a draft that would be lost."""
    opened = sheet(rooms, who, slug)
    leaf = written.leaf(slug)
    with rooms.database.write() as connection:
        text = revisions.one(connection, leaf, number).text
        if opened.saved is not None and opened.text != text:
            raise NotYet("You have a draft of this question. Publish it or throw it away first.")
        base = base_of(connection, rooms, slug, now())
        edits.save(
            connection, who.learner, leaf.name, base=base, text=text, summary=f"Revision {number} again",
            version=None, now=now(),
        )  # fmt: skip
