"""Prose answers: the engine suggests which key points a text makes, and the student decides.

The suggestion comes first, each point with the sentence it rests on; then the student sees the reference and ticks.
Only the ticks make a score; both are kept. Nothing is suggested for what cannot be assessed, and the reason is told.
"""

from collections.abc import Mapping

from app.bank.question import ProsePart, Question
from app.grading.endings import refusal
from app.grading.verdict import Note, PointState, Verdict
from app.keypoints.find import Found, find
from app.keypoints.task import Misconception, Point, Task
from app.keypoints.worth import Reason
from app.sandbox.job import Ending

COMPARE = "Now compare your answer with the reference and tick what you said."
HOW = (
    "Sentences that resemble the key points were looked for, word by word; their meaning is not understood. "
    "It is a suggestion: you decide."
)
HOW_NOT = "Not assessed by the machine: you compare your answer with the reference, point by point."
HOW_TICKED = "Graded by you: the share of the reference's points that you ticked{weighted}."
WHY_NOT: dict[Reason, str] = {
    Reason.BLANK: "There are no words in it, so there is nothing to look for.",
    Reason.NO_WORDS: "There are hardly any words in it, so there is nothing to look for.",
    Reason.OTHER_SCRIPT: "It is not written in English letters, and only English can be looked through here.",
    Reason.OTHER_LANGUAGE: "It seems to be in another language, and only English can be looked through here.",
    Reason.COPY: "It mostly repeats the question, so nothing was looked for in it.",
    Reason.CODE: "It is program text where sentences are asked for, so nothing was looked for in it.",
    Reason.KEYWORDS: "It is a list of key words, and does not say what they have to do with each other.",
    Reason.TOO_SHORT: "It is too short to tell what it says.",
    Reason.MEANINGLESS: "No sentence could be made out in it.",
}


def grade_prose(question: Question, part: ProsePart, answer: object) -> Verdict:
    """What a prose answer gets before the student has looked at the reference: suggestions and no score."""
    refused = refusal(answer)
    if refused or not isinstance(answer, str):
        return Verdict(
            question=question.id, part=part.id, kind=part.kind, passed=False, score=0.0, ending=Ending.REFUSED,
            summary=refused or "An answer is a text.", assessed=False, how=HOW_NOT,
        )  # fmt: skip
    found = find(task_of(question, part), answer)
    return Verdict(
        question=question.id, part=part.id, kind=part.kind, passed=False, score=None, ending=Ending.OK,
        summary=_summary(found), points=_points(part, found), notes=_notes(part, found),
        assessed=found.reason is None, how=HOW_NOT if found.reason else _how(found, answer),
    )  # fmt: skip


def task_of(question: Question, part: ProsePart) -> Task:
    """What the engine may know of a part."""
    return Task(
        points=tuple(
            Point(point.id, point.text, point.refs, point.required_terms, point.weight) for point in part.points
        ),
        misconceptions=tuple(Misconception(one.id, one.refs, one.contradicts) for one in part.misconceptions),
        question=(question.title, question.prompt, part.ask),
        accept_short=part.accept_short,
    )


def _points(part: ProsePart, found: Found) -> tuple[PointState, ...]:
    if found.reason is not None:
        return tuple(PointState(id=point.id, state=None) for point in part.points)
    return tuple(PointState(id=point.id, state=point.state, evidence=point.evidence) for point in found.points)


def _notes(part: ProsePart, found: Found) -> tuple[Note, ...] | None:
    """The author's reply to each misconception that was recognised, in the order of the text."""
    replies = {one.id: one.reply for one in part.misconceptions}
    notes = [Note(id=error.id, says=replies[error.id], evidence=error.evidence) for error in found.errors]
    return tuple(sorted(notes, key=lambda note: note.evidence or (0, 0))) or None


def _summary(found: Found) -> str:
    if found.reason is not None:
        return f"{WHY_NOT[found.reason]} {COMPARE}"
    covered = sum(point.state == "covered" for point in found.points)
    return f"{covered} of {len(found.points)} key points {'seems' if covered == 1 else 'seem'} to be there. {COMPARE}"


def _how(found: Found, answer: str) -> str:
    return HOW if found.read >= len(answer) else f"{HOW} Only the first {found.read:,} characters were looked at."


def self_graded(part: ProsePart, verdict: Verdict, ticks: Mapping[str, bool]) -> Verdict:
    """The verdict with the student's own ticks. Points that the part does not have are not counted."""
    if verdict.ending is not Ending.OK:
        return verdict
    ticked = [point for point in part.points if ticks.get(point.id) is True]
    score = sum(point.weight for point in ticked) / sum(point.weight for point in part.points)
    every = len(ticked) == len(part.points)
    weighted = ", by their weight" if len({point.weight for point in part.points}) > 1 else ""
    told = "You ticked every point." if every else f"You ticked {len(ticked)} of {len(part.points)} points."
    return verdict.model_copy(
        update={
            "passed": every, "score": 1.0 if every else min(round(score, 2), 0.99),
            "assessed": True, "summary": told, "how": HOW_TICKED.format(weighted=weighted),
        }
    )  # fmt: skip
