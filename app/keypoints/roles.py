"""Who does what: which subject each word of a text stands under, as far as it can be told without a grammar.

A clause is taken to be about its first full word, and a clause that begins with none of the topic words of the task
goes on about the subject before it. So "RMSE adds up the absolute values" can be told from "L1 adds them up", although
both have the words of the point.
"""

from collections.abc import Collection, Iterable, Mapping

from app.keypoints.reading import LIGHT_WEIGHT, Reading, Term


def openings(terms: Iterable[Term]) -> list[Term]:
    """The first full word of each clause."""
    found: list[Term] = []
    last, waiting = -2, False
    for term in terms:
        waiting = waiting or term.at > last + 1
        if waiting and term.weight > LIGHT_WEIGHT:
            found.append(term)
            waiting = False
        last = term.at
    return found


def subjects(terms: tuple[Term, ...], heads: Collection[str]) -> dict[int, str]:
    """For the place of each word the subject that it stands under, where there is one among `heads`."""
    opening = {term.start for term in openings(terms) if term.concept in heads}
    found: dict[int, str] = {}
    subject = None
    for term in terms:
        if term.start in opening and term.concept in heads:  # two terms of one phrase begin at the same place
            subject = term.concept
        elif subject is not None and term.concept != subject:
            found[term.start] = subject
    return found


def heads_of(readings: Collection[Reading]) -> dict[str, float]:
    """For each concept the share of the texts in which it is a subject."""
    counts: dict[str, int] = {}
    for reading in readings:
        for head in {term.concept for term in openings(reading.terms)}:
            counts[head] = counts.get(head, 0) + 1
    return {head: count / len(readings) for head, count in counts.items()}


def foreign(
    own: Mapping[str, float], heads: Mapping[str, float], terms: Iterable[Term], placed: Mapping[int, str],
    shared: Mapping[str, float],
) -> float:  # fmt: skip
    """Of the words that a piece has in common with a reference (`shared`, by weight) and that stand under a subject:
    the share whose subject is at home in another topic of the task (`heads`) and not in this one (`own`)."""
    weighed = wrong = 0.0
    for term in terms:
        subject, weight = placed.get(term.start), shared.get(term.concept, 0.0)
        if subject is not None and weight:
            weighed += weight
            wrong += weight * max(0.0, 1 - own.get(subject, 0.0) / heads[subject])
    return wrong / weighed if weighed else 0.0
