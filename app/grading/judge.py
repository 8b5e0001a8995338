"""One call of the answer beside the reference's: was the value right, were the arguments left as they were?

Pure: works on what the children left behind.
"""

from dataclasses import dataclass
from typing import Literal

from app.bank.question import CodePart
from app.grading.compare import EXACT, Difference, difference
from app.grading.exams import Arguments, Exam
from app.grading.show import clean, show, show_all
from app.grading.words import RESULT
from app.sandbox.job import Call, Fault, Value, holds_thing

Failure = Literal["raised", "differs", "changed"]


@dataclass(frozen=True)
class Judged:
    """One call, judged. At most the first failure is told: it raised, its value differs, or it changed `argument`."""

    args: Arguments  # as a reader is shown them
    expected: Value
    got: Value
    failure: Failure | None = None
    fault: Fault | None = None
    difference: Difference | None = None
    argument: int | None = None
    before: Value = None
    after: Value = None


def judge(part: CodePart, written: Arguments, args: tuple[Value, ...], expected: Value, call: Call) -> Judged:
    """`args` are the arguments as plain values, which the call must have left as they are if the part says so."""
    if call.fault is not None:
        return Judged(written, expected, None, "raised", fault=call.fault)
    found = difference(expected, call.value, part.compare, name=RESULT)
    if found is not None:
        return Judged(written, expected, call.value, "differs", difference=found)
    if part.unchanged:
        for place, (before, after) in enumerate(zip(args, call.after, strict=False)):
            changed = None if holds_thing(before) else difference(before, after, EXACT)
            if changed is not None:
                return Judged(
                    written, expected, call.value, "changed",
                    difference=changed, argument=place, before=before, after=after,
                )  # fmt: skip
    return Judged(written, expected, call.value)


def judge_all(part: CodePart, exam: Exam, calls: tuple[Call, ...]) -> list[Judged]:
    known = zip(exam.written, exam.args, exam.expected, calls, strict=False)
    return [judge(part, written, args, expected, call) for written, args, expected, call in known]


def called(part: CodePart, args: Arguments, limit: int = 120) -> str:
    """The call as Python writes it."""
    return f"{'trial' if part.trial else part.function}({show_all(args, limit)})"


def name_of(names: tuple[str, ...], place: int) -> str:
    return names[place] if place < len(names) else f"argument {place + 1}"


def says(part: CodePart, judged: Judged, names: tuple[str, ...]) -> str:
    """The failure of one call in one sentence."""
    call = f"`{called(part, judged.args)}`"
    if judged.failure == "changed" and judged.argument is not None:
        name = name_of(names, judged.argument)
        before = show(judged.before, 80)
        return f"{call} changes `{name}`: it was {before} and is {show(judged.after, 80)} afterwards"
    if judged.difference is not None:
        return f"for {call}, {judged.difference.says}"
    return f"{call} raises {clean(judged.fault.type, 80, lines=False)}" if judged.fault else call
