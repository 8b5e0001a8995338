"""The page of an answer, a revision of it for ever, and the cover that lies over both until its reader wants it off."""

import asyncio
import re
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import contributors, revisions, thanks
from app.store.db import Connection
from app.store.revisions import Revision
from app.web.answer import read_form
from app.web.deps import Rooms, RoomsDep, VisitorDep, Who, WhoDep, now
from app.web.problems import Covered, NotAnAnswer, for_programs, meaning, problem
from app.web.publish import newer_file
from app.web.reveal import reveal as uncover
from app.web.rights import Thing, demand_change, may_change
from app.web.who import who
from app.web.wiki_here import Here, Number, enter, first, outside, said
from app.web.wiki_text import passages, shown

router = APIRouter(include_in_schema=False)
INSIDE = re.compile(r"/wiki/[a-z0-9-]+(/[a-z0-9/-]*)?(\?[a-z0-9=&_-]*)?")  # where to go on after the cover
BESIDE = 8  # contributors who are named


@router.get("/wiki")
def answers(rooms: RoomsDep, asks: WhoDep) -> Response:
    """All of them, with who wrote there last. Nothing of a text is shown, so nothing is covered."""
    with rooms.database.read() as connection:
        found = revisions.heads(connection)
    chapters: dict[str, list[Any]] = {}
    for question in rooms.bank.questions:
        row = (question, *found.get(question.id, (None, None)))
        chapters.setdefault(rooms.bank.chapter(question.id), []).append(row)
    decides = may_change(asks, Thing.QUEUE)
    return rooms.pages.page("wiki_contents.html", "wiki", who=asks, chapters=chapters, decides=decides)


@router.get("/wiki/{slug}")
def answer(slug: str, rooms: RoomsDep, asks: WhoDep, request: Request) -> Response:
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, asks)
        return page(connection, rooms, at, revisions.current(connection, at.leaf), request)


@router.get("/wiki/{slug}/revisions/{number}")
def revision(slug: str, number: Number, rooms: RoomsDep, asks: WhoDep, request: Request) -> Response:
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, asks)
        return page(connection, rooms, at, revisions.one(connection, at.leaf, number), request)


def page(connection: Connection, rooms: Rooms, at: Here, found: Revision, request: Request) -> Response:
    blamed = passages(found) if request.query_params.get("blame") else None
    numbers = {passage.number for passage in blamed or ()}
    return rooms.pages.page(
        "wiki_page.html",
        "wiki",
        who=at.who,
        at=at,
        tab="page" if found.number == at.head else "history",
        said=said(request.query_params.get("said", "")),
        revision=found,
        html=None if blamed is not None else shown(found.text, found.tested),
        passages=blamed,
        wrote=revisions.entries(connection, at.leaf, numbers) if blamed is not None else {},
        contributors=contributors.of(connection, at.leaf.name, BESIDE + 1),
        beside=BESIDE,
        thanked=thanks.counts(connection, at.leaf.name, [found.number]).get(found.number, 0),
        thanks_given=bool(thanks.by(connection, at.leaf.name, [found.number], at.who.learner)),
        newer=at.publishes and newer_file(at.question, at.page.filed) is not None,
    )


async def covered(request: Request, error: Exception) -> Response:
    """The answer is not shown yet: why, and the two ways to it."""
    assert isinstance(error, Covered)
    if for_programs(request):
        return problem(request, *meaning(error))
    asks = await who(request)
    return await asyncio.to_thread(cover, request, error.slug, asks)


def cover(request: Request, slug: str, asks: Who) -> Response:
    rooms: Rooms = request.app.state.rooms
    with rooms.database.read() as connection:
        at = outside(connection, rooms, slug, asks)
    reads = request.method == "GET"
    then = request.url.path + (f"?{request.url.query}" if request.url.query else "") if reads else f"/wiki/{slug}"
    code = 200 if reads else 403
    return rooms.pages.page("wiki_cover.html", "wiki", code=code, who=asks, at=at, then=then)


@router.post("/wiki/{slug}/reveal")
async def show_it(slug: str, request: Request, rooms: RoomsDep, asks: WhoDep, learner: VisitorDep) -> Response:
    """Recorded once; doing it again changes nothing."""
    found = rooms.question(slug)
    then = first(await read_form(request), "then")
    await asyncio.to_thread(uncover, rooms, found, replace(asks, learner=learner))
    return RedirectResponse(then if INSIDE.fullmatch(then) else f"/wiki/{slug}", 303)


@router.post("/wiki/{slug}/revisions/{number}/thanks")
def thank(slug: str, number: Number, rooms: RoomsDep, asks: WhoDep) -> Response:
    """One a person a revision; a second one changes nothing."""
    demand_change(asks, Thing.WIKI)
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, asks)
        found = revisions.one(connection, at.leaf, number)
    if found.learner == asks.learner:
        raise NotAnAnswer("This revision is your own. Thanks come from others.")
    with rooms.database.write() as connection:
        thanks.give(connection, at.leaf.name, number, asks.learner, now())
    return RedirectResponse(f"/wiki/{slug}/revisions/{number}?said=thanked", 303)
