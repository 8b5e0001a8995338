"""A longest common subsequence, in a time that no text can blow up.

The table of lengths is kept as bits (Crochemore et al. 2001; Hyyrö 2004): bit i of a row is 0 where one more item of
`before` makes the common subsequence longer. A row follows from the one above it by an addition of whole integers, so
20,000 items against 20,000 take a fraction of a second, whatever they are. Only every so many rows are kept; those
between are made again on the way back.
"""

from collections.abc import Hashable, Sequence
from math import isqrt

Match = tuple[int, int, int]  # `before[i:i+n] == after[j:j+n]`, as (i, j, n)


def align(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Match]:
    """The runs of a longest common subsequence, in order; none touches the next at both ends."""
    start = _alike(before, after)
    left, right = before[start:], after[start:]
    end = _alike(left[::-1], right[::-1])
    left, right = left[: len(left) - end], right[: len(right) - end]
    pairs = [(start + i, start + j) for i, j in _pairs(left, right)]
    runs = [(0, 0, start)] if start else []
    for i, j in pairs:
        runs = _longer(runs, i, j, 1)
    return _longer(runs, len(before) - end, len(after) - end, end) if end else runs


def _alike(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """How many items at the beginning are the same."""
    shorter = min(len(left), len(right))
    return next((at for at in range(shorter) if left[at] != right[at]), shorter)


def _longer(runs: list[Match], i: int, j: int, count: int) -> list[Match]:
    """The last run grows where it can."""
    if runs:
        at, there, long = runs[-1]
        if (at + long, there + long) == (i, j):
            runs[-1] = (at, there, long + count)
            return runs
    runs.append((i, j, count))
    return runs


def _pairs(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    places: dict[Hashable, int] = {}
    for at, item in enumerate(left):
        places[item] = places.get(item, 0) | 1 << at
    everything = (1 << len(left)) - 1
    masks = [places.get(item, 0) for item in right]
    step = isqrt(len(right)) + 1
    kept = [everything]  # the rows 0, step, 2 * step …
    row = everything
    for j, mask in enumerate(masks, 1):
        row = _next(row, mask, everything)
        if j % step == 0:
            kept.append(row)
    found: list[tuple[int, int]] = []
    i = len(left)
    for block in reversed(range(len(kept))):
        low = block * step
        rows = [kept[block]]
        for mask in masks[low : low + step]:
            rows.append(_next(rows[-1], mask, everything))
        i = _back(rows, i, low, found)
    return found[::-1]


def _next(row: int, mask: int, everything: int) -> int:
    common = row & mask
    return (row + common | row - common) & everything if common else row


def _back(rows: list[int], i: int, low: int, found: list[tuple[int, int]]) -> int:
    """From the last of these rows to the first: which items are common. Gives how many of `before` are left."""
    j = len(rows) - 1
    while i and j:
        if rows[j] >> i - 1 & 1:
            i -= 1
            continue
        j -= 1
        if rows[j] >> i - 1 & 1:
            i -= 1
            found.append((i, low + j))
    return i
