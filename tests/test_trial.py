"""A trial: the author's function that calls the answer's, for what a returned value alone cannot show."""

import pytest
from pydantic import ValidationError

from app.bank.question import CodePart
from app.grading.code import grade_code
from app.grading.proof import proof_faults
from app.grading.verdict import Verdict
from app.sandbox.job import Ending, Runner
from tests.grading_parts import function_part, question_of

TRIAL = "def trial(numbers):\n    filled = list(numbers)\n    grow(filled)\n    return filled\n"
GROW = "def grow(xs):\n    xs.append(len(xs))\n"
REBINDS = "def grow(xs):\n    xs = xs + [len(xs)]\n    return xs\n"


def grow_part(**changes: object) -> CodePart:
    whole = {"solution": GROW, "function": "grow", "trial": TRIAL, "wrong": [{"code": REBINDS, "why": "Rebinds."}]}
    return function_part(**(whole | changes))


def marked(answer: str, run: Runner, part: CodePart | None = None) -> Verdict:
    part = part or grow_part()
    return grade_code(question_of(part), part, answer, run, seed=1)


def test_what_a_function_does_to_its_argument_is_graded(runner: Runner) -> None:
    assert marked("def grow(xs):\n    xs += [len(xs)]\n    return None", runner).passed
    assert marked("def grow(xs):\n    xs[len(xs):] = [len(xs)]\n    return 'done'", runner).passed
    assert not marked(REBINDS, runner).passed


def test_a_failure_is_shown_as_the_trials_call(runner: Runner) -> None:
    made = marked(REBINDS, runner)
    assert made.counterexample is not None
    assert made.counterexample.args == "[]" and made.counterexample.expected == "[0]"
    assert made.counterexample.picture is not None
    assert made.counterexample.picture["caption"] == "trial([])"
    assert made.counterexample.picture["args"][0]["name"] == "numbers"


def test_a_missing_function_is_named_and_not_the_trial(runner: Runner) -> None:
    made = marked("def groww(xs):\n    xs.append(1)", runner)
    assert made.ending is Ending.NO_RESULT and "`grow`" in made.summary


def test_names_of_the_answer_are_not_in_the_trials_way(runner: Runner) -> None:
    assert marked("list = filled = None\n" + GROW + "def trial(numbers):\n    return 1\n", runner).passed


def test_an_exception_in_the_answer_has_its_line(runner: Runner) -> None:
    made = marked("def grow(xs):\n    xs.push(len(xs))", runner)
    assert made.ending is Ending.ERROR and made.error is not None and made.error.line == 2


def test_a_broken_trial_is_the_authors_fault(runner: Runner) -> None:
    part = grow_part(trial="def trial(numbers:\n    pass\n")
    faults = list(proof_faults(question_of(part), runner))
    assert [fault.where for fault in faults] == [("parts", 0, "trial")]
    assert marked(GROW, runner, part).ending is Ending.INTERNAL


def test_a_trial_needs_a_function() -> None:
    with pytest.raises(ValidationError, match="`trial` belongs to a part with `function`"):
        function_part(function=None, cases=None, random=None, variables=["a"], solution="a = 1", trial=TRIAL)
