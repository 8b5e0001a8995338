"""The page of a question, and handing in an answer from it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import attempts, drafts, progress
from app.web.answer import form_keyed, hand_in, read_form, text_of
from app.web.attempts import fragment, wants_fragment
from app.web.deps import KeyedDep, RoomsDep, VisitorDep
from app.web.views import card, neighbours, question_view

router = APIRouter(include_in_schema=False)


@router.get("/questions/{slug}")
def question(slug: str, rooms: RoomsDep, learner: VisitorDep, hints: Annotated[str, Query()] = "") -> Response:
    found = rooms.question(slug)
    with rooms.database.read() as connection:
        standing = progress.of(connection, learner)
        unsent = drafts.unsent(connection, learner)
        typed = drafts.of(connection, learner, slug)
        newest = [standing[slug, part.id].last for part in found.parts if (slug, part.id) in standing]
        last = attempts.by_id(connection, newest)
    before, after = neighbours([card(one, standing, unsent) for one in rooms.bank.questions], slug)
    view = question_view(found, standing, unsent, typed, last, hints_open(hints, len(found.hints)))
    return rooms.pages.page("question.html", "questions", question=view, previous=before, next=after)


def hints_open(asked: str, there_are: int) -> int:
    """A number from an address: whatever else stands there opens none."""
    return min(int(asked), there_are) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0


@router.post("/questions/{slug}/parts/{part_id}")
async def answer(
    slug: str, part_id: str, request: Request, rooms: RoomsDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    form = await read_form(request)
    text = text_of(form, "answer")
    found, part = rooms.place(slug, part_id)
    handed = await hand_in(request, rooms, learner, found, part, text, keyed or form_keyed(request, form, text))
    if wants_fragment(request):
        return fragment(rooms, handed.attempt, found, part)
    return RedirectResponse(f"/attempts/{handed.attempt.id}", 303)
