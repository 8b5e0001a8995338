"""Grading a drawn curve: what is said of it, where it differs, and what is taken for a curve at all."""

import json
import math
from typing import Any

import pytest

from app.bank.sketch import DrawPart
from app.grading.curves import KEPT, curves_of, grid_of
from app.grading.grade import grade
from app.grading.kinds import BadAnswer
from app.grading.sketch import MAX_POINTS, grade_draw, judge, read_curve
from app.grading.verdict import Verdict
from app.sandbox.job import Ending, Runner
from tests.grading_parts import Counting
from tests.sketches import RIGHT, Curve, demand, draw_part, drawn_question, points, relu, sigmoid


def verdict_on(name: str, curve: Curve, run: Runner) -> Verdict:
    question, part = drawn_question(name)
    return grade_draw(question, part, points(curve, grid_of(part)), run)


def missed(verdict: Verdict) -> dict[str, str]:
    return {check.id: check.says for check in verdict.checks or () if not check.passed}


@pytest.mark.parametrize("name", RIGHT)
def test_the_true_curve_gets_everything(name: str, runner: Runner) -> None:
    verdict = verdict_on(name, RIGHT[name], runner)
    assert verdict.passed and verdict.score == 1.0 and missed(verdict) == {}
    assert verdict.kind == "draw" and verdict.ending is Ending.OK and verdict.assessed


def test_the_true_curve_is_laid_beside_the_answer(runner: Runner) -> None:
    verdict = verdict_on("sigmoid", lambda x: 0.0, runner)
    assert isinstance(verdict.reference, list) and len(verdict.reference) == 121
    assert all(abs(y - sigmoid(x)) < 1e-3 for x, y in verdict.reference)


def test_a_curve_of_three_points_is_the_line_that_joins_them(runner: Runner) -> None:
    question, part = drawn_question("relu")
    assert grade_draw(question, part, [[-2, 0], [0, 0], [2, 2]], runner).passed
    question, part = drawn_question("sigmoid")
    assert not grade_draw(question, part, [[-6, 0], [0, 0.5], [6, 1]], runner).passed


def test_the_order_of_the_points_does_not_count(runner: Runner) -> None:
    question, part = drawn_question("sigmoid")
    spots = points(sigmoid, grid_of(part))
    assert grade_draw(question, part, [*spots[60:], *reversed(spots[:60]), *spots[10:20]], runner).passed


def test_a_wrong_curve_is_told_the_place_and_its_own_height_there(runner: Runner) -> None:
    verdict = verdict_on("sigmoid", math.tanh, runner)
    assert missed(verdict)["between-0-and-1"].startswith("At x = −5.8 your curve is at −1, below 0. ")
    assert missed(verdict)["half-at-0"].startswith("At x = 0 your curve is at 0. ")
    assert verdict.summary == "Not yet: at x = −5.8 your curve is at −1, below 0."
    assert not verdict.passed and verdict.score == 0.4


def test_a_known_mistake_gets_the_authors_note(runner: Runner) -> None:
    notes = verdict_on("sigmoid", math.tanh, runner).notes
    assert notes is not None and "tanh" in notes[0].says
    assert verdict_on("sigmoid", sigmoid, runner).notes is None
    assert verdict_on("relu", lambda x: 0.3 * math.sin(9 * x), runner).notes is None


SAYS: dict[str, tuple[dict[str, Any], Curve, str]] = {
    "begins late": ({"covers": [-2, 2]}, lambda x: x if x > -1 else 99, "begins only at x = −0.97"),
    "ends early": ({"covers": [-2, 2]}, lambda x: x if x < 1 else 99, "ends already at x = 0.97"),
    "too high": ({"between": [0, 1]}, lambda x: x * x, "is at 3.74, above 1"),
    "too low": ({"between": [0, 1]}, lambda x: -x * x / 4, "is at −0.93, below 0"),
    "turns": ({"rises": [-2, 2]}, lambda x: 2 - x * x, "your curve goes down, from 2 to −0.67"),
    "level": ({"rises": [-2, 2]}, lambda x: 1.0, "stays near 1 all along"),
    "climbs": ({"falls": [-2, 2]}, lambda x: x + 2, "your curve goes up, from 0.07 to 3.93"),
    "misses": ({"passes": [1, 3]}, lambda x: x, "at x = 1 your curve is at 1"),
    "does not come": ({"passes": [1, 3]}, lambda x: x if x < 0 else 99, "does not come to x = 1"),
    "not level": ({"level": 1, "over": [0, 1]}, lambda x: x, "at x = 0 your curve is at 0"),
    "nothing there": ({"level": 1, "over": [0, 1]}, lambda x: x if x < 0 else 99, "between x = 0 and x = 1 too little"),
    "wrong slope": ({"slope": 1, "over": [0, 1]}, lambda x: -x, "your curve falls 1 for each 1 to the right"),
    "no slope there": ({"slope": 1, "over": [0, 1]}, lambda x: x if x < 0 else 99, "too little of a curve"),
    "no rise there": ({"rises": [0, 1]}, lambda x: x if x < 0 else 99, "too little of a curve"),
    "straight": ({"kink": 0}, lambda x: x, "at x = 0 your curve has no such corner"),
    "bent the other way": ({"kink": 0}, lambda x: 3 - abs(x), "has no such corner"),
    "elsewhere": ({"kink": 0}, lambda x: abs(x - 0.5), "your curve meet at x = 0.5"),
    "rounded": ({"kink": 0}, lambda x: x * x, "around x = 0 your curve is rounded"),
    "one arm": ({"kink": 0}, lambda x: x if x > 0 else 99, "does not pass x = 0 on both sides"),
    "a jump": ({"smooth": True}, lambda x: float(x > 1), "your curve bends too sharply"),
    "a corner": ({"smooth": True}, lambda x: 5 * relu(x - 1), "near x = 0.99 your curve"),
}


@pytest.mark.parametrize("name", SAYS)
def test_each_property_says_where_it_is_missed(name: str, runner: Runner) -> None:
    what, curve, says = SAYS[name]
    part = draw_part(properties=demand(**what), **({"curve": "abs(x)"} if "kink" in what else {}))
    question = drawn_question("relu")[0]
    found = missed(grade_draw(question, part, points(curve, grid_of(part)), runner))
    assert says.casefold() in found["one"].casefold() and found["one"].endswith("It is not so.")


@pytest.mark.parametrize(
    "what",
    [
        {"covers": [-2, 2]}, {"between": [0, 4]}, {"rises": [0, 2]}, {"falls": [-2, 0]}, {"passes": [1, 1]},
        {"level": 0, "over": [-0.3, 0.3]}, {"slope": 2, "over": [0.5, 1.5]}, {"smooth": True},
    ],
)  # fmt: skip
def test_each_property_is_met_by_a_curve_that_has_it(what: dict[str, Any], runner: Runner) -> None:
    part = draw_part(properties=demand(**what))
    verdict = grade_draw(drawn_question("relu")[0], part, points(lambda x: x * x, grid_of(part)), runner)
    assert verdict.passed and verdict.checks is not None and verdict.checks[0].says == "So it is."


def test_a_tolerance_of_the_authors_counts(runner: Runner) -> None:
    question = drawn_question("relu")[0]
    spots = points(lambda x: x * x + 0.5, grid_of(draw_part()))
    for tolerance, passes in ((0.4, False), (0.6, True)):
        part = draw_part(properties=demand(passes=[0, 0], tolerance=tolerance))
        assert grade_draw(question, part, spots, runner).passed is passes


LOOPS: dict[str, list[list[float]]] = {
    "a circle": [[math.cos(n / 9), 2 + math.sin(n / 9)] for n in range(56)],
    "two lines": [[n / 30, height] for height in (0, 2) for n in range(-60, 60)],
    "there and back": [[n / 30, 1.0] for n in range(-60, 60)] + [[n / 30, 3.0] for n in range(60, -60, -1)],
}


@pytest.mark.parametrize("name", LOOPS)
def test_what_is_no_function_is_told_so_and_nothing_else(name: str, runner: Runner) -> None:
    verdict = grade_draw(drawn_question("relu")[0], draw_part(), LOOPS[name], runner)
    assert list(missed(verdict)) == ["one-height"] and verdict.score == 0.0
    assert "more than one height" in verdict.summary


def test_a_line_straight_up_is_judged_as_a_jump(runner: Runner) -> None:
    question, part = drawn_question("sigmoid")
    left, right = [[n / 10, 0] for n in range(-60, 1)], [[n / 10, 1] for n in range(0, 61)]
    step = [*left, *([0.01 * (n % 3), n / 40] for n in range(41)), *right]
    verdict = grade_draw(question, part, step, runner)
    assert "smooth" in missed(verdict) and "one-height" not in missed(verdict)


# What is handed in


GOOD = [[-2, 4], [0, 0], [2, 4]]
BAD: dict[str, tuple[Any, str]] = {
    "nothing": ([], "There is no curve yet"),
    "blank": (" ", "There is no curve yet"),
    "none": (None, "a list of points"),
    "true": (True, "a list of points"),
    "a number": (3, "a list of points"),
    "a mapping": ({"x": [1], "y": [2]}, "a list of points"),
    "words": ("a parabola", "a list of points"),
    "half of a list": ("[[0, 1], [2", "no valid JSON"),
    "NaN as text": ("[[0, NaN], [1, 2]]", "NaN is no number"),
    "infinity as text": ("[[0, Infinity], [1, 2]]", "Infinity is no number"),
    "very deep": ("[" * 50_000, "no valid JSON"),
    "NaN": ([[0, math.nan], [1, 2]], "Point 1 is off the grid: its y is no number"),
    "infinity": ([[0, 1], [math.inf, 2]], "Point 2 is off the grid: its x is too large"),
    "1e999": ("[[0, 1], [1e999, 2]]", "Point 2 is off the grid: its x is too large"),
    "a huge whole number": ([[0, 10**400], [1, 2]], "its y is too large"),
    "digits without end": (f"[[0, {'9' * 5000}], [1, 2]]", "more than 40 digits"),
    "text": ([[0, "1"], [1, 2]], "Point 1 is not a pair"),
    "truth values": ([[0, True], [1, 2]], "Point 1 is not a pair"),
    "three": ([[0, 1, 2], [1, 2]], "Point 1 is not a pair"),
    "one": ([[0, 1], [1]], "Point 2 is not a pair"),
    "nested": ([[0, [1]], [1, 2]], "Point 1 is not a pair"),
    "flat": ([0, 1, 2, 3], "Point 1 is not a pair"),
    "null": ([[0, None], [1, 2]], "Point 1 is not a pair"),
    "off to the right": ([[0, 1], [2.1, 2]], "Point 2 is off the grid: its x is 2.1, and there x goes from −2 to 2."),
    "off the top": ([[0, 1], [1, 7]], "Point 2 is off the grid: its y is 7"),
    "a dot": ([[1, 1], [1, 1], [1, 1]], "only a dot"),
    "a line straight up": ([[1, y / 10] for y in range(40)], "a line straight up"),
    "too many": ([[0, 0]] * (MAX_POINTS + 1), "2,001 points; 2,000 are more than enough"),
    "far too many": ([[0, 0]] * 100_000, "100,000 points"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_curve_is_refused_in_one_sentence(name: str) -> None:
    answer, says = BAD[name]
    with pytest.raises(BadAnswer, match=says.replace("[", r"\[")):
        read_curve(draw_part(), answer)


@pytest.mark.parametrize("answer", [answer for answer, _ in BAD.values()], ids=list(BAD))
def test_what_is_no_curve_gets_a_verdict_and_no_run(answer: Any, runner: Runner) -> None:
    counting = Counting(runner)
    verdict = grade(drawn_question("relu")[0], draw_part(), answer, counting, seed=1)
    assert verdict.ending is Ending.REFUSED and verdict.score == 0.0 and counting.jobs == []


def test_points_as_json_text_are_the_same_as_a_list() -> None:
    part = draw_part()
    assert read_curve(part, json.dumps(GOOD)) == read_curve(part, GOOD) == ((-2, 4), (0, 0), (2, 4))


def test_a_point_a_hair_off_the_grid_lies_on_its_edge() -> None:
    assert read_curve(draw_part(), [[-2.02, 5.04], [2.03, -1.01]]) == ((-2, 5), (2, -1))


def test_as_many_points_as_there_may_be_are_taken(runner: Runner) -> None:
    part = draw_part()
    spots = [[-2 + 4 * n / (MAX_POINTS - 1), (-2 + 4 * n / (MAX_POINTS - 1)) ** 2] for n in range(MAX_POINTS)]
    assert grade_draw(drawn_question("relu")[0], part, spots, runner).passed


@pytest.mark.parametrize("spots", [[[0, 0], [0.09, 0]], [[0, 0], [1, 0]], [[0, 0]] * 1999 + [[2, 5]]])
@pytest.mark.parametrize("name", RIGHT)
def test_scraps_of_a_curve_are_judged_and_break_nothing(name: str, spots: list[list[float]], runner: Runner) -> None:
    question, part = drawn_question(name)
    squeezed = [[x * 3, y / 5] for x, y in spots]
    assert not grade_draw(question, part, squeezed, runner).passed


# The true curve


def test_the_curve_is_computed_once(runner: Runner) -> None:
    counting = Counting(runner)
    part = draw_part(curve="x ** 2 + 0", ask="Once.")
    for _ in range(3):
        curves_of(part, counting)
    assert len(counting.jobs) == 1


def test_only_so_many_curves_are_remembered(runner: Runner) -> None:
    first = draw_part(ask="The first of many.")
    curves_of(first, runner)
    for number in range(KEPT):
        curves_of(draw_part(ask=f"Number {number} of many."), runner)
    counting = Counting(runner)
    curves_of(first, counting)
    assert len(counting.jobs) == 1


def test_a_curve_may_be_a_function_a_constant_or_not_everywhere_on_the_grid(runner: Runner) -> None:
    wrong = [{"curve": text, "why": "w"} for text in ("torch.exp", "1", "1 / x", "lambda x: x * 9")]
    curves = curves_of(draw_part(wrong=wrong), runner)
    assert [len(spots) for spots in curves.wrong[:2]] == [109, 121]
    assert all(-1 <= y <= 5 for spots in curves.wrong for _, y in spots)


LEAVES = "__import__('os')._exit(3)"
LIES = "setattr(torch.Tensor, 'tolist', lambda heights: 'junk') or x"


@pytest.mark.parametrize("curve", ["nothing", "1 / 0", "x.tolist() + [1]", "'text'", "x * 1j", "exit()", LEAVES, LIES])
def test_a_curve_that_cannot_be_computed_is_our_fault_and_no_attempt(curve: str, runner: Runner) -> None:
    part = draw_part(curve=curve)
    assert isinstance(part, DrawPart)
    verdict = grade_draw(drawn_question("relu")[0], part, GOOD, runner)
    assert verdict.ending is Ending.INTERNAL and not verdict.passed


def test_judging_needs_no_run(runner: Runner) -> None:
    question, part = drawn_question("relu")
    curves = curves_of(part, runner)
    assert judge(question, part, points(relu, grid_of(part)), curves).passed
