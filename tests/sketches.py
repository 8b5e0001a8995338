"""Curves for the tests of drawn parts: a small part of its own, the two of the bank, and wrong hands by the dozen."""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from app.bank.load import read_file
from app.bank.question import Question
from app.bank.sketch import DrawPart
from app.grading.trace import Grid

CHAPTER = Path(__file__).resolve().parent.parent / "questions" / "three-versus-seven"
FILES = {"sigmoid": "21-sigmoid.yaml", "relu": "34-relu.yaml"}
Curve = Callable[[float], float]
Spots = tuple[tuple[float, float], ...]


@cache
def drawn_question(name: str) -> tuple[Question, DrawPart]:
    question = read_file(CHAPTER / FILES[name])
    assert isinstance(question, Question)
    part = question.part("draw")
    assert isinstance(part, DrawPart)
    return question, part


def draw_part(**changes: Any) -> DrawPart:
    """A parabola over a grid from −2 to 2, with one property unless others are given."""
    whole = {
        "id": "draw", "kind": "draw", "ask": "Draw x².", "curve": "x ** 2", "x": [-2, 2], "y": [-1, 5],
        "properties": [{"id": "low", "passes": [0, 0], "says": "It touches 0.", "says_not": "0 times 0 is 0."}],
        "wrong": [{"curve": "x + 1", "why": "a straight line"}],
    }  # fmt: skip
    return DrawPart.model_validate(whole | changes)


def demand(**what: Any) -> list[dict[str, Any]]:
    return [{"id": "one", "says": "So it is.", "says_not": "It is not so.", **what}]


def points(curve: Curve, grid: Grid, count: int = 121) -> Spots:
    """Those that are on the grid."""
    places = (grid.x[0] + grid.width * index / (count - 1) for index in range(count))
    return tuple((x, curve(x)) for x in places if grid.y[0] <= curve(x) <= grid.y[1])


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def relu(x: float) -> float:
    return max(0.0, x)


def wrong_sigmoid(rng: Random) -> Curve:
    """A line, a step, tanh, a mirror image, a shift, another steepness, … with numbers drawn anew."""
    sign, shift = rng.choice((-1, 1)), rng.uniform(0.8, 3)
    steep = rng.choice((rng.uniform(1.8, 6), rng.uniform(0.2, 0.55)))
    tilt, height, edge = rng.uniform(0, 0.12), rng.uniform(-0.5, 1), rng.uniform(-1.5, 1.5)
    off, wave, ramp = sign * rng.uniform(0.2, 0.4), rng.uniform(0.8, 3), rng.uniform(3.4, 4.6)
    return rng.choice([
        lambda x: tilt * x + height, lambda x: float(x > edge), math.tanh, lambda x: sigmoid(-x),
        lambda x: sigmoid(x + sign * shift), lambda x: sigmoid(steep * x), lambda x: relu(x) / 4, lambda x: abs(x) / 6,
        lambda x: max(x, 0.1 * x) / 6, lambda x: math.log1p(math.exp(x)) / 6, lambda x: 0.5 + 0.5 * math.sin(wave * x),
        lambda x: height, lambda x: sigmoid(x) + off, lambda x: min(max(x / ramp + 0.5, 0), 1),
    ])  # fmt: skip


def wrong_relu(rng: Random) -> Curve:
    sign, off, leak = rng.choice((-1, 1)), rng.uniform(0.3, 1), rng.uniform(0.12, 0.6)
    steep = rng.choice((rng.uniform(0.2, 0.7), rng.uniform(1.4, 3)))
    tilt, height, soft = rng.uniform(-1, 1), rng.uniform(-0.5, 1), rng.uniform(0.8, 3)
    return rng.choice([
        lambda x: tilt * x + height, lambda x: float(x > 0), math.tanh, lambda x: relu(-x), sigmoid,
        lambda x: relu(x) + sign * off, lambda x: relu(x + sign * off), abs, lambda x: max(x, leak * x),
        lambda x: math.log1p(math.exp(soft * x)) / soft, lambda x: math.sin(soft * x), lambda x: height,
        lambda x: steep * relu(x), lambda x: relu(x) + off * (x > 0),
    ])  # fmt: skip


RIGHT: dict[str, Curve] = {"sigmoid": sigmoid, "relu": relu}
WRONG: dict[str, Callable[[Random], Curve]] = {"sigmoid": wrong_sigmoid, "relu": wrong_relu}
