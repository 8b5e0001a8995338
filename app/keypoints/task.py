"""What the engine is given: plain frozen values that say what a good answer holds and what people get wrong.

`prepare` reads the references once; it is remembered by value, so the second answer to a part costs only itself.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.keypoints.lexicon import NEAR, NEARNESS
from app.keypoints.reading import Reading, Term, read
from app.keypoints.roles import heads_of
from app.keypoints.spelling import Spelling

PROMPT_DISCOUNT = 0.8  # a word that the question itself uses says less
OFTEN = 0.15  # share of a point's references that a word has to be the subject of, to count as a subject at all
PAIR_SPAN = 3  # content words: how far two words of a reference may be apart to belong together


@dataclass(frozen=True)
class Point:
    id: str
    text: str
    refs: tuple[str, ...] = ()
    required_terms: tuple[tuple[str, ...], ...] = ()
    weight: float = 1.0


@dataclass(frozen=True)
class Misconception:
    id: str
    refs: tuple[str, ...]
    contradicts: str | None = None


@dataclass(frozen=True)
class Task:
    """`question` holds what the student reads before answering: the prompt, what the part asks, hints."""

    points: tuple[Point, ...]
    misconceptions: tuple[Misconception, ...] = ()
    question: tuple[str, ...] = ()
    accept_short: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two words that stand near each other in a reference, in this order, and the signs they have there."""

    left: str
    right: str
    left_sign: int
    right_sign: int


@dataclass(frozen=True)
class Ref:
    """A reference as weighted concepts. `weights` adds up to `total`; `signs` holds the signs that a concept has in it,
    `denied` whether a negation reaches it, `order` the concepts one after the other."""

    text: str
    weights: Mapping[str, float]
    signs: Mapping[str, frozenset[int]]
    denied: Mapping[str, frozenset[bool]]
    order: tuple[str, ...]
    total: float
    pairs: tuple[Pair, ...]
    negations: int
    terms: int
    rarest: str


@dataclass(frozen=True)
class Topic:
    """A point or a misconception. `core` says how typical a concept is for it: often in its references, not elsewhere.
    `typical` is what one of its references has of that by itself, on average. `heads` are the subjects of its
    references, each with the share of them that it is one in."""

    id: str
    refs: tuple[Ref, ...]
    core: Mapping[str, float]
    typical: float
    heads: Mapping[str, float]
    required: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()
    contradicts: str | None = None


@dataclass(frozen=True)
class Prepared:
    points: tuple[Topic, ...]
    misconceptions: tuple[Topic, ...]
    question: frozenset[str]  # concepts of the question
    shingles: frozenset[tuple[str, ...]]  # of its words, to know a copy
    spelling: Spelling
    code: bool  # the references hold code, so an answer may
    short: tuple[Reading, ...]
    heads: Mapping[str, float]  # the subjects of the points' references: the largest share that one makes of a point's


@lru_cache(maxsize=256)
def prepare(task: Task) -> Prepared:
    question = [read(text) for text in task.question]
    asked = frozenset(term.concept for reading in question for term in reading.terms)
    points = [[read(text) for text in (point.text, *point.refs)] for point in task.points]
    wrong = [[read(text) for text in one.refs] for one in task.misconceptions]
    shares = [_shares(readings) for readings in points]
    typical = [
        _topic(point.id, (point.text, *point.refs), readings, at, shares, asked, required=_required(point))
        for at, (point, readings) in enumerate(zip(task.points, points, strict=True))
    ]
    errors = [
        _topic(one.id, one.refs, readings, None, [*shares, _shares(readings)], asked, contradicts=one.contradicts)
        for one, readings in zip(task.misconceptions, wrong, strict=True)
    ]
    known = frozenset(
        term.plain for readings in [*points, *wrong, question] for reading in readings for term in reading.terms
    )
    return Prepared(
        tuple(typical), tuple(errors), asked,
        frozenset(shingle for text in task.question for shingle in shingles(text)),
        Spelling(known), any(looks_coded(ref) for point in task.points for ref in point.refs),
        tuple(read(text) for text in task.accept_short), _heads(typical),
    )  # fmt: skip


def _heads(topics: Iterable[Topic]) -> dict[str, float]:
    found: dict[str, float] = {}
    for topic in topics:
        for head, share in topic.heads.items():
            found[head] = max(share, found.get(head, 0.0))
    return {head: share for head, share in found.items() if share >= OFTEN}


def _required(point: Point) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Each group as plain words and as concepts: one of either will do."""
    return tuple(
        (
            frozenset(word.lower() for word in group),
            frozenset(term.concept for word in group for term in read(word).terms),
        )
        for group in point.required_terms
    )


def _shares(readings: list[Reading]) -> dict[str, float]:
    """For each concept the share of the references that it stands in."""
    count: dict[str, int] = {}
    for reading in readings:
        for concept in {term.concept for term in reading.terms}:
            count[concept] = count.get(concept, 0) + 1
    return {concept: times / len(readings) for concept, times in count.items()}


def _topic(
    name: str, texts: tuple[str, ...], readings: list[Reading], at: int | None, shares: list[dict[str, float]],
    asked: frozenset[str], required: tuple[tuple[frozenset[str], frozenset[str]], ...] = (),
    contradicts: str | None = None,
) -> Topic:  # fmt: skip
    """`at` is the place of its own shares among `shares`; a misconception's come last."""
    own = shares[-1] if at is None else shares[at]
    core = {concept: _core(concept, own, shares, asked) for concept in own}
    refs = tuple(_ref(text, reading, core) for text, reading in zip(texts, readings, strict=True) if reading.terms)
    sums = [ref.total for ref in refs]
    typical = sum(sums) / len(sums) if sums else 1.0
    return Topic(name, refs, core, typical, heads_of(readings), required, contradicts)


def _core(concept: str, own: dict[str, float], shares: list[dict[str, float]], asked: frozenset[str]) -> float:
    """Between 0 and 1: how much the concept speaks for this topic rather than for the others."""
    specific = own[concept] / sum(share.get(concept, 0.0) for share in shares)
    common = min(1.0, 2 * own[concept])
    return (0.3 + 0.7 * specific) * (0.5 + 0.5 * common) * (PROMPT_DISCOUNT if concept in asked else 1.0)


def _ref(text: str, reading: Reading, core: Mapping[str, float]) -> Ref:
    weights: dict[str, float] = {}
    signs: dict[str, set[int]] = {}
    denied: dict[str, set[bool]] = {}
    for term in reading.terms:
        weights[term.concept] = max(weights.get(term.concept, 0.0), term.weight * core[term.concept])
        signs.setdefault(term.concept, set()).add(term.sign)
        denied.setdefault(term.concept, set()).add(term.denied)
    frozen = {concept: frozenset(found) for concept, found in signs.items()}
    reached = {concept: frozenset(found) for concept, found in denied.items()}
    order = tuple(term.concept for term in reading.terms)
    pairs = tuple(dict.fromkeys(pairs_of(reading.terms)))
    rarest = max(weights, key=lambda concept: (weights[concept], concept))
    return Ref(
        text, weights, frozen, reached, order, sum(weights.values()), pairs,
        len(reading.negations), len(reading.terms), rarest,
    )  # fmt: skip


def pairs_of(terms: tuple[Term, ...]) -> Iterable[Pair]:
    solid = [term for term in terms if term.weight > 0.3]
    for at, left in enumerate(solid):
        for right in solid[at + 1 : at + 3]:
            if right.concept == left.concept:
                break  # what follows stands nearer to that one
            if right.at - left.at <= PAIR_SPAN:
                yield Pair(left.concept, right.concept, left.sign, right.sign)


def near(concept: str) -> Mapping[str, float]:
    return NEAR.get(concept, {})


def shingles(text: str, size: int = 4) -> list[tuple[str, ...]]:
    """Runs of words, to compare texts literally."""
    plain = [word for word in "".join(c if c.isalnum() else " " for c in text.lower()).split()]
    return [tuple(plain[at : at + size]) for at in range(len(plain) - size + 1)]


_STATEMENT = re.compile(
    r"^(?:def|class|import|from|return|with|elif|else|while|if|try|print)\b.*[:)]$|^import \w+|^from \w+ import|"
    r"^for [\w, ]+ in [\w.()]+:|^[\w.\[\]]+(?:, [\w.]+)*\s*[-+*/]?=\s*[^=\s]|"
    r"^[\w.]+\([^()]*(?:\([^()]*\)[^()]*)*\)$|^[\[{(]",
    re.ASCII,
)
_KEYWORDS = "for|in|if|not|and|or|as|is|def|class|import|from|return|with|else|lambda|while"
_TWO_WORDS = re.compile(rf"\b(?!(?:{_KEYWORDS})\b)[a-z]{{2,}} +(?!(?:{_KEYWORDS})\b)[a-z]{{2,}}\b", re.IGNORECASE)


def looks_coded(line: str) -> bool:
    """A line of program text rather than a sentence: it has the form of a statement, and no two words in a row."""
    line = line.strip()[:300]
    return _STATEMENT.match(line) is not None and _TWO_WORDS.search(line.split("#")[0]) is None


__all__ = ["NEARNESS", "Misconception", "Point", "Prepared", "Task", "Topic", "Ref", "Pair", "near", "prepare"]
