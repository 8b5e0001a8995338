"""The draft of an edit, as the form keeps it while it is typed: by the same words as the draft of an answer, which the
script of that form speaks. (Programs keep theirs by the API.)
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.store import edits, revisions
from app.store.drafts import Draft
from app.web.answer import check_text
from app.web.api import DraftOut
from app.web.deps import KnownDep, RoomsDep, VisitorDep, now

router = APIRouter(include_in_schema=False)
Revision = Annotated[int, Query(ge=1, lt=2**31)]  # that the text was made from


class EditIn(BaseModel):
    answer: str
    base: Annotated[int, Field(ge=0, lt=2**31)] | None = None  # the version of the draft that it was made from


@router.put("/wiki/{slug}/draft", status_code=204, response_class=Response)
def save_edit(slug: str, body: EditIn, rooms: RoomsDep, learner: VisitorDep, revision: Revision) -> Response:
    """409, with what is kept, if it was changed elsewhere since `base`."""
    leaf = revisions.answer_to(rooms.question(slug))
    check_text(body.answer)
    with rooms.database.write() as connection:
        kept = edits.one(connection, learner, leaf.name)
        revisions.one(connection, leaf, revision)
        saved = edits.save(
            connection, learner, leaf.name, base=revision, text=body.answer, version=body.base, now=now(),
            summary=kept.summary if kept and not kept.done else "",
        )  # fmt: skip
    return Response(status_code=204, headers={"X-Draft-Version": str(saved.version)})


@router.get("/wiki/{slug}/draft")
def read_edit(slug: str, rooms: RoomsDep, learner: KnownDep) -> Response:
    """What is kept; version 0 if there is nothing."""
    leaf = revisions.answer_to(rooms.question(slug))
    with rooms.database.read() as connection:
        found = edits.one(connection, learner, leaf.name)
    kept = Draft(found.text, found.version, found.saved, found.done) if found else Draft("", 0, now(), False)
    told = DraftOut(answer=kept.text, version=kept.version, saved=kept.saved)
    return Response(told.model_dump_json(), 200, {"Cache-Control": "no-store"}, "application/json")
