"""A hand that draws: what a right answer looks like when it comes from fingers and not from a formula.

It works in the pixels of a pad of 600 by 400. It starts late and stops early, slips where it sets the pen down,
trembles (noise, and a wave), drifts, rounds corners, lifts the pen, goes back a little, and draws strokes in any order.
The proof of a question and the tests use it; no answer is ever graded with it.
"""

import math
from collections.abc import Iterator, Sequence
from random import Random

from app.grading.trace import Grid, Points, between

PAD = (600.0, 400.0)
Pixels = list[tuple[float, float]]


def shaky(grid: Grid, curve: Points, rng: Random, span: tuple[float, float] | None = None) -> list[tuple[float, float]]:
    """One drawing of a curve, whose points go from left to right; `span` is the range of x that it tries to fill."""
    xs, ys = [x for x, _ in curve], [y for _, y in curve]
    low, high = span or (xs[0], xs[-1])
    across, down = PAD[0] / grid.width, PAD[1] / grid.height
    first, last = (max(low, xs[0]) - grid.x[0]) * across, (min(high, xs[-1]) - grid.x[0]) * across
    missing = 0.05 * (last - first)
    first, last = first + rng.uniform(0, missing), last - rng.uniform(0, missing)
    shift, rounding, error = rng.uniform(-4, 4), rng.uniform(0, 6), _Unsteady(rng, first, last)
    drawn: Pixels = []
    for px in _pen(rng, first, last):
        near = [grid.x[0] + (px + shift + side * rounding) / across for side in (-1, -0.5, 0, 0.5, 1)]
        height = sum(between(xs, ys, x) for x in near) / len(near)
        drawn.append((px, (height - grid.y[0]) * down + error(px)))
    drawn = _lifted(rng, drawn)
    return [_on(grid, grid.x[0] + px / across, grid.y[0] + py / down) for px, py in drawn]


def reckoned(grid: Grid, curve: Points, places: Sequence[float], step: float) -> list[tuple[float, float]]:
    """The same from somebody who reckons instead: heights at given places, rounded to `step`."""
    xs, ys = [x for x, _ in curve], [y for _, y in curve]
    return [_on(grid, x, round(between(xs, ys, x) / step) * step) for x in places]


def _on(grid: Grid, x: float, y: float) -> tuple[float, float]:
    """No pen leaves the paper."""
    return min(max(x, grid.x[0]), grid.x[1]), min(max(y, grid.y[0]), grid.y[1])


def _pen(rng: Random, first: float, last: float) -> Iterator[float]:
    """Where the pen is at each moment: 2 to 15 pixels further, and sometimes a little back. Sometimes there are only a
    few points, set one by one."""
    stride = (last - first) / rng.randint(9, 13) if rng.random() < 0.15 else rng.uniform(2, 15)
    back = rng.uniform(first, last) if rng.random() < 0.3 else math.inf
    px = first
    while px < last:
        yield px
        if px > back:
            yield from (px - step for step in (3, rng.uniform(4, 10), 2))
            back = math.inf
        px += stride * rng.uniform(0.6, 1.4) if stride < 16 else stride
    yield last


class _Unsteady:
    """How far from its way the pen is, in pixels: noise of 4 at most, a tremor, a slow drift, and slips at the ends."""

    def __init__(self, rng: Random, first: float, last: float) -> None:
        self.rng, self.first, self.last = rng, first, last
        self.noise = rng.uniform(0.3, 1.6)
        self.tremor, self.period, self.phase = rng.uniform(0, 2), rng.uniform(12, 40), rng.uniform(0, 6)
        self.drift = [(rng.uniform(0, 2), rng.uniform(200, 800), rng.uniform(0, 6)) for _ in range(2)]
        self.slips = (rng.uniform(-8, 8), rng.uniform(-8, 8))

    def __call__(self, px: float) -> float:
        error = max(-4.0, min(4.0, self.rng.gauss(0, self.noise)))
        error += self.tremor * math.sin(2 * math.pi * px / self.period + self.phase)
        error += sum(size * math.sin(2 * math.pi * px / period + phase) for size, period, phase in self.drift)
        for slip, away in zip(self.slips, (px - self.first, self.last - px), strict=True):
            error += slip * max(0.0, 1 - away / 8) ** 2
        return error


def _lifted(rng: Random, drawn: Pixels) -> Pixels:
    """The pen leaves gaps of 3 to 8 % of the pad, and draws its strokes in any order and direction."""
    if rng.random() < 0.3:
        gap = rng.uniform(0.03, 0.08) * PAD[0]
        where = rng.uniform(drawn[0][0], drawn[-1][0] - gap)
        drawn = [spot for spot in drawn if not where < spot[0] < where + gap] or drawn
    if rng.random() < 0.3:
        cut = rng.randrange(len(drawn))
        drawn = drawn[cut:] + (drawn[:cut] if rng.random() < 0.5 else drawn[:cut][::-1])
    return drawn
