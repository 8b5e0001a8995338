"""The one way to a verdict: `grade` picks the grader for the kind of the part. Web and terminal both come here."""

from collections.abc import Callable
from typing import Any

from app.bank.question import CodePart, Part, ProsePart, Question
from app.grading.code import grade_code
from app.grading.exams import Exams
from app.grading.prose import grade_prose, self_graded
from app.grading.verdict import Verdict
from app.sandbox.job import Runner

Grader = Callable[[Question, Any, object, Runner, int, Exams | None], Verdict]


def _code(
    question: Question, part: CodePart, answer: object, run: Runner, seed: int, exams: Exams | None
) -> Verdict:  # fmt: skip
    return grade_code(question, part, answer, run, seed=seed, exams=exams)


def _prose(
    question: Question, part: ProsePart, answer: object, run: Runner, seed: int, exams: Exams | None
) -> Verdict:  # fmt: skip
    return grade_prose(question, part, answer)


KINDS: dict[str, Grader] = {"code": _code, "prose": _prose}


def grade(
    question: Question, part: Part, answer: object, run: Runner, *, seed: int, exams: Exams | None = None
) -> Verdict:
    """The verdict on one answer. Blocks while it runs. Raises Busy and Unavailable, and nothing over a bad answer."""
    return KINDS[part.kind](question, part, answer, run, seed, exams)


__all__ = ["KINDS", "grade", "self_graded"]
