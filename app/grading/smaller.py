"""Smaller inputs, simplest first: the candidates among which the smallest counterexample is looked for. Pure."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from app.grading.domain import Args, Domain, Seen
from app.grading.show import show
from app.sandbox.job import Array, Expression, Value

TINY = (40, 13, 6)  # the smallest values tried for one argument, where there are one, two or more of them
COMBINED = 4_000  # of them in all arguments together
BUDGET = 200_000  # elements of all candidates looked at
Size = tuple[int, float, str]


def size_of(args: Args) -> Size:
    """What makes an input small: first few elements, then small numbers, then short text."""
    elements, magnitude = 0, 0.0
    for value in args:
        some, weight = _measure(value)
        elements += some
        magnitude += weight
    return elements, magnitude, show(args, 4_000)


def _measure(value: Value) -> tuple[int, float]:
    if isinstance(value, bool) or value is None:
        return 1, float(bool(value))
    if isinstance(value, int | float | complex):
        return 1, _weight(value)
    if isinstance(value, str):
        return 1 + len(value), float(sum(abs(ord(char) - ord("a")) for char in value))
    if isinstance(value, Array):
        return 1 + len(value.data), sum(map(_weight, value.data))
    if isinstance(value, Expression):  # of unknown size: a plain value is simpler
        return 100 + len(value.text), 0.0
    if isinstance(value, list | tuple):
        inner = [_measure(item) for item in value]
        return 1 + sum(some for some, _ in inner), sum(weight for _, weight in inner)
    return 1 + (len(value) if isinstance(value, dict | set | frozenset | bytes) else 0), 0.0


def _weight(number: Any) -> float:
    """Small and positive is simple; a fraction is not."""
    try:
        size = abs(complex(number))
        if math.isnan(size) or math.isinf(size):
            return 1e300
        fraction = 0.0 if isinstance(number, complex) or number == int(number) else 1000.0
        return min(size, 1e299) + fraction + (0.5 if not isinstance(number, complex) and number < 0 else 0.0)
    except OverflowError:
        return 1e300


class Smaller:
    """The candidates of one search: each input is given once."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.given: set[str] = set()
        self.tiny: list[tuple[Size, Args]] | None = None

    def than(self, args: Args) -> list[Args]:
        """Allowed inputs that are smaller than `args` and were not given yet, the smallest first."""
        if self.tiny is None:
            self.tiny = list(self._sized(tiny_inputs(self.domain)))
        limit = size_of(args)
        found = [*self.tiny, *self._sized(itertools.chain(_fewer(args, self.domain), _simpler_inputs(args)))]
        smaller = {size[2]: (size, made) for size, made in found if size < limit and size[2] not in self.given}
        return [made for _, made in sorted(smaller.values(), key=lambda pair: pair[0])]

    def give(self, batch: list[Args]) -> list[Args]:
        self.given |= {size_of(made)[2] for made in batch}
        return batch

    def _sized(self, inputs: Iterable[Args]) -> Iterator[tuple[Size, Args]]:
        budget = BUDGET
        for made in inputs:
            size = size_of(made)
            budget -= 1 + size[0]
            if budget < 0:
                return
            if size[2] not in self.given and self.domain.allows(made):
                yield size, made


# from below: the smallest inputs that the question allows


def tiny_inputs(domain: Domain) -> Iterator[Args]:
    count = min(domain.counts, default=0)
    most = TINY[min(count, len(TINY)) - 1]
    choices = [tiny(domain.places[place])[:most] for place in range(count)]
    yield from itertools.islice(itertools.product(*choices), COMBINED)


def tiny(seen: Seen, depth: int = 0) -> list[Value]:
    """The smallest values of a place, simplest first."""
    made: list[Value] = []
    if "NoneType" in seen.kinds:
        made.append(None)
    if "bool" in seen.kinds:
        made += [False, True]
    for kind, numbers in seen.numbers.items():
        simple = _simple_numbers(numbers.different)
        if kind in ("int", "float"):
            cast = int if kind == "int" else float
            made += [cast(n) for n in simple if math.isfinite(n) and n == cast(n) and numbers.allow(cast(n))]
        else:
            made += _tiny_arrays(kind, [n for n in simple if numbers.allow(n)], seen)
    if "str" in seen.kinds:
        letters = sorted(seen.letters, key=lambda char: (abs(ord(char) - ord("a")), char))
        made += ["", *letters[:2], "".join(letters[:2]), "".join(letters[:1] * 2)]
    if "list" in seen.kinds:
        made += _tiny_lists([] if seen.items is None or depth > 2 else tiny(seen.items, depth + 1))
    if "tuple" in seen.kinds and depth <= 2:
        inner = [tiny(seen.places[place], depth + 1)[:3] for place in sorted(seen.places)]
        if len(seen.lengths) == 1:
            made += list(itertools.islice(itertools.product(*inner), TINY[1]))
        else:
            made += map(tuple, _tiny_lists(inner[0] if inner else []))
    allowed = [value for value in made if seen.allows(value)]
    return sorted(allowed, key=lambda value: size_of((value,)))[: TINY[0]]


def _simple_numbers(different: set[Any]) -> list[Any]:
    seen = sorted((n for n in different if not isinstance(n, complex)), key=lambda n: (_weight(n), repr(n)))
    return list(dict.fromkeys([0, 1, -1, 2, -2, 3, *seen[:4]]))


def _tiny_lists(items: Sequence[Value]) -> list[Value]:
    pairs = [[first, second] for first in items[:4] for second in items[:4]]
    return [[], *([item] for item in items[:8]), *pairs]


def _tiny_arrays(kind: str, numbers: list[Any], seen: Seen) -> list[Value]:
    where, dtype = kind.split(" ")
    made: list[Value] = []
    for rank in sorted({len(shape) for shape in seen.shapes}):
        alike = [shape for shape in seen.shapes if len(shape) == rank]
        low = tuple(min(shape[axis] for shape in alike) for axis in range(rank))
        for shape in dict.fromkeys([low, *(tuple(max(size, least) for size in low) for least in (1, 2))]):
            count = math.prod(shape)
            if count > 64:
                continue
            rows = [[n] * count for n in numbers[:4]] + [list(itertools.islice(itertools.cycle(numbers), count))]
            made += [_array(where, dtype, shape, row) for row in rows if len(row) == count]
    return made


def _array(kind: str, dtype: str, shape: tuple[int, ...], numbers: Iterable[Any]) -> Array:
    cast = bool if dtype == "bool" else float if "float" in dtype else complex if "complex" in dtype else int
    return Array(kind, dtype, shape, tuple(cast(number) for number in numbers))


# from above: what is left when something is taken away


def _fewer(args: Args, domain: Domain) -> Iterator[Args]:
    """Shorter along each group of axes that go together."""
    for group in domain.groups():
        present = [(place, axis) for place, axis in group if place < len(args)]
        sizes = {_length(args[place], axis) for place, axis in present}
        if len(sizes) == 1:
            for keep in _keeps(sizes.pop()):
                made = list(args)
                for place, axis in present:
                    made[place] = take(made[place], axis, keep)
                yield tuple(made)


def _length(value: Value, axis: int) -> int:
    if isinstance(value, Array):
        return value.shape[axis] if axis < len(value.shape) else 0
    if axis == 0:
        return len(value) if isinstance(value, str | list | tuple) else 0
    return _length(value[0], axis - 1) if isinstance(value, list) and value else 0


def _keeps(length: int) -> list[list[int]]:
    """Which indexes to keep: none, one, two, a half, all but one."""
    every = list(range(length))
    half = length // 2
    spread = sorted({*every[:12], *every[-4:]})
    ones = [[index] for index in spread]
    twos = [[a, b] for a, b in itertools.combinations(spread[:8], 2)]
    without = [[*every[:index], *every[index + 1 :]] for index in spread]
    return [[], *ones, *twos, every[:half], every[half:], *without] if length else []


def take(value: Value, axis: int, keep: list[int]) -> Value:
    """The value with only some indexes of one axis kept."""
    if isinstance(value, Array):
        return _take_array(value, axis, keep)
    if axis == 0 and isinstance(value, str):
        return "".join(value[index] for index in keep)
    if axis == 0 and isinstance(value, list | tuple):
        return type(value)([value[index] for index in keep])
    return [take(item, axis - 1, keep) for item in value] if isinstance(value, list) else value


def _take_array(value: Array, axis: int, keep: list[int]) -> Array:
    inner = math.prod(value.shape[axis + 1 :])
    size = value.shape[axis]
    outer = math.prod(value.shape[:axis])
    data = tuple(
        number
        for block in range(outer)
        for index in keep
        for number in value.data[(block * size + index) * inner : (block * size + index + 1) * inner]
    )
    return replace(value, shape=(*value.shape[:axis], len(keep), *value.shape[axis + 1 :]), data=data)


# simpler values in the same form


def _simpler_inputs(args: Args) -> Iterator[Args]:
    yield from _same_numbers(args)
    for place, value in enumerate(args):
        for simple in simpler(value):
            yield (*args[:place], simple, *args[place + 1 :])


def _same_numbers(args: Args) -> Iterator[Args]:
    """All numbers made one, or a number that stands at several places changed at all of them."""
    numbers = list(dict.fromkeys(_numbers_in(args)))
    for simple in (0, 1, -1, 2):
        yield replaced(args, dict.fromkeys(numbers, simple))
    for number in numbers[:6]:
        for simple in itertools.islice(_simpler_number(number), 8):
            yield replaced(args, {number: simple})


def _numbers_in(value: Any) -> Iterator[Any]:
    if type(value) in (int, float):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers_in(item)


def replaced(value: Any, changes: dict[Any, Any]) -> Any:
    """The value with some of its numbers changed; each keeps its own type."""
    if type(value) in (int, float):
        return type(value)(changes[value]) if value in changes else value
    if isinstance(value, list | tuple):
        return type(value)([replaced(item, changes) for item in value])
    return value


def simpler(value: Value, depth: int = 0) -> Iterator[Value]:
    """The same value with something inside made simpler, or ragged items taken away."""
    if isinstance(value, bool):
        yield from (False,) if value else ()
    elif isinstance(value, int | float):
        yield from _simpler_number(value)
    elif isinstance(value, str):
        yield from (f"{value[:at]}a{value[at + 1 :]}" for at, char in enumerate(value[:12]) if char != "a")
    elif isinstance(value, list | tuple) and depth < 4:
        yield from _simpler_items(value, depth)
    elif isinstance(value, Array):
        yield from _simpler_array(value)


def _simpler_items(value: Any, depth: int) -> Iterator[Any]:
    for index, item in enumerate(value[:12]):
        shorter = [take(item, 0, keep) for keep in _keeps(len(item))[:12]] if isinstance(item, list | str) else []
        for simple in (*itertools.islice(simpler(item, depth + 1), 12), *shorter):
            yield type(value)([*value[:index], simple, *value[index + 1 :]])


def _simpler_number(number: Any) -> Iterator[Any]:
    if not math.isfinite(number):
        return
    cast = type(number)
    towards = 1 if number < 0 else -1
    steps = (number + towards * 2**power for power in range(max(1, min(int(abs(number)), 2**60).bit_length())))
    for simple in (0, 1, -1, 2, -2, 3, int(number), -number, int(number / 2), *steps):
        made = cast(simple)
        if _weight(made) < _weight(number):
            yield made


def _simpler_array(value: Array) -> Iterator[Array]:
    plain = [number for number in value.data if not isinstance(number, complex) and math.isfinite(number)]
    if not plain or len(plain) != len(value.data):
        return
    count = len(plain)
    for some in ((0,), (1,), (1, 2), (1, -1)):
        yield _array(value.kind, value.dtype, value.shape, itertools.islice(itertools.cycle(some), count))
    yield _array(value.kind, value.dtype, value.shape, range(count))
    yield _array(value.kind, value.dtype, value.shape, range(1, count + 1))
    yield _array(value.kind, value.dtype, value.shape, map(round, plain))
    for index in range(min(count, 16)):
        for simple in (0, 1, -1, 2, round(plain[index])):
            if simple != plain[index]:
                yield _array(value.kind, value.dtype, value.shape, [*plain[:index], simple, *plain[index + 1 :]])
