"""Classes, for whoever teaches one: make it, give its link away, say what is due when, see who has done what."""

import asyncio
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.bank.question import Question
from app.store import courses
from app.store.courses import Course, Member, NoCourse
from app.store.db import Connection
from app.web.answer import FORM_KEY, read_form, text_of
from app.web.deps import Rooms, RoomsDep, Who, WhoDep, now
from app.web.problems import NotAnAnswer
from app.web.rights import Thing, demand_change, demand_see, may_teach

router = APIRouter(include_in_schema=False)
A_PAGE = 50
TITLE_LENGTH = 80
ALL = "all"  # questions of a chapter come with its name behind: all:chapter
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d)?")


@dataclass(frozen=True)
class Row:
    """A member and what they have done, question by question: "done", "begun" or nothing."""

    member: Member
    cells: list[str]

    @property
    def done(self) -> int:
        return self.cells.count("done")

    @property
    def begun(self) -> int:
        return self.cells.count("begun")


@dataclass(frozen=True)
class Column:
    question: Question
    done: int  # how many of the whole class have done it, not only of those on the page
    due: datetime | None


def taught(connection: Connection, who: Who, id: str) -> Course:
    """Raises NoCourse, also where it is somebody else's."""
    course = courses.get(connection, id)
    if not may_teach(who, course.owner):
        raise NoCourse
    return course


@router.get("/teach/classes")
def classes(rooms: RoomsDep, who: WhoDep) -> Response:
    demand_see(who, Thing.TEACH)
    assert who.account is not None  # a role above visitor has one
    everything = may_teach(who, None)
    with rooms.database.read() as connection:
        found = courses.some(connection, None if everything else who.account.id)
        sizes = courses.size(connection, [one.id for one in found])
    key = secrets.token_hex(16)
    return rooms.pages.page("teach_classes.html", "teach", who=who, courses=found, sizes=sizes, key=key)


@router.post("/teach/classes")
async def create(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NotAnAnswer."""
    demand_change(who, Thing.TEACH)
    form = await read_form(request)
    title = one_line(text_of(form, "title"), TITLE_LENGTH, "A title")
    key = request.headers.get("Idempotency-Key") or next(iter(form.get("key", ())), "")
    if not FORM_KEY.fullmatch(key):
        key = secrets.token_hex(16)
    id = await asyncio.to_thread(_create, rooms, who, key, title)
    return RedirectResponse(f"/teach/classes/{id}", 303)


def _create(rooms: Rooms, who: Who, key: str, title: str) -> str:
    assert who.account is not None
    with rooms.database.write() as connection:
        return courses.create(connection, key, title, who.account.id, now())


def one_line(text: str, length: int, what: str) -> str:
    """Raises NotAnAnswer."""
    plain = " ".join(text.split())
    if not plain or len(plain) > length or not plain.isprintable():
        raise NotAnAnswer(f"{what} has 1 to {length} characters that can be seen, on one line.")
    return plain


@router.get("/teach/classes/{id}")
def one_class(id: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_see(who, Thing.TEACH)
    asked = request.query_params.get("page", "1")
    questions = rooms.bank.questions
    number = max(1, int(asked)) if re.fullmatch("[0-9]{1,4}", asked) else 1
    with rooms.database.read() as connection:
        course = taught(connection, who, id)
        total = courses.size(connection, [id]).get(id, 0)
        members = courses.members(connection, id, (number - 1) * A_PAGE, A_PAGE)
        standing = courses.standing(connection, [member.learner for member in members])
        done = courses.done_by(connection, id, {question.id: len(question.parts) for question in questions})
        due = courses.due(connection, id)
    context: dict[str, Any] = {
        "course": course,
        "link": f"{str(request.base_url).rstrip('/')}/join/{course.code}",
        "rows": [row(member, questions, standing) for member in members],
        "columns": [Column(question, done[question.id], due.get(question.id)) for question in questions],
        "chapters": list(dict.fromkeys(rooms.bank.chapter(question.id) for question in questions)),
        "total": total,
        "number": number,
        "pages": max(1, -(-total // A_PAGE)),
        "late": now(),
    }
    return rooms.pages.page("teach_class.html", "teach", who=who, **context)


def row(member: Member, questions: tuple[Question, ...], standing: dict[tuple[str, str], int]) -> Row:
    cells = []
    for question in questions:
        done = standing.get((member.learner, question.id))
        cells.append("" if done is None else "done" if done >= len(question.parts) else "begun")
    return Row(member, cells)


@router.post("/teach/classes/{id}/due")
async def set_due(id: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NoCourse and NotAnAnswer."""
    demand_change(who, Thing.TEACH)
    form = await read_form(request)
    questions = _questions(rooms, text_of(form, "question"))
    moment = _moment(text_of(form, "moment"))
    await asyncio.to_thread(_set_due, rooms, who, id, questions, moment)
    return RedirectResponse(f"/teach/classes/{id}#due", 303)


def _questions(rooms: Rooms, asked: str) -> list[str]:
    chosen = [one.id for one in rooms.bank.questions if asked in (one.id, f"{ALL}:{rooms.bank.chapter(one.id)}")]
    if not chosen:
        raise NotAnAnswer("Choose one of the questions, or all of a chapter.")
    return chosen


def _moment(text: str) -> datetime | None:
    """In UTC, as the field of a form has it; nothing takes the date away."""
    if not text.strip():
        return None
    found = MOMENT.fullmatch(text.strip())
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC) if found else _no_moment()
    except ValueError:
        return _no_moment()


def _no_moment() -> datetime:
    raise NotAnAnswer("A date and time look like 2026-12-03T18:00.")


def _set_due(rooms: Rooms, who: Who, id: str, questions: list[str], moment: datetime | None) -> None:
    with rooms.database.write() as connection:
        taught(connection, who, id)
        courses.set_due(connection, id, questions, moment)


@router.post("/teach/classes/{id}/closed")
async def close(id: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NoCourse and NotAnAnswer."""
    demand_change(who, Thing.TEACH)
    closed = text_of(await read_form(request), "closed") == "yes"
    await asyncio.to_thread(_close, rooms, who, id, now() if closed else None)
    return RedirectResponse(f"/teach/classes/{id}", 303)


def _close(rooms: Rooms, who: Who, id: str, when: datetime | None) -> None:
    with rooms.database.write() as connection:
        taught(connection, who, id)
        courses.close(connection, id, when)
