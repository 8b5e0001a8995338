"""Numbers → probability: logistic models; their weights are a table, weights.json, that `selfgrad bench prose --fit`
makes.

Training is Newton's method with a penalty on large weights, in plain Python: deterministic, and done in seconds.

A point is called covered from `COVERED` on. What is there can be missed at little cost, while praise for what is not
there misleads, so it stands higher than a half: where .91 of what is called covered is, in the fitted answers (each
question left out of its own fit), and .96 in answers of others, claims with swapped roles aside (see `labelled`). From
there on the precision hardly rises, and the recall falls. Claims whose roles are swapped are most of what it gets
wrong, and no threshold tells them apart.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from pathlib import Path

from app.keypoints.features import ERROR_NAMES, NAMES

WEIGHTS = Path(__file__).with_name("weights.json")
COVERED = 0.66
NOT_FOUND = 0.2
PENALTY = 2.0
ROUNDS = 12
DIGITS = 4  # of a weight in the table

Row = Sequence[float]


@dataclass(frozen=True)
class Model:
    bias: float
    weights: tuple[float, ...]

    def probability(self, values: Row) -> float:
        return _sigmoid(self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True)))


@dataclass(frozen=True)
class Models:
    """One for points and one for misconceptions."""

    points: Model
    errors: Model


@lru_cache(maxsize=1)
def committed() -> Models:
    table = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Models(_read(table["points"], NAMES), _read(table["misconceptions"], ERROR_NAMES))


def _read(table: dict[str, float], names: tuple[str, ...]) -> Model:
    return Model(table["bias"], tuple(table[name] for name in names))


def as_text(models: Models) -> str:
    table = {
        name: {"bias": model.bias, **dict(zip(names, model.weights, strict=True))}
        for name, model, names in (("points", models.points, NAMES), ("misconceptions", models.errors, ERROR_NAMES))
    }
    return json.dumps(table, indent=2) + "\n"


def fit(
    rows: Sequence[Row], labels: Sequence[float], counts: Sequence[float] | None = None, start: Model | None = None
) -> Model:
    """Labels from 0 (not found) to 1 (covered); `counts` says how much each row counts. The weights are rounded, so
    that the table says all there is. `start` is where the search begins; it ends at the same place from anywhere."""
    whole = [(1.0, *row) for row in rows]
    weights = [start.bias, *start.weights] if start else [0.0] * len(whole[0])
    for _ in range(ROUNDS):
        step = _solved(*_bend_and_slope(whole, labels, counts or [1.0] * len(rows), weights))
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(abs(change) for change in step) < 1e-6:
            break
    return Model(round(weights[0], DIGITS), tuple(round(weight, DIGITS) for weight in weights[1:]))


def _bend_and_slope(
    rows: Sequence[Row], labels: Sequence[float], counts: Sequence[float], weights: list[float]
) -> tuple[list[list[float]], list[float]]:
    """Second (lower half, signs turned) and first derivatives of the penalised likelihood. The bias has no penalty."""
    width = len(weights)
    penalties = [0.0] + [PENALTY] * (width - 1)
    slope = [-penalty * weight for penalty, weight in zip(penalties, weights, strict=True)]
    bend = [[0.0] * at + [penalties[at] + 1e-9] for at in range(width)]
    for row, label, count in zip(rows, labels, counts, strict=True):
        probability = _sigmoid(sum(map(mul, weights, row)))
        error, spread = count * (label - probability), count * probability * (1 - probability)
        for at, value in enumerate(row):
            if value:
                slope[at] += error * value
                scaled = spread * value
                bend[at] = [old + scaled * other for old, other in zip(bend[at], row, strict=False)]
    return bend, slope


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0


def _solved(lower: list[list[float]], right: list[float]) -> list[float]:
    """x in A·x = right, where `lower` is the lower half of a positive A: by Cholesky's root."""
    size = len(right)
    root = [[0.0] * size for _ in range(size)]
    for at in range(size):
        for other in range(at + 1):
            rest = lower[at][other] - sum(root[at][k] * root[other][k] for k in range(other))
            root[at][other] = math.sqrt(max(rest, 1e-12)) if at == other else rest / root[other][other]
    half = [0.0] * size
    for at in range(size):
        half[at] = (right[at] - sum(root[at][k] * half[k] for k in range(at))) / root[at][at]
    found = [0.0] * size
    for at in reversed(range(size)):
        found[at] = (half[at] - sum(root[k][at] * found[k] for k in range(at + 1, size))) / root[at][at]
    return found
