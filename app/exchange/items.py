"""Questions as other programs know them: four kinds that all of them have, and what does not map, with the reason."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Reply:
    """An answer that may be given: an option, a number, a text. `share` of the points in percent; `says` is HTML.
    `anywhere`: a text that only has to be in what is answered."""

    answer: str
    share: float = 0.0
    says: str = ""
    anywhere: bool = False

    @property
    def pattern(self) -> str:
        """A text as the programs match it: for them a star stands for anything."""
        literal = self.answer.replace("*", r"\*")
        return f"*{literal}*" if self.anywhere else literal


@dataclass(frozen=True)
class Item:
    """`ask`, `notes` and the answers of a choice are HTML, formulas between \\( and \\); `name` is plain text."""

    id: str  # question/part
    name: str
    kind: Literal["choice", "number", "short", "essay"]
    ask: str
    replies: tuple[Reply, ...] = ()
    several: bool = False
    tolerance: float = 0.0
    units: tuple[str, ...] = ()
    notes: str = ""  # for whoever marks an essay
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unmapped:
    """A part that the other program has nothing like."""

    id: str
    why: str

    def __str__(self) -> str:
        return f"{self.id} is left out: {self.why}"


@dataclass(frozen=True)
class Chapter:
    """A folder of items, in their order."""

    name: str
    items: tuple[Item | Unmapped, ...]
