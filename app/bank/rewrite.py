"""One value of a question's text replaced, and every other character left as its author wrote it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.bank.fault import Place
from app.bank.yaml import Node, parse

HERE = Path("text")


class CannotRewrite(Exception):
    """The value does not stand where it should, or in a way that only its author can change."""


def value_at(text: str, where: Sequence[str | int]) -> Any:
    """The plain value there. Raises CannotRewrite."""
    return _found(text, where).plain()


def rewritten(text: str, where: Sequence[str | int], value: str) -> str:
    """The text with `value`, which is YAML of one line, in the place of what stands at `where`: a text or number on
    one line, or a list. Raises CannotRewrite."""
    node = _found(text, where)
    if node.end is None or node.literal or (isinstance(node.value, str) and node.end.line > node.place.line):
        raise CannotRewrite("This value is written in a way that only you can change: put the new one there by hand.")
    made = text[: _offset(text, node.place)] + value + text[_offset(text, node.end) :]
    meant, _ = parse(HERE, value)
    if meant is None or _found(made, where).plain() != meant.plain():
        raise CannotRewrite("The value could not be put there: write it by hand.")
    return made


def with_lines(text: str, where: Sequence[str | int], first: int, count: int, lines: Sequence[str]) -> str:
    """The text with `lines` in the place of `count` lines of the `|` block at `where`, from its line `first` (from 2)
    on. Raises CannotRewrite."""
    node = _found(text, where)
    inside = node.value.split("\n") if node.literal else []
    if not 2 <= first <= len(inside) or not 0 <= count <= len(inside) - first + 1:
        raise CannotRewrite("The text has changed meanwhile: what was to be replaced is not there any more.")
    outside = text.split("\n")
    at = node.place.line + first - 1
    indent = " " * (len(outside[at - 1]) - len(inside[first - 2]))
    outside[at : at + count] = [indent + line if line.strip() else "" for line in lines]
    inside[first - 1 : first - 1 + count] = lines
    made = "\n".join(outside)
    if _found(made, where).value != "\n".join(inside):
        raise CannotRewrite("The lines could not be put there: write them by hand.")
    return made


def _found(text: str, where: Sequence[str | int]) -> Node:
    root, faults = parse(HERE, text)
    if root is None or faults:
        raise CannotRewrite("The text has faults; mend them first.")
    node = root
    for step in where:
        inside = node.value
        if isinstance(inside, dict) and isinstance(step, str) and step in inside:
            node = inside[step]
        elif isinstance(inside, list) and isinstance(step, int) and 0 <= step < len(inside):
            node = inside[step]
        else:
            raise CannotRewrite("The text has changed meanwhile: what was to be replaced is not there any more.")
    return node


def _offset(text: str, place: Place) -> int:
    start = 0
    for _ in range(place.line - 1):
        start = text.index("\n", start) + 1
    return start + place.column - 1
