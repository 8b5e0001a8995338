"""What is wrong with a question file, and where: every fault is one sentence with a place an editor can jump to."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


START = Place(1, 1)


@dataclass(frozen=True)
class FileFault:
    path: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class BankError(Exception):
    """There is no bank here at all; str() is one sentence that says what to do."""


def in_order(faults: list[FileFault]) -> list[FileFault]:
    """As one reads the file, each once."""
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.path, fault.line, fault.column))


def shown(text: str) -> str:
    """The file's own words in a message: never long."""
    return text if len(text) <= 40 else text[:39] + "…"
