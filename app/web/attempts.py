"""The page of an attempt, and the learner's own grade of an answer in words."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.bank.question import Part, ProsePart, Question
from app.grading.prose import self_graded
from app.store import attempts, drafts, hints, progress
from app.store.attempts import Attempt, Keyed, NotYours
from app.store.db import Connection
from app.web.answer import read_form
from app.web.deps import KeyedDep, Rooms, RoomsDep, VisitorDep, WhoDep
from app.web.problems import KeyReused, NotAnAnswer
from app.web.views import attempt_view, question_view

router = APIRouter(include_in_schema=False)
ID_DIGITS = 32


@router.get("/attempts/{attempt_id}")
def attempt(attempt_id: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    learner = who.learner
    found = mine(rooms, attempt_id, learner)
    question, part = rooms.place(found.question, found.part)
    if wants_fragment(request):
        return fragment(rooms, found, question, part)
    with rooms.database.read() as connection:
        standing = progress.of(connection, learner)
        unsent = drafts.unsent(connection, learner)
        typed = drafts.of(connection, learner, question.id)
        newest = [standing[question.id, one.id].last for one in question.parts if (question.id, one.id) in standing]
        last = attempts.by_id(connection, newest)
        rungs = hints.opened(connection, learner, question.id)
    view = question_view(question, standing, unsent, typed, last, rungs)
    return rooms.pages.page(
        "attempt.html",
        "questions",
        who=who,
        attempt=attempt_view(found, part),
        question=view,
        part=next(one for one in view.parts if one.id == part.id),
    )


@router.post("/attempts/{attempt_id}/self-grade")
async def self_grade(
    attempt_id: str, request: Request, rooms: RoomsDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    ticked = dict.fromkeys((await read_form(request)).get("point", ()), True)
    graded = await asyncio.to_thread(grade_oneself, rooms, attempt_id, learner, ticked, keyed)
    if wants_fragment(request):
        return fragment(rooms, graded, *rooms.place(graded.question, graded.part))
    return RedirectResponse(f"/attempts/{graded.id}", 303)


def mine(rooms: Rooms, attempt_id: str, learner: str) -> Attempt:
    """Raises NotYours."""
    with rooms.database.read() as connection:
        return owned(connection, attempt_id, learner)


def owned(connection: Connection, attempt_id: str, learner: str) -> Attempt:
    """Raises NotYours."""
    if len(attempt_id) != ID_DIGITS or not attempt_id.isalnum() or not attempt_id.isascii():
        raise NotYours
    return attempts.mine(connection, attempt_id, learner)


def grade_oneself(
    rooms: Rooms, attempt_id: str, learner: str, ticked: Mapping[str, bool], keyed: Keyed | None = None
) -> Attempt:
    """Points that are not named are not ticked. Raises NotYours, NotHere, NotAnAnswer and KeyReused."""
    with rooms.database.write() as connection:
        found = owned(connection, attempt_id, learner)  # here, since it may be graded again just now
        _, part = rooms.place(found.question, found.part)
        if not isinstance(part, ProsePart) or found.verdict is None or found.status != "graded":
            raise NotAnAnswer("Only an answer in words that was handed in is graded by its author.")
        if not set(ticked) <= {point.id for point in part.points}:
            raise NotAnAnswer("One of these is no point of this answer.")
        known = attempts.remembered(connection, learner, keyed.key) if keyed else None
        if known is not None and keyed is not None:
            if known.fingerprint != keyed.fingerprint:
                raise KeyReused
            return found
        own = {point.id: bool(ticked.get(point.id)) for point in part.points}
        verdict = self_graded(part, found.verdict, own)
        graded = replace(found, self_grade=own, score=verdict.score, passed=verdict.passed, verdict=verdict)
        attempts.grade_oneself(connection, graded, keyed)
    return graded


def wants_fragment(request: Request) -> bool:
    return request.headers.get("x-fragment") == "verdict"


def fragment(rooms: Rooms, found: Attempt, question: Question, part: Part) -> Response:
    """The result alone, for a page that puts it in its place by itself."""
    view = question_view(question, {}, {}, {}, {}, 0)
    shown = next(one for one in view.parts if one.id == part.id)
    template, code = ("_waiting.html", 202) if found.status == "pending" else ("_verdict.html", 200)
    response = rooms.pages.page(template, "", code=code, attempt=attempt_view(found, part), question=view, part=shown)
    response.headers["X-Form-Key"] = shown.form_key  # for the next answer from the same page
    return response
