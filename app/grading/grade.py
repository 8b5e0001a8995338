"""The one way to a verdict: `grade` picks the grader for the kind of the part. Web and terminal both come here."""

from collections.abc import Iterator
from typing import Any

from app.bank.question import CodePart, Part, ProsePart, Question
from app.grading.choice import Choice
from app.grading.code import grade_code
from app.grading.endings import how_asked
from app.grading.exams import Exams
from app.grading.kinds import BadAnswer, Kind, ProofFault, refused
from app.grading.number import Number
from app.grading.order import Order
from app.grading.parsons import Parsons
from app.grading.predict import Predict
from app.grading.prose import grade_prose
from app.grading.prove_code import prove_code
from app.grading.prove_prose import prove_prose
from app.grading.sketch import Draw
from app.grading.verdict import Verdict
from app.sandbox.job import Runner


class Code:
    runs = True

    def how(self, part: CodePart) -> str:
        return "Graded by running it: your program is " + how_asked(part)

    def read(self, part: CodePart, value: object) -> str:
        return _text(value)

    def grade(
        self, question: Question, part: CodePart, answer: str, run: Runner, seed: int, exams: Exams | None
    ) -> Verdict:  # fmt: skip
        return grade_code(question, part, answer, run, seed=seed, exams=exams)

    def prove(self, question: Question, part: CodePart, run: Runner) -> Iterator[ProofFault]:
        return prove_code(question, part, run)


class Prose:
    runs = False

    def how(self, part: ProsePart) -> str:
        return "Graded by you, against a reference and its key points; the machine only suggests what it finds."

    def read(self, part: ProsePart, value: object) -> str:
        return _text(value)

    def grade(self, question: Question, part: ProsePart, answer: str, *_: Any) -> Verdict:
        return grade_prose(question, part, answer)

    def prove(self, question: Question, part: ProsePart, run: Runner) -> Iterator[ProofFault]:
        return prove_prose(question, part)


def _text(value: object) -> str:
    """The graders of texts refuse what is no good text by themselves."""
    if not isinstance(value, str):
        raise BadAnswer("The answer has to be text.")
    return value


KINDS: dict[str, Kind] = {
    "code": Code(),
    "prose": Prose(),
    "choice": Choice(),
    "number": Number(),
    "predict": Predict(),
    "order": Order(),
    "parsons": Parsons(),
    "draw": Draw(),
}


def grade(
    question: Question, part: Part, answer: object, run: Runner, *, seed: int, exams: Exams | None = None
) -> Verdict:
    """The verdict on one answer. Blocks while it runs. Raises Busy and Unavailable, and nothing over a bad answer."""
    kind = KINDS[part.kind]
    try:
        read = kind.read(part, answer)
    except BadAnswer as error:
        return refused(question, part, str(error))
    return kind.grade(question, part, read, run, seed, exams)
