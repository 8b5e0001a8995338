"""Reports: what is compared where the results themselves cannot be, because chance has a hand in them.

The author's `report(made, ...)` looks at a result and says what was seen: "every pair comes once". It runs in a child
of its own, which meets results as plain values. The answer is not there: so nothing that it has patched, and no object
of its own, can lie to the report. The reference's results go through the same.
"""

from dataclasses import replace

from app.bank.question import CodePart
from app.sandbox.job import Call, Ending, Fault, Job, Outcome, Runner, Thing, holds_thing

UNREADABLE = Thing("value of another form")  # it equals nothing, so no result can pass for its own report


def reporting(part: CodePart, run: Runner) -> Runner:
    """A runner of the part's own jobs, in whose outcomes each value is what the report says of it."""
    if not part.report:
        return run

    def reported(job: Job) -> Outcome:
        outcome = run(job)
        whole = outcome.ending is Ending.OK and len(outcome.calls) >= len(job.cases)
        return _told(part, job, outcome, run) if whole else outcome

    return reported


def _told(part: CodePart, job: Job, outcome: Outcome, run: Runner) -> Outcome:
    places = [at for at, call in enumerate(outcome.calls) if call.fault is None and not holds_thing(call.value)]
    cases = []
    for at in places:
        call = outcome.calls[at]
        cases.append((call.value, *(job.cases[at] if at < len(job.cases) else call.args)))  # drawn ones: the author's
    made = run(Job(source=part.report, setup=part.setup, function="report", cases=tuple(cases), limits=job.limits))
    broken = made.ending is not Ending.OK or len(made.calls) != len(cases)
    calls = list(outcome.calls)
    for number, at in enumerate(places):
        calls[at] = replace(calls[at], value=UNREADABLE) if broken else _seen(calls[at], made.calls[number])
    fault = _fault(made)
    if fault is not None and job.source == part.solution:  # the author's own result has to be readable
        return Outcome(Ending.INTERNAL, fault=fault)
    return replace(outcome, calls=tuple(calls))


def _seen(call: Call, report: Call) -> Call:
    return replace(call, value=UNREADABLE if report.fault is not None else report.value)


def _fault(made: Outcome) -> Fault | None:
    """Why there is no report of something."""
    if made.ending is not Ending.OK:
        why = made.fault or Fault(made.ending.value, made.output[:200])
    else:
        found = next((call.fault for call in made.calls if call.fault is not None), None)
        if found is None:
            return None
        why = found
    return Fault(why.type, f"in the report: {why.message}", why.line)
