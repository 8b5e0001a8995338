"""`draw`: a curve is read with care, as a pencil line, and judged property by property.

The true curve comes from PyTorch, in the jail; it is laid over the drawn one afterwards.
"""

import logging
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from app.bank.question import Question
from app.bank.sketch import DrawPart, Span
from app.grading.curves import Curves, NoCurves, Spots, curves_of, distance, grid_of
from app.grading.features import found, number
from app.grading.kinds import BadAnswer, ProofFault, closed_verdict, failed, refused, structured
from app.grading.prove_sketch import prove_curves
from app.grading.trace import Trace, tangle, trace
from app.grading.verdict import Check, Note, Timing, Verdict
from app.grading.words import upper
from app.sandbox.job import Runner

log = logging.getLogger(__name__)
MAX_POINTS = 2_000
HAIR = 0.01  # of the grid: so far outside a point is taken as lying on its edge
NARROW = 0.02  # of the width
ALIKE = 0.03  # of the height: so near on average, a drawn curve is a known wrong one
ONE_HEIGHT = "one-height"


def read_curve(part: DrawPart, value: object) -> Spots:
    """A list of [x, y], or that as JSON text. Raises BadAnswer (a ValueError) with one sentence for the student."""
    value = structured(value)
    if value == [] or isinstance(value, str) and not value.strip():
        raise BadAnswer("There is no curve yet: the grid is empty.")
    if not isinstance(value, list | tuple):
        raise BadAnswer("A curve is handed in as a list of points, such as [[0, 1], [2, 3]].")
    if len(value) > MAX_POINTS:
        raise BadAnswer(f"The curve has {len(value):,} points; {MAX_POINTS:,} are more than enough.")
    points = tuple(_point(part, place, item) for place, item in enumerate(value, 1))
    if max(x for x, _ in points) - min(x for x, _ in points) < NARROW * grid_of(part).width:
        raise BadAnswer("This is only a dot or a line straight up: a curve goes from left to right.")
    return points


def _point(part: DrawPart, place: int, item: object) -> tuple[float, float]:
    if not isinstance(item, list | tuple) or len(item) != 2 or any(type(one) not in (int, float) for one in item):
        raise BadAnswer(f"Point {place} is not a pair of numbers [x, y].")
    return _on_grid(place, "x", item[0], part.x), _on_grid(place, "y", item[1], part.y)


def _on_grid(place: int, name: str, value: float, ends: Span) -> float:
    low, high = ends
    hair = HAIR * (high - low)
    if not low - hair <= value <= high + hair:  # nor is "not a number"
        told = "no number" if value != value else "too large" if abs(value) > 1e9 else number(value)
        raise BadAnswer(
            f"Point {place} is off the grid: its {name} is {told}, and there {name} goes from {number(low)} to "
            f"{number(high)}."
        )
    return min(max(float(value), low), high)


def grade_draw(question: Question, part: DrawPart, answer: object, run: Runner) -> Verdict:
    """`answer`: points, or anything that might be. Raises Busy and Unavailable, and nothing over a bad answer."""
    try:
        points = read_curve(part, answer)
    except BadAnswer as error:
        return refused(question, part, str(error))
    started = time.perf_counter()
    try:
        curves = curves_of(part, run)
    except NoCurves as error:
        log.error("%s/%s has no curve: %s", question.id, part.id, error)
        return failed(question, part)
    ran = time.perf_counter()
    made = judge(question, part, points, curves)
    timing = Timing(run=_ms(started, ran), compare=_ms(ran, time.perf_counter()))
    return made.model_copy(update={"timing_ms": timing})


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 3)


def judge(question: Question, part: DrawPart, points: Spots, curves: Curves) -> Verdict:
    """The verdict on points that were read before."""
    grid = grid_of(part)
    reference = [[x, round(y, 4)] for x, y in curves.true]
    twice = tangle(grid, points)
    if twice is not None:
        x, low, high = map(number, twice)
        but = f"near x = {x} your line has more than one height, {low} and {high}"
        check = Check(id=ONE_HEIGHT, passed=False, says=f"{upper(but)}. A function has one height for each x.")
        return closed_verdict(question, part, how(part), f"Not yet: {but}.", [check], reference=reference)
    drawn = trace(grid, points)
    against = [found(demanded, drawn, curves.line) for demanded in part.properties]
    checks = [
        Check(id=one.id, passed=not but, says=f"{upper(but)}. {one.says_not}" if but else one.says)
        for one, but in zip(part.properties, against, strict=True)
    ]
    first = next(filter(None, against), "")
    summary = f"Not yet: {first}." if first else "Right: your curve has every property that was looked at."
    notes = _recognised(part, drawn, curves) if first else []
    return closed_verdict(question, part, how(part), summary, checks, notes=notes, reference=reference)


def how(part: DrawPart) -> str:
    count = len(part.properties)
    told = "one property" if count == 1 else f"{count} properties"
    return f"Graded by {told} of your line, read without its tremor; the curve it is held against is PyTorch’s own."


def _recognised(part: DrawPart, drawn: Trace, curves: Curves) -> list[Note]:
    """What the author says to the known wrong curve that this is, if it is one."""
    nearest, at = min((distance(drawn, wrong), at) for at, wrong in enumerate(curves.wrong))
    reply = part.wrong[at].reply
    near = nearest <= ALIKE * drawn.grid.height and nearest < distance(drawn, curves.true) / 2
    return [Note(id=f"wrong-{at + 1}", says=reply)] if near and reply else []


class Draw:
    runs = True

    def how(self, part: DrawPart) -> str:
        return how(part)

    def read(self, part: DrawPart, value: object) -> Spots:
        return read_curve(part, value)

    def grade(self, question: Question, part: DrawPart, answer: Spots, run: Runner, *_: Any) -> Verdict:
        return grade_draw(question, part, answer, run)

    def prove(self, question: Question, part: DrawPart, run: Runner) -> Iterator[ProofFault]:
        return prove_draw(question, part, run)


def prove_draw(question: Question, part: DrawPart, run: Runner) -> Iterator[ProofFault]:
    """The true curve passes, also from a hand that shakes; wrong curves and level lines do not."""
    return prove_curves(part, run, partial(judge, question, part))
