"""The way in: `find(task, text)` says which points a text seems to make, and where, or why it says nothing.

The state of a point follows from its probability, with two rules that no number can overrule: where the text says the
opposite of the point, or a misconception lies nearer than the point, it is never `covered`.
"""

from dataclasses import dataclass

from app.keypoints.features import Match, Measured, best_matches, measure, pieces
from app.keypoints.model import COVERED, NOT_FOUND, Model, committed
from app.keypoints.reading import Reading, read
from app.keypoints.task import Prepared, Task, Topic, prepare
from app.keypoints.units import units_of
from app.keypoints.worth import Reason, short_match, why_not

ERROR_SCORE = 0.5  # how well a text must say a misconception to be told so
ERROR_LEAD = 0.04  # and how much better than the point that it contradicts
JUST_UNDER = 0.01

Place = tuple[int, int]


@dataclass(frozen=True)
class PointFound:
    id: str
    state: str  # covered, maybe, not_found
    probability: float
    evidence: Place | None


@dataclass(frozen=True)
class ErrorFound:
    """A misconception that the text seems to state."""

    id: str
    evidence: Place
    score: float


@dataclass(frozen=True)
class Found:
    """`reason` says why nothing was assessed; `read` how many characters of the text were looked at."""

    reason: Reason | None
    points: tuple[PointFound, ...] = ()
    errors: tuple[ErrorFound, ...] = ()
    read: int = 0


def find(task: Task, text: str, model: Model | None = None) -> Found:
    prepared = prepare(task)
    units, looked_at = units_of(text)
    reading = read(text[:looked_at], prepared.spelling.mend)
    reason = why_not(prepared, text, reading)
    if reason is not None:
        return Found(reason)
    said = pieces(reading, units)
    errors = _errors(prepared, said)
    accepted = short_match(prepared, reading) is not None
    measured = measure(prepared, reading, said)
    used = model or committed()
    points = [_point(one, used, errors) for one in measured]
    if accepted:
        points = _counted(points, text)
    return Found(None, tuple(points), tuple(errors), looked_at)


def measured(task: Task, text: str) -> list[Measured] | None:
    """The numbers behind the states, for training; None where nothing is assessed."""
    prepared = prepare(task)
    units, looked_at = units_of(text)
    reading = read(text[:looked_at], prepared.spelling.mend)
    if why_not(prepared, text, reading) is not None:
        return None
    return measure(prepared, reading, pieces(reading, units))


def _point(one: Measured, model: Model, errors: list[ErrorFound]) -> PointFound:
    if one.match is None:
        return PointFound(one.topic.id, "not_found", 0.0, None)
    probability = model.probability(one.values)
    if held_back(one):
        probability = min(probability, COVERED - JUST_UNDER)
    state = "covered" if probability >= COVERED else "maybe" if probability > NOT_FOUND else "not_found"
    unit = one.match.said.unit
    evidence = (unit.start, unit.end) if state != "not_found" else None
    return PointFound(one.topic.id, state, round(probability, 4), evidence)


def held_back(one: Measured) -> bool:
    """The text says the opposite, or an error rather than the point, or lacks a required word."""
    if one.match is None or one.clashes:
        return True
    if one.error is not None and one.error[1].score > one.match.score + ERROR_LEAD:
        return True
    return not one.values[REQUIRED]


REQUIRED = 17  # the place of "required" among the features


def _errors(prepared: Prepared, said: list) -> list[ErrorFound]:  # type: ignore[type-arg]
    """Misconceptions that a piece of the text states better than any point."""
    found = []
    for topic in prepared.misconceptions:
        match = next(iter(best_matches(topic, said)), None)
        if match is None or match.score < ERROR_SCORE or match.clash >= 0.15 or match.turned > 0.34:
            continue
        rival = max((_score(point, match) for point in prepared.points), default=0.0)
        if match.score > rival + ERROR_LEAD:
            unit = match.said.unit
            found.append(ErrorFound(topic.id, (unit.start, unit.end), round(match.score, 4)))
    return found


def _score(topic: Topic, match: Match) -> float:
    found = best_matches(topic, [match.said], 1)
    return found[0].score if found else 0.0


def _counted(points: list[PointFound], text: str) -> list[PointFound]:
    """An accepted short answer: the points that it comes near are covered, the nearest in any case."""
    best = max(points, key=lambda point: point.probability)
    whole = (len(text) - len(text.lstrip()), len(text.rstrip()))
    return [
        PointFound(point.id, "covered", max(point.probability, COVERED), point.evidence or whole)
        if point is best or point.state == "maybe" else point
        for point in points
    ]  # fmt: skip


__all__ = ["Found", "PointFound", "ErrorFound", "Reading", "find", "held_back", "measured"]
