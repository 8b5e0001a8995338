"""Three-way merge of two changed texts with the text that both began from.

First by sentences: changes of different sentences are merged, even in one line; in code, changes of lines that touch
are not. Where that leaves a conflict, by lines; and where that does too, the result is marked: both texts stand between
three lines in plain words, for somebody to finish. Two insertions at the same place are a conflict, since nobody knows
their order; unless they are the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.wiki.align import Match, align
from app.wiki.cut import Unit, lines, sentences

YOURS = "<<<<<<< your text"
THEIRS = "======= the text that was published meanwhile"
END = ">>>>>>> end of the conflict"


@dataclass(frozen=True)
class Merged:
    """`text` has marked conflicts in it unless it is `clean`."""

    text: str
    clean: bool


@dataclass(frozen=True)
class Piece:
    """`theirs` is None where there is no conflict."""

    yours: str
    theirs: str | None = None


@dataclass(frozen=True)
class Region:
    """Units `low` to `high` of the base become `units`."""

    low: int
    high: int
    units: tuple[Unit, ...]
    yours: bool


def merge(base: str, yours: str, theirs: str) -> Merged:
    if yours == theirs or base == theirs:
        return Merged(yours, True)
    if base == yours:
        return Merged(theirs, True)
    fine = _merged(sentences(base), sentences(yours), sentences(theirs))
    if all(piece.theirs is None for piece in fine):
        return Merged("".join(piece.yours for piece in fine), True)
    coarse = _merged(*([Unit(line, True) for line in lines(text)] for text in (base, yours, theirs)))
    return Merged("".join(map(_marked, coarse)), all(piece.theirs is None for piece in coarse))


def unfinished(text: str) -> list[int]:
    """The numbers of the lines that are marks of a conflict which nobody has settled."""
    return [number for number, line in enumerate(lines(text), 1) if line.rstrip() in (YOURS, THEIRS, END)]


def _marked(piece: Piece) -> str:
    if piece.theirs is None:
        return piece.yours
    return f"{YOURS}\n{_ended(piece.yours)}{THEIRS}\n{_ended(piece.theirs)}{END}\n"


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _merged(base: Sequence[Unit], yours: Sequence[Unit], theirs: Sequence[Unit]) -> list[Piece]:
    regions = [*_regions(base, yours, True), *_regions(base, theirs, False)]
    regions.sort(key=lambda region: (region.low, region.high, region.yours))
    found: list[Piece] = []
    at = 0
    for cluster in _clusters(base, regions):
        low, high = cluster[0].low, max(region.high for region in cluster)
        found.append(Piece(_text(base[at:low])))
        mine, other = (_applied(base, low, high, [r for r in cluster if r.yours is side]) for side in (True, False))
        sides = {region.yours for region in cluster}
        if len(sides) == 1 or mine == other:
            found.append(Piece(mine if True in sides else other))
        else:
            found.append(Piece(mine, other))
        at = high
    return [*found, Piece(_text(base[at:]))]


def _regions(base: Sequence[Unit], changed: Sequence[Unit], yours: bool) -> Iterator[Region]:
    at, there = 0, 0
    matches = [match for match in align(base, changed) if _holds(base, changed, match)]
    for i, j, count in [*matches, (len(base), len(changed), 0)]:
        if at < i or there < j:
            yield Region(at, i, tuple(changed[there:j]), yours)
        at, there = i + count, j + count


def _holds(base: Sequence[Unit], changed: Sequence[Unit], match: Match) -> bool:
    """Blanks alone, between two changes, do not keep these apart; an empty line does, and so do the text's ends."""
    i, j, count = match
    between = _text(base[i : i + count])
    at_an_end = (i, j) == (0, 0) or (i + count, j + count) == (len(base), len(changed))
    return at_an_end or bool(between.strip()) or between.count("\n") > 1


def _clusters(base: Sequence[Unit], regions: Sequence[Region]) -> Iterator[list[Region]]:
    """Regions that are in each other's way come together."""
    cluster: list[Region] = []
    high = 0
    for region in regions:
        touches = region.low == high and any(_collide(base, one, region) for one in reversed(cluster))
        apart = region.low > high or region.low == high and not touches
        if cluster and apart:
            yield cluster
            cluster = []
        high = max(high, region.high) if cluster else region.high
        cluster.append(region)
    if cluster:
        yield cluster


def _collide(base: Sequence[Unit], first: Region, second: Region) -> bool:
    """Whether two regions are in each other's way that at most touch."""
    if first.yours == second.yours or first.high < second.low:
        return False
    if first.low == first.high == second.low == second.high:
        return True
    beside = base[max(0, second.low - 1) : second.low + 1]
    return any(unit.code for unit in (*beside, *first.units, *second.units))


def _applied(base: Sequence[Unit], low: int, high: int, regions: Sequence[Region]) -> str:
    text = ""
    for region in regions:
        text += _text(base[low : region.low]) + _text(region.units)
        low = region.high
    return text + _text(base[low:high])


def _text(units: Sequence[Unit]) -> str:
    return "".join(unit.text for unit in units)
