"""What the templates are given: frozen values with exactly what a page may show, and the functions that make them.

Solutions, hidden cases and key points are not in them before the learner has been graded; `public` is the one place
that says which fields of a question a visitor may see.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.bank.question import CodePart, Part, ProsePart, Question, Rule
from app.grading.grade import KINDS
from app.grading.verdict import Verdict
from app.store.advice import Advice
from app.store.attempts import Attempt
from app.store.drafts import Draft
from app.store.progress import Progress
from app.store.rulings import Ruling
from app.web.forms import begun, fields, program_of
from app.web.marked import Piece, letter, marked, quote

State = Literal["new", "draft", "tried", "done"]
Standing = Mapping[tuple[str, str], Progress]  # by question and part
Unsent = Mapping[tuple[str, str], datetime]


@dataclass(frozen=True)
class Card:
    """A line of the table of contents."""

    slug: str
    number: int
    title: str
    topics: list[str]
    state: State
    parts_done: int
    parts_total: int
    kinds: list[str]


@dataclass(frozen=True)
class PointView:
    """A key point: what the machine suggests, the words that rests on, what the student and an instructor ticked."""

    id: str
    text: str
    ticked: bool
    state: str | None = None
    quote: str | None = None
    teacher: bool | None = None


@dataclass(frozen=True)
class NoteView:
    """What the author says to a mistake that seems to be in the answer; `says` is Markdown."""

    label: str
    says: str
    quote: str | None


CERTAINTIES = {1: "I guess", 2: "Fairly sure", 3: "Certain"}
TITLES = {
    "code": "in code",
    "prose": "in words",
    "choice": "a choice",
    "number": "a number",
    "predict": "a prediction",
    "order": "in order",
    "parsons": "lines to arrange",
    "draw": "a drawing",
}
WORDS = {  # of the table of contents
    "code": "code",
    "prose": "words",
    "choice": "choice",
    "number": "number",
    "predict": "prediction",
    "order": "order",
    "parsons": "lines to arrange",
    "draw": "drawing",
}
CERTAIN = ("prose", "choice", "number", "predict")  # kinds that ask how sure one is


@dataclass(frozen=True)
class AttemptView:
    id: str
    created: datetime
    answer: str
    pending: bool
    verdict: Verdict | None
    self_grade: Mapping[str, bool] | None
    reference: str | None
    points: list[PointView]
    notes: list[NoteView]
    pieces: list[Piece]  # the answer, cut where a mark begins or ends
    certain: str | None  # how sure they said to be
    program: str | None  # what was run, where it is shown with numbered lines
    advice: Advice | None  # what an instructor says to everybody who makes this mistake
    rulings: tuple[Ruling, ...]  # what was decided about it since, the newest first
    passed: bool  # as it counts
    score: float | None
    read: bool  # an instructor has ticked its points


@dataclass(frozen=True)
class PartView:
    id: str
    kind: str
    title: str
    how: str
    runs: bool
    asks_certainty: bool
    fields: Mapping[str, Any]  # what the form of this kind shows
    ask: str
    starter: str
    text: str
    draft_version: int
    draft_saved: datetime | None
    function: str | None
    variables: list[str]
    rules_text: list[str]
    last: AttemptView | None
    state: State
    attempts: int
    points: list[PointView]
    form_key: str  # sent back as `key`: a form that is sent twice is stored once


@dataclass(frozen=True)
class QuestionView:
    slug: str
    number: int
    title: str
    prompt: str
    topics: list[str]
    hints: list[str]
    hints_open: int
    hints_earned: int
    parts: list[PartView]
    state: State


def card(question: Question, standing: Standing, unsent: Unsent) -> Card:
    states = [part_state(question, part, standing, unsent) for part in question.parts]
    return Card(
        question.id,
        question.number,
        question.title,
        list(question.topics),
        together(states),
        states.count("done"),
        len(states),
        list(dict.fromkeys(WORDS[part.kind] for part in question.parts)),
    )


def part_state(question: Question, part: Part, standing: Standing, unsent: Unsent) -> State:
    place = (question.id, part.id)
    progress = standing.get(place)
    if progress is not None and progress.done:
        return "done"
    if progress is not None and progress.attempts:
        return "tried"
    return "draft" if place in unsent or progress is not None else "new"


def together(states: list[State]) -> State:
    if all(state == "done" for state in states):
        return "done"
    if "done" in states or "tried" in states:
        return "tried"
    return "draft" if "draft" in states else "new"


def question_view(
    question: Question,
    standing: Standing,
    unsent: Unsent,
    drafts: Mapping[str, Draft],
    last: Mapping[str, Attempt],
    hints_open: int,
) -> QuestionView:
    """`drafts` by part, `last` by the attempt's id. `hints_open`: those that were opened before."""
    parts = [part_view(question, part, standing, unsent, drafts.get(part.id), last) for part in question.parts]
    return QuestionView(
        question.id,
        question.number,
        question.title,
        question.prompt,
        list(question.topics),
        list(question.hints),
        hints_open,
        _earned(question, standing),
        parts,
        together([part.state for part in parts]),
    )


def _earned(question: Question, standing: Standing) -> int:
    """Each honest try at any part earns a hint; a question that is done gives all of them."""
    known = [standing[question.id, part.id] for part in question.parts if (question.id, part.id) in standing]
    if len(known) == len(question.parts) and all(progress.done for progress in known):
        return len(question.hints)
    return min(sum(progress.tries for progress in known), len(question.hints))


def part_view(
    question: Question,
    part: Part,
    standing: Standing,
    unsent: Unsent,
    draft: Draft | None,
    last: Mapping[str, Attempt],
) -> PartView:
    progress = standing.get((question.id, part.id))
    newest = last.get(progress.last) if progress else None
    shown = attempt_view(newest, part) if newest else None
    code = part if isinstance(part, CodePart) else None
    unsent_text = draft.text if draft and not draft.submitted else None
    text = begun(part, unsent_text if unsent_text is not None else newest.answer if newest else "")
    kind = KINDS[part.kind]
    return PartView(
        id=part.id,
        kind=part.kind,
        title=TITLES[part.kind],
        how=kind.how(part),
        runs=kind.runs,
        asks_certainty=part.kind in CERTAIN,
        fields=fields(part, text),
        ask=part.ask,
        starter=begun(part, ""),
        text=text,
        draft_version=draft.version if draft else 0,
        draft_saved=draft.saved if draft and not draft.submitted else None,
        function=code.function if code else None,
        variables=list(code.variables) if code else [],
        rules_text=[rule_text(rule) for rule in code.rules] if code else [],
        last=shown,
        state=part_state(question, part, standing, unsent),
        attempts=progress.attempts if progress else 0,
        points=shown.points if shown else [],
        form_key=secrets.token_urlsafe(18),
    )


def attempt_view(attempt: Attempt, part: Part) -> AttemptView:
    shown = isinstance(part, ProsePart) and attempt.status == "graded"
    return AttemptView(
        attempt.id,
        attempt.created,
        attempt.answer,
        attempt.status == "pending",
        attempt.verdict,
        attempt.self_grade,
        reference(part) if shown and isinstance(part, ProsePart) else None,
        point_views(attempt, part) if shown and isinstance(part, ProsePart) else [],
        note_views(attempt),
        marked(attempt.answer, attempt.verdict) if shown else [],
        CERTAINTIES.get(attempt.certainty or 0),
        program_of(part, attempt.answer),
        attempt.advice,
        attempt.rulings,
        attempt.passed,
        attempt.score,
        attempt.teacher_grade is not None,
    )


def reference(part: ProsePart) -> str | None:
    """A written answer that covers every point."""
    every = {point.id for point in part.points}
    return next((sample.text for sample in part.samples if every <= set(sample.covers)), None)


def point_views(attempt: Attempt, part: ProsePart) -> list[PointView]:
    """Nothing is ticked before the student has ticked it: a suggestion is no grade."""
    found = {point.id: point for point in (attempt.verdict.points if attempt.verdict else None) or ()}
    own, read = attempt.self_grade or {}, attempt.teacher_grade
    views = []
    for point in part.points:
        seen = found.get(point.id)
        evidence = quote(attempt.answer, seen.evidence) if seen else None
        teacher = None if read is None else bool(read.get(point.id))
        state = seen.state if seen else None
        views.append(PointView(point.id, point.text, own.get(point.id, False), state, evidence, teacher))
    return views


def note_views(attempt: Attempt) -> list[NoteView]:
    notes = (attempt.verdict.notes if attempt.verdict else None) or ()
    return [NoteView(letter(at), note.says, quote(attempt.answer, note.evidence)) for at, note in enumerate(notes)]


def rule_text(rule: Rule) -> str:
    """A demand on the source, as the page tells it beforehand."""
    if rule.says is not None:
        return rule.says
    demands = ["A list comprehension has to make the result."] if rule.uses else []
    known = {"loop": "a loop", "comprehension": "a comprehension"}
    if rule.avoids:
        demands.append(f"Do it without {' or '.join(known.get(name, f'`{name}`') for name in rule.avoids)}.")
    return " ".join(demands)


def public(question: Question, hints_open: int) -> dict[str, Any]:
    """What a visitor may see of a question before they have answered it."""
    return {
        "id": question.id,
        "number": question.number,
        "title": question.title,
        "prompt": question.prompt,
        "topics": list(question.topics),
        "hints": list(question.hints[:hints_open]),
        "hints_total": len(question.hints),
        "parts": [_public_part(part) for part in question.parts],
    }


def _public_part(part: Part) -> dict[str, Any]:
    told: dict[str, Any] = {"id": part.id, "kind": part.kind, "ask": part.ask, "how": KINDS[part.kind].how(part)}
    if isinstance(part, CodePart):
        told |= {
            "starter": part.starter,
            "function": part.function,
            "variables": list(part.variables),
            "rules": [rule_text(rule) for rule in part.rules],
            "limits": part.limits.model_dump(),
        }
    return told | {name: value for name, value in fields(part, "").items() if name != "program"}


def neighbours(cards: Iterable[Card], slug: str) -> tuple[Card | None, Card | None]:
    """The cards before and after."""
    row = list(cards)
    place = next((index for index, one in enumerate(row) if one.slug == slug), None)
    if place is None:
        return None, None
    return (row[place - 1] if place else None), (row[place + 1] if place + 1 < len(row) else None)
