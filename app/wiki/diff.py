"""The difference of two texts, word by word, as values that a page can show in marks and in words."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Span:
    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class Row:
    """A line of the difference. `before` and `after` are its line numbers in the two texts, None where it is not.
    The last span of a row ends with the line end, if the line has one."""

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
    """`rows` has everything; put together, its same and removed spans are the old text, same and added the new one."""

    rows: tuple[Row, ...]
    added: int  # characters
    removed: int

    def shown(self, around: int = 3) -> tuple[Row | Gap, ...]:
        """The changed rows with some unchanged ones around them, and gaps for the rest."""
        raise NotImplementedError


def diff(before: str, after: str) -> Diff:
    raise NotImplementedError
