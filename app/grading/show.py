"""Values as text that a reader of Python knows: `[1, 'a']`, `tensor([[10, 12], [16, 18]])`.

Total over every Value, however deep, wide or strange, and always printable: what a child returned goes to pages,
terminals and databases, so control characters and lone surrogates are escaped and long text is cut with "…".
"""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from app.sandbox.job import Array, Expression, Thing, Value

CUT = "…"
MAX_DEPTH = 40
MAX_DIGITS = 60  # of a whole number
MAX_PARTS = 20_000  # of one line

_ROUND = {"float32": 7, "float16": 4, "bfloat16": 3, "complex64": 7}  # digits that such a number really has
_USUAL = {"tensor": ("int64", "float32", "bool"), "array": ("int64", "float64", "bool")}

# What a beginner calls the types.
NAMES = {
    "NoneType": "None", "bool": "a boolean", "int": "a whole number", "float": "a number",
    "complex": "a complex number", "str": "a string", "bytes": "a bytes object", "list": "a list", "tuple": "a tuple",
    "dict": "a dict", "set": "a set", "frozenset": "a frozenset", "tensor": "a tensor", "array": "a NumPy array",
    "object": "a bare object()",
}  # fmt: skip
SIZED = re.compile(r"(\w+) (?:of \d+ (?:items|elements|characters|bytes)|\(too large\))")  # app/sandbox/live.py


def show(value: Value | Expression, limit: int = 200) -> str:
    """The value as one line of at most `limit` characters."""
    line = _Line(limit)
    try:
        _write(line, value, 0)
    except (_Full, RecursionError):
        return "".join(line.parts)[: max(limit - 1, 0)].rstrip() + CUT
    return "".join(line.parts)


def show_all(values: Iterable[Value | Expression], limit: int = 200) -> str:
    """Several values with commas between them, as the arguments of a call are written."""
    shown: list[str] = []
    for value in values:
        if shown and limit < 8:
            shown.append(CUT)
            break
        shown.append(show(value, limit))
        limit -= len(shown[-1]) + 2
    return ", ".join(shown)


def clean(text: str, limit: int = 2_000, lines: bool = True) -> str:
    """A text from a child made printable: no lone surrogates, no control characters but (if `lines`) line ends."""
    kept = "\n\t" if lines else ""
    cut = text[:limit]
    if not cut.isprintable():
        cut = "".join(char if char.isprintable() or char in kept else _escape(char) for char in cut)
    return cut if len(text) <= limit else cut + CUT


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")


def kind_of(value: Value) -> str:
    """The name of a value's type: "list", "tensor", "zip"."""
    if isinstance(value, Array):
        return value.kind
    return value.type if isinstance(value, Thing) else type(value).__name__


def a_kind(value: Value) -> str:
    """The type as words: "a list", "a NumPy array", "an enumerate object", "a list of 20000 items"."""
    kind = clean(kind_of(value), 80, lines=False)
    sized = SIZED.fullmatch(kind)
    first = {"str": "string", "ndarray": "NumPy array"}
    said = f"{first.get(sized[1], sized[1])}{kind[len(sized[1]) :]}" if sized else f"{kind} object"
    return NAMES.get(kind) or f"{'an' if said[:1].lower() in tuple('aeiou') else 'a'} {said}"


def size_words(shape: tuple[int, ...]) -> str:
    """A shape in words: "two rows of two". Empty for what has no short words."""
    if len(shape) == 1:
        return f"{count(shape[0], 'number')} in one row"
    if len(shape) == 2:
        return f"{count(shape[0], 'row')} of {_number(shape[1])}{' number' if shape[1] == 1 else ''}"
    return "a single number" if not shape else ""


def count(number: int, noun: str) -> str:
    return f"{_number(number)} {noun}{'' if number == 1 else 's'}"


def _number(number: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if 0 <= number < len(words) else str(number)


def number_text(number: Any, dtype: str = "") -> str:
    """One number of a tensor or list, with the digits that its type really has."""
    if isinstance(number, bool) or number is None:
        return str(number)
    if isinstance(number, int):
        return _int_text(number)
    if isinstance(number, complex):
        sign = "" if math.copysign(1, number.imag) < 0 else "+"
        return f"({number_text(number.real, dtype)}{sign}{number_text(number.imag, dtype)}j)"
    return repr(rounded(number, dtype)) if isinstance(number, float) else "?"


def rounded(number: Any, dtype: str) -> Any:
    """The number with the digits that its dtype really has: 0.1, which float32 can only hold as 0.10000000149."""
    digits = _ROUND.get(dtype)
    if digits is None or not isinstance(number, float) or not math.isfinite(number):
        return number
    return float(f"{number:.{digits}g}")


def _int_text(number: int) -> str:
    digits = int(number.bit_length() * 0.30103) + 1
    if digits <= MAX_DIGITS:
        return str(number)
    return f"({'minus ' if number < 0 else ''}a whole number of about {digits:,} digits)"


class _Full(Exception):
    """The line has no room left."""


class _Line:
    def __init__(self, limit: int) -> None:
        self.parts: list[str] = []
        self.room = limit
        self.steps = MAX_PARTS

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.room -= len(text)
        self.steps -= 1
        if self.room < 0 or self.steps < 0:
            raise _Full


def _write(line: _Line, value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        line.add(CUT)
        return
    writer = WRITERS.get(type(value))
    if writer is None:
        line.add(clean(f"<{type(value).__name__}>", 80, lines=False))
    else:
        writer(line, value, depth)


def _write_number(line: _Line, value: Any, _: int) -> None:
    line.add(number_text(value))


def _write_text(line: _Line, value: Any, _: int) -> None:
    whole = len(value) <= line.room
    line.add(repr(value if whole else value[: line.room + 1]))


def _write_items(line: _Line, opening: str, items: Iterable[Any], closing: str, depth: int) -> None:
    line.add(opening)
    for index, item in enumerate(items):
        if index:
            line.add(", ")
        _write(line, item, depth + 1)
    line.add(closing)


def _write_list(line: _Line, value: list[Any], depth: int) -> None:
    _write_items(line, "[", value, "]", depth)


def _write_tuple(line: _Line, value: tuple[Any, ...], depth: int) -> None:
    _write_items(line, "(", value, ",)" if len(value) == 1 else ")", depth)


def _write_set(line: _Line, value: Any, depth: int) -> None:
    """In the order of the items' texts, since a set's own order changes from run to run."""
    shown = sorted((show(item, line.room + 1) for item in value), key=lambda text: (len(text), text))
    frozen = isinstance(value, frozenset)
    opening, closing = ("{", "}") if shown else ("set(", ")")
    if frozen:
        opening, closing = ("frozenset({", "})") if shown else ("frozenset(", ")")
    line.add(opening + ", ".join(shown) + closing)


def _write_dict(line: _Line, value: dict[Any, Any], depth: int) -> None:
    line.add("{")
    for index, (key, item) in enumerate(value.items()):
        if index:
            line.add(", ")
        _write(line, key, depth + 1)
        line.add(": ")
        _write(line, item, depth + 1)
    line.add("}")


def _write_array(line: _Line, value: Array, _: int) -> None:
    line.add(f"{value.kind}(")
    if 0 in value.shape and value.shape != (0,):
        line.add(f"[], shape={show(value.shape)}")
    else:
        _write_axis(line, value, 0, 0, math.prod(value.shape))
    if value.dtype not in _USUAL.get(value.kind, ()):
        line.add(f", dtype={value.dtype}")
    line.add(")")


def _write_axis(line: _Line, value: Array, axis: int, start: int, span: int) -> None:
    """The numbers `start … start + span` of a flattened array, as nested brackets from `axis` on."""
    if axis >= len(value.shape):
        line.add(number_text(value.data[start], value.dtype) if start < len(value.data) else "?")
        return
    line.add("[")
    step = span // value.shape[axis] if value.shape[axis] > 0 else 0
    for index in range(value.shape[axis]):
        if index:
            line.add(", ")
        _write_axis(line, value, axis + 1, start + index * step, step)
    line.add("]")


def _write_thing(line: _Line, value: Thing, _: int) -> None:
    line.add(f"<{clean(value.type, 100, lines=False)}>")


def _write_expression(line: _Line, value: Expression, _: int) -> None:
    line.add(clean(" ".join(value.text.split()), 400, lines=False))


WRITERS: dict[type, Callable[[_Line, Any, int], None]] = {
    type(None): _write_number,
    bool: _write_number,
    int: _write_number,
    float: _write_number,
    complex: _write_number,
    str: _write_text,
    bytes: _write_text,
    list: _write_list,
    tuple: _write_tuple,
    set: _write_set,
    frozenset: _write_set,
    dict: _write_dict,
    Array: _write_array,
    Thing: _write_thing,
    Expression: _write_expression,
}
