"""Blame: for each paragraph of a text the revision that it is from.

It is carried on from revision to revision and kept with each, so it never costs more with a longer history.
"""

from collections.abc import Sequence

from app.wiki.align import align
from app.wiki.cut import paragraphs

Blame = tuple[int, ...]


def first_blame(text: str, number: int = 1) -> Blame:
    """Of a first revision: everything is from it."""
    return (number,) * len(paragraphs(text))


def next_blame(before: str, blame: Sequence[int], after: str, number: int) -> Blame:
    """Of revision `number`, whose text is `after`: paragraphs that stood in `before` keep what `blame` says of them.
    Blank lines around a paragraph are no part of it."""
    old, new = ([paragraph.strip() for paragraph in paragraphs(text)] for text in (before, after))
    found = [number] * len(new)
    for i, j, count in align(old, new):
        found[j : j + count] = blame[i : i + count]
    return tuple(found)


def blamed(text: str, blame: Sequence[int]) -> list[tuple[str, int]]:
    """Each paragraph with its revision."""
    return list(zip(paragraphs(text), blame, strict=True))
