"""Grading code: one child for the reference, another for the answer, and the comparison here between them.

Nothing that the answer's child says is a verdict: its values are compared with the reference's on this side. The rules
on the source are looked at in a third child, at the same time as the answer runs.
"""

import logging
import threading
import time
from dataclasses import dataclass, replace

from app.bank.question import CodePart, Question
from app.grading import checks, rules
from app.grading.counterexample import names_of, of_call, of_nothing, of_rule, of_variables
from app.grading.endings import fault_of, how, is_missing, meaning, raised, refusal
from app.grading.exams import Exam, Exams, answer_job, draw_exam
from app.grading.judge import Judged, called, judge_all, says
from app.grading.mistakes import recognised
from app.grading.reports import reporting
from app.grading.show import clean
from app.grading.shrink import remembers, smallest
from app.grading.signature import mark_of_calls, mark_of_variables
from app.grading.unfinished import smallest_unfinished
from app.grading.verdict import Check, Counterexample, Timing, Verdict
from app.grading.words import upper
from app.sandbox.job import Ending, Job, Outcome, Runner

log = logging.getLogger(__name__)
OUTPUT_SHOWN = 4_000
GOT_SHOWN = 160  # in the summary; of a longer result only the first difference is told
REMEMBERS = (
    "the first call is right and a later one is not, so something survives from one call to the next: "
    "a global name, or a default argument such as `=[]`"
)


@dataclass(frozen=True)
class Ran:
    """All that is known once the children are done."""

    exam: Exam
    outcome: Outcome
    rules: Outcome | None = None

    @property
    def for_others_ms(self) -> float:
        """How long the answer waited, but for its own rules, which may have had the only lane first."""
        return self.outcome.queue_ms - (self.rules.run_ms if self.rules is not None else 0.0)


def grade_code(
    question: Question,
    part: CodePart,
    answer: object,
    run: Runner,
    *,
    seed: int,
    exams: Exams | None = None,
    exam: Exam | None = None,
    explain: bool = True,
) -> Verdict:
    """`exam` is one drawn before; without `explain` no smallest counterexample and no known mistake is looked
    for. Raises Busy and Unavailable."""
    verdict = _Writer(question, part)
    refused = refusal(answer)
    if refused or not isinstance(answer, str):
        return verdict(Ending.REFUSED, refused)
    answer = answer.removeprefix("\ufeff")  # some editors put this mark first, and Python would stumble over it
    key = f"{question.id}/{part.id}"
    if exam is None:
        exam = draw_exam(part, seed, run) if exams is None else exams.take(key, part)
    made = _graded(verdict, run_all(part, answer, run, exam), answer, reporting(part, run), explain)
    if exams is not None and part.random is not None:
        exams.prepare_soon(key, part)
    return made


def _graded(verdict: "_Writer", ran: Ran, answer: str, run: Runner, explain: bool) -> Verdict:
    part = verdict.part
    if ran.exam.fault:
        return verdict.failed(ran.exam.fault)
    outcome = _complete(part, ran.exam, ran.outcome)
    if outcome.ending is not Ending.OK:
        return _unfinished(verdict.ended(outcome, answer), part, ran.exam, outcome, answer, run if explain else None)
    started = time.perf_counter()
    made = _variables(verdict, ran, outcome) if part.variables else _calls(verdict, ran, outcome, answer, run, explain)
    waited = replace(outcome, queue_ms=ran.for_others_ms)
    notes = recognised(part, ran.exam, waited, run) if explain and not made.passed else None
    compare = (time.perf_counter() - started) * 1000
    timing = Timing(queue=outcome.queue_ms, run=outcome.run_ms, compare=round(compare, 3))
    return made.model_copy(update={"timing_ms": timing, "notes": notes})


def _unfinished(
    made: Verdict, part: CodePart, exam: Exam, outcome: Outcome, answer: str, run: Runner | None
) -> Verdict:  # fmt: skip
    """With the input on which it did not come to its end; without `run` nobody looks for that."""
    ending, name = outcome.ending, part.function
    if ending is Ending.NO_RESULT and (name is None or is_missing(name, outcome, answer)):
        return made.model_copy(update={"counterexample": of_nothing(exam, made.summary)})
    example = None if run is None else smallest_unfinished(part, exam, answer, ending, run)
    if example is None or example.picture is None:
        return made
    summary = f"{made.summary} It happens with `{example.picture['caption']}`."
    return made.model_copy(update={"counterexample": example, "summary": summary})


def run_all(part: CodePart, answer: str, run: Runner, exam: Exam) -> Ran:
    """The answer and its rules, side by side."""
    if exam.fault:
        return Ran(exam, Outcome(Ending.INTERNAL))
    facts = rules.job(part, answer)
    asked = None if facts is None else _Aside(run, facts)
    outcome = reporting(part, run)(answer_job(part, exam.seed, answer, exam.inputs))
    if outcome.ending is Ending.INTERNAL and outcome.fault is not None:
        # The child blames the author's setup, which has just worked for the reference: it is not believed.
        outcome = replace(outcome, ending=Ending.KILLED, fault=None)
    return Ran(exam, outcome, None if asked is None else asked.outcome())


class _Aside:
    """A job that runs while another does."""

    def __init__(self, run: Runner, job: Job) -> None:
        self.made: Outcome | BaseException = Outcome(Ending.INTERNAL)
        self.thread = threading.Thread(target=self._run, args=(run, job), name="rules", daemon=True)
        self.thread.start()

    def _run(self, run: Runner, job: Job) -> None:
        try:
            self.made = run(job)
        except BaseException as error:  # it is raised again where the outcome is asked for
            self.made = error

    def outcome(self) -> Outcome:
        self.thread.join()
        if isinstance(self.made, BaseException):
            raise self.made
        return self.made


def _complete(part: CodePart, exam: Exam, outcome: Outcome) -> Outcome:
    """An outcome that claims to be whole but lacks calls did not come to its end."""
    if outcome.ending is Ending.OK and part.function and len(outcome.calls) != len(exam.inputs):
        return replace(outcome, ending=Ending.NO_RESULT, names=())
    return outcome


def _variables(verdict: "_Writer", ran: Ran, outcome: Outcome) -> Verdict:
    part = verdict.part
    found = checks.variable_differences(part, ran.exam, outcome)
    made = checks.variable_checks(found, ran.exam.variables)
    ruled = _rules(part, ran.rules, all(check.passed for check in made))
    if ruled is None:
        return verdict.failed("the rules were not judged")
    made += ruled
    wrong = next((check for check in made if not check.passed), None)
    names = " and ".join(filter(None, [", ".join(part.variables[:-1]), part.variables[-1]]))
    right = f"Right: {names} {'is' if len(part.variables) == 1 else 'are'} as asked."
    return verdict(
        Ending.OK, _not_yet(wrong) if wrong else right, outcome=outcome, made=made, score=checks.variable_score(made),
        counterexample=of_variables(part, ran.exam, outcome), mark=mark_of_variables(found, outcome.variables, ruled),
    )  # fmt: skip


def _calls(
    verdict: "_Writer", ran: Ran, outcome: Outcome, answer: str, run: Runner, explain: bool
) -> Verdict:  # fmt: skip
    part, exam = verdict.part, ran.exam
    judged = judge_all(part, exam, outcome.calls)
    worst = _worst(part, exam, answer, judged, run, explain)
    right = all(one.failure in (None, "changed") for one in judged)
    ruled = _rules(part, ran.rules, right)
    if ruled is None:
        return verdict.failed("the rules were not judged")
    made = checks.call_checks(part, judged, ruled, names_of(part), worst)
    score = checks.call_score(made, judged)
    broken = next((check for check in ruled if not check.passed), None)
    example = of_call(part, exam, worst) if worst else of_rule(exam, broken) if broken else None
    mark = mark_of_calls(part, judged, worst, ruled)
    wrong = explain and worst is not None and worst.failure != "changed"
    if wrong and worst is not None and remembers(part, exam, answer, worst, judged, run):
        example = example and example.model_copy(update={"first_difference": REMEMBERS})
    if worst is not None and worst.fault is not None:
        fault = fault_of(worst.fault)
        says_raised = raised(fault, called(part, worst.args))
        ended = replace(outcome, ending=Ending.ERROR, fault=worst.fault)
        return verdict(
            Ending.ERROR, says_raised, outcome=ended, made=made, score=0.0, counterexample=example, shown=exam.shown,
            mark=mark,
        )  # fmt: skip
    summary = _summary(part, judged, made, worst, example)
    return verdict(
        Ending.OK, summary, outcome=outcome, made=made, score=score, counterexample=example, shown=exam.shown,
        mark=mark,
    )  # fmt: skip


def _worst(
    part: CodePart, exam: Exam, answer: str, judged: list[Judged], run: Runner, explain: bool
) -> Judged | None:  # fmt: skip
    """The failure to tell: one that raised before one that is wrong, unless more calls give another type, which is
    then the fault behind both; and of those the smallest that can be found. The verdict's ending follows what is told:
    it is `error` only when the told call raised."""
    failing = {kind: [one for one in judged if one.failure == kind] for kind in ("raised", "differs", "changed")}
    typed = [one for one in failing["differs"] if checks.is_form(one) and _property(one) == "type"]
    if failing["raised"] and len(typed) > len(failing["raised"]):
        failing = {"differs": typed}
    for some in failing.values():
        if some:
            return smallest(part, exam, answer, some, run) if explain else some[0]
    return None


def _property(judged: Judged) -> str:
    return judged.difference.property if judged.difference else ""


def _rules(part: CodePart, outcome: Outcome | None, values_right: bool) -> list[Check] | None:
    return [] if outcome is None else rules.checks(part, outcome, values_right)


def _summary(
    part: CodePart, judged: list[Judged], made: list[Check], worst: Judged | None, example: Counterexample | None
) -> str:
    wrong = next((check for check in made if not check.passed), None)
    if wrong is None:
        return f"Right: all {len(judged)} calls gave what they should." if len(judged) > 1 else "Right."
    if worst is None or example is None:
        return _not_yet(wrong)
    if example.first_difference == REMEMBERS:
        return f"Not yet: {REMEMBERS}."
    values = worst.failure == "differs" and _property(worst) == "values"
    if values and len(example.got) <= GOT_SHOWN:
        return f"Not yet: `{example.picture['caption']}` should give {example.expected}, but it gives {example.got}."  # type: ignore[index]
    if worst.failure == "differs" and worst.difference is not None and checks.is_whole(worst.difference) and not values:
        return _not_yet(wrong)
    return f"Not yet: {says(part, worst, names_of(part))}."


def _not_yet(wrong: Check) -> str:
    if wrong.id.startswith(("uses-", "avoids-")):
        return wrong.says
    text = wrong.says if wrong.says.endswith((".", "?", "!")) else wrong.says + "."
    return f"Not yet: {text[:1].lower() + text[1:] if wrong.says[:2].istitle() else text}"


class _Writer:
    """Fills in a verdict: what is the same for every ending of one part."""

    def __init__(self, question: Question, part: CodePart) -> None:
        self.question, self.part = question, part

    def __call__(
        self,
        ending: Ending,
        summary: str,
        *,
        outcome: Outcome | None = None,
        made: list[Check] | None = None,
        score: float = 0.0,
        counterexample: Counterexample | None = None,
        shown: int = 0,
        mark: str | None = None,
    ) -> Verdict:
        return Verdict(
            question=self.question.id, part=self.part.id, kind=self.part.kind,
            passed=ending is Ending.OK and made is not None and all(check.passed for check in made),
            score=score, ending=ending, summary=clean(upper(summary), 600, lines=False),
            checks=None if made is None else tuple(made), counterexample=counterexample,
            output=None if outcome is None else printed(outcome, shown),
            error=None if outcome is None else fault_of(outcome.fault), 
            how=how(self.part, ending, made is not None), mark=mark,
        )  # fmt: skip

    def ended(self, outcome: Outcome, answer: str) -> Verdict:
        """A run that did not come to its end."""
        if outcome.ending is Ending.INTERNAL:
            return self.failed(outcome.output)
        timing = Timing(queue=outcome.queue_ms, run=outcome.run_ms)
        made = self(outcome.ending, meaning(self.part, outcome, answer), outcome=outcome)
        return made.model_copy(update={"timing_ms": timing})

    def failed(self, why: str) -> Verdict:
        """Our own failure. What it was is for the log and for the author's check, never for the student."""
        log.error("%s/%s could not be graded: %s", self.question.id, self.part.id, clean(why, 400, lines=False))
        return self(Ending.INTERNAL, meaning(self.part, Outcome(Ending.INTERNAL), ""))


def printed(outcome: Outcome, shown: int) -> str:
    """What the program printed, and its calls with inputs that may be seen; cut with a note."""
    text = outcome.output + "".join(call.output for call in outcome.calls[:shown])
    if len(text) <= OUTPUT_SHOWN:
        return clean(text, OUTPUT_SHOWN)
    return f"{clean(text[:OUTPUT_SHOWN], OUTPUT_SHOWN)}\n… ({len(text) - OUTPUT_SHOWN:,} more characters are not shown)"
