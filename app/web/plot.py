"""A grid with curves on it, as the numbers that a template needs to draw it: no markup, and no question.

Lines and labels stand at percentages of the sheet, curves in a box of 1000 by 1000 units: one drawing fits any width.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BOX = 1000
FEW = 9  # labels on an axis
ROWS = 13  # heights in the table
FINE = 40  # steps of the keyboard from the bottom to the top
NICE = (1, 2, 5)
Ends = Sequence[float]
Spots = list[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    at: str  # "25%"
    says: str  # empty for a line without a label
    zero: bool


@dataclass(frozen=True)
class Row:
    """A place of the table: its x, for reading and for a form, and the heights of the two curves there, if any."""

    says: str
    x: str
    mine: str
    true: str


@dataclass(frozen=True)
class Plot:
    across: list[Line]  # at an x, from left to right
    up: list[Line]
    mine: str  # the path of the drawn curve
    true: str
    rows: list[Row]
    step: str  # from one place of the table to the next
    rise: str  # one step of the keyboard upwards


def plot(x: Ends, y: Ends, answer: str, reference: Sequence[Sequence[float]] | None = None) -> Plot:
    mine = points_in(answer)
    true = sorted((float(here), float(height)) for here, height in reference or ())
    step, rise = nice(x, ROWS), nice(y, FINE * 3 // 2)
    rows = [
        Row(signed(place), plain(place), signed(_height(mine, place)), signed(_height(true, place)))
        for place in places(x, step)
    ]
    return Plot(
        list(_lines(x, upwards=False)), list(_lines(y, upwards=True)), _path(x, y, mine), _path(x, y, true), rows,
        plain(step), plain(rise),
    )  # fmt: skip


def points_in(answer: str) -> Spots:
    """The points of an answer from left to right; none where it is no curve."""
    try:
        found = json.loads(answer)
        spots = sorted((float(here), float(height)) for here, height in found)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return []
    return spots if all(map(math.isfinite, (value for spot in spots for value in spot))) else []


def nice(ends: Ends, most: int) -> float:
    """The smallest step of 1, 2 or 5 times a power of ten that makes no more than so many places."""
    width = ends[1] - ends[0]
    power = math.floor(math.log10(width / most))
    steps = (digit * 10.0**exponent for exponent in (power, power + 1, power + 2) for digit in NICE)
    return next(step for step in steps if len(places(ends, step)) <= most)


def places(ends: Ends, step: float) -> list[float]:
    """The multiples of a step between two ends."""
    first, last = math.ceil(ends[0] / step - 1e-9), math.floor(ends[1] / step + 1e-9)
    return [round(number * step, 9) for number in range(first, last + 1)]


def plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def signed(value: float | None) -> str:
    """For reading: two digits, and a real minus sign."""
    if value is None:
        return ""
    text = plain(round(value, 2))
    return "0" if text == "-0" else text.replace("-", "−")


def _lines(ends: Ends, *, upwards: bool) -> Iterator[Line]:
    step = nice(ends, FEW)
    labelled = set(places(ends, step))
    for place in places(ends, step / 2):
        share = (place - ends[0]) / (ends[1] - ends[0])
        at = f"{plain(100 * (1 - share if upwards else share))}%"
        yield Line(at, signed(place) if place in labelled else "", place == 0)


def _path(x: Ends, y: Ends, spots: Spots) -> str:
    """Nothing leaves the sheet, though the grid may have been another one when it was drawn."""
    pairs = [
        f"{_units((here - x[0]) / (x[1] - x[0]))} {_units((y[1] - height) / (y[1] - y[0]))}" for here, height in spots
    ]
    return f"M{'L'.join(pairs)}" if pairs else ""


def _units(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0) * BOX:.1f}".removesuffix(".0")


def _height(spots: Spots, place: float) -> float | None:
    """On the line that joins the points; None outside of it."""
    for before, after in zip(spots, spots[1:], strict=False):
        if before[0] <= place <= after[0]:
            share = (place - before[0]) / (after[0] - before[0]) if after[0] > before[0] else 0.0
            return before[1] + share * (after[1] - before[1])
    return None
