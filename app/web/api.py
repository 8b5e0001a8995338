"""The JSON API: the same functions as behind the pages, for programs. Described by /openapi.json."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from app.grading.verdict import Verdict
from app.store import drafts, hints, progress
from app.store.advice import Advice
from app.store.attempts import Attempt
from app.web.answer import check_text, hand_in
from app.web.attempts import grade_oneself, mine
from app.web.deps import KeyHeader, KnownDep, RoomsDep, VisitorDep, keyed_by, now, rooms_of, visitor
from app.web.forms import answer_of, text_of_answer
from app.web.questions import open_hint
from app.web.quick import Quick
from app.web.views import card, public

router = APIRouter(prefix="/api/v1")
RULED = ("kind", "passed", "score", "reason", "by", "made")


class AnswerIn(BaseModel):
    answer: Any = Field(
        description="Text for code, prose and predict; an id or a list of ids for choice; a number, or text with "
        "one, for number; a list of ids for order; [line id, indent] pairs for parsons; [x, y] pairs for draw. At "
        "most 64 KiB."
    )
    certainty: Literal[1, 2, 3] | None = Field(None, description="1 guessed, 2 fairly sure, 3 certain.")


class DraftIn(BaseModel):
    answer: Any = Field(description="What the answer is so far; text is kept as it is.")
    base: Annotated[int, Field(ge=0, lt=2**31)] | None = Field(
        None, description="The version that this text was made from (0: there was none). Null overwrites."
    )


class SelfGradeIn(BaseModel):
    points: dict[str, bool] = Field(description="Each point's id, and whether the answer says it.")


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class InstructorNote(BaseModel):
    """To everybody who makes the same mistake."""

    says: str = Field(description="Markdown.")
    by: str | None
    changed: datetime


class RulingOut(BaseModel):
    """What was decided about an attempt, or about its whole part, after it was graded."""

    kind: Literal["excuse", "override", "regrade", "grade"]
    whole_part: bool
    passed: bool | None
    score: float | None
    reason: str
    by: str | None
    made: datetime


class AttemptOut(BaseModel):
    attempt: str
    question: str
    part: str
    status: Literal["pending", "graded", "failed"]
    created: datetime
    answer: Any
    certainty: int | None
    verdict: Verdict | None
    self_grade: dict[str, bool] | None
    version: str = Field(description="Of the question that the verdict is of.")
    grader: str | None = Field(description="The version of the program that made the verdict.")
    passed: bool = Field(description="As it counts, after all rulings.")
    score: float | None = Field(description="As it counts.")
    excused: bool
    instructor_note: InstructorNote | None
    rulings: list[RulingOut]


class HandedOut(BaseModel):
    attempt: str
    verdict: Verdict | None
    instructor_note: InstructorNote | None = None


class DraftOut(BaseModel):
    answer: str
    version: int
    saved: datetime


def problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": Problem, "content": {"application/problem+json": {}}} for code in codes}


@router.get("/questions")
def questions(rooms: RoomsDep, learner: KnownDep) -> list[dict[str, Any]]:
    """All questions in order, and how far you are."""
    with rooms.database.read() as connection:
        standing = progress.of(connection, learner)
        unsent = drafts.unsent(connection, learner)
    rows = [(question, card(question, standing, unsent)) for question in rooms.bank.questions]
    return [
        {
            "id": question.id,
            "number": question.number,
            "title": question.title,
            "topics": list(question.topics),
            "parts": [{"id": part.id, "kind": part.kind} for part in question.parts],
            "state": row.state,
        }
        for question, row in rows
    ]


@router.get("/questions/{question_id}", responses=problems(404))
def question(question_id: str, rooms: RoomsDep, learner: KnownDep) -> dict[str, Any]:
    """What anybody may see of a question: no solution, no hidden case, no key point; and the hints you have opened."""
    found = rooms.question(question_id)
    with rooms.database.read() as connection:
        return public(found, hints.opened(connection, learner, found.id))


@router.post("/questions/{question_id}/hints", responses=problems(404, 409, 503))
def hint(question_id: str, rooms: RoomsDep, learner: VisitorDep) -> dict[str, Any]:
    """Open the next hint. Each honest try earns one; 409 before that."""
    found = rooms.question(question_id)
    view = open_hint(rooms, found, learner)
    return {"hints": view.hints[: view.hints_open], "hints_total": len(view.hints)}


async def attempt(
    question_id: str,
    part_id: str,
    body: AnswerIn,
    request: Request,
    key: KeyHeader = None,
) -> Response:
    """Hand an answer in. With an Idempotency-Key it is stored once, however often it is sent."""
    rooms, learner, keyed = await rooms_of(request), await visitor(request), await keyed_by(request, key)
    found, part = rooms.place(question_id, part_id)
    text = text_of_answer(part, body.answer)
    handed = await hand_in(request, rooms, learner, found, part, text, keyed, body.certainty)
    told = handed.attempt
    verdict = told.verdict.model_dump_json() if told.verdict is not None and handed.status == 201 else "null"
    note = instructor_note(told.advice)
    said = "" if note is None else f', "instructor_note": {note.model_dump_json()}'
    reply = f'{{"attempt": "{told.id}", "verdict": {verdict}{said}}}'
    return _json(reply, handed.status, {"Location": f"/api/v1/attempts/{told.id}"})


router.add_api_route(
    "/questions/{question_id}/parts/{part_id}/attempts",
    attempt,
    methods=["POST"],
    route_class_override=Quick,
    status_code=201,
    response_model=HandedOut,
    responses={202: {"model": HandedOut, "description": "Not graded within 2 s"}, **problems(404, 413, 422, 503)},
)


@router.get("/attempts/{attempt_id}", response_model=AttemptOut, responses=problems(404))
def read_attempt(attempt_id: str, rooms: RoomsDep, learner: KnownDep) -> Response:
    """One of your own attempts."""
    return _json(attempt_out(mine(rooms, attempt_id, learner)).model_dump_json())


@router.put("/attempts/{attempt_id}/self-grade", response_model=AttemptOut, responses=problems(404, 422, 503))
def self_grade(attempt_id: str, body: SelfGradeIn, rooms: RoomsDep, learner: VisitorDep) -> Response:
    """Your own grade of an answer in words. Points that are not named are not ticked."""
    return _json(attempt_out(grade_oneself(rooms, attempt_id, learner, body.points)).model_dump_json())


@router.put(
    "/questions/{question_id}/parts/{part_id}/draft",
    status_code=204,
    response_class=Response,
    responses=problems(404, 409, 413, 422, 503),
)
def save_draft(question_id: str, part_id: str, body: DraftIn, rooms: RoomsDep, learner: VisitorDep) -> Response:
    """Keep a text that is not handed in. 409, with what is kept, if it was changed elsewhere since `base`."""
    found, part = rooms.place(question_id, part_id)
    text = text_of_answer(part, body.answer)
    check_text(text)
    with rooms.database.write() as connection:
        kept = drafts.save(connection, learner, found.id, part.id, text, body.base, now())
    return Response(status_code=204, headers={"X-Draft-Version": str(kept.version)})


@router.get("/questions/{question_id}/parts/{part_id}/draft", response_model=DraftOut, responses=problems(404))
def read_draft(question_id: str, part_id: str, rooms: RoomsDep, learner: KnownDep) -> Response:
    """What is kept; version 0 if there is nothing."""
    found, part = rooms.place(question_id, part_id)
    with rooms.database.read() as connection:
        kept = drafts.one(connection, learner, found.id, part.id) or drafts.Draft("", 0, now(), False)
    return _json(DraftOut(answer=kept.text, version=kept.version, saved=kept.saved).model_dump_json())


def attempt_out(found: Attempt) -> AttemptOut:
    return AttemptOut(
        attempt=found.id,
        question=found.question,
        part=found.part,
        status=found.status,
        created=found.created,
        answer=answer_of(found.kind, found.answer),
        certainty=found.certainty,
        verdict=found.verdict,
        self_grade=None if found.self_grade is None else dict(found.self_grade),
        version=found.version,
        grader=found.grader,
        passed=found.passed,
        score=found.score,
        excused=found.excused,
        instructor_note=instructor_note(found.advice),
        rulings=[
            RulingOut(whole_part=one.attempt is None, **{name: getattr(one, name) for name in RULED})
            for one in found.rulings
        ],
    )


def instructor_note(found: Advice | None) -> InstructorNote | None:
    return None if found is None else InstructorNote(says=found.says, by=found.by, changed=found.changed)


def _json(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Text that is JSON already; it belongs to one visitor."""
    return Response(text, status, {"Cache-Control": "no-store"} | (headers or {}), "application/json")
