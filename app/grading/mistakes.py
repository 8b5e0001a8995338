"""Same mistake, same note: an answer that fails exactly as one of the author's wrong answers gets the author's note.

The author's wrong answers run on the answer's own inputs, each in a child of its own, after the answer has failed; the
first whose results are all the same is the mistake. The same results must mean something: an answer that is right in
value, or that gives no result at all (a stub, a typing mistake in a name), has no mistake that others share.
"""

import time
from dataclasses import dataclass, replace

from app.bank.question import CodePart, Compare
from app.grading.compare import same
from app.grading.exams import Exam, answer_job
from app.grading.judge import judge_all
from app.grading.shrink import attempt
from app.grading.verdict import Note
from app.sandbox.job import Call, Ending, Outcome, Runner, Thing, Value

MOST = 40  # wrong answers that are tried for one verdict
SPENT_S = 0.8  # on all of them together; beyond it the verdict goes without a note
WALL_S = 0.5  # for one of them
BUSY_MS = 50.0  # a job that waited so long kept somebody else waiting too …
ONE = 1  # … but for one of them, which may have waited for the next exam, drawn in the background
MISSING = Thing("no such variable")
GAP = Thing("ellipsis")  # the placeholder of a starter
SLIPS = {"NameError", "UnboundLocalError", "SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError"}


@dataclass(frozen=True)
class Result:
    """What one call, or one variable, came to."""

    value: Value = None
    raised: str = ""  # the type of the exception
    message: str = ""
    printed: str = ""
    after: tuple[Value, ...] = ()  # the arguments, where the part looks at them

    @property
    def blank(self) -> bool:
        return bool(self.raised) or self.value in (None, MISSING, GAP)


Results = tuple[Result, ...]


def recognised(part: CodePart, exam: Exam, outcome: Outcome, run: Runner) -> tuple[Note, ...] | None:
    """The author's note on an answer that ran and failed: its id is `wrong-` and the place in the file, from 1. The
    outcome's `queue_ms` tells how long it waited for others."""
    results = _results(part, outcome)
    failure = None if outcome.queue_ms > BUSY_MS or not _telling(results) else _first_failure(part, exam, outcome)
    if failure is None:
        return None
    blank = all(result.blank for result in results)
    # Up to the first failure is enough to see that most wrong answers are others. A kept exam has all their results.
    counts = (len(results),) if part.random is None else tuple(sorted({failure + 1, len(results)}))
    runs = _Runs(part, exam, run)
    ordered = sorted(enumerate(part.wrong, 1), key=lambda pair: pair[1].reply is None)
    for number, wrong in ordered[:MOST]:
        if all(_alike(runs.results(wrong.code, n), results[:n], part.compare, blank) for n in counts):
            return (Note(id=f"wrong-{number}", says=wrong.reply or _sentence(wrong.why)),)
        if runs.over:
            break
    return None


class _Runs:
    """Runs of the author's wrong answers; `over` when there were enough of them."""

    def __init__(self, part: CodePart, exam: Exam, run: Runner) -> None:
        self.part, self.exam, self.run = part, exam, run
        self.end = time.monotonic() + SPENT_S
        self.waits = 0

    @property
    def over(self) -> bool:
        return self.waits > ONE or time.monotonic() > self.end

    def results(self, code: str, count: int) -> Results:
        """What the code gives for so many of the inputs; empty when it does not come to its end."""
        whole = count >= len(self.exam.inputs)
        if whole and code in self.exam.mistakes:
            known: Results = self.exam.mistakes[code]
            return known
        job = answer_job(self.part, self.exam.seed, code, self.exam.inputs[:count])
        limits = replace(job.limits, wall_s=min(job.limits.wall_s, WALL_S))
        outcome = attempt(self.run, replace(job, limits=limits))
        if outcome is None:
            self.waits = ONE + 1  # nothing more can wait
        elif outcome.queue_ms > BUSY_MS:
            self.waits += 1
        made = () if outcome is None else _results(self.part, outcome)
        if whole and outcome is not None:
            self.exam.mistakes[code] = made
        return made


def _results(part: CodePart, outcome: Outcome) -> Results:
    """Empty when the program did not come to its end."""
    if outcome.ending is not Ending.OK:
        return ()
    if part.variables:
        return tuple(Result(outcome.variables.get(name, MISSING)) for name in part.variables)
    return tuple(_result(part, call) for call in outcome.calls)


def _result(part: CodePart, call: Call) -> Result:
    after = call.after if part.unchanged else ()
    if call.fault is not None:
        return Result(raised=call.fault.type, message=call.fault.message, after=after)
    return Result(call.value, printed=call.output.strip(), after=after)


def _telling(results: Results) -> bool:
    """There is something in the results that shows what was thought; nothing at all, and slips, show nothing."""
    return any(
        not result.blank or result.printed or (result.raised and result.raised not in SLIPS) for result in results
    )


def _first_failure(part: CodePart, exam: Exam, outcome: Outcome) -> int | None:
    """The first result that is wrong in itself; None when only rules are broken, since a right value tells nothing of
    the way it was made."""
    if part.variables:
        right = [
            name in outcome.variables and same(exam.variables[name], outcome.variables[name], part.compare)
            for name in part.variables
        ]
    else:
        right = [judged.failure is None for judged in judge_all(part, exam, outcome.calls)]
    return right.index(False) if False in right else None


def _alike(theirs: Results, ours: Results, compare: Compare, blank: bool) -> bool:
    """`blank`: no call gave a value, so what was said instead has to be the same too."""
    return len(theirs) == len(ours) and all(
        one.raised == other.raised
        and (not blank or (one.message, one.printed) == (other.message, other.printed))
        and same(_named(one.value), _named(other.value), compare)
        and same(_named(one.after), _named(other.after), compare)
        for one, other in zip(theirs, ours, strict=True)
    )


def _named(value: Value, depth: int = 0) -> Value:
    """Things by their type, since no thing is the same as another to a comparison."""
    if isinstance(value, Thing):
        return f"<{value.type}>"
    if type(value) in (list, tuple) and depth < 20 and value:
        return type(value)(_named(item, depth + 1) for item in value)
    return value


def _sentence(why: str) -> str:
    """`why` begins with a verb, as in "Loses the last item."."""
    begun = why[:1].lower() + why[1:] if why[:2].istitle() else why
    return f"Your results are the same as those of a well-known wrong answer, which {begun.rstrip('.')}."
