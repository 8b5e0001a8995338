"""Suggestions, for programs: the queue, one of them, and what is decided of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from app.store import suggestions
from app.store.revisions import SOME, answer_to
from app.store.suggestions import Waiting
from app.web.api import problems
from app.web.deps import RoomsDep, WhoDep
from app.web.publish import accept, decline, withdraw
from app.web.wiki_api import AskerDep, answer, see

router = APIRouter(prefix="/api/v1")
After = Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")]


class AcceptIn(BaseModel):
    text: str | None = Field(None, description="With these changes; null: as it is.")


class DeclineIn(BaseModel):
    reason: str = Field(description="Why, for its author: at most 500 characters.")


@router.get("/suggestions")
def queue(rooms: RoomsDep, after: After = None) -> dict[str, Any]:
    """Those that wait, the oldest first; `next` is the `after` of the rest."""
    with rooms.database.read() as connection:
        return _slice(suggestions.waiting(connection, None, after))


@router.get("/wiki/{question_id}/suggestions", responses=problems(404))
def of_page(question_id: str, rooms: RoomsDep, after: After = None) -> dict[str, Any]:
    leaf = answer_to(rooms.question(question_id))
    with rooms.database.read() as connection:
        return _slice(suggestions.waiting(connection, leaf.name, after))


@router.get("/suggestions/{suggestion_id}", responses=problems(404))
def one(suggestion_id: str, request: Request, rooms: RoomsDep, who: WhoDep) -> dict[str, Any]:
    with rooms.database.read() as connection:
        found = suggestions.one(connection, suggestion_id)
    see(request, rooms, found.page.partition("/")[2], who)
    blocks = None if found.tested is None else [block.model_dump(mode="json") for block in found.tested.blocks]
    return _brief(found) | {"text": found.text, "blocks": blocks}


@router.post(
    "/suggestions/{suggestion_id}/accept", status_code=201, responses=problems(401, 403, 404, 409, 413, 422, 503)
)
async def take(suggestion_id: str, body: AcceptIn, request: Request, rooms: RoomsDep, asker: AskerDep) -> Response:
    """Publish it in its author's name. For editors."""
    return answer(request, await rooms.press.do(accept, rooms, asker, suggestion_id, body.text))


@router.post("/suggestions/{suggestion_id}/decline", responses=problems(401, 403, 404, 409, 422, 503))
def refuse(suggestion_id: str, body: DeclineIn, rooms: RoomsDep, asker: AskerDep) -> dict[str, Any]:
    """For editors."""
    return _brief(decline(rooms, asker, suggestion_id, body.reason))


@router.post("/suggestions/{suggestion_id}/withdraw", responses=problems(404, 409, 503))
def take_back(suggestion_id: str, rooms: RoomsDep, asker: AskerDep) -> dict[str, Any]:
    """One's own."""
    return _brief(withdraw(rooms, asker, suggestion_id))


def _slice(found: list[Waiting]) -> dict[str, Any]:
    return {
        "suggestions": [_brief(one) for one in found],
        "next": found[-1].id if len(found) == SOME else None,
    }


def _brief(found: Waiting) -> dict[str, Any]:
    return {
        "suggestion": found.id,
        "question": found.page.partition("/")[2],
        "base": found.base,
        "summary": found.summary,
        "by": found.name,
        "created": found.created.isoformat(),
        "status": found.status.value,
        "reason": found.reason,
        "decided_by": found.decided_by,
        "decided": None if found.decided is None else found.decided.isoformat(),
        "revision": found.result,
    }
