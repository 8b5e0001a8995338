"""The draft of an edit, as the form keeps it while it is typed: the same words as for the draft of an answer."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.store import edits, revisions
from app.store.drafts import Draft
from app.web.answer import check_text
from app.web.api import DraftOut, problems
from app.web.deps import KnownDep, RoomsDep, VisitorDep, now

router = APIRouter(prefix="/api/v1")
Revision = Annotated[int, Query(ge=0, lt=2**31, description="The revision that the text was made from.")]


class EditIn(BaseModel):
    answer: str = Field(description="The whole text so far.")
    base: Annotated[int, Field(ge=0, lt=2**31)] | None = Field(
        None, description="The version of the draft that this text was made from (0: there was none). Null overwrites."
    )


@router.put(
    "/wiki/{question_id}/draft",
    status_code=204,
    response_class=Response,
    responses=problems(404, 409, 413, 422, 503),
)
def save_edit(question_id: str, body: EditIn, rooms: RoomsDep, learner: VisitorDep, revision: Revision = 0) -> Response:
    """Keep a text of a page that is not published. 409, with what is kept, if it was changed elsewhere since `base`."""
    leaf = revisions.answer_to(rooms.question(question_id))
    check_text(body.answer)
    with rooms.database.write() as connection:
        kept = edits.one(connection, learner, leaf.name)
        revisions.one(connection, leaf, revision)
        saved = edits.save(
            connection, learner, leaf.name, base=revision, text=body.answer, version=body.base, now=now(),
            summary=kept.summary if kept and not kept.done else "",
        )  # fmt: skip
    return Response(status_code=204, headers={"X-Draft-Version": str(saved.version)})


@router.get("/wiki/{question_id}/draft", response_model=DraftOut, responses=problems(404))
def read_edit(question_id: str, rooms: RoomsDep, learner: KnownDep) -> Response:
    """What is kept; version 0 if there is nothing."""
    leaf = revisions.answer_to(rooms.question(question_id))
    with rooms.database.read() as connection:
        found = edits.one(connection, learner, leaf.name)
    kept = Draft(found.text, found.version, found.saved, found.done) if found else Draft("", 0, now(), False)
    told = DraftOut(answer=kept.text, version=kept.version, saved=kept.saved)
    return Response(told.model_dump_json(), 200, {"Cache-Control": "no-store"}, "application/json")
