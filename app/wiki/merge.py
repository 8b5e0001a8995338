"""Three-way merge of two changed texts with the text that both began from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Merged:
    """`text` has marked conflicts in it unless it is `clean`."""

    text: str
    clean: bool


def merge(base: str, yours: str, theirs: str) -> Merged:
    raise NotImplementedError


def unfinished(text: str) -> list[int]:
    """The numbers of the lines that are marks of a conflict which nobody has settled."""
    raise NotImplementedError
