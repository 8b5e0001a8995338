"""The smallest counterexample: rounds of smaller inputs, each round one child for the reference and one for the answer.

A candidate counts if the question allows it (domain.py), the reference runs on it, and the answer fails on it in the
same way. A round that ends in a time-out or anything else of that kind ends the search: the best so far is kept.
"""

import time
from collections.abc import Callable

from app.bank.question import CodePart
from app.grading.domain import Args, Domain
from app.grading.exams import Exam, answer_job, author_job, good_call
from app.grading.judge import Judged, judge, judge_all
from app.grading.smaller import Smaller, size_of
from app.grading.words import too_large
from app.sandbox.job import Busy, Call, Ending, Job, Outcome, Runner, Unavailable

ROUNDS = 12
A_ROUND = 80
SPENT_S = 1.5  # beyond it the best so far is good enough


def smallest(part: CodePart, exam: Exam, source: str, failing: list[Judged], run: Runner) -> Judged:
    """The smallest failing input that can be found, starting from the calls that failed."""
    best = min(failing, key=lambda judged: size_of(judged.args))
    return _Search(part, exam, source, run, Domain(exam.written)).from_(best)


class _Search:
    def __init__(self, part: CodePart, exam: Exam, source: str, run: Runner, domain: Domain) -> None:
        self.part, self.exam, self.source, self.run = part, exam, source, run
        self.smaller = Smaller(domain)

    def from_(self, best: Judged) -> Judged:
        end = time.monotonic() + SPENT_S
        for _ in range(ROUNDS):
            batch = self.batch(best.args)
            if not batch or time.monotonic() > end:
                break
            judged = self.round(batch)
            if judged is None:
                break
            failing = [each for each in judged if each.failure == best.failure]
            if failing:
                best = min(failing, key=lambda each: size_of(each.args))
        return best

    def batch(self, args: Args) -> list[Args]:
        """What is tried next: most of it the smallest there is, the rest close to what fails already."""
        fresh = self.smaller.than(args)
        if len(fresh) > A_ROUND:
            fresh = fresh[: A_ROUND * 2 // 3] + fresh[len(fresh) - A_ROUND + A_ROUND * 2 // 3 :]
        return self.smaller.give(fresh)

    def round(self, batch: list[Args]) -> list[Judged] | None:
        seed = self.exam.seed
        reference = self.calls(author_job(self.part, seed, tuple(batch)))
        if reference is None:
            return None
        good = [(sent, call) for sent, call in zip(batch, reference, strict=True) if good_call(call)]
        calls = self.calls(answer_job(self.part, seed, self.source, tuple(sent for sent, _ in good)))
        if calls is None:
            return None
        return [
            judge(self.part, sent, ours.args, ours.value, call) for (sent, ours), call in zip(good, calls, strict=True)
        ]

    def calls(self, job: Job) -> tuple[Call, ...] | None:
        outcome = attempt(self.run, job)
        if outcome is None or outcome.ending is not Ending.OK or len(outcome.calls) != len(job.cases):
            return None
        return outcome.calls


def remembers(part: CodePart, exam: Exam, source: str, worst: Judged, judged: list[Judged], run: Runner) -> bool:
    """Something survives from call to call: the answer's first call was right, and so is the failing one when it is
    made alone. Chance is no such thing, so both have to come out again with other seeds; and where a value was too
    large to be looked at, nobody knows."""
    if not _right(judged[0]) or any(too_large(one.got) for one in judged):
        return False
    for seed in range(exam.seed, exam.seed + 4):
        alone = _calls(run, answer_job(part, seed, source, (worst.args,)))
        if len(alone) != 1 or not _right(judge(part, worst.args, (), worst.expected, alone[0])):
            return False
    again = judge_all(part, exam, _calls(run, answer_job(part, exam.seed + 1, source, exam.inputs)))
    return [one.failure for one in again] == [one.failure for one in judged]


def _right(judged: Judged) -> bool:
    return judged.failure in (None, "changed")


def _calls(run: Runner, job: Job) -> tuple[Call, ...]:
    outcome = attempt(run, job)
    return () if outcome is None or outcome.ending is not Ending.OK else outcome.calls


def attempt(run: Callable[[Job], Outcome], job: Job) -> Outcome | None:
    try:
        return run(job)
    except (Busy, Unavailable):
        return None
