"""The wiki for programs: answers, their history and differences, and changes of them; the same functions as behind the
pages. Discussions, thanks and the list of changes are in wiki_api_talk.py, suggestions in wiki_api_queue.py.

Who asks this API for the text of an answer has chosen to see it: that is what the address says, and so it is not
refused. For somebody who is known by a cookie or an account it is recorded, as the button of the page records it; of a
client without either nothing is stored. History and numbers are no answer and record nothing.
"""

import contextlib
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.bank.question import Question
from app.grading.examination import Tested
from app.store import contributors, edits, revisions
from app.store.db import CannotSave
from app.store.revisions import SOME, Entry, Leaf, Revision, answer_to
from app.web.api import problems
from app.web.deps import KeyedDep, Rooms, RoomsDep, VisitorDep, WhoDep, now
from app.web.door import address_of
from app.web.judge import KEPT, in_bounds, readable
from app.web.outcomes import Asker, Change, End, Outcome
from app.web.problems import problem
from app.web.publish import may_publish, newer_file, publish, restore, set_policy, take_file, undo
from app.web.reveal import reveal
from app.web.who import COOKIE, Who
from app.wiki.blame import blamed
from app.wiki.diff import diff

router = APIRouter(prefix="/api/v1/wiki")
MOST = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=MOST)]
Asked = Annotated[int | None, Query(ge=1, le=MOST)]
CLASH = "While you wrote, somebody else changed the same place. Finish `merged` and send it again with the base `head`."
TOGETHER = "Mend `merged`, and send it again with the base `head`."


class ChangeIn(BaseModel):
    base: Annotated[int, Field(ge=1, le=MOST)] = Field(description="The revision that the text was made from.")
    text: str = Field(description="The whole page, in Markdown: at most 20,000 characters.")
    summary: str = Field("", description="What was changed and why: at most 200 characters.")
    suggest: bool = Field(False, description="Keep it as a suggestion, even if it could be published.")


class DraftIn(BaseModel):
    base: Annotated[int, Field(ge=1, le=MOST)]
    text: str
    summary: str = ""
    version: Annotated[int, Field(ge=0, le=MOST)] | None = Field(
        None, description="Of the draft that this one was made from (0: there was none). Null overwrites."
    )


class PolicyIn(BaseModel):
    policy: Literal["locked", "members", "everyone"] | None = Field(description="Null: as everywhere.")


class FileIn(BaseModel):
    ignore: bool = Field(False, description="Leave the page as it is, and offer this text of the file no more.")


async def asking(request: Request, learner: VisitorDep, who: WhoDep, keyed: KeyedDep) -> Asker:
    return Asker(replace(who, learner=learner), address_of(request), keyed, now())


AskerDep = Annotated[Asker, Depends(asking)]


@router.get("/{question_id}", responses=problems(404))
def page(question_id: str, request: Request, rooms: RoomsDep, who: WhoDep) -> dict[str, Any]:
    """The current answer."""
    question, leaf = see(request, rooms, question_id, who)
    with rooms.database.read() as connection:
        found = revisions.current(connection, leaf)
        about = revisions.page(connection, leaf)
        people = contributors.of(connection, leaf.name)
    return whole(found) | {
        "policy": about.policy or rooms.press.policy,
        "may_publish": may_publish(rooms, who, about.policy),
        "suggestions": about.suggestions,
        "threads": about.threads,
        "newer_file": newer_file(question, about.filed) is not None,
        "contributors": [{"name": one.name, "edits": one.edits} for one in people],
    }


@router.get("/{question_id}/revisions", responses=problems(404))
def history(
    question_id: str, rooms: RoomsDep, before: Asked = None, limit: Annotated[int, Query(ge=1, le=200)] = SOME
) -> dict[str, Any]:
    """The newest revisions first; `next` is the `before` of the rest, null at the end."""
    leaf = answer_to(rooms.question(question_id))
    with rooms.database.read() as connection:
        found = revisions.history(connection, leaf, before, limit)
    return {"revisions": [line(entry) for entry in found.entries], "next": found.next}


@router.get("/{question_id}/revisions/{number}", responses=problems(404))
def revision(question_id: str, number: Number, request: Request, rooms: RoomsDep, who: WhoDep) -> dict[str, Any]:
    """One revision, for ever the same."""
    _, leaf = see(request, rooms, question_id, who)
    with rooms.database.read() as connection:
        return whole(revisions.one(connection, leaf, number))


@router.get("/{question_id}/diff", responses=problems(404))
def difference(
    question_id: str,
    request: Request,
    rooms: RoomsDep,
    who: WhoDep,
    start: Annotated[int | None, Query(alias="from", ge=1, le=MOST)] = None,
    to: Asked = None,
) -> dict[str, Any]:
    """Word by word: `from` is the one before `to` unless said, and `to` the newest. Same and removed spans put together
    are the old text, same and added ones the new."""
    _, leaf = see(request, rooms, question_id, who)
    with rooms.database.read() as connection:
        newer = revisions.current(connection, leaf) if to is None else revisions.one(connection, leaf, to)
        older = revisions.one(connection, leaf, max(1, newer.number - 1) if start is None else start)
    found = diff(older.text, newer.text)
    rows = [
        {
            "kind": row.kind,
            "before": row.before,
            "after": row.after,
            "spans": [{"kind": span.kind, "text": span.text} for span in row.spans],
        }
        for row in found.rows
    ]
    return {"from": older.number, "to": newer.number, "added": found.added, "removed": found.removed, "rows": rows}


@router.get("/{question_id}/blame", responses=problems(404))
def blame(question_id: str, request: Request, rooms: RoomsDep, who: WhoDep, number: Asked = None) -> dict[str, Any]:
    """Each paragraph of a revision (the newest unless said) with the revision that it is from."""
    _, leaf = see(request, rooms, question_id, who)
    with rooms.database.read() as connection:
        found = revisions.current(connection, leaf) if number is None else revisions.one(connection, leaf, number)
        origins = revisions.entries(connection, leaf, set(found.blame))
    paragraphs = [{"text": text, **line(origins[at])} for text, at in blamed(found.text, found.blame)]
    return {"revision": found.number, "paragraphs": paragraphs}


@router.post("/{question_id}/revisions", status_code=201, responses=problems(404, 409, 413, 422, 429, 503))
async def change(question_id: str, body: ChangeIn, request: Request, rooms: RoomsDep, asker: AskerDep) -> Response:
    """Publish a text: 201 saved or merged, 200 nothing to change, 202 kept as a suggestion, 409 with both texts and the
    marked merge, 422 with the code that fails. With an Idempotency-Key it is stored once, however often it is sent."""
    wanted = Change(body.base, body.text, body.summary, body.suggest)
    outcome = await rooms.press.do(publish, rooms, asker, rooms.question(question_id), wanted)
    return answer(request, outcome)


@router.post("/{question_id}/revisions/{number}/restore", status_code=201, responses=problems(404, 409, 429, 503))
async def go_back(question_id: str, number: Number, request: Request, rooms: RoomsDep, asker: AskerDep) -> Response:
    """This text again, as a new revision."""
    return answer(request, await rooms.press.do(restore, rooms, asker, rooms.question(question_id), number))


@router.post("/{question_id}/revisions/{number}/undo", status_code=201, responses=problems(404, 409, 422, 429, 503))
async def take_back(question_id: str, number: Number, request: Request, rooms: RoomsDep, asker: AskerDep) -> Response:
    """What this revision changed is changed back; what came after it stays."""
    return answer(request, await rooms.press.do(undo, rooms, asker, rooms.question(question_id), number))


@router.post("/{question_id}/file", status_code=201, responses=problems(404, 409, 422, 429, 503))
async def file(question_id: str, body: FileIn, request: Request, rooms: RoomsDep, asker: AskerDep) -> Response:
    """Take up what was changed in the question file since the wiki's page began."""

    def act() -> Outcome:
        return take_file(rooms, asker, rooms.question(question_id), ignore=body.ignore)

    return answer(request, await rooms.press.do(act))


@router.put("/{question_id}/policy", status_code=204, response_class=Response, responses=problems(401, 403, 404, 422))
def policy(question_id: str, body: PolicyIn, rooms: RoomsDep, who: WhoDep) -> Response:
    """Who may publish here, for editors to say."""
    set_policy(rooms, who, rooms.question(question_id), body.policy)
    return Response(status_code=204)


@router.post("/{question_id}/reveal", status_code=204, response_class=Response, responses=problems(404, 503))
def show(question_id: str, rooms: RoomsDep, asker: AskerDep) -> Response:
    """Choose to see the answer before having answered."""
    reveal(rooms, rooms.question(question_id), asker.who)
    return Response(status_code=204)


@router.put(
    "/{question_id}/draft", status_code=204, response_class=Response, responses=problems(404, 409, 413, 422, 503)
)
def save_draft(question_id: str, body: DraftIn, rooms: RoomsDep, asker: AskerDep) -> Response:
    """Keep a text that is not published. 409, with what is kept, if it was changed elsewhere since `version`."""
    leaf = answer_to(rooms.question(question_id))
    in_bounds(Change(body.base, readable(body.text) or " ", readable(body.summary)))
    with rooms.database.write() as connection:
        kept = edits.save(
            connection, asker.who.learner, leaf.name, base=body.base, text=body.text, summary=body.summary,
            version=body.version, now=asker.now,
        )  # fmt: skip
    return Response(status_code=204, headers={"X-Draft-Version": str(kept.version)})


@router.get("/{question_id}/draft", responses=problems(404))
def read_draft(question_id: str, rooms: RoomsDep, who: WhoDep) -> dict[str, Any]:
    """What is kept; version 0 if there is nothing."""
    leaf = answer_to(rooms.question(question_id))
    with rooms.database.read() as connection:
        kept = edits.one(connection, who.learner, leaf.name)
        head = revisions.page(connection, leaf).head
    found = kept or edits.Edit(head, "", "", 0, now())
    told = {"base": found.base, "text": found.text, "summary": found.summary, "version": found.version}
    return told | {"saved": found.saved, "done": found.done}


def see(request: Request, rooms: Rooms, question_id: str, who: Who) -> tuple[Question, Leaf]:
    """Asking for an answer is choosing to see it. Raises NotHere."""
    question = rooms.question(question_id)
    sent = request.cookies.get(COOKIE, "")
    if who.account is not None or sent and sent == rooms.signer.sign(who.learner).decode("ascii"):
        with contextlib.suppress(CannotSave):  # what cannot be recorded now can be read all the same
            reveal(rooms, question, who)
    return question, answer_to(question)


def line(entry: Entry) -> dict[str, Any]:
    return {
        "question": entry.page.partition("/")[2],
        "revision": entry.number,
        "base": entry.base,
        "kind": entry.kind.value,
        "summary": entry.summary,
        "size": entry.size,
        "change": entry.change,
        "by": entry.name,
        "accepted_by": entry.accepted_by,
        "restored": entry.restored,
        "created": None if entry.created is None else entry.created.isoformat(),
    }


def whole(found: Revision) -> dict[str, Any]:
    tested: Tested | None = found.tested
    return line(found) | {"text": found.text, "tested": None if tested is None else tested.model_dump(mode="json")}


def answer(request: Request, outcome: Outcome) -> Response:
    """What a program is told of what became of its change."""
    found, clash = outcome.examination, outcome.clash
    blocks = None if found is None else [block.model_dump(mode="json") for block in found.blocks]
    if outcome.kept:
        request.state.kept = KEPT
    if outcome.end is End.REFUSED:
        failed = None if found is None or found.failed is None else found.failed.model_dump(mode="json")
        more: dict[str, Any] = {"reasons": list(outcome.reasons), "blocks": blocks, "failed": failed}
        return problem(request, outcome.status, " ".join(outcome.reasons), **more)
    if clash is not None:
        more = {"base": clash.base.number, "base_text": clash.base.text, "head": clash.theirs.number}
        more |= {"yours": clash.yours, "theirs": clash.theirs.text, "merged": clash.marked, "blocks": blocks}
        says = " ".join((*outcome.reasons, TOGETHER)) if outcome.reasons else CLASH
        return problem(request, outcome.status, says, **more, reasons=list(outcome.reasons))
    told: dict[str, Any] = {"result": outcome.end.value, "blocks": blocks}
    if outcome.suggestion is not None:
        told |= {"suggestion": outcome.suggestion.id, "base": outcome.suggestion.base}
        address = f"/api/v1/suggestions/{outcome.suggestion.id}"
    else:
        assert outcome.revision is not None
        told |= whole(outcome.revision)
        address = f"/api/v1/wiki/{told['question']}/revisions/{outcome.revision.number}"
    return JSONResponse(told, outcome.status, {"Location": address, "Cache-Control": "no-store"})
