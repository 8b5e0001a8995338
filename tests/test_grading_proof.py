"""Proof of questions: what an author gets wrong is found, and told with its place."""

from typing import Any

import pytest

from app.bank.question import CodePart
from app.grading.kinds import ProofFault
from app.grading.proof import proof_faults
from app.sandbox.job import Runner
from tests.grading_parts import DOUBLE, DRAW, function_part, prose_part, question_of, variables_part


def faults(run: Runner, part: CodePart, answer: str = "So.") -> list[ProofFault]:
    return list(proof_faults(question_of(part, prose_part(), answer=answer), run))


def test_a_good_question_has_no_fault(runner: Runner) -> None:
    wrong = [{"code": "def double(xs):\n    return xs", "why": "does nothing"}, {"code": "x", "why": "raises"}]
    answer = "Like this:\n\n```python\nx = 1\n```\n\nand then\n\n```python\nassert x == 1\n```\n"
    assert faults(runner, function_part(wrong=wrong, starter="def double(xs):\n    ...\n"), answer) == []
    assert faults(runner, variables_part("a = 1", "a")) == []


BROKEN: dict[str, tuple[dict[str, Any], tuple[Any, ...], str]] = {
    "setup": ({"setup": "1 / 0"}, ("setup",), "the setup fails: ZeroDivisionError"),
    "solution raises": ({"solution": "def double(xs):\n    return [xs[0] * 2]"}, ("cases", 1, "args"), "IndexError"),
    "no function": ({"solution": "x = 1"}, ("solution",), "no-result"),
    "breaks its own rule": (
        {"solution": DOUBLE, "rules": [{"avoids": ["comprehension"]}]}, ("solution",), "does not pass its own grade",
    ),
    "changes its argument": (
        {"solution": "def double(xs):\n    xs *= 0\n    return []", "unchanged": True}, ("solution",), "its own grade",
    ),
    "not the same twice": (
        {"solution": "import time\ndef double(xs):\n    return time.time_ns()"}, ("solution",), "its own grade",
    ),
    "expression": (
        {"cases": [{"args": [[1]]}, {"args": [{"py": "nothing"}]}]}, ("cases", 1, "args"), "NameError",
    ),
    "hidden expression": (
        {"cases": [{"args": [{"py": "nothing"}], "hidden": True}, {"args": [[1]]}]}, ("cases", 0, "args"), "NameError",
    ),
    "make raises": ({"random": {"make": "def make(rng):\n    1 / 0"}}, ("random", "make"), "ZeroDivisionError"),
    "make gives a list": (
        {"random": {"make": "def make(rng):\n    return [1]"}}, ("random", "make"), "must return a tuple",
    ),
    "make is missing": ({"random": {"make": "x = 1"}}, ("random", "make"), "KeyError"),
    "make gives objects": (
        {"random": {"make": "def make(rng):\n    return ([object()],)"}, "solution": "def double(xs):\n    return 1"},
        ("solution",), "make(rng) gives what cannot be sent: [<object>]",
    ),
    "no shown case": ({"cases": [{"args": [[1]], "hidden": True}]}, ("cases",), "no case is shown"),
    "no hidden case": ({"random": None, "cases": [{"args": [[1]]}]}, ("cases",), "every input is known beforehand"),
    "starter is no Python": ({"starter": "def double(xs)"}, ("starter",), "the starter cannot be read"),
    "starter passes": ({"starter": DOUBLE}, ("starter",), "the starter passes"),
    "wrong passes": (
        {"wrong": [{"code": "x", "why": "a"}, {"code": DOUBLE, "why": "b"}]}, ("wrong", 1, "code"),
        "this answer is meant to be wrong (b), but it passes",
    ),
    "wrong is no Python": ({"wrong": [{"code": "def", "why": "a"}]}, ("wrong", 0, "code"), "is not even run"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "where", "says"), BROKEN.values(), ids=list(BROKEN))
def test_a_fault_is_found_and_its_place_told(
    changes: dict[str, Any], where: tuple[Any, ...], says: str, runner: Runner
) -> None:
    found = faults(runner, function_part(**changes))
    assert [fault.where for fault in found] == [("parts", 0, *where)]
    assert says in found[0].message and found[0].part_id == "write"


def test_a_rule_on_what_is_returned_needs_a_function(runner: Runner) -> None:
    (fault,) = faults(runner, variables_part("a = [1]", "a", rules=[{"uses": "list-comprehension"}]))
    assert fault.where == ("parts", 0, "rules")


def test_a_snippet_that_fails_is_told_with_its_line_of_the_page(runner: Runner) -> None:
    answer = "Text.\n\n```python\nx = 1\n```\n\nMore.\n\n```python\nx += 1\nassert x == 3\n```\n"
    (fault,) = faults(runner, function_part(), answer)
    assert (fault.where, fault.line, fault.part_id) == (("answer",), 11, None)
    assert "AssertionError" in fault.message


def test_a_fault_of_random_inputs_is_found_for_some_seed(runner: Runner) -> None:
    """A wrong answer that most draws let through is not wrong enough."""
    rare = function_part(wrong=[{"code": DOUBLE.replace("2 * x", "2 * x if x != 31337 else 0"), "why": "rare"}])
    (fault,) = faults(runner, rare)
    assert "but it passes" in fault.message
    assert DRAW
