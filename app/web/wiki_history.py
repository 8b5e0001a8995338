"""The history of an answer, the difference of any two of its revisions, and the ways back to an earlier one."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.store import revisions, thanks
from app.store.db import Connection
from app.store.revisions import Entry
from app.web.answer import read_form
from app.web.deps import KeyedDep, Rooms, RoomsDep, VisitorDep, Who, WhoDep
from app.web.problems import NotAnAnswer, NotHere
from app.web.publish import SUMMARY, Outcome, restore, take_file, undo
from app.web.rights import Thing, demand_change
from app.web.wiki_edit import Sheet, address, end
from app.web.wiki_here import Asked, Here, Number, asks, enter, first, number_in, said
from app.wiki.diff import diff

router = APIRouter(include_in_schema=False)
FILE, FILED = "file", "filed"  # instead of a number: what the question file says now, and said when it was taken up
ROWS = 14  # at a time: a page of ten thousand revisions is to be there as soon as one of ten, and rows cost the most


@router.get("/wiki/{slug}/revisions")
def history(slug: str, request: Request, rooms: RoomsDep, who: WhoDep, before: Asked = None) -> Response:
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, who)
        found = revisions.history(connection, at.leaf, before, ROWS)
        numbers = [entry.number for entry in found.entries]
        thanked = thanks.counts(connection, at.leaf.name, numbers) if numbers else {}
    return rooms.pages.page(
        "wiki_history.html", "wiki", who=who, at=at, tab="history", said=said(request.query_params.get("said", "")),
        entries=found.entries, older=found.next, first_slice=before is None, thanked=thanked,
    )  # fmt: skip


@router.get("/wiki/{slug}/diff")
def difference(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """`from` and `to` are numbers of revisions; without them the newest is compared with the one before."""
    asked = request.query_params
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, who)
        to, after = side(connection, at, asked.get("to", str(at.head)))
        from_, before = side(connection, at, asked.get("from", str(max(1, to.number - 1) if to else at.head)))
    return rooms.pages.page(
        "wiki_diff.html", "wiki", who=who, at=at, tab="history", said=None, before=from_, after=to,
        difference=diff(before, after), step=bool(from_ and to and to.number == from_.number + 1),
    )  # fmt: skip


def side(connection: Connection, at: Here, name: str) -> tuple[Entry | None, str]:
    """One of the two texts; no entry for what the question file says. Raises NoRevision and NotHere."""
    if name in (FILE, FILED):
        return None, at.question.answer if name == FILE else at.page.filed or ""
    number = number_in(name)
    if number is None:
        raise NotHere
    found = revisions.one(connection, at.leaf, number)
    return found, found.text


@router.get("/wiki/{slug}/restore")
def before_restoring(slug: str, rooms: RoomsDep, who: WhoDep, revision: Asked = None) -> Response:
    """What would change, and why it should."""
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, who)
        wanted, newest = revisions.one(connection, at.leaf, revision or 0), revisions.current(connection, at.leaf)
    return rooms.pages.page(
        "wiki_restore.html", "wiki", who=who, at=at, tab="history", said=None, revision=wanted,
        difference=diff(newest.text, wanted.text), summary_limit=SUMMARY, key=Sheet("", 0, "", "").key,
    )  # fmt: skip


@router.post("/wiki/{slug}/restore")
async def restoring(
    slug: str, request: Request, rooms: RoomsDep, who: WhoDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    form = await read_form(request)
    number, summary = number_in(first(form, "revision")), first(form, "summary")
    if number is None:
        raise NotAnAnswer("The form does not say which revision is wanted.")
    person = replace(who, learner=learner)
    asker = asks(request, person, keyed, form, str(number), summary)

    def act() -> Response:
        at = here(rooms, slug, person)
        return back(rooms, at, restore(rooms, asker, at.question, number, summary), "restored")

    return await rooms.press.do(act)


@router.post("/wiki/{slug}/revisions/{number}/undo")
async def undoing(
    slug: str, number: Number, request: Request, rooms: RoomsDep, who: WhoDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    """Take back what one revision changed, in one click."""
    demand_change(who, Thing.QUEUE)
    asker = asks(request, replace(who, learner=learner), keyed, await read_form(request), str(number))

    def act() -> Response:
        at = here(rooms, slug, asker.who)
        return back(rooms, at, undo(rooms, asker, at.question, number), "undone")

    return await rooms.press.do(act)


@router.post("/wiki/{slug}/file")
async def taking_up(
    slug: str, request: Request, rooms: RoomsDep, who: WhoDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    """What was changed in the question file is merged into the page, or is offered no more."""
    form = await read_form(request)
    asker = asks(request, replace(who, learner=learner), keyed, form, first(form, "do"))
    ignore = first(form, "do") == "ignore"

    def act() -> Response:
        at = here(rooms, slug, asker.who)
        return back(rooms, at, take_file(rooms, asker, at.question, ignore=ignore), "taken")

    return await rooms.press.do(act)


def here(rooms: Rooms, slug: str, who: Who) -> Here:
    """Raises NotHere and Covered."""
    with rooms.database.read() as connection:
        return enter(connection, rooms, slug, who)


def back(rooms: Rooms, at: Here, outcome: Outcome, word: str) -> Response:
    text = outcome.revision.text if outcome.revision else ""
    return end(rooms, at, Sheet(address(at), at.head, text, ""), outcome, word)
