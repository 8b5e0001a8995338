"""Discussions beside the answers, thanks, and the list of all changes, for programs."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.store import discussion, revisions, sent, thanks
from app.store.db import Connection
from app.store.discussion import Post, Thread
from app.store.people import ensure
from app.store.revisions import SOME, Kind, answer_to
from app.web.api import problems
from app.web.deps import Rooms, RoomsDep, WhoDep
from app.web.judge import readable, slow_down
from app.web.outcomes import Asker
from app.web.problems import KeyReused, NotAnAnswer
from app.web.rights import Thing, demand_change
from app.web.wiki_api import MOST, AskerDep, Number, line, see

router = APIRouter(prefix="/api/v1")
Cursor = Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")]
Text = Annotated[str, Field(min_length=1, max_length=20_000, description="Markdown, at most 20,000 characters.")]


class ThreadIn(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=120)]
    text: Text
    revision: Annotated[int, Field(ge=1, le=MOST)] = Field(description="The revision that it speaks of.")
    quote: Annotated[str, Field(max_length=500)] = Field("", description="The passage, as it stands there.")


class PostIn(BaseModel):
    text: Text


class ResolveIn(BaseModel):
    revision: Annotated[int, Field(ge=1, le=MOST)] | None = Field(None, description="The revision that settled it.")


@router.get("/changes")
def changes(
    rooms: RoomsDep,
    before: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    since: Annotated[int | None, Query(ge=0, le=MOST)] = None,
    kind: Kind | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = SOME,
) -> dict[str, Any]:
    """Of all answers, the newest first; `next` is the `before` of the rest. `since` an `id` that was seen before."""
    with rooms.database.read() as connection:
        found = revisions.changes(connection, before=before, since=since, kind=kind, limit=limit)
    return {"changes": [line(entry) | {"id": entry.id} for entry in found.entries], "next": found.next}


@router.post(
    "/wiki/{question_id}/revisions/{number}/thanks",
    status_code=204,
    response_class=Response,
    responses=problems(401, 403, 404, 422, 503),
)
def thank(question_id: str, number: Number, rooms: RoomsDep, asker: AskerDep) -> Response:
    """Once a person; thanking again changes nothing."""
    demand_change(asker.who, Thing.WIKI)
    leaf = answer_to(rooms.question(question_id))
    with rooms.database.write() as connection:
        found = revisions.one(connection, leaf, number)
        if found.learner == asker.who.learner:
            raise NotAnAnswer("This revision is your own.")
        thanks.give(connection, leaf.name, number, asker.who.learner, asker.now)
    return Response(status_code=204)


@router.get("/wiki/{question_id}/threads", responses=problems(404))
def threads(question_id: str, request: Request, rooms: RoomsDep, who: WhoDep, before: Cursor = None) -> dict[str, Any]:
    """The newest first; `next` is the `before` of the rest."""
    _, leaf = see(request, rooms, question_id, who)
    with rooms.database.read() as connection:
        found = discussion.of(connection, leaf.name, before)
    return {"threads": [_thread(one) for one in found], "next": found[-1].id if len(found) == SOME else None}


@router.post("/wiki/{question_id}/threads", status_code=201, responses=problems(401, 403, 404, 422, 429, 503))
def start(question_id: str, body: ThreadIn, rooms: RoomsDep, asker: AskerDep) -> Response:
    """A new thread with its first post."""
    leaf = answer_to(rooms.question(question_id))
    title, text, quote = said(body.title), said(body.text), readable(body.quote)

    def make(connection: Connection) -> str:
        revisions.one(connection, leaf, body.revision)
        made = discussion.start(
            connection, leaf, revision=body.revision, quote=quote, title=title, text=text, learner=asker.who.learner,
            name=asker.who.name, now=asker.now,
        )  # fmt: skip
        return made.id

    return _made(_stored(rooms, asker, make))


@router.get("/threads/{thread_id}", responses=problems(404))
def thread(thread_id: str, request: Request, rooms: RoomsDep, who: WhoDep, after: Cursor = None) -> dict[str, Any]:
    """A thread and its posts, the oldest first; `next` is the `after` of the rest."""
    with rooms.database.read() as connection:
        found = discussion.one(connection, thread_id)
        posts = discussion.posts(connection, found.id, after)
    see(request, rooms, found.page.partition("/")[2], who)
    more = posts[-1].id if len(posts) == SOME else None
    return _thread(found) | {"posts": [_post(one) for one in posts], "next": more}


@router.post("/threads/{thread_id}/posts", status_code=201, responses=problems(401, 403, 404, 422, 429, 503))
def reply(thread_id: str, body: PostIn, rooms: RoomsDep, asker: AskerDep) -> Response:
    text = said(body.text)

    def make(connection: Connection) -> str:
        found = discussion.one(connection, thread_id)
        discussion.reply(connection, found, text, asker.who.learner, asker.who.name, asker.now)
        return found.id

    return _made(_stored(rooms, asker, make))


@router.post("/threads/{thread_id}/resolve", responses=problems(401, 403, 404, 422, 503))
def resolve(thread_id: str, body: ResolveIn, rooms: RoomsDep, asker: AskerDep) -> dict[str, Any]:
    """Settled, by a revision or without one."""
    demand_change(asker.who, Thing.WIKI)
    with rooms.database.write() as connection:
        found = discussion.one(connection, thread_id)
        if body.revision is not None:
            revisions.one(connection, answer_to(rooms.question(found.page.partition("/")[2])), body.revision)
        discussion.resolve(connection, found, asker.who.name, body.revision, asker.now)
        return _thread(discussion.one(connection, thread_id))


@router.post("/threads/{thread_id}/reopen", responses=problems(401, 403, 404, 503))
def reopen(thread_id: str, rooms: RoomsDep, asker: AskerDep) -> dict[str, Any]:
    demand_change(asker.who, Thing.WIKI)
    with rooms.database.write() as connection:
        discussion.reopen(connection, discussion.one(connection, thread_id))
        return _thread(discussion.one(connection, thread_id))


def said(text: str) -> str:
    """Raises NotAnAnswer."""
    if not text.strip():
        raise NotAnAnswer("There is nothing in it yet. Write something first.")
    return readable(text)


def _stored(rooms: Rooms, asker: Asker, make: Callable[[Connection], str]) -> str:
    """What is sent twice with the same key is stored once. Raises KeyReused, TooOften, SignInFirst and NotAllowed."""
    demand_change(asker.who, Thing.WIKI)
    slow_down(rooms, asker)
    learner, keyed = asker.who.learner, asker.keyed
    with rooms.database.write() as connection:
        ensure(connection, learner, asker.now)
        known = sent.before(connection, learner, keyed.key) if keyed else None
        if known is not None and keyed is not None:
            if known.fingerprint != keyed.fingerprint:
                raise KeyReused
            return known.made
        made = make(connection)
        if keyed is not None:
            sent.keep(connection, learner, keyed, 201, made, asker.now)
    return made


def _made(thread_id: str) -> Response:
    return JSONResponse({"thread": thread_id}, 201, {"Location": f"/api/v1/threads/{thread_id}"})


def _thread(found: Thread) -> dict[str, Any]:
    return {
        "thread": found.id,
        "question": found.page.partition("/")[2],
        "revision": found.revision,
        "quote": found.quote,
        "title": found.title,
        "by": found.name,
        "created": found.created.isoformat(),
        "latest": found.latest.isoformat(),
        "posts_total": found.posts,
        "resolved": None if found.resolved is None else found.resolved.isoformat(),
        "resolved_by": found.resolved_by,
        "resolution": found.resolution,
    }


def _post(found: Post) -> dict[str, Any]:
    return {"post": found.id, "by": found.name, "text": found.text, "created": found.created.isoformat()}
