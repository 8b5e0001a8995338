"""Proof of a drawn part: the true curve passes, also when a hand draws it that shakes; no wrong curve does."""

from collections.abc import Callable, Iterator
from random import Random

from app.bank.sketch import DrawPart, Span
from app.grading.curves import Curves, NoCurves, Spots, curves_of, grid_of
from app.grading.hand import shaky
from app.grading.kinds import ProofFault, fault
from app.grading.verdict import Verdict
from app.sandbox.job import Runner

HANDS = 20
SHAKEN = 5  # of each wrong curve
LEVELS = 9
Judging = Callable[[Spots, Curves], Verdict]


def span_of(part: DrawPart) -> Span:
    """Where somebody draws who does what is asked."""
    return next((one.covers for one in part.properties if one.covers is not None), part.x)


def prove_curves(part: DrawPart, run: Runner, judge: Judging) -> Iterator[ProofFault]:
    """`judge` gives the verdict on points."""
    try:
        curves = curves_of(part, run)
    except NoCurves as error:
        for at, message in error.faults:
            yield fault(message, *(("curve",) if at is None else ("wrong", at, "curve")))
        return
    yield from _right(part, curves, judge)
    for at, wrong in enumerate(part.wrong):
        if any(judge(spots, curves).passed for spots in _drawn(part, curves.wrong[at], SHAKEN)):
            yield fault(f"this curve is meant to be wrong ({wrong.why}), but it passes", "wrong", at, "curve")
    for y in _levels(part):
        if judge(((part.x[0], y), (part.x[1], y)), curves).passed:
            yield fault(f"the level line at y = {y:g} passes, so these properties do not tell a curve", "properties")


def _levels(part: DrawPart) -> list[float]:
    """Heights that somebody might draw a level line at: all over the grid, and those that the properties name."""
    low, high = part.y
    named = [one.level for one in part.properties] + [one.passes and one.passes[1] for one in part.properties]
    even = (low + (high - low) * step / (LEVELS - 1) for step in range(LEVELS))
    return sorted({*even, *(y for y in named if y is not None)})


def _right(part: DrawPart, curves: Curves, judge: Judging) -> Iterator[ProofFault]:
    verdict = judge(curves.true, curves)
    if not verdict.passed:
        wanting = [at for at, check in enumerate(verdict.checks or ()) if not check.passed]
        for at in wanting:
            yield fault(f"the curve itself does not pass this: {_first(verdict, at)}", "properties", at)
        return
    misses: dict[int, str] = {}
    failed = 0
    for spots in _drawn(part, curves.true, HANDS)[1:]:
        shaken = judge(spots, curves)
        failed += not shaken.passed
        for at, check in enumerate(shaken.checks or ()):
            if not check.passed:
                misses.setdefault(at, _first(shaken, at))
    if failed > HANDS * 0.05:
        for at, says in misses.items():
            yield fault(f"a hand that shakes cannot meet this: {says}; widen its `tolerance`", "properties", at)


def _first(verdict: Verdict, at: int) -> str:
    """The sentence that tells what was found, without what should be."""
    return (verdict.checks or ())[at].says.partition(". ")[0]


def _drawn(part: DrawPart, curve: Spots, hands: int) -> list[Spots]:
    """A curve, and drawings of it by hands that shake: always the same ones."""
    return [curve, *(tuple(shaky(grid_of(part), curve, Random(seed), span_of(part))) for seed in range(hands))]
