"""Classes, for whoever learns in one: join it by its link, choose how to be shown, see what is due, leave it."""

import asyncio
import hashlib
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import courses, drafts, progress
from app.store.courses import Course, Member, NoCourse
from app.web.answer import Form, read_form, text_of
from app.web.classes import one_line
from app.web.deps import Rooms, RoomsDep, Who, WhoDep, now
from app.web.me import own
from app.web.rights import Thing, demand_change, demand_see
from app.web.views import card

router = APIRouter(include_in_schema=False)
NAME_LENGTH = 40


@router.get("/join/{code}")
def invitation(code: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NoCourse."""
    demand_see(who, Thing.ACCOUNT)
    with rooms.database.read() as connection:
        course = courses.by_code(connection, code)
        member = courses.membership(connection, course.id, who.learner)
    return rooms.pages.page("join.html", "me", who=who, course=course, member=member, shown=own(who).name)


@router.post("/join/{code}")
async def join(code: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NoCourse, Closed and NotAnAnswer."""
    demand_change(who, Thing.ACCOUNT)
    form = await read_form(request)
    course = await asyncio.to_thread(_join, rooms, who, code, form)
    return RedirectResponse(f"/classes/{course.id}", 303)


def _join(rooms: Rooms, who: Who, code: str, form: Form) -> Course:
    with rooms.database.write() as connection:
        course = courses.by_code(connection, code)
        anonymous = text_of(form, "as") == "anonymous"
        name = nameless(course, who.learner) if anonymous else one_line(text_of(form, "shown"), NAME_LENGTH, "A name")
        courses.join(connection, course, Member(who.learner, name, anonymous, now()))
    return course


def nameless(course: Course, learner: str) -> str:
    """The same in a class for ever, and another one in every class."""
    return f"anonymous {hashlib.sha256(f'{course.id}{course.code}{learner}'.encode()).hexdigest()[:6]}"


@router.get("/classes/{id}")
def mine(id: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NoCourse, also for whoever is not in it."""
    demand_see(who, Thing.ACCOUNT)
    with rooms.database.read() as connection:
        course = courses.get(connection, id)
        member = courses.membership(connection, id, who.learner)
        if member is None:
            raise NoCourse
        due = courses.due(connection, id)
        standing = progress.of(connection, who.learner)
        unsent = drafts.unsent(connection, who.learner)
    cards = [card(question, standing, unsent) for question in rooms.bank.questions]
    wanted = sorted((due[one.slug], one.number, one) for one in cards if one.slug in due)
    rows = [(moment, one) for moment, _, one in wanted]
    done = sum(one.state == "done" for one in cards)
    context: dict[str, Any] = {"course": course, "member": member, "rows": rows, "done": done, "total": len(cards)}
    return rooms.pages.page("class.html", "me", who=who, shown=own(who).name, late=now(), **context)


@router.post("/classes/{id}/leave")
async def leave(id: str, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_change(who, Thing.ACCOUNT)
    await asyncio.to_thread(_leave, rooms, who, id)
    return RedirectResponse("/me", 303)


def _leave(rooms: Rooms, who: Who, id: str) -> None:
    with rooms.database.write() as connection:
        courses.leave(connection, id, who.learner)
