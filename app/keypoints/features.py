"""What is measured of an answer for each point: how well its best sentence says the point, and what speaks against it.

Every sentence, clause and pair of neighbours is laid beside every reference. What is counted: which of the reference's
words are there (each by how much it speaks for this point and not for another), in which company and order, with which
sign (negation and opposites), and whether another point or a misconception lies nearer. Numbers only; `model` weighs
them.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from app.keypoints.reading import Reading, Term
from app.keypoints.task import Prepared, Ref, Topic, near
from app.keypoints.units import Unit

NAMES = (
    "coverage", "precision", "company", "clash", "turned", "parity", "core", "whole", "contrast", "error_near",
    "error_best", "agreed", "opposed", "second", "rarest", "unit_length", "answer_length", "required", "asked",
    "coverage_squared", "core_and_precision",
)  # fmt: skip
CLOSE = 5  # content words: a company that is further apart is none
LOOKED_AT = 3  # of the best pieces for each point


class Said:
    """The terms of one piece of the answer."""

    def __init__(self, unit: Unit, terms: tuple[Term, ...], negations: int, spread: bool = True) -> None:
        self.unit = unit
        self.terms = terms
        self.negations = negations
        self.value: dict[str, float] = {}
        self.signs: dict[str, set[int]] = {}
        self.weights: dict[str, float] = {}
        for term in terms:
            self.value[term.concept] = 1.0
            self.signs.setdefault(term.concept, set()).add(term.sign)
            self.weights[term.concept] = max(term.weight, self.weights.get(term.concept, 0.0))
        for concept in self.weights:
            for other, value in near(concept).items():
                if value > self.value.get(other, 0.0):
                    self.value[other] = value
        self.weight = sum(self.weights.values())

    @cached_property
    def places(self) -> dict[str, list[tuple[int, int]]]:
        found: dict[str, list[tuple[int, int]]] = {}
        for term in self.terms:
            found.setdefault(term.concept, []).append((term.at, term.sign))
        return found


@dataclass(frozen=True, slots=True)
class Match:
    """A piece laid beside a reference."""

    score: float
    coverage: float
    precision: float
    company: float
    clash: float
    turned: float
    parity: float
    rarest: float
    said: Said
    ref: Ref


def quick(ref: Ref, said: Said) -> tuple[float, float]:
    """Coverage, and the share of it that has the wrong sign."""
    hit = clash = 0.0
    value, signs = said.value, said.signs
    for concept, weight in ref.weights.items():
        found = value.get(concept)
        if found:
            hit += weight * found
            if found == 1.0 and ref.signs[concept].isdisjoint(signs[concept]):
                clash += weight
    if not hit or not ref.total:
        return 0.0, 0.0
    return hit / ref.total, clash / hit


def closer(ref: Ref, said: Said) -> Match:
    coverage, clash = quick(ref, said)
    kept = sum(weight * _kept(concept, ref) for concept, weight in said.weights.items())
    precision = kept / said.weight if said.weight else 0.0
    company, turned = _company(ref, said)
    parity = min(2, abs(said.negations - ref.negations))
    rarest = said.value.get(ref.rarest, 0.0)
    score = coverage * (0.6 + 0.2 * precision + 0.2 * company) * (1 - 0.7 * clash) * (1 - 0.5 * turned)
    return Match(score, coverage, precision, company, clash, turned, parity, rarest, said, ref)


def _kept(concept: str, ref: Ref) -> float:
    if concept in ref.weights:
        return 1.0
    return max((value for other, value in near(concept).items() if other in ref.weights), default=0.0)


def _company(ref: Ref, said: Said) -> tuple[float, float]:
    """The share of the reference's pairs that the piece has too, in their order; and the share of those there are that
    have another sign in the piece: "0 is black and 255 is white" beside "0 is white and 255 is black"."""
    if not ref.pairs:
        return 0.0, 0.0
    kept = met = wrong = 0.0
    places = said.places
    for pair in ref.pairs:
        left, right = places.get(pair.left), places.get(pair.right)
        if not left or not right:
            continue
        gap, back, flipped = min(
            (abs(there[0] - here[0]), there[0] < here[0], here[1] * there[1] != pair.left_sign * pair.right_sign)
            for here in left
            for there in right
        )
        if gap <= CLOSE:
            met += 1
            wrong += flipped
            kept += (0.5 if back else 1.0) * (not flipped)
    return kept / len(ref.pairs), (wrong / met if met else 0.0)


@dataclass(frozen=True)
class Measured:
    """One point, measured. `match` is its best piece; `error` the misconception nearest to that piece."""

    topic: Topic
    values: tuple[float, ...]
    match: Match | None
    clashes: bool
    error: tuple[Topic, Match] | None


def pieces(reading: Reading, units: list[Unit]) -> list[Said]:
    starts = [term.start for term in reading.terms]
    found = []
    for unit in units:
        first, last = bisect_left(starts, unit.start), bisect_left(starts, unit.end)
        if last > first:
            inside = bisect_left(reading.negations, unit.end) - bisect_left(reading.negations, unit.start)
            found.append(Said(unit, reading.terms[first:last], inside))
    return found


def best_matches(topic: Topic, said: list[Said], looked_at: int = LOOKED_AT) -> list[Match]:
    """The best reference for each of the most promising pieces, best first."""
    rated = []
    for at, piece in enumerate(said):
        best, ref = 0.0, None
        for one in topic.refs:
            coverage, clash = quick(one, piece)
            rate = coverage * (1 - 0.7 * clash)
            if rate > best:
                best, ref = rate, one
        if ref is not None:
            rated.append((best / (1 + 0.01 * len(piece.terms)), -at, ref, piece))
    rated.sort(key=lambda entry: (-entry[0], entry[1]))
    matches = [closer(ref, piece) for _, _, ref, piece in rated[:looked_at]]
    return sorted(matches, key=lambda match: -match.score)


def measure(prepared: Prepared, reading: Reading, said: list[Said]) -> list[Measured]:
    everything = Said(Unit(0, 0, "sentence"), reading.terms, len(reading.negations))
    points = [best_matches(topic, said) for topic in prepared.points]
    errors = [(topic, found[0]) for topic in prepared.misconceptions if (found := best_matches(topic, said))]
    return [
        _measured(prepared, topic, found, errors, everything, reading)
        for topic, found in zip(prepared.points, points, strict=True)
    ]


def _measured(
    prepared: Prepared, topic: Topic, found: list[Match], errors: list[tuple[Topic, Match]], everything: Said,
    reading: Reading,
) -> Measured:  # fmt: skip
    if not found:
        return Measured(topic, (0.0,) * len(NAMES), None, False, None)
    best = found[0]
    said = best.said
    agreed, opposed, second = _sides(topic, said)
    rivals = [closest(other, said) for other in prepared.points if other is not topic]
    near_here = [(error, match) for error in prepared.misconceptions if (match := closest(error, said)) is not None]
    nearest = max(near_here, key=lambda entry: entry[1].score, default=None)
    own = [match.score for error, match in errors if error.contradicts == topic.id]
    core = _core(topic, said)
    values = (
        best.coverage, best.precision, best.company, best.clash, best.turned, best.parity / 2, core,
        _core(topic, everything),
        best.score - max((rival.score for rival in rivals if rival), default=0.0),
        (nearest[1].score if nearest else 0.0) - best.score,
        max(own, default=0.0) - best.score,
        agreed, max(0.0, opposed - agreed), second, best.rarest,
        math.log1p(len(said.terms)) / 3, math.log1p(reading.words) / 5,
        _required(topic, said, reading),
        sum(weight for concept, weight in said.weights.items() if concept in prepared.question) / (said.weight or 1.0),
        best.coverage**2, core * best.precision,
    )  # fmt: skip
    clashes = best.clash >= 0.25 or best.turned > 0.5 or opposed > agreed + 0.1
    return Measured(topic, values, best, clashes, nearest)


def closest(topic: Topic, said: Said) -> Match | None:
    found = best_matches(topic, [said], 1)
    return found[0] if found else None


def _sides(topic: Topic, said: Said) -> tuple[float, float, float]:
    """The best coverage among references of the same sign, and of another; and the mean of the best three."""
    agreed = opposed = 0.0
    every = []
    for ref in topic.refs:
        coverage, clash = quick(ref, said)
        every.append(coverage * (1 - clash))
        if clash < 0.15:
            agreed = max(agreed, coverage)
        else:
            opposed = max(opposed, coverage)
    every.sort(reverse=True)
    return agreed, opposed, sum(every[:3]) / 3


def _core(topic: Topic, said: Said) -> float:
    """How much of what is typical for the point is there; 1 is what its references have on average."""
    core = topic.core
    found = sum(core[concept] * value for concept, value in said.value.items() if concept in core)
    return min(1.5, found / topic.typical)


def _required(topic: Topic, said: Said, reading: Reading) -> float:
    """1 when every group of required words has one in the answer."""
    concepts = {term.concept for term in reading.terms}
    return float(all(words & reading.vocabulary or ideas & concepts for words, ideas in topic.required))
