"""Hands that shake: a right curve passes in any of them, a wrong one in none."""

from random import Random

import pytest

from app.grading.curves import curves_of, grid_of
from app.grading.hand import reckoned, shaky
from app.grading.prove_sketch import span_of
from app.grading.sketch import judge
from app.grading.verdict import Verdict
from app.sandbox.job import Runner
from tests.sketches import RIGHT, WRONG, Curve, drawn_question, points

HANDS = 200


def by_hand(name: str, curve: Curve, rng: Random, run: Runner) -> Verdict | None:
    question, part = drawn_question(name)
    grid = grid_of(part)
    spots = points(curve, grid)
    if len(spots) < 3:
        return None
    return judge(question, part, tuple(shaky(grid, spots, rng, span_of(part))), curves_of(part, run))


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_curve_passes_from_at_least_95_in_100_shaky_hands(name: str, runner: Runner) -> None:
    verdicts = [by_hand(name, RIGHT[name], Random(seed), runner) for seed in range(HANDS)]
    assert sum(verdict is not None and verdict.passed for verdict in verdicts) >= 0.95 * HANDS


@pytest.mark.parametrize("name", WRONG)
def test_no_wrong_curve_passes_from_any_of_200_hands(name: str, runner: Runner) -> None:
    judged = 0
    for seed in range(HANDS + 20):
        rng = Random(1_000 + seed)
        verdict = by_hand(name, WRONG[name](rng), rng, runner)
        judged += verdict is not None
        assert verdict is None or not verdict.passed, seed
    assert judged >= HANDS


HALVES = [n / 2 for n in range(-6, 7)]
TABLES: dict[str, list[list[float]]] = {"sigmoid": [list(range(-6, 7))], "relu": [HALVES[2:-2], HALVES]}


@pytest.mark.parametrize("step", [0.01, 0.05, 0.1])
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_table_passes_though_its_numbers_are_rounded(name: str, step: float, runner: Runner) -> None:
    question, part = drawn_question(name)
    for places in TABLES[name]:
        made = reckoned(grid_of(part), points(RIGHT[name], grid_of(part)), places, step)
        verdict = judge(question, part, tuple(made), curves_of(part, runner))
        assert verdict.passed, verdict.summary


@pytest.mark.parametrize("step", [0.05, 0.1])
@pytest.mark.parametrize("name", WRONG)
def test_no_wrong_table_passes(name: str, step: float, runner: Runner) -> None:
    question, part = drawn_question(name)
    curves = curves_of(part, runner)
    for wrong in curves.wrong:
        places = [x for x in TABLES[name][0] if wrong[0][0] <= x <= wrong[-1][0]]
        made = reckoned(grid_of(part), wrong, places, step)
        assert len(made) < 2 or not judge(question, part, tuple(made), curves).passed
