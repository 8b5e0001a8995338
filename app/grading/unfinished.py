"""A run that did not come to its end: for which input, found by running the answer again on fewer and fewer of them.

A child that hangs or crashes leaves nothing behind that says where it was, and would not be believed. So the inputs are
halved, the smaller ones first: what is left is the smallest of the exam's inputs on which the answer ends in the same
way when it is called with that one alone. A look takes half a second at most, and the words say no more than it saw.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.bank.question import CodePart
from app.grading.counterexample import SHOWN, names_of, seen
from app.grading.exams import Exam, answer_job
from app.grading.judge import called
from app.grading.show import show, show_all
from app.grading.shrink import attempt
from app.grading.smaller import size_of
from app.grading.verdict import Counterexample
from app.sandbox.job import Ending, Runner

A_LOOK_S = 0.5
GOT = {  # of what ends without a result; {call} is the call
    Ending.TIMEOUT: ("still running after {seconds:g} s", "does not come to an end"),
    Ending.MEMORY: ("needed more memory than it may have", "needs more memory than it may have"),
    Ending.OUTPUT: ("printed without end", "prints without end"),
    Ending.KILLED: ("crashed", "crashes"),
    Ending.NO_RESULT: ("ended the program", "ends the program"),
}


def smallest_unfinished(part: CodePart, exam: Exam, answer: str, ending: Ending, run: Runner) -> Counterexample | None:
    """None where no single call ends like that: it is the program itself, or all calls together."""
    if part.function is None or ending not in GOT:
        return None
    look = _Look(part, exam, answer, ending, run)
    left = sorted(range(len(exam.inputs)), key=lambda at: size_of(exam.written[at]))
    if look.ends_so(()):
        return None
    while len(left) > 1:
        half = len(left) // 2
        left = left[:half] if look.ends_so(left[:half]) else left[half:]
    if not left or not look.ends_so(left):
        return None
    return look.example(left[0])


class _Look:
    def __init__(self, part: CodePart, exam: Exam, answer: str, ending: Ending, run: Runner) -> None:
        self.part, self.exam, self.answer, self.ending, self.run = part, exam, answer, ending, run
        limits = answer_job(part, exam.seed, answer, ()).limits
        self.limits = replace(limits, wall_s=min(limits.wall_s, A_LOOK_S)) if ending is Ending.TIMEOUT else limits

    def ends_so(self, some: Sequence[int]) -> bool:
        inputs = tuple(self.exam.inputs[at] for at in some)
        job = answer_job(self.part, self.exam.seed, self.answer, inputs)
        outcome = attempt(self.run, replace(job, limits=self.limits))
        return outcome is not None and outcome.ending is self.ending

    def example(self, at: int) -> Counterexample:
        got, does = GOT[self.ending]
        written, expected = self.exam.written[at], self.exam.expected[at]
        got = got.format(seconds=self.limits.wall_s)
        return Counterexample(
            args=show_all(written, SHOWN),
            expected=show(expected, SHOWN),
            got=got,
            first_difference=f"`{called(self.part, written)}` {does}",
            seed=self.exam.seed,
            picture=seen(self.part, written, expected, got, names_of(self.part)),
        )
