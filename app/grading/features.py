"""Properties of a drawn curve, one judge for each demand of the vocabulary: empty if it is met, else where it is not.

Tolerances that an author leaves out come from the grid: a hand is as unsteady on a wide grid as on a narrow one. What a
judge finds is a sentence without its full stop, which tells the place and the student's own value there.
"""

from collections.abc import Callable

from app.bank.sketch import Property
from app.grading.trace import Bend, Trace

Judge = Callable[[Property, Trace, Trace], str]  # the demand, what was drawn, the true curve
TOUCH = 0.015  # of the width: where the pen is set down or lifted, it slips
REFINED = 2
ENOUGH = 0.6  # of a range has to be drawn before it can be judged


def found(demanded: Property, drawn: Trace, true: Trace) -> str:
    """What speaks against it; empty if nothing does."""
    return JUDGES[demanded.demand](demanded, drawn, true)


def number(value: float) -> str:
    """Short, with a real minus sign."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def _tolerance(demanded: Property, default: float) -> float:
    return default if demanded.tolerance is None else demanded.tolerance


def _covers(demanded: Property, drawn: Trace, true: Trace) -> str:
    assert demanded.covers is not None
    low, high = demanded.covers
    spare = _tolerance(demanded, 0.06 * (high - low))
    told = []
    if drawn.start > low + spare:
        told.append(f"begins only at x = {number(drawn.start)}")
    if drawn.end < high - spare:
        told.append(f"ends already at x = {number(drawn.end)}")
    return f"your curve {' and '.join(told)}" if told else ""


def _between(demanded: Property, drawn: Trace, true: Trace) -> str:
    assert demanded.between is not None
    low, high = demanded.between
    spare = _tolerance(demanded, 0.04 * drawn.grid.height)
    x, y = max(_calm(drawn, drawn.start, drawn.end), key=lambda spot: max(low - spot[1], spot[1] - high))
    if y > high + spare:
        return f"at x = {number(x)} your curve is at {number(y)}, above {number(high)}"
    if y < low - spare:
        return f"at x = {number(x)} your curve is at {number(y)}, below {number(low)}"
    return ""


def _rises(demanded: Property, drawn: Trace, true: Trace) -> str:
    return _climbs(demanded, drawn, demanded.rises, 1)


def _falls(demanded: Property, drawn: Trace, true: Trace) -> str:
    return _climbs(demanded, drawn, demanded.falls, -1)


def _climbs(demanded: Property, drawn: Trace, span: tuple[float, float] | None, sign: int) -> str:
    """The largest way that it goes in the wrong direction, from one place to a later one."""
    assert span is not None
    spots = _calm(drawn, *span)
    if not _drawn_enough(drawn, *span):
        return _absent(*span)
    spare = _tolerance(demanded, 0.04 * drawn.grid.height)
    top, worst = spots[0], (spots[0], spots[0])
    for spot in spots:
        if sign * spot[1] > sign * top[1]:
            top = spot
        if sign * (top[1] - spot[1]) > sign * (worst[0][1] - worst[1][1]):
            worst = (top, spot)
    (x, y), (later_x, later_y) = worst
    if sign * (y - later_y) > spare:
        way = "down" if sign > 0 else "up"
        return (
            f"from x = {number(x)} to x = {number(later_x)} your curve goes {way}, "
            f"from {number(y)} to {number(later_y)}"
        )
    if sign * (spots[-1][1] - spots[0][1]) <= spare:
        return f"your curve stays near {number(spots[0][1])} all along"
    return ""


def _passes(demanded: Property, drawn: Trace, true: Trace) -> str:
    assert demanded.passes is not None
    x, y = demanded.passes
    spare = 0.05 * drawn.grid.width
    if not drawn.start - spare <= x <= drawn.end + spare:
        return f"your curve does not come to x = {number(x)}"
    height = drawn.at(x)
    if abs(height - y) <= _tolerance(demanded, 0.04 * drawn.grid.height):
        return ""
    return f"at x = {number(x)} your curve is at {number(height)}"


def _level(demanded: Property, drawn: Trace, true: Trace) -> str:
    assert demanded.level is not None and demanded.over is not None
    level = demanded.level
    if not _drawn_enough(drawn, *demanded.over):
        return _absent(*demanded.over)
    x, y = max(_calm(drawn, *demanded.over), key=lambda spot: abs(spot[1] - level))
    if abs(y - level) <= _tolerance(demanded, 0.035 * drawn.grid.height):
        return ""
    return f"at x = {number(x)} your curve is at {number(y)}"


def _slope(demanded: Property, drawn: Trace, true: Trace) -> str:
    assert demanded.slope is not None and demanded.over is not None
    low, high = demanded.over
    fit = drawn.fit(low, high) if _drawn_enough(drawn, low, high) else None
    if fit is None:
        return _absent(low, high)
    if abs(fit.slope - demanded.slope) <= _tolerance(demanded, 0.25 * drawn.grid.height / drawn.grid.width):
        return ""
    way = "climbs" if fit.slope >= 0 else "falls"
    step = f"{number(abs(fit.slope))} for each 1 to the right"
    return f"between x = {number(low)} and x = {number(high)} your curve {way} {step}"


def _kink(demanded: Property, drawn: Trace, true: Trace) -> str:
    """Two straight arms that meet at the place, sharply."""
    assert demanded.kink is not None
    at, width, height = demanded.kink, drawn.grid.width, drawn.grid.height
    there, wanted = _bend(drawn, at), _bend(true, at)
    if there is None or wanted is None:
        return f"your curve does not pass x = {number(at)} on both sides"
    bend, gap = there
    if abs(bend.size) < abs(wanted[0].size) / 2 or bend.size * wanted[0].size < 0:
        return f"at x = {number(at)} your curve has no such corner"
    for _ in range(REFINED):  # the arms that were fitted around the wrong place are not quite straight
        bend, gap = _bend(drawn, bend.at) or (bend, gap)
    if abs(bend.at - at) > _tolerance(demanded, 0.05 * width):
        return f"the two arms of your curve meet at x = {number(bend.at)}"
    return f"around x = {number(at)} your curve is rounded" if gap > 0.04 * height else ""


def _bend(line: Trace, at: float) -> tuple[Bend, float] | None:
    """Where the straight arms left and right of a place meet, and how far the line itself is from that point."""
    near, far = 0.05 * line.grid.width, 0.33 * line.grid.width
    left, right = line.fit(at - far, at - near), line.fit(at + near, at + far)
    if left is None or right is None:
        return None
    size = right.slope - left.slope
    if abs(size) < 1e-9:
        return Bend(at, 0.0), 0.0
    meet = (left.at(0.0) - right.at(0.0)) / size
    return Bend(meet, size), abs(line.at(meet) - left.at(meet))


def _smooth(demanded: Property, drawn: Trace, true: Trace) -> str:
    """No bend that is sharper than the true curve's own sharpest."""
    spare = _tolerance(demanded, 0.28 * drawn.grid.height / drawn.grid.width)
    sharpest = drawn.sharpest
    if sharpest.size <= true.sharpest.size + spare:
        return ""
    return f"near x = {number(sharpest.at)} your curve bends too sharply"


def _calm(drawn: Trace, low: float, high: float) -> list[tuple[float, float]]:
    """Places and heights in a range, but for the slips where the pen is set down and lifted."""
    slip = TOUCH * drawn.grid.width
    spots = list(drawn.inside(max(low, drawn.start + slip), min(high, drawn.end - slip)))
    return spots or [(drawn.start, drawn.heights[0])]


def _drawn_enough(drawn: Trace, low: float, high: float) -> bool:
    return min(high, drawn.end) - max(low, drawn.start) >= ENOUGH * (high - low)


def _absent(low: float, high: float) -> str:
    return f"between x = {number(low)} and x = {number(high)} too little of a curve is drawn"


JUDGES: dict[str, Judge] = {
    "covers": _covers, "between": _between, "rises": _rises, "falls": _falls, "passes": _passes, "level": _level,
    "slope": _slope, "kink": _kink, "smooth": _smooth,
}  # fmt: skip
