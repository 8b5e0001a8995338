"""The pieces of an answer that can say a key point: sentences, pairs of neighbours, long clauses, list items.

A piece is a place in the student's own text, so what is found can be marked there. Linear in the text, and there are
never more than `MOST` pieces: what comes after them is not read.
"""

import re
from dataclasses import dataclass

MOST = 120  # sentences that are read
CLAUSE_WORDS = 4  # a clause has at least so many words to be looked at by itself
MOST_CLAUSES = 8  # of one sentence
LONGEST = 700  # characters of a piece; a longer sentence is cut at a blank
_END = re.compile(r"[.!?…]+(?=[\s\"')\]»”]|$)|[;\n\r\u2028\u2029]+|[。！？]|\s[-–—•*]\s(?=\w)|:\s")
_CLAUSE = re.compile(
    r",|\s[-–—]\s|[()]|\b(?:and|but|because|so|since|while|whereas|although|though|which|then|if|when|as|where)\b",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|w\.r\.t|resp|approx|eq|fig|no|a\.k\.a)|^\s*\d{1,2})\.$", re.IGNORECASE
)
_EDGE = " \t\n\r\u00a0.,;:-–—•*>\"'"


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of the text. `whole` tells a sentence from a clause; `pair` two neighbours taken together."""

    start: int
    end: int
    kind: str  # sentence, clause, pair


def units_of(text: str) -> tuple[list[Unit], int]:
    """The pieces in the order of the text, and how many characters of it they cover."""
    sentences = _sentences(text)
    read = len(text) if len(sentences) <= MOST else sentences[MOST - 1][1]
    sentences = sentences[:MOST]
    found: list[Unit] = []
    for at, (start, end) in enumerate(sentences):
        found.append(Unit(start, end, "sentence"))
        found += (Unit(left, right, "clause") for left, right in _clauses(text, start, end))
        if at + 1 < len(sentences) and sentences[at + 1][1] - start <= LONGEST:
            found.append(Unit(start, sentences[at + 1][1], "pair"))
    return found, read


def _sentences(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match.group().startswith(".") and _SHORT.search(text[max(start, match.end() - 12) : match.end()]):
            continue
        _add(found, text, start, match.start())
        start = match.end()
        if len(found) > MOST:
            return found
    _add(found, text, start, len(text))
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """The stretch without the blanks and bullets at its edges, in pieces that are not too long."""
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    while end - start > LONGEST and len(found) <= MOST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        found.append((start, cut))
        start = cut + 1
    if end > start:
        found.append((start, end))


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Pieces between commas and joining words, and, where there are few, neighbours of them together."""
    cuts = [start, *(match.start() for match in _CLAUSE.finditer(text, start, end)), end]
    pieces = [(left, right) for left, right in zip(cuts, cuts[1:], strict=False) if right - left > 1]
    if len(pieces) < 2:
        return []
    joined: list[tuple[int, int]] = []
    for left, right in pieces:
        if joined and _words(text[joined[-1][0] : joined[-1][1]]) < CLAUSE_WORDS:
            joined[-1] = (joined[-1][0], right)
        else:
            joined.append((left, right))
    if len(joined) > 1 and _words(text[joined[-1][0] : joined[-1][1]]) < CLAUSE_WORDS:
        joined[-2:] = [(joined[-2][0], joined[-1][1])]
    if len(joined) < 2:
        return []
    both = [(one[0], two[1]) for one, two in zip(joined, joined[1:], strict=False)] if len(joined) > 2 else []
    return [_trimmed(text, *piece) for piece in (joined + both)[:MOST_CLAUSES]]


def _words(text: str) -> int:
    return len(text.split())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE + "(":
        end -= 1
    return start, end
