"""What is misunderstood: the overview for those who teach, the statistics of a question, and notes on mistakes."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import insight
from app.bank.question import Part, ProsePart, Question
from app.grading.grader import grader
from app.insight import Estimate
from app.store import advice, attempts, mistakes, statistics, tally
from app.store.advice import Advice
from app.store.attempts import Attempt
from app.store.mistakes import Mistake
from app.store.people import is_id
from app.store.tally import Tally
from app.web.answer import Form, read_form, text_of
from app.web.api import problems
from app.web.deps import Rooms, RoomsDep, WhoDep, now
from app.web.insights import IN_A_TABLE, Agreement, Figures, PointFigures, agreements, figures, points
from app.web.problems import NotAnAnswer, NotHere, TooLong
from app.web.rights import Thing, demand_change, demand_see
from app.web.views import TITLES, AttemptView, attempt_view
from app.web.who import Who

router = APIRouter()
SIGNATURE = re.compile(r"[a-z][a-z0-9-]{1,39}")
SHOWN = 8  # mistakes a part
HARDEST = 5
NOTE_LENGTH = 4_000
LINES = 25


@dataclass(frozen=True)
class MistakeView:
    mistake: Mistake
    example: AttemptView | None
    advice: Advice | None


@dataclass(frozen=True)
class PartInsight:
    part: Part
    title: str
    figures: Figures
    mistakes: list[MistakeView]
    points: list[PointFigures]
    agreements: list[Agreement]


@router.get("/teach", include_in_schema=False)
def overview(rooms: RoomsDep, who: WhoDep) -> Response:
    demand_see(who, Thing.TEACH)
    table: list[tuple[Question, list[tuple[Part, Figures]]]] = []
    places = [(question.id, part.id) for question in rooms.bank.questions for part in question.parts]
    with rooms.database.read() as connection:
        for question in rooms.bank.questions:
            tries = [statistics.first_tries(connection, question.id, part.id, IN_A_TABLE) for part in question.parts]
            known = [figures(part, some) for part, some in zip(question.parts, tries, strict=True)]
            parts = list(zip(question.parts, known, strict=True))
            table.append((question, parts if any(some.rows for some in tries) else []))
        alpha = insight.alpha(statistics.complete(connection, places))
    limits = {"least": insight.LEAST, "most": IN_A_TABLE, "parted": rooms.bank.parted}
    context: dict[str, Any] = {"table": table, "hardest": hardest(table), "alpha": alpha} | limits
    return rooms.pages.page("teach.html", "teach", who=who, **context)


def hardest(table: list[tuple[Question, list[tuple[Part, Figures]]]]) -> list[tuple[Question, Part, Figures]]:
    """Those with the smallest mean score, of which something can be said."""
    ranked = [
        (shown.item.facility.value, question, part, shown)
        for question, parts in table
        for part, shown in parts
        if shown.item.facility is not None
    ]
    return [row[1:] for row in sorted(ranked, key=lambda row: row[0])[:HARDEST]]


@router.get("/teach/questions/{slug}", include_in_schema=False)
def statistics_page(slug: str, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_see(who, Thing.TEACH)
    question = rooms.question(slug)
    context: dict[str, Any] = {
        "question": question,
        "parts": insights(rooms, question),
        "version": rooms.bank.version(slug),
    }
    return rooms.pages.page(
        "teach_question.html", "teach", who=who, grader=grader(), least=insight.LEAST, **context
    )  # fmt: skip


def insights(rooms: Rooms, question: Question) -> list[PartInsight]:
    with rooms.database.read() as connection:
        said = advice.of(connection, question.id)
        tallies = tally.of(connection, question.id)
        made = []
        for part in question.parts:
            found = mistakes.commonest(connection, question.id, part.id, SHOWN)
            examples = attempts.by_id(connection, [one.example for one in found if one.example])
            shown = figures(part, statistics.first_tries(connection, question.id, part.id))
            made.append(_part(part, shown, found, examples, said, tallies))
    return made


def _part(
    part: Part,
    shown: Figures,
    found: list[Mistake],
    examples: dict[str, Attempt],
    said: dict[tuple[str, str], Advice],
    tallies: list[Tally],
) -> PartInsight:
    views = []
    for one in found:
        example = examples.get(one.example or "")
        view = None if example is None else attempt_view(example, part)
        views.append(MistakeView(one, view, said.get((part.id, one.signature))))
    prose = part if isinstance(part, ProsePart) else None
    missed = points(prose, tallies) if prose else []
    agreed = agreements(prose, tallies) if prose else []
    return PartInsight(part, TITLES[part.kind], shown, views, missed, agreed)


@router.post("/teach/questions/{slug}/notes", include_in_schema=False)
async def note(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """A note on a mistake is given, changed or withdrawn."""
    demand_change(who, Thing.TEACH)
    form = await read_form(request)
    part, signature = text_of(form, "part"), text_of(form, "signature")
    rooms.place(slug, part)
    await asyncio.to_thread(_note, rooms, who, (slug, part, signature), form)
    return RedirectResponse(f"/teach/questions/{slug}#{signature}", 303)


def _note(rooms: Rooms, who: Who, place: tuple[str, str, str], form: Form) -> None:
    """Raises NotHere, NotAnAnswer and TooLong."""
    if not SIGNATURE.fullmatch(place[2]) or who.account is None:
        raise NotHere
    with rooms.database.write() as connection:
        if mistakes.example_of(connection, *place) is None:
            raise NotHere
        if text_of(form, "do") == "withdraw":
            advice.withdraw(connection, *place, who.account.id, now())
        else:
            advice.give(connection, *place, plain_text(form, "says", NOTE_LENGTH), who.account.id, now())


def plain_text(form: Form, name: str, most: int) -> str:
    """Raises NotAnAnswer and TooLong."""
    text = text_of(form, name).strip()
    if not text:
        raise NotAnAnswer("The text is empty. Write something first.")
    if len(text) > most:
        raise TooLong(f"Such a text has at most {most:,} characters; this one has {len(text):,}.")
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise NotAnAnswer("The text holds a character that no text needs.")
    return text


@router.get("/teach/questions/{slug}/parts/{part_id}/attempts", include_in_schema=False)
def attempt_list(slug: str, part_id: str, rooms: RoomsDep, who: WhoDep, before: str = "") -> Response:
    """The newest attempts at a part, a page at a time."""
    demand_see(who, Thing.TEACH)
    question, part = rooms.place(slug, part_id)
    with rooms.database.read() as connection:
        found = statistics.lines(connection, slug, part_id, before if is_id(before) else None, LINES + 1)
    context: dict[str, Any] = {"question": question, "part": part, "title": TITLES[part.kind]}
    more = found[LINES - 1].id if len(found) > LINES else None
    return rooms.pages.page("teach_attempts.html", "teach", who=who, lines=found[:LINES], more=more, **context)


@router.get("/api/v1/teach/questions/{question_id}/statistics", responses=problems(401, 403, 404))
def read_statistics(question_id: str, rooms: RoomsDep, who: WhoDep) -> dict[str, Any]:
    """For instructors: first attempts, one a learner. A statistic is null where it would be of fewer than 10."""
    demand_see(who, Thing.TEACH)
    question = rooms.question(question_id)
    parts = [_told(one) for one in insights(rooms, question)]
    return {"question": question.id, "version": rooms.bank.version(question.id), "grader": grader(), "parts": parts}


def _told(one: PartInsight) -> dict[str, Any]:
    shown = one.figures
    return {
        "part": shown.part,
        "kind": one.part.kind,
        "n": shown.item.n,
        "learners": shown.learners,
        "looked_at": shown.looked_at,
        "not_self_graded": shown.waiting,
        "facility": _estimate(shown.item.facility),
        "discrimination": _estimate(shown.item.discrimination),
        "efficiency": _estimate(shown.item.efficiency),
        "passed_first": _estimate(shown.passed_first.estimate),
        "solved": _estimate(shown.solved.estimate),
        "hints": _estimate(shown.hints.estimate),
        "median_tries": shown.tries,
        "median_seconds": shown.seconds,
        "certainty": [{"said": said, "right": share.some, "n": share.all} for said, share in shown.certainty],
        "mistakes": [_mistake(view) for view in one.mistakes],
        "points": [
            {"id": point.id} | {who: vars(getattr(point, who)) for who in ("said", "found", "read")}
            for point in one.points
        ],
        "agreement": [
            {"between": [pair.one, pair.other], "alike": vars(pair.alike), "kappa": pair.kappa}
            for pair in one.agreements
        ],
    }


def _estimate(found: Estimate | None) -> dict[str, float | None] | None:
    return None if found is None else dict(vars(found))


def _mistake(view: MistakeView) -> dict[str, Any]:
    verdict = view.example.verdict if view.example else None
    note = view.advice if view.advice and not view.advice.withdrawn else None
    return {
        "signature": view.mistake.signature,
        "learners": view.mistake.learners,
        "times": view.mistake.times,
        "example": verdict.summary if verdict else None,
        "note": note.says if note else None,
    }
