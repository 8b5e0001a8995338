"""A report: what is compared of a result in which chance has a hand, said where the answer is not."""

import pytest
from pydantic import ValidationError

from app.bank.question import CodePart
from app.grading.code import grade_code
from app.grading.proof import proof_faults
from app.grading.verdict import Verdict
from app.sandbox.job import Ending, Runner
from tests.grading_parts import function_part, question_of

MIXED = "import random\ndef mixed(xs):\n    return random.sample(xs, len(xs))\n"
REPORT = """
def report(made, xs):
    return {'all there': sorted(made) == sorted(xs), 'moved': len(xs) < 9 or made != xs}
"""
KEEPS = "def mixed(xs):\n    return list(xs)\n"


def mixing_part(**changes: object) -> CodePart:
    whole = {
        "solution": MIXED, "function": "mixed", "report": REPORT, "random": None,
        "cases": [{"args": [[1, 2, 3]]}, {"args": [list(range(20))]}, {"args": [list(range(30))], "hidden": True}],
        "wrong": [{"code": KEEPS, "why": "Moves nothing.", "reply": "Mix it."}],
    }  # fmt: skip
    return function_part(**(whole | changes))


def marked(answer: str, run: Runner, part: CodePart | None = None) -> Verdict:
    part = part or mixing_part()
    return grade_code(question_of(part), part, answer, run, seed=1)


def test_what_chance_makes_is_graded_by_what_is_seen_in_it(runner: Runner) -> None:
    assert list(proof_faults(question_of(mixing_part()), runner)) == []
    by_keys = "import random\ndef mixed(xs):\n    return sorted(xs, key=lambda _: random.random())"
    assert marked(by_keys, runner).passed
    made = marked("def mixed(numbers):\n    return numbers[:]", runner)
    assert not made.passed and made.counterexample is not None
    assert made.counterexample.expected == "{'all there': True, 'moved': True}"
    assert "'moved': False" in made.counterexample.got


@pytest.mark.usefixtures("patient")
def test_the_same_report_all_along_is_the_same_mistake(runner: Runner) -> None:
    made = marked("def mixed(numbers):\n    return numbers[:]", runner)
    assert [note.says for note in made.notes or ()] == ["Mix it."]


@pytest.mark.parametrize(
    "answer",
    [
        "def mixed(xs):\n    return {'all there': True, 'moved': True}",
        KEEPS + "class Yes(list):\n    def __ne__(self, other): return True\n"
        "old = mixed\ndef mixed(xs): return Yes(old(xs))",
        KEEPS + "import builtins\nbuiltins.sorted = lambda xs: 0\nlist.__ne__",
        KEEPS + "def report(made, xs):\n    return {'all there': True, 'moved': True}",
        "def mixed(xs):\n    return None",
        "def mixed(xs):\n    return (x for x in xs)",
        "def mixed(xs):\n    return [[x] for x in xs] * 1000",
    ],
)
def test_no_result_passes_for_its_own_report(answer: str, runner: Runner) -> None:
    made = marked(answer, runner)
    assert not made.passed and made.ending in (Ending.OK, Ending.ERROR)
    assert marked(MIXED, runner).passed


@pytest.mark.parametrize(
    "report, told",
    [
        ("def report(made, xs):\n    return 1 / 0\n", "ZeroDivisionError"),
        ("def report(made):\n    return 1\n", "TypeError"),
        ("1 / 0\ndef report(made, xs):\n    return 1\n", "ZeroDivisionError"),
    ],
)
def test_a_broken_report_is_the_authors_fault(report: str, told: str, runner: Runner) -> None:
    part = mixing_part(report=report)
    (found,) = proof_faults(question_of(part), runner)
    assert found.where == ("parts", 0, "report") and "in the report: " in found.message and told in found.message
    assert marked(KEEPS, runner, part).ending is Ending.INTERNAL


def test_a_report_needs_a_function() -> None:
    with pytest.raises(ValidationError, match="`report` belongs to a part with `function`"):
        function_part(function=None, cases=None, random=None, variables=["a"], solution="a = 1", report=REPORT)
