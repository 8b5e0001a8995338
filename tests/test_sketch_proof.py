"""Drawn parts in question files: what an author gets wrong is told at its place, before and after running it."""

from pathlib import Path
from typing import Any

import pytest

from app.bank.load import Source, read_source
from app.grading.kinds import ProofFault
from app.grading.proof import proof_faults
from app.grading.sketch import prove_draw
from app.sandbox.job import Runner
from tests.sketches import demand, draw_part, drawn_question

FILE = """id: parabola
number: 1
title: The parabola
prompt: Draw it.
topics: [functions]
hints: [One., Two.]
parts:
  - id: draw
    kind: draw
    ask: Draw x².
    curve: x ** 2
    x: [-2, 2]
    y: [-1, 5]
    properties:
      - {id: zero, passes: [0, 0], says: It touches 0., says_not: It has to touch 0.}
      - {id: falls, falls: [-2, 0], says: It falls., says_not: It has to fall.}
      - {id: flat, level: 0, over: [-0.2, 0.2], says: It is level., says_not: It has to be level.}
      - {id: corner, kink: 1, says: It bends., says_not: It has to bend.}
    wrong:
      - curve: x + 1
        why: a line
answer: So it is.
"""


def faults(text: str) -> list[str]:
    found = read_source(Path("01-parabola.yaml"), text.encode())
    return [] if isinstance(found, Source) else [f"{fault.line}: {fault.message}" for fault in found]


def test_a_drawn_part_is_read() -> None:
    assert faults(FILE) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("passes: [0, 0]", "passes: [0, 9]", "15: this point is not on the grid"),
        ("passes: [0, 0]", "passes: [0, 0], kink: 0", "15: a property demands exactly one of: covers, between,"),
        ("passes: [0, 0], ", "", "15: a property demands exactly one of"),
        ("passes: [0, 0]", "passes: [0, 0], over: [0, 1]", "15: `over` is a range of x; it belongs to `level`"),
        ("passes: [0, 0]", "passes: [0]", "15: "),
        ("passes: [0, 0]", "passes: [0, 0], tolerance: 0", "15: `tolerance` must be more than 0"),
        ("passes: [0, 0]", "smooth: false", "15: `smooth` must be True"),
        ("passes: [0, 0]", "pases: [0, 0]", "15: unknown key `pases`; did you mean `passes`?"),
        ("says: It touches 0., ", "", "15: `says` is missing"),
        ("falls: [-2, 0]", "falls: [0, -2]", "16: a range begins with the smaller"),
        ("falls: [-2, 0]", "falls: [-3, 0]", "16: this range leaves the grid, where x goes from -2 to 2"),
        ("id: falls", "id: zero", "16: two properties have the same id `zero`"),
        ("over: [-0.2, 0.2], ", "", "17: `over` is a range of x"),
        ("level: 0", "level: 7", "17: this is off the grid, where y goes from -1 to 5"),
        ("kink: 1", "kink: 4", "18: this is off the grid, where x goes from -2 to 2"),
        ("x: [-2, 2]", "x: [2, 2]", "12: a range begins with the smaller of two different numbers"),
        ("x: [-2, 2]", "x: [-0.4, 0.5]", "12: a grid is 1 wide and high or more"),
        ("y: [-1, 5]", "y: [-1.0e300, 1.0e300]", "13: a grid is 1 wide and high or more"),
        ("curve: x ** 2", "curve: x **", "11: `curve` is not valid Python"),
        ("curve: x + 1", "curve: x = 1", "20: `curve` is not valid Python"),
        ("curve: x + 1", "curve: x ** 2", "20: this is the right curve"),
        ("- curve: x + 1\n        why: a line", "[]", "20: `wrong` needs 1 or more"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_drawn_part_is_told_at_its_line(old: str, new: str, told: str) -> None:
    assert old in FILE
    assert any(fault.startswith(told) for fault in faults(FILE.replace(old, new))), faults(FILE.replace(old, new))


def proved(run: Runner, **changes: Any) -> list[ProofFault]:
    return list(prove_draw(drawn_question("relu")[0], draw_part(**changes), run))


def test_a_good_part_is_proved(runner: Runner) -> None:
    both = [*demand(passes=[0, 0]), {**demand(passes=[1, 1])[0], "id": "two"}]
    assert proved(runner, properties=both) == []


@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_the_questions_of_the_bank_have_eight_wrong_curves_or_more(name: str) -> None:
    assert len(drawn_question(name)[1].wrong) >= 8


def wrong(curve: str) -> dict[str, Any]:
    return {"wrong": [{"curve": curve, "why": "a mistake"}]}


THERE, HERE, ALL = ("wrong", 0, "curve"), ("properties", 0), ("properties",)
@pytest.mark.parametrize("name", ["sigmoid", "relu"])
def test_the_drawn_questions_of_the_bank_are_proved(name: str, runner: Runner) -> None:
    question, part = drawn_question(name)
    assert list(proof_faults(question.model_copy(update={"parts": (part,)}), runner)) == []


UNPROVED: dict[str, tuple[dict[str, Any], tuple[Any, ...], str]] = {
    "raises": ({"curve": "nothing"}, ("curve",), "NameError"),
    "leaves the grid": ({"curve": "9 * x"}, ("curve",), "the curve leaves the grid"),
    "is not real": ({"curve": "x.log()"}, ("curve",), "the curve leaves the grid"),
    "too few": ({"curve": "torch.zeros(3)"}, ("curve",), "RuntimeError"),
    "a wrong one raises": (wrong("1 / 0"), THERE, "ZeroDivisionError"),
    "a wrong one cannot be seen": (wrong("x + 99"), THERE, "hardly anything"),
    "a wrong one passes": (wrong("x"), THERE, "this curve is meant to be wrong (a mistake), but it passes"),
    "is not met": ({"properties": demand(passes=[0, 1])}, HERE, "the curve itself does not pass this: At x = 0"),
    "no hand meets it": ({"properties": demand(passes=[1, 1], tolerance=0.01)}, HERE, "a hand that shakes cannot"),
    "a level line passes": ({}, ALL, "the level line at y = 0 passes"),
}


@pytest.mark.parametrize("name", UNPROVED)
def test_what_a_drawn_part_claims_and_is_not_so_is_found(name: str, runner: Runner) -> None:
    changes, where, says = UNPROVED[name]
    found = proved(runner, **changes)
    assert any(fault.where == where and says in fault.message for fault in found), found
