"""Discussion beside an answer: threads that speak of one revision, perhaps of a passage of it, until one settles them.

Everybody who may see the answer may read; writing takes an account.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import discussion, revisions, sent
from app.store.db import Connection
from app.store.discussion import Thread
from app.store.revisions import SOME
from app.web.answer import Form, read_form, text_of
from app.web.deps import KeyedDep, Rooms, RoomsDep, WhoDep
from app.web.judge import readable, slow_down
from app.web.problems import KeyReused, NotAnAnswer, NotHere, TooLong
from app.web.publish import TEXT, Asker
from app.web.rights import Thing, demand_change, may_change
from app.web.wiki_edit import fresh_key
from app.web.wiki_here import ID, After, Here, asks, enter, first, number_in, said
from app.web.wiki_text import shown

router = APIRouter(include_in_schema=False)
QUOTE, TITLE = 500, 120  # characters
Act = Callable[[Connection, Here], str]


@router.get("/wiki/{slug}/discussion")
def threads(slug: str, request: Request, rooms: RoomsDep, who: WhoDep, before: After = None) -> Response:
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, who)
        found = discussion.of(connection, at.leaf.name, before, SOME + 1)
    rows, more = found[:SOME], len(found) > SOME
    return talk_page(
        rooms, at, "wiki_talk.html", threads=rows, next=rows[-1].id if more else None,
        said=said(request.query_params.get("said", "")),
    )  # fmt: skip


@router.get("/wiki/{slug}/discussion/new")
def begin(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """The form of a new thread; `revision` is what it will speak of."""
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, who)
        about = revisions.one(connection, at.leaf, number_in(request.query_params.get("revision", "")) or at.head)
    return talk_page(rooms, at, "wiki_talk_new.html", about=about.number, said=None)


@router.get("/wiki/{slug}/discussion/{thread}")
def show(slug: str, thread: str, request: Request, rooms: RoomsDep, who: WhoDep, after: After = None) -> Response:
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, who)
        found = thread_of(connection, at, thread)
        posts = discussion.posts(connection, found.id, after, SOME + 1)
    rows, more = [(post, shown(post.text)) for post in posts[:SOME]], len(posts) > SOME
    return talk_page(
        rooms, at, "wiki_thread.html", thread=found, posts=rows, next=rows[-1][0].id if more else None,
        first_slice=after is None, said=said(request.query_params.get("said", "")),
    )  # fmt: skip


def talk_page(rooms: Rooms, at: Here, template: str, **context: Any) -> Response:
    writes = may_change(at.who, Thing.WIKI)
    limits: dict[str, Any] = {"quote_limit": QUOTE, "title_limit": TITLE, "limit": TEXT}
    return rooms.pages.page(
        template, "wiki", who=at.who, at=at, tab="talk", writes=writes, key=fresh_key(), **limits, **context
    )


def thread_of(connection: Connection, at: Here, thread: str) -> Thread:
    """Raises NoThread and NotHere."""
    if not ID.fullmatch(thread):
        raise NotHere
    found = discussion.one(connection, thread)
    if found.page != at.leaf.name:
        raise NotHere
    return found


@router.post("/wiki/{slug}/discussion")
async def start(slug: str, request: Request, rooms: RoomsDep, who: WhoDep, keyed: KeyedDep) -> Response:
    """A new thread with its first post."""
    form = await read_form(request)
    text = request.state.sent = limited(form, "text", TEXT)
    title, quote = limited(form, "title", TITLE), readable(first(form, "quote"))
    about = number_in(first(form, "revision"))
    if about is None:
        raise NotAnAnswer("The form does not say which revision it speaks of.")
    if len(quote) > QUOTE:
        raise TooLong(f"A quoted passage has at most {QUOTE} characters.")
    asker = asks(request, who, keyed, form, str(about), quote, title, text)

    def act(connection: Connection, at: Here) -> str:
        revisions.one(connection, at.leaf, about)
        made = discussion.start(
            connection, at.leaf, revision=about, quote=quote, title=title, text=text, learner=who.learner,
            name=who.name, now=asker.now,
        )  # fmt: skip
        return f"/wiki/{slug}/discussion/{made.id}"

    return await stored(rooms, slug, asker, act, "posted")


@router.post("/wiki/{slug}/discussion/{thread}")
async def reply(slug: str, thread: str, request: Request, rooms: RoomsDep, who: WhoDep, keyed: KeyedDep) -> Response:
    form = await read_form(request)
    text = request.state.sent = limited(form, "text", TEXT)
    asker = asks(request, who, keyed, form, text)

    def act(connection: Connection, at: Here) -> str:
        discussion.reply(connection, thread_of(connection, at, thread), text, who.learner, who.name, asker.now)
        return f"/wiki/{slug}/discussion/{thread}"

    return await stored(rooms, slug, asker, act, "posted")


@router.post("/wiki/{slug}/discussion/{thread}/settle")
async def settle(slug: str, thread: str, request: Request, rooms: RoomsDep, who: WhoDep, keyed: KeyedDep) -> Response:
    """By the revision that the form names, or without one."""
    form = await read_form(request)
    named = first(form, "revision").strip()
    number = number_in(named)
    if named and number is None:
        raise NotAnAnswer("Give the number of the revision that settles it, or leave it blank.")
    asker = asks(request, who, keyed, form, named)

    def act(connection: Connection, at: Here) -> str:
        found = thread_of(connection, at, thread)
        if number is not None:
            revisions.one(connection, at.leaf, number)
        discussion.resolve(connection, found, who.name, number, asker.now)
        return f"/wiki/{slug}/discussion/{thread}"

    return await stored(rooms, slug, asker, act, "settled")


@router.post("/wiki/{slug}/discussion/{thread}/reopen")
async def reopen(slug: str, thread: str, request: Request, rooms: RoomsDep, who: WhoDep, keyed: KeyedDep) -> Response:
    def act(connection: Connection, at: Here) -> str:
        discussion.reopen(connection, thread_of(connection, at, thread))
        return f"/wiki/{slug}/discussion/{thread}"

    return await stored(rooms, slug, asks(request, who, keyed, {}), act, "reopened")


def limited(form: Form, name: str, most: int) -> str:
    """Raises NotAnAnswer and TooLong."""
    value = readable(text_of(form, name))
    if not value.strip():
        raise NotAnAnswer("There is nothing in it yet. Write something first.")
    if len(value) > most:
        raise TooLong(f"That is too long: at most {most:,} characters.")
    return value


async def stored(rooms: Rooms, slug: str, asker: Asker, act: Act, word: str) -> Response:
    """`act` stores, in one transaction, and gives the address of what it made; a request that comes twice acts once.
    `word` is what the page there says was done. Raises SignInFirst, NotAllowed, NotHere, Covered, TooOften and
    KeyReused."""
    demand_change(asker.who, Thing.WIKI)
    slow_down(rooms, asker)
    return RedirectResponse(f"{await asyncio.to_thread(_stored, rooms, slug, asker, act)}?said={word}", 303)


def _stored(rooms: Rooms, slug: str, asker: Asker, act: Act) -> str:
    learner, keyed = asker.who.learner, asker.keyed
    with rooms.database.write() as connection:
        known = sent.before(connection, learner, keyed.key) if keyed else None
        if known is not None and keyed is not None:
            if known.fingerprint != keyed.fingerprint:
                raise KeyReused
            return known.made
        made = act(connection, enter(connection, rooms, slug, asker.who))
        if keyed is not None:
            sent.keep(connection, learner, keyed, 303, made, asker.now)
    return made
