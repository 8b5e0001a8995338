"""A counterexample as small tables for the page: plain data of a closed set of forms, with the wrong places marked.

Bounded in size whatever the values are: long lists and large tensors show a window around the first difference. The
forms are `text`, `sequence`, `grid` and `error`; templates draw them.
"""

import math
from typing import Any

from app.bank.question import Compare
from app.grading.compare import close_numbers, same, taken_for, whole
from app.grading.show import a_kind, clean, count, number_text, show, size_words
from app.sandbox.job import Array, Expression, Value

Picture = dict[str, Any]
SIDE = 12  # rows, columns and items that are shown
DEPTH = 3
CELLS = 600  # of a whole picture
BRACKETS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")")}


class Marks:
    """What a value is compared with, and how many cells may still be drawn."""

    def __init__(self, compare: Compare, cells: int = CELLS) -> None:
        self.compare = compare
        self.cells = cells

    def differs(self, expected: Value, got: Value) -> bool:
        return not same(expected, got, self.compare)


def pair(expected: Value, got: Value, path: tuple[int, ...], compare: Compare) -> tuple[Picture, Picture]:
    """The expected value and the one that came, each with the places marked at which they differ."""
    taken = taken_for(expected, got, compare)
    drawn = taken if isinstance(taken, Array) == isinstance(got, Array) else got
    return (
        _draw(expected, taken, path, Marks(compare), 0, True),
        _draw(drawn, expected, path, Marks(compare), 0, False),
    )


def alone(value: Value | Expression) -> Picture:
    """A value with nothing beside it: an argument."""
    if isinstance(value, Expression):
        return _text(show(value), "an expression", False)
    return _draw(value, value, (), Marks(Compare()), 0, True)


def error(text: str, says: str = "raised an exception") -> Picture:
    return {"form": "error", "text": clean(text, 300), "says": says}


def _draw(value: Value, other: Value, path: tuple[int, ...], marks: Marks, depth: int, ours: bool) -> Picture:
    """`other` is what stands in the same place on the other side; `ours` says that `value` is the expected one."""
    if isinstance(value, Array) and value.shape and whole(value):
        return _grid(value, other, path, marks)
    different = marks.differs(value, other) if ours else marks.differs(other, value)
    if type(value) in BRACKETS and depth < DEPTH and marks.cells > 0:
        return _sequence(value, other, path, marks, depth, ours, different)
    return _text(show(value), _says(value), different)


def _text(text: str, says: str, different: bool) -> Picture:
    return {"form": "text", "text": text, "different": different, "says": says}


def _says(value: Value) -> str:
    if isinstance(value, Array) and value.shape == ():
        return f"{a_kind(value)} with a single number"
    return a_kind(value)


def _sequence(
    value: Any, other: Value, path: tuple[int, ...], marks: Marks, depth: int, ours: bool, different: bool
) -> Picture:
    start, stop = window(len(value), path[0] if path else 0)
    beside = isinstance(other, list | tuple)
    items = []
    for index in range(start, stop):
        marks.cells -= 1
        inner = path[1:] if path and path[0] == index else ()
        if beside and index < len(other):
            items.append(_draw(value[index], other[index], inner, marks, depth + 1, ours))
        else:
            items.append(_text(show(value[index], 60), a_kind(value[index]), True))
    opening, closing = BRACKETS[type(value)]
    return {
        "form": "sequence", "open": opening, "close": closing, "items": items, "before": start,
        "more": len(value) - stop, "different": different, "says": f"{a_kind(value)} of {count(len(value), 'item')}",
    }  # fmt: skip


def window(length: int, place: int) -> tuple[int, int]:
    """At most SIDE places of `length`, with `place` among them."""
    start = max(0, min(place - SIDE // 2, length - SIDE))
    return start, min(length, start + SIDE)


def _grid(value: Array, other: Value, path: tuple[int, ...], marks: Marks) -> Picture:
    beside = isinstance(other, Array) and other.shape == value.shape and whole(other)
    theirs = other.data if isinstance(other, Array) and beside else ()
    height, width = (1, *value.shape)[-2:]
    place = path if len(path) == len(value.shape) else (0,) * len(value.shape)
    first = _flat(place[:-2], value.shape[:-2]) * height * width
    rows = window(height, place[-2] if len(place) > 1 else 0)
    columns = window(width, place[-1])
    drawn = []
    for row in range(*rows) if value.data else ():
        cells = []
        for column in range(*columns):
            at = first + row * width + column
            wrong = bool(theirs) and not close_numbers(theirs[at], value.data[at], marks.compare)
            cells.append({"text": number_text(value.data[at], value.dtype), "different": wrong})
        drawn.append(cells)
    marks.cells -= sum(map(len, drawn))
    return {
        "form": "grid", "rows": drawn, "rows_before": rows[0], "rows_more": height - rows[1],
        "columns_before": columns[0], "columns_more": width - columns[1], "slices": math.prod(value.shape[:-2]),
        "slice": _slice(place, value.shape), "shape": show(value.shape, 60), "dtype": clean(value.dtype, 20),
        "says": _grid_says(value), "different": not beside or any(cell["different"] for row in drawn for cell in row),
    }  # fmt: skip


def _flat(place: tuple[int, ...], shape: tuple[int, ...]) -> int:
    flat = 0
    for index, size in zip(place, shape, strict=True):
        flat = flat * size + index
    return flat


def _slice(place: tuple[int, ...], shape: tuple[int, ...]) -> str:
    if len(shape) <= 2:
        return ""
    return "[" + "".join(f"{index}, " for index in place[:-2]) + ":, :]"


def _grid_says(value: Array) -> str:
    if len(value.shape) == 1:
        return f"{a_kind(value)} of {count(value.shape[0], 'number')}"
    words = size_words(value.shape) or f"shape {show(value.shape, 60)}"
    return f"{a_kind(value)}, {words}, {clean(value.dtype, 20)}"
