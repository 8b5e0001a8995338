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
