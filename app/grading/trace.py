"""A drawn line as a function: points in any order, with the tremor of a hand, become heights, slopes and bends.

The line is what the page shows: the points from left to right, joined by straight lines. Reading it is done in three
steps. Points that share a pixel column become one. The line is walked in even steps, so that many points in one place
weigh no more than few. And each height is taken from a straight line that is fitted to its near surroundings (weights
falling off as tricube), which takes the tremor out and leaves slopes as they are. Nothing here knows a question.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import mul

Points = Sequence[tuple[float, float]]
COLUMNS = 600  # pixels of the pad in width; what lies within one is one place
STEPS = 300  # into which the grid's width is divided
NEAR = 0.025  # of the width: how far a height looks to each side
ARM = 0.125  # of the width: the straight pieces whose meeting tells a bend
TIGHT = 0.04  # of the width: three neighbours this close should nearly lie on a line …
APART = 0.08  # of the height: … and not this far from it
STRIPS = 50  # of the grid, to count in how many places they do
MANY = 3


@dataclass(frozen=True)
class Grid:
    x: tuple[float, float]
    y: tuple[float, float]

    @property
    def width(self) -> float:
        return self.x[1] - self.x[0]

    @property
    def height(self) -> float:
        return self.y[1] - self.y[0]


@dataclass(frozen=True)
class Fit:
    """A straight line: `height` at `middle`."""

    middle: float
    height: float
    slope: float

    def at(self, x: float) -> float:
        return self.height + self.slope * (x - self.middle)


@dataclass(frozen=True)
class Bend:
    at: float
    size: float  # how much the slope changes there


@dataclass(frozen=True)
class Trace:
    """`places` go in even steps from the line's beginning to its end; `walked` are the heights there on the line
    itself, `heights` the same without the tremor."""

    grid: Grid
    places: tuple[float, ...]
    walked: tuple[float, ...]
    heights: tuple[float, ...]

    @property
    def start(self) -> float:
        return self.places[0]

    @property
    def end(self) -> float:
        return self.places[-1]

    def at(self, x: float) -> float:
        """The height at x; beyond the ends that of the end."""
        return between(self.places, self.heights, x)

    def inside(self, low: float, high: float) -> Iterator[tuple[float, float]]:
        """Places and heights in a range."""
        for index in range(bisect_left(self.places, low - 1e-9), bisect_right(self.places, high + 1e-9)):
            yield self.places[index], self.heights[index]

    def fit(self, low: float, high: float) -> Fit | None:
        """The straight line that lies best along a range (least squares); None where there is too little of a line."""
        first, last = bisect_left(self.places, low - 1e-9), bisect_right(self.places, high + 1e-9)
        count = last - first
        if count < 3:
            return None
        heights, moments = (sums[last] - sums[first] for sums in self._sums)
        middle = (first + last - 1) / 2
        slope = (moments - middle * heights) / (count * (count * count - 1) / 12)
        step = (self.end - self.start) / (len(self.places) - 1)
        return Fit(self.start + middle * step, heights / count, slope / step)

    @cached_property
    def _sums(self) -> tuple[list[float], list[float]]:
        """Of the heights, and of the heights times their number, up to each place: so a fit costs next to nothing."""
        moments = (index * height for index, height in enumerate(self.walked))
        return list(accumulate(self.walked, initial=0.0)), list(accumulate(moments, initial=0.0))

    @cached_property
    def sharpest(self) -> Bend:
        """Where the slope changes most from one piece of the line to the next; a jump is a bend as well."""
        arm = ARM * self.grid.width
        bends = [Bend(self.start, 0.0)]
        for at in self.places[:: max(1, len(self.places) // 150)]:
            left, right = self.fit(max(at - arm, self.start), at), self.fit(at, min(at + arm, self.end))
            if left and right and min(at - self.start, self.end - at) >= arm * 0.6:
                bends.append(Bend(at, abs(right.slope - left.slope)))
        return max(bends, key=lambda bend: bend.size)


def trace(grid: Grid, points: Points) -> Trace:
    """`points`: at least two different places."""
    xs, ys = _columns(grid, points)
    count = max(2, round((xs[-1] - xs[0]) / grid.width * STEPS) + 1)
    step = (xs[-1] - xs[0]) / (count - 1)
    places = tuple(xs[0] + index * step for index in range(count - 1)) + (xs[-1],)
    walked = tuple(between(xs, ys, place) for place in places)
    return Trace(grid, places, walked, _calmed(walked, NEAR * grid.width / step if step else 0.0))


def _columns(grid: Grid, points: Points) -> tuple[list[float], list[float]]:
    """The points from left to right; those that share a pixel column are one."""
    xs: list[float] = []
    ys: list[float] = []
    column: list[tuple[float, float]] = []
    for point in [*sorted(points), (math.inf, 0.0)]:
        if column and point[0] - column[0][0] > grid.width / COLUMNS:
            xs.append(sum(x for x, _ in column) / len(column))
            ys.append(sum(y for _, y in column) / len(column))
            column = []
        column.append(point)
    return xs, ys


def between(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """The height at x of straight lines from point to point; beyond the ends that of the end."""
    right = bisect_left(xs, x)
    if right == 0 or right == len(xs):
        return ys[min(right, len(xs) - 1)]
    share = (x - xs[right - 1]) / (xs[right] - xs[right - 1])
    return ys[right - 1] + share * (ys[right] - ys[right - 1])


def _calmed(heights: Sequence[float], reach: float) -> tuple[float, ...]:
    """Each height from a straight line through its surroundings, `reach` steps to each side."""
    side = int(reach)
    weights = [(1 - (abs(step) / (reach + 1)) ** 3) ** 3 for step in range(-side, side + 1)]
    whole = sum(weights)
    calm: list[float] = []
    for middle in range(len(heights)):
        if side <= middle < len(heights) - side:  # both sides weigh the same, so the line's slope does not matter
            near = heights[middle - side : middle + side + 1]
            calm.append(sum(map(mul, weights, near)) / whole)
        else:
            calm.append(_at_the_end(heights, weights, middle, side))
    return tuple(calm)


def _at_the_end(heights: Sequence[float], weights: Sequence[float], middle: int, side: int) -> float:
    steps = [step for step in range(-side, side + 1) if 0 <= middle + step < len(heights)]
    whole = sum(weights[step + side] for step in steps)
    place = sum(weights[step + side] * step for step in steps) / whole
    height = sum(weights[step + side] * heights[middle + step] for step in steps) / whole
    spread = sum(weights[step + side] * (step - place) ** 2 for step in steps)
    along = sum(weights[step + side] * (step - place) * heights[middle + step] for step in steps)
    return height - place * along / spread if spread else height


def tangle(grid: Grid, points: Points) -> tuple[float, float, float] | None:
    """Where the points cannot be one function: an x and two heights over it. A line straight up, in one place or two,
    is left to the properties; a loop, or two lines above each other, zigzags all along when read from left to right."""
    ordered = sorted(points)
    strips: dict[int, tuple[float, float, float]] = {}
    for before, here, after in zip(ordered, ordered[1:], ordered[2:], strict=False):
        if after[0] - before[0] > TIGHT * grid.width:
            continue
        chord = (before[1] + after[1]) / 2
        if abs(here[1] - chord) > APART * grid.height:
            strip = int((here[0] - grid.x[0]) / grid.width * STRIPS)
            strips.setdefault(strip, (here[0], min(here[1], chord), max(here[1], chord)))
    return max(strips.values(), key=lambda found: found[2] - found[1]) if len(strips) >= MANY else None
