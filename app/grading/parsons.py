"""`parsons`: lines arranged and indented into a program, which is then run and compared as any answer in code is.

Whatever order computes the same is right. When the program is wrong, a line that does not belong gets its author's
reply.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.bank.question import CodePart, ParsonsPart, Question, Runs, Wrong
from app.grading.code import grade_code
from app.grading.endings import how_asked
from app.grading.exams import Exams
from app.grading.kinds import BadAnswer, ProofFault, structured
from app.grading.prove_code import prove_code
from app.grading.verdict import Note, Verdict
from app.sandbox.job import Runner

DEEPEST = 8
TO_FILE = {"solution": "lines", "starter": "lines"}  # where a fault of the program stands in the file


@dataclass(frozen=True)
class Arranged:
    lines: tuple[tuple[str, int], ...]
    source: str


class Parsons:
    runs = True

    def how(self, part: ParsonsPart) -> str:
        return "Your lines are put together and " + how_asked(as_code(part))

    def read(self, part: ParsonsPart, value: object) -> Arranged:
        """A list of `[line id, indent]`."""
        found = structured(value)
        if not isinstance(found, list) or len(found) > len(part.lines) + len(part.distractors):
            raise BadAnswer("The answer is a list of [line id, indent], each line at most once.")
        lines = tuple(_line(one) for one in found)
        ids = [id for id, _ in lines]
        texts = _texts(part)
        if len(set(ids)) < len(ids):
            raise BadAnswer("A line stands twice in the answer.")
        if not set(ids) <= set(texts):
            raise BadAnswer("The answer names a line that this part does not have.")
        if not lines:
            raise BadAnswer("No line is in your program yet.")
        return Arranged(lines, assembled(part, lines))

    def grade(
        self, question: Question, part: ParsonsPart, answer: Arranged, run: Runner, seed: int, exams: Exams | None
    ) -> Verdict:  # fmt: skip
        verdict = grade_code(question, as_code(part), answer.source, run, seed=seed, exams=exams)
        used = {id for id, _ in answer.lines}
        notes = list(verdict.notes or ())
        if not verdict.passed:
            notes += [Note(id=line.id, says=line.reply) for line in part.distractors if line.id in used]
        return verdict.model_copy(update={"kind": "parsons", "notes": tuple(notes) or None})

    def prove(self, question: Question, part: ParsonsPart, run: Runner) -> Iterator[ProofFault]:
        for found in prove_code(question, as_code(part), run, readable=False):
            where = found.where
            if where[:1] == ("wrong",):
                where = (*where[:2], "lines")
            elif where and where[0] in TO_FILE:
                where = (TO_FILE[str(where[0])],)
            yield ProofFault(found.part_id, where, found.message)


def _line(one: object) -> tuple[str, int]:
    if not isinstance(one, list | tuple) or len(one) != 2:
        raise BadAnswer("Each line of the answer is a pair: [line id, indent].")
    id, indent = one
    if not isinstance(id, str) or isinstance(indent, bool) or not isinstance(indent, int):
        raise BadAnswer("Each line of the answer is a pair of an id and a whole number: [line id, indent].")
    if not 0 <= indent <= DEEPEST:
        raise BadAnswer(f"An indent is a whole number from 0 to {DEEPEST}.")
    return id, indent


def _texts(part: ParsonsPart) -> dict[str, str]:
    wanted = {line.id: line.text for line in part.lines}
    return wanted | {line.id: line.text for line in part.distractors}


def assembled(part: ParsonsPart, lines: Sequence[tuple[str, int]]) -> str:
    texts = _texts(part)
    return "".join(f"{'    ' * indent}{texts[id]}\n" for id, indent in lines)


def as_code(part: ParsonsPart) -> CodePart:
    """The same part as one in code, whose solution is the right arrangement."""
    shared: dict[str, Any] = {name: getattr(part, name) for name in Runs.model_fields}
    wrong = tuple(Wrong(code=assembled(part, one.lines), why=one.why, reply=one.reply) for one in part.wrong)
    return CodePart(
        **shared, kind="code", solution=assembled(part, [(line.id, line.indent) for line in part.lines]), wrong=wrong
    )
