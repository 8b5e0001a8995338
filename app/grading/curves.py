"""The curves of a drawn part as points: its expressions run in the jail, once for each part, and are remembered.

An answer never runs anywhere; it is only numbers.
"""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

from app.bank.sketch import DrawPart
from app.grading.show import clean
from app.grading.trace import Grid, Trace, between, trace
from app.sandbox.job import Ending, Expression, Fault, Job, Limits, Outcome, Runner

PLACES = 121  # at which a curve is known
KEPT = 64
FEW = 3
LIMITS = Limits(wall_s=10.0, memory_mb=1024)
SETUP = """import torch
import torch.nn.functional as F
x = torch.linspace({low!r}, {high!r}, {places}, dtype=torch.float64)
"""
HEIGHTS = """def heights(y):
    import torch
    y = y(x) if callable(y) else y
    y = torch.as_tensor(y)
    if y.is_complex():
        raise TypeError("heights are real numbers")
    return y.double().expand(len(x)).tolist()
"""
Spots = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Curves:
    """Points from left to right, without those that are off the grid."""

    true: Spots
    line: Trace  # the true curve, read as an answer would be
    wrong: tuple[Spots, ...]


class NoCurves(Exception):
    """What is amiss, by the place among the wrong curves (None: the true one)."""

    def __init__(self, faults: list[tuple[int | None, str]]) -> None:
        super().__init__(faults[0][1])
        self.faults = faults


def grid_of(part: DrawPart) -> Grid:
    return Grid(part.x, part.y)


_known: OrderedDict[DrawPart, Curves] = OrderedDict()
_lock = threading.Lock()


def curves_of(part: DrawPart, run: Runner) -> Curves:
    """Raises NoCurves, Busy and Unavailable."""
    with _lock:
        if part in _known:
            _known.move_to_end(part)
            return _known[part]
    made = _made(part, run)
    with _lock:
        _known[part] = made
        if len(_known) > KEPT:
            _known.popitem(last=False)
    return made


def _made(part: DrawPart, run: Runner) -> Curves:
    told = _run(part, [part.curve, *(wrong.curve for wrong in part.wrong)], run)
    spots = [one if isinstance(one, str) else _spots(part, one) for one in told]
    faults: list[tuple[int | None, str]] = []
    if not isinstance(spots[0], str) and len(spots[0]) < PLACES:
        faults.append((None, "the curve leaves the grid; make `y` wider, or `x` narrower"))
    for at, one in enumerate(spots):
        if isinstance(one, str):
            faults.append((at - 1 if at else None, one))
        elif at and len(one) < FEW:
            faults.append((at - 1, "hardly anything of this curve is on the grid, so it shows no mistake"))
    if faults:
        raise NoCurves(faults)
    true, *wrong = [one for one in spots if not isinstance(one, str)]
    return Curves(true, trace(grid_of(part), true), tuple(wrong))


def _run(part: DrawPart, texts: list[str], run: Runner) -> list[list[float] | str]:
    """The heights of each curve, or what is amiss with it."""
    outcome = run(_job(part, texts))
    if outcome.ending is Ending.OK and len(outcome.calls) == len(texts):
        return [_heights(call.value, call.fault) for call in outcome.calls]
    if len(texts) == 1:
        return [_told(outcome)]
    # One that cannot even be evaluated spoils the whole run: each by itself.
    return [_run(part, [text], run)[0] for text in texts]


def _job(part: DrawPart, texts: list[str]) -> Job:
    low, high = part.x
    return Job(
        source=HEIGHTS, setup=SETUP.format(low=low, high=high, places=PLACES), function="heights",
        cases=tuple((Expression(text),) for text in texts), limits=LIMITS,
    )  # fmt: skip


def _heights(value: object, fault: Fault | None) -> list[float] | str:
    if fault is not None:
        return _said(fault)
    if not isinstance(value, list) or len(value) != PLACES or not all(isinstance(one, float) for one in value):
        return "it does not give one real number for each x"
    return value


def _told(outcome: Outcome) -> str:
    if outcome.fault is not None:
        return _said(outcome.fault)
    return clean(f"it ended as {outcome.ending.value} {outcome.output}".strip(), 300, lines=False)


def _said(fault: Fault) -> str:
    return clean(f"{fault.type}: {fault.message}", 300, lines=False)


def _spots(part: DrawPart, heights: list[float]) -> Spots:
    """No pencil comes to what is off the grid, or to what is no number."""
    low, high = part.y
    step = (part.x[1] - part.x[0]) / (PLACES - 1)
    places = ((part.x[0] + index * step, y) for index, y in enumerate(heights))
    return tuple((round(x, 9), round(y, 9)) for x, y in places if low <= y <= high)


def distance(drawn: Trace, known: Spots) -> float:
    """How far a drawn line is from a curve, on average over the places that both have; infinite where they hardly
    meet."""
    xs, ys = [x for x, _ in known], [y for _, y in known]
    shared = [abs(y - between(xs, ys, x)) for x, y in drawn.inside(xs[0], xs[-1])]
    return sum(shared) / len(shared) if len(shared) > 0.6 * len(drawn.places) else math.inf
