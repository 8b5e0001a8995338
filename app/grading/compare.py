"""Is what the answer made the same as what the reference made, and if not, what is the first thing to say about it?

Works on plain Values on the trusted side, so nothing that an answer defines (`__eq__`, a patched comparison) takes
part. Total: no Value makes it raise. Type comes before shape, shape before dtype, dtype before values; the sentences
are in app/grading/words.py.
"""

import cmath
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from app.bank.question import Compare
from app.grading import words
from app.grading.show import rounded
from app.grading.words import RESULT
from app.sandbox.job import Array, Thing, Value

Property = Literal["type", "shape", "dtype", "values"]
ORDER: tuple[Property, ...] = ("type", "shape", "dtype", "values")
EXACT = Compare(rtol=0, atol=0, dtype="same")
MAX_DEPTH = 100
MAX_NAMED = 2_000  # differences looked at before the most telling one is chosen


@dataclass(frozen=True)
class Difference:
    """One way in which a value is not the expected one; `path` leads to the place, index by index."""

    property: Property
    path: tuple[int, ...]
    says: str


@dataclass(frozen=True)
class Found:
    """A difference before it is put into words."""

    property: Property
    path: tuple[int, ...]
    expected: Value
    got: Value
    why: str = ""  # what app/grading/words.py needs beyond the two values


def difference(expected: Value, got: Value, compare: Compare, *, name: str = RESULT) -> Difference | None:
    """The most telling difference, or None when the two count as the same."""
    first: dict[Property, Found] = {}
    try:
        for number, found in enumerate(differences(expected, got, compare)):
            first.setdefault(found.property, found)
            if found.property == ORDER[0] or number >= MAX_NAMED:
                break
    except RecursionError:
        first = {"type": Found("type", (), expected, got, "deep")}
    chosen = next((first[kind] for kind in ORDER if kind in first), None)
    if chosen is None:
        return None
    says = words.sentence(chosen.property, chosen.why, chosen.expected, chosen.got, chosen.path, name, root=got)
    return Difference(chosen.property, chosen.path, says)


def same(expected: Value, got: Value, compare: Compare) -> bool:
    return difference(expected, got, compare) is None


def differences(expected: Value, got: Value, compare: Compare, path: tuple[int, ...] = ()) -> Iterator[Found]:
    """Every difference, in reading order."""
    if len(path) > MAX_DEPTH:
        yield Found("type", path, expected, got, "deep")
        return
    got = taken_for(expected, got, compare)
    if isinstance(expected, Thing) or isinstance(got, Thing):
        yield Found("type", path, expected, got)
    elif isinstance(expected, Array) and isinstance(got, Array):
        yield from _array_differences(expected, got, compare, path)
    elif is_number(expected) and is_number(got):
        if compare.dtype == "same" and type(expected) is not type(got):
            yield Found("dtype", path, expected, got)
        elif not close(expected, got, compare):
            yield Found("values", path, expected, got)
    elif type(expected) is not type(got):
        yield Found("type", path, expected, got)
    elif isinstance(expected, list | tuple):
        yield from _sequence_differences(expected, got, compare, path)
    elif isinstance(expected, dict):
        yield from _dict_differences(expected, got, compare, path)
    elif not (_same_set(expected, got, compare) if isinstance(expected, set | frozenset) else expected == got):
        yield Found("values", path, expected, got)


def is_number(value: Value) -> bool:
    """A bool is no number here: True is not an answer for 1."""
    return type(value) in (int, float, complex)


def close(expected: Any, got: Any, compare: Compare) -> bool:
    """Two numbers count as equal: whole numbers exactly, others within the tolerance; NaN equals NaN."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if expected == got:
        return True
    if isinstance(expected, int) and isinstance(got, int):
        return False
    try:
        first, second = complex(expected), complex(got)
        if cmath.isnan(first) or cmath.isnan(second):
            return _same_nan(first.real, second.real) and _same_nan(first.imag, second.imag)
        if cmath.isinf(first) or cmath.isinf(second):
            return False
        return abs(first - second) <= compare.atol + compare.rtol * abs(first)
    except (OverflowError, TypeError, ValueError):  # whole numbers beyond every float; no numbers at all
        return False


def _same_nan(expected: float, got: float) -> bool:
    return expected == got or (math.isnan(expected) and math.isnan(got))


def taken_for(expected: Value, got: Value, compare: Compare) -> Value:
    """`got`, or what counts in its place where `accept` allows its kind."""
    accept = compare.accept
    if isinstance(expected, Array):
        return _as_array(expected, got, accept)
    if is_number(expected) or isinstance(expected, bool):
        single = isinstance(got, Array) and got.shape == () and len(got.data) == 1
        return got.data[0] if single and got.kind in accept else got
    if isinstance(expected, list | tuple) and type(expected) is not type(got):
        if isinstance(got, list | tuple) and type(got).__name__ in accept:
            return type(expected)(got)
        if isinstance(got, Array) and got.kind in accept and got.shape and whole(got):
            return as_lists(got, type(expected))
    return got


def _as_array(expected: Array, got: Value, accept: tuple[str, ...]) -> Value:
    if isinstance(got, Array):
        if got.kind == expected.kind or got.kind not in accept:
            return got
        return Array(expected.kind, got.dtype, got.shape, got.data)
    if (is_number(got) or isinstance(got, bool)) and "number" in accept:
        return _array_of(expected.kind, (), [got])
    if type(got) in (list, tuple) and {"list", "tuple"} & set(accept):
        flat: list[Any] = []
        shape = _flatten(got, flat, accept, len(expected.shape) + 2)
        if shape is not None:
            return _array_of(expected.kind, shape, flat)
    return got


def _array_of(kind: str, shape: tuple[int, ...], flat: list[Any]) -> Array:
    types = {type(number) for number in flat}
    dtype = "bool" if types == {bool} else "int64" if types <= {int, bool} else "float64"
    return Array(kind, "complex128" if complex in types else dtype, shape, tuple(flat))


def _flatten(value: Value, flat: list[Any], accept: tuple[str, ...], depth: int) -> tuple[int, ...] | None:
    """The shape of nested lists of numbers, whose numbers go to `flat`; None where they have no shape."""
    if is_number(value) or isinstance(value, bool):
        flat.append(value)
        return ()
    if isinstance(value, Array) and value.shape == () and len(value.data) == 1:
        flat.append(value.data[0])
        return ()
    if type(value) not in (list, tuple) or type(value).__name__ not in accept or depth <= 0:
        return None
    shapes = {_flatten(item, flat, accept, depth - 1) for item in value}
    inner = shapes.pop() if shapes else ()
    return None if shapes or inner is None else (len(value), *inner)


def whole(value: Array) -> bool:
    """The shape is possible, and there is a number for each place."""
    return all(size >= 0 for size in value.shape) and math.prod(value.shape) == len(value.data)


def as_lists(value: Array, kind: type) -> Any:
    """A whole array of at least one axis as nested lists inside one value of `kind` (list or tuple)."""
    items: list[Any] = list(value.data)
    for size in reversed(value.shape[1:]):
        rows = math.prod(value.shape) // size if size else 0
        items = [items[row * size : (row + 1) * size] for row in range(min(rows, len(items)) if size else 0)]
    return kind(items)


def _array_differences(expected: Array, got: Array, compare: Compare, path: tuple[int, ...]) -> Iterator[Found]:
    if expected.kind != got.kind:
        yield Found("type", path, expected, got)
        return
    if expected.shape != got.shape:
        yield Found("shape", path, expected, got)
        return
    if not whole(got) or not whole(expected):
        yield Found("type", path, expected, got, "broken")
        return
    if not _same_dtype(expected.dtype, got.dtype, compare):
        yield Found("dtype", path, expected, got)
    if expected.data == got.data:  # the usual case, at once
        return
    for place, (first, second) in enumerate(zip(expected.data, got.data, strict=True)):
        if not close_numbers(first, second, compare):
            told = rounded(first, expected.dtype), rounded(second, got.dtype)
            if told[0] == told[1]:
                told = first, second
            yield Found("values", (*path, *place_of(place, expected.shape)), *told)


def close_numbers(expected: Any, got: Any, compare: Compare) -> bool:
    """Like `close`, for numbers of two arrays, whose dtypes were compared already: True counts as 1."""
    return close(_plain(expected), _plain(got), compare)


def _plain(number: Any) -> Any:
    return int(number) if isinstance(number, bool) else number


def _same_dtype(expected: str, got: str, compare: Compare) -> bool:
    return expected == got if compare.dtype == "same" else _family(expected) == _family(got)


def _family(dtype: str) -> str:
    return "bool" if dtype == "bool" else "complex" if dtype.startswith("complex") else "number"


def place_of(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The index of the `place`-th number of a flattened array."""
    index: list[int] = []
    for size in reversed(shape):
        place, here = divmod(place, size)
        index.append(here)
    return tuple(reversed(index))


def _sequence_differences(expected: Any, got: Any, compare: Compare, path: tuple[int, ...]) -> Iterator[Found]:
    """Item by item. How many items a list has is one of its values; a tuple of another length has another form."""
    for index, (first, second) in enumerate(zip(expected, got, strict=False)):
        yield from differences(first, second, compare, (*path, index))
    if len(expected) != len(got):
        kind: Property = "shape" if isinstance(expected, tuple) else "values"
        yield Found(kind, (*path, min(len(expected), len(got))), expected, got, "length")


def _dict_differences(expected: Any, got: Any, compare: Compare, path: tuple[int, ...]) -> Iterator[Found]:
    """Keys first. The path ends at the dict: its items have no index."""
    theirs = {tagged(key): (key, value) for key, value in got.items()}
    ours = {tagged(key) for key in expected}
    for key, value in expected.items():
        if tagged(key) not in theirs:
            yield Found("values", path, key, got, "missing key")
        else:
            for found in differences(value, theirs[tagged(key)][1], compare):
                yield Found(found.property, path, value, theirs[tagged(key)][1], f"key {words.shown(key)}")
    for mark, (key, _) in theirs.items():
        if mark not in ours:
            yield Found("values", path, expected, key, "extra key")


def tagged(value: Value) -> Any:
    """A hashable stand-in that keeps True apart from 1 and NaN equal to itself."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, tuple):
        return ("tuple", *(tagged(item) for item in value))
    if isinstance(value, frozenset | set):
        return ("set", frozenset(tagged(item) for item in value))
    if isinstance(value, float) and math.isnan(value):
        return ("nan",)
    if isinstance(value, list | dict):  # in no honest set or dict
        return (type(value).__name__, words.shown(value))
    return value


def _same_set(expected: Any, got: Any, compare: Compare) -> bool:
    if len(expected) != len(got):
        return False
    if {tagged(item) for item in expected} == {tagged(item) for item in got}:
        return True
    items = (*expected, *got)
    if not all(type(item) in (int, float) for item in items) or any(item != item for item in items):
        return False
    return all(close(a, b, compare) for a, b in zip(sorted(expected), sorted(got), strict=True))
