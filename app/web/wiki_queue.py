"""Suggestions that wait, what becomes of each, and who may publish on a page without suggesting."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import revisions, suggestions
from app.store.db import Connection
from app.store.revisions import SOME
from app.store.suggestions import Status, Suggestion, Waiting
from app.web.answer import read_form, text_of
from app.web.deps import KeyedDep, Rooms, RoomsDep, VisitorDep, Who, WhoDep
from app.web.problems import NotHere
from app.web.publish import Change, Outcome, accept, decline, set_policy, withdraw
from app.web.rights import Thing, demand_change
from app.web.wiki_edit import Sheet, become, change_in, form_page
from app.web.wiki_here import ID, After, Here, asks, enter, first, outside, said
from app.wiki.diff import Diff, diff

router = APIRouter(include_in_schema=False)
DEFAULT = "default"  # as everywhere


@dataclass(frozen=True)
class Listed:
    """A suggestion in a list, with the question that it belongs to."""

    slug: str
    number: int | None  # None: the question is not served any more
    title: str
    waiting: Waiting


def listed(rooms: Rooms, found: Sequence[Waiting]) -> list[Listed]:
    rows = []
    for one in found:
        slug = one.page.partition("/")[2]
        question = rooms.bank.get(slug)
        rows.append(Listed(slug, question.number if question else None, question.title if question else slug, one))
    return rows


@router.get("/wiki/suggestions")
def queue(request: Request, rooms: RoomsDep, who: WhoDep, after: After = None, mine: bool = False) -> Response:
    """Those of all pages that wait, the oldest first; or one's own, decided or not."""
    with rooms.database.read() as connection:
        if mine:
            found = suggestions.by(connection, who.learner, after, SOME + 1)
        else:
            found = suggestions.waiting(connection, None, after, SOME + 1)
    rows, more = found[:SOME], len(found) > SOME
    return rooms.pages.page(
        "wiki_suggestions.html", "changes", who=who, mine=mine, rows=listed(rooms, rows),
        next=rows[-1].id if more else None, said=said(request.query_params.get("said", "")),
    )  # fmt: skip


@router.get("/wiki/{slug}/suggestions")
def of_page(slug: str, request: Request, rooms: RoomsDep, who: WhoDep, after: After = None) -> Response:
    with rooms.database.read() as connection:
        at = outside(connection, rooms, slug, who)
        found = suggestions.waiting(connection, at.leaf.name, after, SOME + 1)
    rows, more = found[:SOME], len(found) > SOME
    return rooms.pages.page(
        "wiki_queue.html", "wiki", who=who, at=at, tab="queue", rows=listed(rooms, rows),
        next=rows[-1].id if more else None, said=said(request.query_params.get("said", "")),
    )  # fmt: skip


@router.post("/wiki/{slug}/policy")
async def policy(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Who may publish on this page."""
    wanted = first(await read_form(request), "policy")
    found = rooms.question(slug)
    await asyncio.to_thread(set_policy, rooms, who, found, None if wanted == DEFAULT else wanted)
    return RedirectResponse(f"/wiki/{slug}/suggestions?said=policy", 303)


@router.get("/wiki/suggestions/{suggestion}")
def one(suggestion: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    with rooms.database.read() as connection:
        at, found = opened(connection, rooms, suggestion, who)
        own = against(connection, at, found, found.base)
        now_ = against(connection, at, found, at.head) if found.base != at.head else None
    return rooms.pages.page(
        "wiki_suggestion.html", "wiki", who=who, at=at, tab="queue", found=found, own=own, current=now_,
        mine=found.learner == who.learner, open=found.status is Status.OPEN,
        said=said(request.query_params.get("said", "")), key=Sheet("", 0, "", "").key,
    )  # fmt: skip


def opened(connection: Connection, rooms: Rooms, suggestion: str, who: Who) -> tuple[Here, Suggestion]:
    """Raises NoSuggestion, NotHere and Covered."""
    if not ID.fullmatch(suggestion):
        raise NotHere
    found = suggestions.one(connection, suggestion)
    shelf, _, slug = found.page.partition("/")
    if shelf != "answer":
        raise NotHere
    return enter(connection, rooms, slug, who), found


def against(connection: Connection, at: Here, found: Suggestion, number: int) -> Diff:
    return diff(revisions.one(connection, at.leaf, number).text, found.text)


@router.get("/wiki/suggestions/{suggestion}/edit")
def with_changes(suggestion: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """The edit form with the suggested text in it, to be let in with changes."""
    demand_change(who, Thing.QUEUE)
    with rooms.database.read() as connection:
        at, found = opened(connection, rooms, suggestion, who)
    action = f"/wiki/suggestions/{found.id}/accept"
    return form_page(rooms, at, Sheet(action, found.base, found.text, found.summary, suggestion=found.id))


@router.post("/wiki/suggestions/{suggestion}/accept")
async def accepting(
    suggestion: str, request: Request, rooms: RoomsDep, who: WhoDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    """As it is, or with changes: then the form of an edit comes here."""
    demand_change(who, Thing.QUEUE)
    form = await read_form(request)
    changed = change_in(form) if "text" in form else None
    told = (suggestion, *((str(changed.base), changed.summary, changed.text) if changed else ()))
    person = replace(who, learner=learner)
    asker = asks(request, person, keyed, form, *told)

    def act() -> Response:
        with rooms.database.read() as connection:
            at, found = opened(connection, rooms, suggestion, who)

        def change(_: Here) -> Outcome:
            if changed is None:
                return accept(rooms, asker, found.id)
            return accept(rooms, asker, found.id, changed.text, base=changed.base, summary=changed.summary)

        change_ = changed or Change(found.base, found.text, found.summary)
        return become(rooms, at.slug, person, form, change_, change, found.id)

    return await rooms.press.do(act)


@router.post("/wiki/suggestions/{suggestion}/decline")
async def declining(
    suggestion: str, request: Request, rooms: RoomsDep, who: WhoDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    demand_change(who, Thing.QUEUE)
    form = await read_form(request)
    reason = text_of(form, "reason")
    asker = asks(request, replace(who, learner=learner), keyed, form, reason)
    await asyncio.to_thread(decline, rooms, asker, suggestion, reason)
    return RedirectResponse(f"/wiki/suggestions/{suggestion}?said=declined", 303)


@router.post("/wiki/suggestions/{suggestion}/withdraw")
async def withdrawing(
    suggestion: str, request: Request, rooms: RoomsDep, who: WhoDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    """One's own."""
    asker = asks(request, replace(who, learner=learner), keyed, await read_form(request))
    await asyncio.to_thread(withdraw, rooms, asker, suggestion)
    return RedirectResponse(f"/wiki/suggestions/{suggestion}?said=withdrawn", 303)
