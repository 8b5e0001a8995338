"""The page of a question, its hints, and handing in an answer from it."""

import asyncio
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.bank.question import Part, Question
from app.store import attempts, courses, drafts, hints, progress, revisions
from app.store.db import Connection
from app.web.answer import certainty_in, check_text, form_keyed, hand_in, read_form
from app.web.attempts import fragment, wants_fragment
from app.web.demo import SEEN
from app.web.deps import KeyedDep, Rooms, RoomsDep, VisitorDep, Who, WhoDep, now
from app.web.forms import Form, answer_in, moved
from app.web.problems import NotYet
from app.web.reveal import is_shown
from app.web.views import QuestionView, card, neighbours, question_view
from app.web.wiki_text import shown

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Explained:
    """The answer under its question, and which revision of it that is."""

    number: int
    html: Markup


@router.get("/questions/{slug}")
def question(slug: str, rooms: RoomsDep, who: WhoDep, learner: VisitorDep) -> Response:
    found = rooms.question(slug)
    with rooms.database.read() as connection:
        standing = progress.of(connection, learner)
        unsent = drafts.unsent(connection, learner)
        typed = drafts.of(connection, learner, slug)
        newest = [standing[slug, part.id].last for part in found.parts if (slug, part.id) in standing]
        last = attempts.by_id(connection, newest)
        opened = hints.opened(connection, learner, slug)
        answer = explained(connection, found, who)
        due = courses.due_for(connection, learner, slug) if who.account else {}
    before, after = neighbours([card(one, standing, unsent) for one in rooms.bank.questions], slug)
    view = question_view(found, standing, unsent, typed, last, opened)
    seen = SEEN.get(slug)
    around: dict[str, Any] = {"previous": before, "next": after, "seen": seen, "due": due}
    return rooms.pages.page("question.html", "questions", who=who, question=view, explained=answer, **around)


def explained(connection: Connection, found: Question, who: Who) -> Explained | None:
    """The current answer, for whom it is shown to."""
    if not is_shown(connection, found, who):
        return None
    newest = revisions.current(connection, revisions.answer_to(found))
    return Explained(newest.number, shown(newest.text, newest.tested))


@router.post("/questions/{slug}/hints")
async def hint(slug: str, request: Request, rooms: RoomsDep, learner: VisitorDep) -> Response:
    """Open the next hint of the ladder."""
    found = rooms.question(slug)
    view = await asyncio.to_thread(open_hint, rooms, found, learner)
    if request.headers.get("x-fragment") == "hints":
        return rooms.pages.page("_hints.html", "", question=view)
    return RedirectResponse(f"/questions/{slug}#hint-{view.hints_open}", 303)


def open_hint(rooms: Rooms, found: Question, learner: str) -> QuestionView:
    """Raises NotYet where no try has earned another one."""
    with rooms.database.write() as connection:
        standing = progress.of(connection, learner)
        opened = hints.opened(connection, learner, found.id)
        view = question_view(found, standing, {}, {}, {}, opened)
        if opened < len(found.hints):
            if view.hints_earned <= opened:
                raise NotYet("The next hint opens after another honest try: hand something in, even half of it.")
            opened += 1
            hints.open_up_to(connection, learner, found.id, opened, now())
    return question_view(found, standing, {}, {}, {}, opened)


@router.post("/questions/{slug}/parts/{part_id}")
async def answer(
    slug: str, part_id: str, request: Request, rooms: RoomsDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    form = await read_form(request)
    request.state.sent = next(iter(form.get("answer", ())), None)  # given back if the question is not there any more
    found, part = rooms.place(slug, part_id)
    if "move" in form:
        await asyncio.to_thread(move, rooms, learner, found, part, form)
        return RedirectResponse(f"/questions/{slug}#{part_id}", 303)
    text = answer_in(form, part)
    once = keyed or form_keyed(request, form, text)
    handed = await hand_in(request, rooms, learner, found, part, text, once, certainty_in(form))
    if wants_fragment(request):
        return fragment(rooms, handed.attempt, found, part)
    return RedirectResponse(f"/attempts/{handed.attempt.id}", 303)


def move(rooms: Rooms, learner: str, found: Question, part: Part, form: Form) -> None:
    """One of the form's own buttons: what it makes is kept as the draft, and shown again. Raises NotAnAnswer."""
    text = moved(part, answer_in(form, part), form["move"][0])
    check_text(text)
    with rooms.database.write() as connection:
        drafts.save(connection, learner, found.id, part.id, text, None, now())
