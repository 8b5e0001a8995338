"""The difference of two texts, word by word, as values that a page can show in marks and in words.

Lines are compared first, then within changed lines the words. Where two places have only crumbs in common, such as an
article or a comma, the crumbs count as changed too: whole phrases read better than confetti.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.wiki.align import align
from app.wiki.cut import lines, words

Kind = Literal["same", "added", "removed"]


@dataclass(frozen=True)
class Span:
    kind: Kind
    text: str


@dataclass(frozen=True)
class Row:
    """A line of the difference. `before` and `after` are its line numbers in the two texts, None where it is not.
    A row ends with the line end of either text; only the last of all may have none."""

    kind: Literal["same", "changed", "added", "removed"]
    before: int | None
    after: int | None
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Gap:
    """Lines that are the same in both texts and are left out."""

    lines: int


@dataclass(frozen=True)
class Diff:
    """`rows` has everything: its same and removed spans put together are the old text, same and added the new one."""

    rows: tuple[Row, ...]
    added: int  # characters
    removed: int

    def shown(self, around: int = 3) -> tuple[Row | Gap, ...]:
        """The changed rows with some unchanged ones around them, and gaps for the rest."""
        near: set[int] = set()
        for at, row in enumerate(self.rows):
            if row.kind != "same":
                near.update(range(at - around, at + around + 1))
        found: list[Row | Gap] = []
        left_out = 0
        for at, row in enumerate(self.rows):
            if at not in near:
                left_out += 1
                continue
            found += [Gap(left_out)] if left_out else []
            left_out = 0
            found.append(row)
        return (*found, *([Gap(left_out)] if left_out else []))


def diff(before: str, after: str) -> Diff:
    old, new = lines(before), lines(after)
    spans: list[Span] = []
    for same, removed, added in _changes(old, new):
        spans += _spans("same", same)
        if removed and added:
            spans += _within("".join(removed), "".join(added))
        else:
            spans += [*_spans("removed", removed), *_spans("added", added)]
    added_size, removed_size = (sum(len(s.text) for s in spans if s.kind == kind) for kind in ("added", "removed"))
    return Diff(tuple(_rows(spans)), added_size, removed_size)


Change = tuple[list[str], list[str], list[str]]  # what is the same, then what is removed and added after it


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Each stretch that is the same, with the change that follows it."""
    at, there = 0, 0
    same: list[str] = []
    for i, j, count in [*align(old, new), (len(old), len(new), 0)]:
        if at < i or there < j:
            yield same, list(old[at:i]), list(new[there:j])
            same = []
        same += old[i : i + count]
        at, there = i + count, j + count
    yield same, [], []


def _within(before: str, after: str) -> Iterator[Span]:
    for same, removed, added in _without_crumbs(_changes(words(before), words(after))):
        yield from _spans("same", same)
        yield from _spans("removed", removed)
        yield from _spans("added", added)


def _without_crumbs(changes: Iterable[Change]) -> list[Change]:
    """What is the same between two changes and no longer than either of them joins them."""
    found: list[Change] = []
    sizes: list[tuple[int, int]] = []  # of what is the same, and of the change after it
    for same, removed, added in changes:
        here = (_size(same), max(_size(removed), _size(added)))
        while len(found) > 0 and here[0] and here[0] <= min(sizes[-1][1], here[1]):
            kept, gone, come = found.pop()  # they grow in place: copying them each time would take long
            before, change = sizes.pop()
            gone += same + removed
            come += same + added
            same, removed, added = kept, gone, come
            here = (before, change + sum(here))
        found.append((same, removed, added))
        sizes.append(here)
    return found


def _size(pieces: Iterable[str]) -> int:
    return sum(map(len, pieces))


def _spans(kind: Kind, pieces: Sequence[str]) -> list[Span]:
    return [Span(kind, "".join(pieces))] if pieces else []


def _rows(spans: Iterable[Span]) -> Iterator[Row]:
    before = after = 1
    row: list[Span] = []
    for span in spans:
        for piece in lines(span.text):
            row.append(Span(span.kind, piece))
            if piece.endswith("\n"):
                yield _row(row, before, after)
                before += span.kind != "added"
                after += span.kind != "removed"
                row = []
    if row:
        yield _row(row, before, after)


def _row(spans: list[Span], before: int, after: int) -> Row:
    kinds = {span.kind for span in spans}
    kind = spans[0].kind if len(kinds) == 1 else "changed"
    in_old, in_new = bool(kinds & {"same", "removed"}), bool(kinds & {"same", "added"})
    return Row(kind, before if in_old else None, after if in_new else None, tuple(spans))
