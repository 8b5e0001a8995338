"""What a kind of part can do: read an answer, grade it, say how, and prove what its question file claims.

Each kind is one small class in a module of its own, and one line in the table of `grade`. An answer comes as a page, a
program or the database has it: text, or for some kinds a JSON value; `read` makes of it what the grader works with.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from app.bank.question import Part, Question
from app.grading.exams import Exams
from app.grading.show import clean
from app.grading.verdict import Check, Note, Verdict
from app.sandbox.job import Ending, Runner

Where = tuple[str | int, ...]
TEXTS = ("code", "prose", "predict")  # kinds whose answer is text and nothing else
NUMBER_DIGITS = 40  # of a number inside an answer of numbers; more say nothing more


class BadAnswer(ValueError):
    """This cannot be an answer to the part; the message says why, in one sentence."""


@dataclass(frozen=True)
class ProofFault:
    """`where` leads to the value in the file: ("parts", 0, "wrong", 3, "code"); `line` is a line of that text."""

    part_id: str | None
    where: Where
    message: str
    line: int | None = None


def fault(message: str, *where: str | int, line: int | None = None) -> ProofFault:
    return ProofFault(None, where, message, line)


class Kind(Protocol):
    runs: bool  # it needs the jail

    def how(self, part: Any) -> str:
        """One line for the page: how this part will be graded."""

    def read(self, part: Any, value: object) -> Any:
        """Raises BadAnswer."""

    def grade(self, question: Question, part: Any, answer: Any, run: Runner, seed: int, exams: Exams | None) -> Verdict:
        """`answer` as `read` gave it. Raises Busy and Unavailable."""

    def prove(self, question: Question, part: Any, run: Runner) -> Iterator[ProofFault]:
        """What the question file says of this part and is not so. Raises Busy and Unavailable."""


def closed_verdict(
    question: Question,
    part: Part,
    how: str,
    summary: str,
    checks: Sequence[Check],
    *,
    score: float | None = None,
    notes: Sequence[Note] = (),
    **more: Any,
) -> Verdict:
    """The verdict of a kind that compares: passed when every check is. Without `score` it is the share of those."""
    passed = all(check.passed for check in checks)
    share = sum(check.passed for check in checks) / len(checks) if score is None else score
    return Verdict(
        question=question.id, part=part.id, kind=part.kind, passed=passed, ending=Ending.OK,
        score=1.0 if passed else min(round(share, 2), 0.99), summary=summary, checks=tuple(checks),
        notes=tuple(notes) or None, how=how, **more,
    )  # fmt: skip


def refused(question: Question, part: Part, summary: str) -> Verdict:
    """An answer that cannot be one."""
    return Verdict(
        question=question.id, part=part.id, kind=part.kind, passed=False, score=0.0, ending=Ending.REFUSED,
        summary=clean(summary, 300, lines=False), how="It was not compared with anything.",
    )  # fmt: skip


def failed(question: Question, part: Part) -> Verdict:
    """Our own failure; what it was is in the log."""
    return Verdict(
        question=question.id, part=part.id, kind=part.kind, passed=False, score=0.0, ending=Ending.INTERNAL,
        summary="The grader failed. That is our fault and not yours: it does not count as an attempt, so please try "
        "again.",
        how="Not graded: this is our fault.",
    )  # fmt: skip


def structured(value: object) -> object:
    """A value that came as JSON text, as forms and drafts keep it; any other value as it is. Raises BadAnswer."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value, parse_constant=_no_constant, parse_int=_whole)
    except BadAnswer:
        raise
    except (ValueError, RecursionError):
        raise BadAnswer("The answer is damaged: it is no valid JSON.") from None


def _no_constant(name: str) -> NoReturn:
    raise BadAnswer(f"{name} is no number that an answer can hold.")


def _whole(digits: str) -> int:
    if len(digits) > NUMBER_DIGITS:
        raise BadAnswer(f"A number in the answer has more than {NUMBER_DIGITS} digits.")
    return int(digits)


def ids_of(value: object, known: Sequence[str], noun: str) -> list[str]:
    """A list of ids, each known and none twice. Raises BadAnswer."""
    found = structured(value)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadAnswer(f"The answer is a list of the {noun}s' ids.")
    if len(found) > len(known) or len(set(found)) < len(found):
        raise BadAnswer(f"A {noun} stands twice in the answer.")
    if not set(found) <= set(known):
        raise BadAnswer(f"The answer names a {noun} that this part does not have.")
    return found
