"""The way in: `find(task, text)` says which points a text seems to make, and where, or why it says nothing.

The state of a point follows from its probability, with two rules that no number can overrule: where the text says the
opposite of the point, or a misconception lies nearer than the point, it is never `covered`.
"""

from dataclasses import dataclass

from app.keypoints.beside import pieces
from app.keypoints.features import Measured, MeasuredError, measure, score_of
from app.keypoints.model import COVERED, NOT_FOUND, Models, committed
from app.keypoints.reading import read
from app.keypoints.task import Prepared, Task, prepare
from app.keypoints.units import units_of
from app.keypoints.worth import Reason, short_match, why_not

TOLD = 0.5  # probability from which a misconception is told
NEARER = 0.03  # by so much a misconception has to fit better than the point that it contradicts
MOST_OF_IT = 0.8  # of what two neighbours say together
NEARLY = 0.85  # a reference with a word more or less: no misconception is nearer
EXACT = 0.9  # a piece that is a reference almost word for word
SURE = 0.75  # the least that a point gets whose reference it is
HELD = COVERED - 0.01  # the most that a point gets which is held back

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
    probability: float


@dataclass(frozen=True)
class Found:
    """`reason` says why nothing was assessed; `read` how many characters of the text were looked at."""

    reason: Reason | None
    points: tuple[PointFound, ...] = ()
    errors: tuple[ErrorFound, ...] = ()
    read: int = 0


@dataclass(frozen=True)
class Looked:
    """The numbers behind a verdict: what training needs."""

    points: list[Measured]
    errors: list[MeasuredError]
    accepted: bool  # it is one of the accepted short answers
    read: int


def find(task: Task, text: str, models: Models | None = None) -> Found:
    looked = look(task, text)
    if isinstance(looked, Reason):
        return Found(looked)
    used = models or committed()
    told = [(one, used.errors.probability(one.values)) for one in looked.errors]
    errors = [(one, probability) for one, probability in told if _states(one, probability)]
    points = [_point(one, used, errors, prepare(task)) for one in looked.points]
    if looked.accepted:
        points = _counted(points, text)
    return Found(None, tuple(points), tuple(_error(*one) for one in errors), looked.read)


def look(task: Task, text: str, *, anyway: bool = False) -> Looked | Reason:
    """Everything that is measured of the text, or why there is nothing to measure; `anyway` asks for no reason."""
    prepared = prepare(task)
    units, looked_at = units_of(text)
    reading = read(text[:looked_at], prepared.spelling.mend)
    reason = None if anyway else why_not(prepared, text, reading)
    if reason is not None:
        return reason
    points, errors = measure(prepared, reading, pieces(reading, units))
    return Looked(points, errors, short_match(prepared, reading) is not None, looked_at)


def _states(one: MeasuredError, probability: float) -> bool:
    """The text states the misconception."""
    if max(one.exact, one.rival) >= EXACT:
        return one.exact > one.rival
    return probability >= TOLD and not one.goes_on and one.match.clash < 0.3 and one.match.turned <= 0.5


def _point(one: Measured, used: Models, errors: list[tuple[MeasuredError, float]], prepared: Prepared) -> PointFound:
    if one.match is None:
        return PointFound(one.topic.id, "not_found", 0.0, None)
    probability = used.points.probability(one.values)
    if one.exact >= EXACT:
        probability = max(probability, SURE)
    if one.reverses or not one.required or _contradicted(one, errors, prepared):
        probability = min(probability, HELD)
    state = "covered" if probability >= COVERED else "maybe" if probability > NOT_FOUND else "not_found"
    evidence = _place(one) if state != "not_found" else None
    return PointFound(one.topic.id, state, round(probability, 4), evidence)


def _place(one: Measured) -> Place:
    """The piece, or of two neighbours the one that says most of it."""
    assert one.match is not None
    said = one.match.said
    best = max(said.sentences, key=lambda sentence: score_of(one.topic, sentence))
    enough = said.unit.kind == "pair" and score_of(one.topic, best) >= MOST_OF_IT * one.match.score
    unit = best.unit if enough else said.unit
    return unit.start, unit.end


def _contradicted(one: Measured, errors: list[tuple[MeasuredError, float]], prepared: Prepared) -> bool:
    """The text states a misconception that contradicts the point, wherever it does so, or any misconception in the
    sentence that the point rests on, or one that contradicts the point fits its piece better than the point itself."""
    assert one.match is not None
    here = one.match.said.sentences
    if any(error.topic.contradicts == one.topic.id for error, _ in errors):
        return True
    if one.exact >= NEARLY:
        return False
    if any(sentence in error.match.said.sentences for error, _ in errors for sentence in here):
        return True
    rivals = [topic for topic in prepared.misconceptions if topic.contradicts == one.topic.id]
    return any(score_of(rival, one.match.said) > one.match.score + NEARER for rival in rivals)


def _error(one: MeasuredError, probability: float) -> ErrorFound:
    unit = one.match.said.unit
    return ErrorFound(one.topic.id, (unit.start, unit.end), round(probability, 4))


def _counted(points: list[PointFound], text: str) -> list[PointFound]:
    """An accepted short answer: the points that it comes near are covered, the nearest in any case."""
    best = max(points, key=lambda point: point.probability)
    whole = (len(text) - len(text.lstrip()), len(text.rstrip()))
    return [
        PointFound(point.id, "covered", max(point.probability, COVERED), point.evidence or whole)
        if point is best or point.state == "maybe" else point
        for point in points
    ]  # fmt: skip
