"""Same mistake, same note: an answer that fails exactly as one of the author's wrong answers gets the author's note.

The author's wrong answers run on the answer's own inputs, each in a child of its own, after the answer has failed; the
first whose results are all the same is the mistake. The same results must mean something: an answer that is right in
value, or that gives no result at all (a stub, a typing mistake in a name), has no mistake that others share.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.bank.question import CodePart, Compare, Wrong
from app.grading.compare import same
from app.grading.exams import Exam, answer_job
from app.grading.judge import judge_all
from app.grading.shrink import attempt
from app.grading.verdict import Note
from app.sandbox.job import Call, Ending, Outcome, Runner, Thing, Value

MOST = 40  # wrong answers that are tried for one verdict
SPENT_S = 0.8  # on all of them together; beyond it the verdict goes without a note
WALL_S = 0.5  # for one of them, which has only its own fault to show
BUSY_MS = 50.0  # a job that waited so long kept somebody else waiting too
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
    """The author's note on an answer that ran and failed: its id is `wrong-` and the place in the file, from 1."""
    results = _results(part, outcome)
    if outcome.queue_ms > BUSY_MS or not _telling(results) or not _fails(part, exam, outcome):
        return None
    blank = all(result.blank for result in results)
    for place, wrong, theirs in _known(part, exam, run):
        if _alike(theirs, results, part.compare, blank):
            return (Note(id=f"wrong-{place + 1}", says=wrong.reply or _sentence(wrong.why)),)
    return None


def _known(part: CodePart, exam: Exam, run: Runner) -> Iterator[tuple[int, Wrong, Results]]:
    """The wrong answers with their results, those first to which the author has a reply."""
    end = time.monotonic() + SPENT_S
    ordered = sorted(enumerate(part.wrong), key=lambda pair: pair[1].reply is None)
    for place, wrong in ordered[:MOST]:
        if wrong.code not in exam.mistakes:
            left = end - time.monotonic()
            if left <= 0:
                return
            job = answer_job(part, exam.seed, wrong.code, exam.inputs)
            limits = replace(job.limits, wall_s=min(job.limits.wall_s, WALL_S, max(left, 0.05)))
            outcome = attempt(run, replace(job, limits=limits))
            if outcome is None:
                return
            exam.mistakes[wrong.code] = _results(part, outcome)
            if outcome.queue_ms > BUSY_MS:
                end = 0.0
        if exam.mistakes[wrong.code]:
            yield place, wrong, exam.mistakes[wrong.code]


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


def _fails(part: CodePart, exam: Exam, outcome: Outcome) -> bool:
    """Something beside the rules is wrong: a right value tells nothing of the way it was made."""
    if part.variables:
        return not all(
            name in outcome.variables and same(exam.variables[name], outcome.variables[name], part.compare)
            for name in part.variables
        )
    return any(judged.failure for judged in judge_all(part, exam, outcome.calls))


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
    begun = why[:1].lower() + why[1:] if why[:2].istitle() else why
    return f"Your results are the same as those of an answer with a well-known mistake: {begun.rstrip('.')}."
