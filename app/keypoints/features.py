"""What is measured of an answer for each point: how well its best sentence says the point, and what speaks against it.

Every sentence, clause and pair of neighbours is laid beside every reference. What is counted: which of the reference's
words are there (each by how much it speaks for this point and not for another), in which company and order, with which
sign (negation and opposites), and whether another point or a misconception lies nearer. Numbers only; `model` weighs
them.
"""

import math
from dataclasses import dataclass

from app.keypoints.beside import Match, Said, closer, quick, resemblance
from app.keypoints.reading import Reading
from app.keypoints.roles import foreign, subjects
from app.keypoints.task import Prepared, Topic
from app.keypoints.units import Unit

NAMES = (
    "coverage", "precision", "company", "order", "mass", "clash", "turned", "denied", "parity", "core", "whole",
    "contrast", "error_here", "error_anywhere", "other_error", "agreed", "opposed", "vote", "second", "rarest",
    "unit_length", "required", "asked", "coverage_squared", "covered_and_precise", "reversed",
    "foreign_subject", "error_told",
)  # fmt: skip
ERROR_NAMES = (
    "coverage", "precision", "company", "order", "mass", "clash", "turned", "denied", "parity", "core", "lead",
    "lead_over_its_point", "point_anywhere", "second", "vote", "unit_length", "resemblance", "coverage_squared",
)  # fmt: skip
LOOKED_AT = 3  # of the best pieces for each point
ALIKE = 0.6  # coverage of a reference that is compared word for word
VERBATIM = 0.82  # a piece that resembles a reference so much says the same, or its opposite


@dataclass(frozen=True)
class Measured:
    """A point, measured at its best piece. `reverses`: the piece says the opposite. `required`: no word is missing."""

    topic: Topic
    values: tuple[float, ...]
    match: Match | None
    reverses: bool = False
    required: bool = True
    exact: float = 0.0  # near 1: it is a reference word for word


@dataclass(frozen=True)
class MeasuredError:
    """A misconception, measured at its best piece."""

    topic: Topic
    values: tuple[float, ...]
    match: Match
    exact: float  # near 1: it is a reference word for word …
    rival: float  # … and so much it is one of the point that it contradicts
    goes_on: bool  # the sentence, taken as a whole, says that point rather than the misconception


def best_matches(topic: Topic, said: list[Said], looked_at: int = LOOKED_AT) -> list[Match]:
    """The best reference for each of the most promising pieces, best first."""
    rated = []
    for at, piece in enumerate(said):
        best, ref = 0.0, None
        for one in topic.refs:
            coverage, clash, mass = quick(one, piece)
            rate = coverage * (1 - 0.7 * clash) * (0.7 + 0.3 * min(1.0, mass / 1.5))
            if rate > best:
                best, ref = rate, one
        if ref is not None:
            rated.append((best / (1 + 0.01 * len(piece.terms)), at, ref, piece))
    rated.sort(key=lambda entry: (-entry[0], entry[1]))
    matches = [closer(ref, piece) for _, _, ref, piece in rated[:looked_at]]
    return sorted(matches, key=lambda match: -match.score)


def score_of(topic: Topic, said: Said) -> float:
    """How well the piece says the topic; worked out once for each topic and piece."""
    known = said.scores.get(id(topic))
    if known is None:
        found = best_matches(topic, [said], 1)
        known = said.scores[id(topic)] = found[0].score if found else 0.0
    return known


def measure(prepared: Prepared, reading: Reading, said: list[Said]) -> tuple[list[Measured], list[MeasuredError]]:
    everything = Said(Unit(0, 0, "sentence"), reading.terms, len(reading.negations))
    points = [(topic, best_matches(topic, said)) for topic in prepared.points]
    errors = [(topic, found[0]) for topic in prepared.misconceptions if (found := best_matches(topic, said))]
    best = {topic.id: found[0].score for topic, found in points if found}
    told = max((_lead(prepared, match) for _, match in errors), default=0.0)
    return (
        [_measured(prepared, topic, found, errors, everything, reading, told) for topic, found in points],
        [_measured_error(prepared, topic, match, best) for topic, match in errors],
    )


def _lead(prepared: Prepared, match: Match) -> float:
    """How much better a misconception fits its piece than any point does."""
    return max(0.0, match.score - max((score_of(point, match.said) for point in prepared.points), default=0.0))


def _placed(prepared: Prepared, said: Said) -> dict[int, str]:
    """The subjects of the words of the sentences that it is a piece of; worked out once for each piece."""
    if said.placed is None:
        said.placed = {}
        for sentence in said.sentences:
            said.placed |= subjects(sentence.terms, prepared.heads)
    return said.placed


def _measured(
    prepared: Prepared, topic: Topic, found: list[Match], errors: list[tuple[Topic, Match]], everything: Said,
    reading: Reading, told: float,
) -> Measured:  # fmt: skip
    if not found:
        return Measured(topic, (0.0,) * len(NAMES), None)
    best = found[0]
    said = best.said
    sides = _sides(topic, said)
    turned = sides.reversed or (
        sides.likest < VERBATIM and any(_sides(topic, one).reversed for one in said.sentences if one is not said)
    )
    rival = max((score_of(other, said) for other in prepared.points if other is not topic), default=0.0)
    here = {one.id: score_of(one, said) for one in prepared.misconceptions}
    own = {one.id for one in prepared.misconceptions if one.contradicts == topic.id}
    anywhere = max((match.score for one, match in errors if one.id in own), default=0.0)
    required = _required(topic, said, reading)
    asked = sum(weight for concept, weight in said.weights.items() if concept in prepared.question)
    values = (
        *best.values, _core(topic, said), _core(topic, everything), best.score - rival,
        max((here[name] for name in own), default=0.0) - best.score, anywhere - best.score,
        max((score for name, score in here.items() if name not in own), default=0.0) - best.score,
        sides.agreed, max(0.0, sides.opposed - sides.agreed), sides.vote, sides.second, best.rarest,
        math.log1p(len(said.terms)) / 3, float(required), asked / (said.weight or 1.0),
        best.coverage**2, best.coverage * best.precision, float(turned),
        foreign(topic.heads, prepared.heads, said.terms, _placed(prepared, said), best.ref.weights), told,
    )  # fmt: skip
    reverses = turned or best.clash >= 0.3 or best.turned > 0.5 or sides.opposed > sides.agreed + 0.2
    return Measured(topic, values, best, reverses, required, sides.exact)


def _measured_error(prepared: Prepared, topic: Topic, match: Match, best: dict[str, float]) -> MeasuredError:
    """`best` holds the score of each point at its own best piece."""
    said = match.said
    sides = _sides(topic, said)
    here = {point.id: score_of(point, said) for point in prepared.points}
    its = here.get(topic.contradicts or "", 0.0)
    values = (
        *match.values, _core(topic, said), match.score - max(here.values(), default=0.0), match.score - its,
        best.get(topic.contradicts or "", 0.0), sides.second, sides.vote, math.log1p(len(said.terms)) / 3,
        resemblance(match.ref, said), match.coverage**2,
    )  # fmt: skip
    contradicted = next((point for point in prepared.points if point.id == topic.contradicts), None)
    if contradicted is None:
        return MeasuredError(topic, values, match, sides.exact, 0.0, False)
    whole = max((score_of(contradicted, one) for one in said.sentences if one is not said), default=0.0)
    rival = max(_sides(contradicted, one).exact for one in (said, *said.sentences))
    return MeasuredError(topic, values, match, sides.exact, rival, whole > match.score)


@dataclass(frozen=True)
class Sides:
    """All references of a topic beside one piece: the best coverage of those with the same sign and of those with
    another, how they vote, the mean of the best three, and whether the piece turns one of them into its opposite."""

    agreed: float
    opposed: float
    vote: float
    second: float
    exact: float  # how much the piece is a reference, in its words and their order
    likest: float  # how much a reference of at least three words, not turned round, resembles the piece
    reversed: bool


def _sides(topic: Topic, said: Said) -> Sides:
    agreed = opposed = against = votes = likest = likest_long = likest_turned = exact = 0.0
    every = []
    for ref in topic.refs:
        coverage, clash, _ = quick(ref, said)
        every.append(coverage * (1 - clash))
        if coverage >= 0.4:
            votes += coverage
            against += coverage * (clash > 0)
        if clash < 0.15:
            agreed = max(agreed, coverage)
        else:
            opposed = max(opposed, coverage)
        if coverage >= ALIKE:
            like = resemblance(ref, said)
            near = closer(ref, said) if like >= VERBATIM else None
            if near is not None and ref.terms > 1:
                exact = max(exact, like * near.order * (1 - near.turned) * (not near.opposite))
            if near is not None and ref.terms > 1 and near.opposite:
                likest_turned = max(likest_turned, like)
            else:
                likest = max(likest, like)
                likest_long = max(likest_long, like * (ref.terms > 2))
    turned = likest_turned > likest + 0.03
    every.sort(reverse=True)
    return Sides(agreed, opposed, against / votes if votes else 0.0, sum(every[:3]) / 3, exact, likest_long, turned)


def _core(topic: Topic, said: Said) -> float:
    """How much of what is typical for the point is there; 1 is what its references have on average."""
    core = topic.core
    found = sum(core[concept] * value for concept, value in said.value.items() if concept in core)
    return min(1.5, found / topic.typical)


def _required(topic: Topic, said: Said, reading: Reading) -> bool:
    """Every group of required words has one in the answer."""
    concepts = {term.concept for term in reading.terms}
    return all(words & reading.vocabulary or ideas & concepts for words, ideas in topic.required)
