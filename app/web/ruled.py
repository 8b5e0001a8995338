"""An attempt as an instructor sees it, and what may be decided about it: excuse, override, lift; and in words, their
own reading of its points. Each with a reason that the student sees."""

import asyncio
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.bank.question import ProsePart
from app.store import attempts, rulings
from app.store.attempts import Attempt, NotYours
from app.store.db import Connection
from app.store.rulings import Decided, Place
from app.web.answer import Form, read_form, text_of
from app.web.deps import Rooms, RoomsDep, WhoDep, now
from app.web.problems import NotAnAnswer
from app.web.rights import Thing, demand_change, demand_see
from app.web.teach import plain_text
from app.web.views import attempt_view, question_view
from app.web.who import Who

router = APIRouter(include_in_schema=False)
REASON_LENGTH = 1_000
ID_DIGITS = 32


@router.get("/teach/attempts/{attempt_id}")
def attempt(attempt_id: str, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_see(who, Thing.TEACH)
    with rooms.database.read() as connection:
        found = any_attempt(connection, attempt_id)
    question, part = rooms.place(found.question, found.part)
    view = question_view(question, {}, {}, {}, {}, 0)
    shown = next(one for one in view.parts if one.id == part.id)
    context: dict[str, Any] = {"attempt": attempt_view(found, part), "question": view, "part": shown, "stored": found}
    return rooms.pages.page("teach_attempt.html", "teach", who=who, **context)


@router.post("/teach/attempts/{attempt_id}/rulings")
async def ruling(attempt_id: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_change(who, Thing.TEACH)
    form = await read_form(request)
    await asyncio.to_thread(_rule, rooms, who, attempt_id, form)
    return RedirectResponse(f"/teach/attempts/{attempt_id}", 303)


def _rule(rooms: Rooms, who: Who, attempt_id: str, form: Form) -> None:
    """Raises NotYours, NoRuling, NotAnAnswer and TooLong."""
    do = text_of(form, "do")
    if do == "lift":
        with rooms.database.write() as connection:
            any_attempt(connection, attempt_id)
            rulings.lift(connection, text_of(form, "ruling").replace("\0", ""), now())
        return
    decided = Decided(plain_text(form, "reason", REASON_LENGTH), who.account.id if who.account else None, now())
    with rooms.database.write() as connection:
        found = any_attempt(connection, attempt_id)  # here, since its owner may be signing in just now
        if do == "override":
            passed, score = _result(form)
            if found.status != "graded":
                raise NotAnAnswer("There is no verdict yet that could be overridden.")
            rulings.override(connection, found.place, passed, score, decided)
        elif do in ("excuse", "excuse-part"):
            whole = Place(found.learner, found.question, found.part)
            rulings.excuse(connection, found.place if do == "excuse" else whole, decided)
        else:
            raise NotAnAnswer("Say what is decided: excuse, excuse-part, override or lift.")


def _result(form: Form) -> tuple[bool, float]:
    """Without a score it is all or nothing. Raises NotAnAnswer."""
    passed = text_of(form, "passed") == "yes"
    text = text_of(form, "score").strip().removesuffix("%").strip().replace(",", ".")
    if not text:
        return passed, float(passed)
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 100 or len(text) > 10:
        raise NotAnAnswer("The score is a number from 0 to 100.")
    return passed, round(score / 100, 4)


@router.post("/teach/attempts/{attempt_id}/grade")
async def grade(attempt_id: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """An instructor's own reading of an answer in words. It changes no score; it is shown to the student."""
    demand_change(who, Thing.TEACH)
    form = await read_form(request)
    await asyncio.to_thread(_grade, rooms, who, attempt_id, form)
    return RedirectResponse(f"/teach/attempts/{attempt_id}", 303)


def _grade(rooms: Rooms, who: Who, attempt_id: str, form: Form) -> None:
    """Raises NotYours and NotAnAnswer."""
    ticked = set(form.get("point", ()))
    with rooms.database.write() as connection:
        found = any_attempt(connection, attempt_id)
        _, part = rooms.place(found.question, found.part)
        points = [one.id for one in part.points] if isinstance(part, ProsePart) else []
        if not points or found.status != "graded" or not ticked <= set(points):
            raise NotAnAnswer("Only points of an answer in words can be ticked.")
        said = f"Finds {len(ticked)} of {len(points)} points in it"
        decided = Decided(said, who.account.id if who.account else None, now())
        read = {point: point in ticked for point in points}
        attempts.grade_as_teacher(connection, replace(found, teacher_grade=read), decided)


def any_attempt(connection: Connection, attempt_id: str) -> Attempt:
    """Whoever it belongs to. Raises NotYours."""
    if len(attempt_id) != ID_DIGITS or not attempt_id.isalnum() or not attempt_id.isascii():
        raise NotYours
    found = attempts.by_id(connection, [attempt_id]).get(attempt_id)
    if found is None:
        raise NotYours
    return found
