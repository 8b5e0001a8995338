"""One piece of an answer laid beside one reference: what they share, and where one says the opposite of the other."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from app.keypoints.reading import Reading, Term
from app.keypoints.task import Ref, near
from app.keypoints.units import Unit

CLOSE = 5  # content words: a company that is further apart is none
BACKWARDS = 1.5  # words in the other order count as so much further apart
ENOUGH = 2.0  # weight of shared words from which more of them make no difference


class Said:
    """The terms of one piece of the answer. `value` tells how far a concept is there: 1, or less for a near one."""

    def __init__(self, unit: Unit, terms: tuple[Term, ...], negations: int) -> None:
        self.unit = unit
        self.terms = terms
        self.negations = negations
        self.sentences: list[Said] = [self]  # the whole sentences that it is a piece of, or made of
        self.scores: dict[int, float] = {}  # by topic
        self.placed: dict[int, str] | None = None  # the subjects that its words stand under
        self.value: dict[str, float] = {}
        self.signs: dict[str, set[int]] = {}
        self.denied: dict[str, set[bool]] = {}
        self.weights: dict[str, float] = {}
        for term in terms:
            self.value[term.concept] = 1.0
            self.signs.setdefault(term.concept, set()).add(term.sign)
            self.denied.setdefault(term.concept, set()).add(term.denied)
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

    @cached_property
    def order(self) -> tuple[str, ...]:
        return tuple(term.concept for term in self.terms)


def pieces(reading: Reading, units: list[Unit]) -> list[Said]:
    starts = [term.start for term in reading.terms]
    found: list[Said] = []
    whole: list[Said] = []  # the sentences
    for unit in units:
        first, last = bisect_left(starts, unit.start), bisect_left(starts, unit.end)
        if last > first:
            inside = bisect_left(reading.negations, unit.end) - bisect_left(reading.negations, unit.start)
            found.append(Said(unit, reading.terms[first:last], inside))
            if unit.kind == "sentence":
                whole.append(found[-1])
    place = 0
    for said in found:
        while place + 1 < len(whole) and whole[place].unit.end <= said.unit.start:
            place += 1
        said.sentences = [one for one in whole[place : place + 2] if one.unit.start < said.unit.end]
    return found


@dataclass(frozen=True, slots=True)
class Match:
    """A piece laid beside a reference; `values` are the numbers that the model sees of it."""

    score: float
    coverage: float
    precision: float
    company: float
    order: float
    mass: float
    clash: float
    turned: float
    denied: float
    parity: float
    rarest: float
    said: Said
    ref: Ref

    @property
    def values(self) -> tuple[float, ...]:
        return (
            self.coverage, self.precision, self.company, self.order, self.mass, self.clash, self.turned, self.denied,
            self.parity,
        )  # fmt: skip

    @property
    def opposite(self) -> bool:
        """For a piece that is nearly word for word the reference: something in it is turned round."""
        return (
            self.clash > 0 or self.turned > 0.34 or (self.parity == 0.5 and self.denied > 0.05 and not self._explained)
        )

    @property
    def _explained(self) -> bool:
        """One denies what the other says by an opposite: "is not changed", "stays the same"."""
        said, ref = self.said, self.ref
        return any(
            concept[0] == "±"
            and ref.signs[concept] & said.signs[concept]
            and ref.denied[concept] != said.denied[concept]
            for concept in ref.weights
            if concept in said.weights
        )


def quick(ref: Ref, said: Said) -> tuple[float, float, float]:
    """Coverage, the share of it that has the wrong sign, and the weight of what is shared."""
    hit = clash = 0.0
    value, signs = said.value, said.signs
    for concept, weight in ref.weights.items():
        found = value.get(concept)
        if found:
            hit += weight * found
            if found == 1.0 and ref.signs[concept].isdisjoint(signs[concept]):
                clash += weight
    if not hit:
        return 0.0, 0.0, 0.0
    return hit / ref.total, clash / hit, hit


def closer(ref: Ref, said: Said) -> Match:
    coverage, clash, hit = quick(ref, said)
    precision = _precision(ref, said)
    company, turned = _company(ref, said)
    mass = min(1.0, hit / ENOUGH)
    parity = min(2, abs(said.negations - ref.negations)) / 2
    score = coverage * (0.5 + 0.2 * precision + 0.15 * company + 0.15 * mass) * (1 - 0.7 * clash) * (1 - 0.5 * turned)
    return Match(
        score, coverage, precision, company, _order(ref, said), mass, clash, turned, _denied(ref, said, hit), parity,
        said.value.get(ref.rarest, 0.0), said, ref,
    )  # fmt: skip


def resemblance(ref: Ref, said: Said) -> float:
    """Near 1 when each has the words of the other, whatever their signs."""
    coverage, _, _ = quick(ref, said)
    precision = _precision(ref, said)
    return 2 * coverage * precision / (coverage + precision) if coverage and precision else 0.0


def _precision(ref: Ref, said: Said) -> float:
    kept = sum(weight * _kept(concept, ref) for concept, weight in said.weights.items())
    return kept / said.weight if said.weight else 0.0


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
            (
                abs(there[0] - here[0]) + BACKWARDS * (there[0] < here[0]),
                there[0] < here[0],
                here[1] * there[1] != pair.left_sign * pair.right_sign,
            )
            for here in left[:CLOSE]
            for there in right[:CLOSE]
        )
        if gap <= CLOSE:
            met += 1
            wrong += flipped
            kept += (0.5 if back else 1.0) * (not flipped)
    return kept / len(ref.pairs), (wrong / met if met else 0.0)


def _order(ref: Ref, said: Said) -> float:
    """The longest run of the reference's words that the piece has in the same order, as a share of those it has."""
    shared = [concept for concept in ref.order if concept in said.weights]
    if len(shared) < 2:
        return 0.5
    row = [0] * (len(said.order) + 1)
    for concept in shared:
        before = 0
        for at, other in enumerate(said.order, 1):
            above = row[at]
            row[at] = before + 1 if concept == other else max(above, row[at - 1])
            before = above
    return row[-1] / len(shared)


def _denied(ref: Ref, said: Said, hit: float) -> float:
    """The share of what both have that a negation reaches in one of them only; opposites have their sign instead."""
    alone = 0.0
    for concept, weight in ref.weights.items():
        if concept[0] != "±" and concept in said.denied and ref.denied[concept].isdisjoint(said.denied[concept]):
            alone += weight
    return alone / hit if hit else 0.0
