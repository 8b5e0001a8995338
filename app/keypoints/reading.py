"""Text → terms: the concepts it names, each with its weight, its sign (negation, opposites) and its place.

Negation turns round the sign of the first content word after the negator, and of every word that has an opposite until
the clause ends: "does not change", "stays the same" and "is unchanged" have the same sign. It is no grammar.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.keypoints.lexicon import (
    BOUNDARIES,
    FUNCTION,
    IRREGULAR,
    LIGHT,
    NEGATES_NOUN,
    NEGATORS,
    PHRASES,
    VERBS,
    concept_of,
)  # fmt: skip
from app.keypoints.words import Word, stem, words_of

LIGHT_WEIGHT = 0.3
NUMBER_WEIGHT = {"1": 0.35, "2": 0.5}
FAINT = {concept_of(word)[0] for word in ("many", "first", "all", "same")}  # opposites that say little by themselves
ASIDE = frozenset(("instead", "without"))  # they deny something else than what the sentence says
DENIED = frozenset(word for word, (_, sign) in IRREGULAR.items() if sign < 0)
APART = 2  # how much further from one another words are between which a clause ends
SCOPE = 5  # content words that a negation reaches at most
OPERATORS = frozenset("= + - * / @ -= += *= /= √ ∇ ∂ ∞ × · ÷ < > ≤ ≥ ²".split())


@dataclass(frozen=True, slots=True)
class Term:
    """One content word. `at` counts the content words; `denied` says that a negation reaches it."""

    concept: str
    sign: int
    weight: float
    start: int
    end: int
    at: int
    plain: str
    denied: bool


@dataclass(frozen=True, slots=True)
class Reading:
    terms: tuple[Term, ...]
    words: int  # words and numbers, signs not counted
    signs: int  # operators such as = and *
    functions: int  # of these the small words of English
    verbs: int
    negations: tuple[int, ...]  # where they begin
    vocabulary: frozenset[str]  # every word as it is written, in lower case


def read(text: str, mend: Callable[[str], str] = str) -> Reading:
    """`mend` gives the right spelling of a word, or the word itself."""
    return read_words(words_of(text), mend)


def read_words(found: list[Word], mend: Callable[[str], str] = str) -> Reading:
    terms: list[Term] = []
    negations: list[int] = []
    vocabulary: set[str] = set()
    functions = verbs = scope = signs = apart = 0
    head = noun = False
    row = list(_joined(found, mend))
    for at, (text, start, end) in enumerate(row):
        vocabulary.add(text)
        verbs += text in VERBS or stem(text) in VERBS
        if text == "no" and at + 1 < len(row) and row[at + 1][0] in BOUNDARIES:
            functions += 1  # "No, …" answers a question
            continue
        if text in NEGATORS:
            if text not in ASIDE:
                negations.append(start)
            scope, head, noun = SCOPE, True, text in NEGATES_NOUN
            functions += 1
            continue
        if text in BOUNDARIES or text == "and":
            apart += APART
        if text in BOUNDARIES:
            functions += text.isalpha()
            scope, head = 0, False
            continue
        if text in FUNCTION:
            functions += 1
            continue
        if not text[0].isalnum() and text not in OPERATORS:
            continue
        signs += text in OPERATORS
        concept, sign = concept_of(text)
        weight = weight_of(text, concept)
        denied = scope > 0
        if scope:
            if head and (weight > LIGHT_WEIGHT or noun):
                sign, head = -sign, False
            elif concept[0] == "±":
                sign = -sign
            scope -= 1
        terms.append(Term(concept, sign, weight, start, end, len(terms) + apart, text, denied or text in DENIED))
    return Reading(
        tuple(terms),
        sum(word.text[0].isalnum() for word in found),
        signs,
        functions,
        verbs,
        tuple(negations),
        frozenset(vocabulary),
    )


def weight_of(text: str, concept: str) -> float:
    if concept in FAINT:
        return 0.5
    if concept in NUMBER_WEIGHT:
        return NUMBER_WEIGHT[concept]
    if stem(text) in LIGHT and concept[0] != "±":
        return LIGHT_WEIGHT
    if len(text) == 1 and text.isalpha() and concept == text:
        return LIGHT_WEIGHT
    return 0.5 if text in OPERATORS else 1.0


def _joined(found: list[Word], mend: Callable[[str], str]) -> Iterator[tuple[str, int, int]]:
    """Words with phrases made one: "mini", "-", "batch" → "minibatch". Hyphens inside words are dropped."""
    row = [Word(mend(word.text), word.start, word.end) for at, word in enumerate(found) if not _hyphen(found, at)]
    at, count = 0, len(row)
    while at < count:
        word = row[at]
        for phrase, whole in PHRASES.get(word.text, ()):
            size = len(phrase)
            if at + size <= count and all(row[at + step].text == phrase[step] for step in range(1, size)):
                for one in whole:
                    yield one, word.start, row[at + size - 1].end
                at += size
                break
        else:
            yield word.text, word.start, word.end
            at += 1


def _hyphen(found: list[Word], at: int) -> bool:
    """A "-" or "_" between two words without a blank."""
    if found[at].text not in ("-", "_", "‐") or not 0 < at < len(found) - 1:
        return False
    left, right = found[at - 1], found[at + 1]
    touching = left.end == found[at].start and right.start == found[at].end
    return touching and left.text[-1].isalpha() and (right.text[0].isalpha() or found[at].text == "_")
