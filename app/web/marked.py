"""The student's own text with the places marked that a suggestion rests on.

Places may overlap or lie within one another, so the text is cut wherever one begins or ends; each piece knows whether
it is marked and which places end with it, and there the page puts their numbers.
"""

from dataclasses import dataclass

from app.grading.verdict import Verdict


@dataclass(frozen=True)
class Sign:
    """What a place stands for: "2" for the second point, "a" for the first note."""

    label: str
    note: bool


@dataclass(frozen=True)
class Piece:
    text: str
    marked: bool
    signs: tuple[Sign, ...]  # of the places that end here


def marked(text: str, verdict: Verdict | None) -> list[Piece]:
    """The whole text in pieces, in order; one unmarked piece where nothing was found."""
    places = _places(text, verdict)
    cuts = sorted({0, len(text), *(edge for start, end, _ in places for edge in (start, end))})
    return [
        Piece(
            text[left:right],
            any(start <= left and right <= end for start, end, _ in places),
            tuple(sign for _, end, sign in places if end == right),
        )
        for left, right in zip(cuts, cuts[1:], strict=False)
    ]


def _places(text: str, verdict: Verdict | None) -> list[tuple[int, int, Sign]]:
    if verdict is None:
        return []
    points = [(one.evidence, Sign(str(at), False)) for at, one in enumerate(verdict.points or (), 1)]
    notes = [(one.evidence, Sign(letter(at), True)) for at, one in enumerate(verdict.notes or ())]
    return [
        (evidence[0], evidence[1], sign)
        for evidence, sign in points + notes
        if evidence is not None and 0 <= evidence[0] < evidence[1] <= len(text)
    ]


def letter(at: int) -> str:
    return chr(ord("a") + at % 26)


def quote(text: str, evidence: tuple[int, int] | None, most: int = 160) -> str | None:
    """The words of the place, cut where they are many."""
    if evidence is None:
        return None
    words = " ".join(text[evidence[0] : evidence[1]].split())
    return words if len(words) <= most else words[: most - 1].rsplit(" ", 1)[0] + " …"
