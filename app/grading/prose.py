"""Prose answers: for now the student compares the text with the reference answer and ticks what it says.

Nothing is judged by the machine here, so nothing can be judged wrongly.
"""

from collections.abc import Mapping

from app.bank.question import ProsePart, Question
from app.grading.endings import refusal
from app.grading.verdict import PointState, Verdict
from app.sandbox.job import Ending

COMPARE = "Now compare your answer with the reference and tick what you said."
HOW = "Not graded by a machine: you compare your answer with the reference, point by point."
HOW_TICKED = "Graded by you: the share of the reference's points that you ticked{weighted}."


def grade_prose(question: Question, part: ProsePart, answer: object) -> Verdict:
    """What a prose answer gets before the student has looked at the reference: no score."""
    refused = refusal(answer)
    return Verdict(
        question=question.id, part=part.id, kind=part.kind, passed=False, score=0.0 if refused else None,
        ending=Ending.REFUSED if refused else Ending.OK, summary=refused or COMPARE,
        points=None if refused else tuple(PointState(id=point.id, state=None) for point in part.points),
        assessed=bool(refused), how=HOW,
    )  # fmt: skip


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
            "passed": every, "score": 1.0 if every else min(round(score, 2), 0.99), "assessed": True,
            "summary": told, "how": HOW_TICKED.format(weighted=weighted),
        }
    )  # fmt: skip
