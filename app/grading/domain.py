"""What inputs an author has in mind, learned from those that the author wrote and drew.

A smaller counterexample is only honest if the question allows it: so it stays within the types, lengths, ranges and
letters that were seen, and keeps what held in *all* inputs (two lists of equal length, sorted lists, an index that
lies inside its list, two tensors of one shape).
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from app.grading.show import show
from app.sandbox.job import Array, Expression, Value

FEW = 8  # so few different numbers in many inputs are a choice among them
MANY = 4
LOOKED_AT = 2_000  # numbers of one tensor
Args = tuple[Value | Expression, ...]


@dataclass
class Seen:
    """Everything that stood at one place of the inputs."""

    kinds: set[str] = field(default_factory=set)
    numbers: dict[str, "Numbers"] = field(default_factory=dict)  # by kind of value or dtype
    lengths: set[int] = field(default_factory=set)
    letters: set[str] = field(default_factory=set)
    shapes: set[tuple[int, ...]] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)  # other values, which are only used as they were seen
    items: "Seen | None" = None
    places: dict[int, "Seen"] = field(default_factory=dict)  # of tuples

    def learn(self, value: Value) -> None:
        kind = kind_of(value)
        self.kinds.add(kind)
        if isinstance(value, Array):
            self.shapes.add(value.shape)
            for number in value.data[:LOOKED_AT]:
                self.numbers.setdefault(kind, Numbers()).learn(number)
        elif type(value) in (int, float):
            self.numbers.setdefault(kind, Numbers()).learn(value)
        elif isinstance(value, str):
            self.lengths.add(len(value))
            self.letters |= set(value)
        elif isinstance(value, list):
            self.lengths.add(len(value))
            self.items = self.items or Seen()
            for item in value:
                self.items.learn(item)
        elif isinstance(value, tuple):
            self.lengths.add(len(value))
            for place, item in enumerate(value):
                self.places.setdefault(place, Seen()).learn(item)
        else:
            self.fixed.add(show(value))

    def allows(self, value: Value) -> bool:
        kind = kind_of(value)
        if kind not in self.kinds:
            return False
        if isinstance(value, Array):
            return self._allows_shape(value.shape) and all(self.numbers[kind].allow(number) for number in value.data)
        if type(value) in (int, float):
            return self.numbers[kind].allow(value)
        if isinstance(value, str):
            return self._allows_length(len(value)) and set(value) <= self.letters
        if isinstance(value, list):
            return self._allows_length(len(value)) and all(
                self.items is not None and self.items.allows(i) for i in value
            )
        if isinstance(value, tuple):
            return self._allows_tuple(value)
        return show(value) in self.fixed

    def _allows_tuple(self, value: tuple[Value, ...]) -> bool:
        """A tuple of one length is a record; of several lengths it is a sequence, whose items may move up."""
        if len(self.lengths) == 1:
            return len(value) in self.lengths and all(self.places[at].allows(item) for at, item in enumerate(value))
        items = self.places.values()
        return self._allows_length(len(value)) and all(any(seen.allows(item) for seen in items) for item in value)

    def _allows_length(self, length: int) -> bool:
        return min(self.lengths) <= length <= max(self.lengths)

    def _allows_shape(self, shape: tuple[int, ...]) -> bool:
        alike = [seen for seen in self.shapes if len(seen) == len(shape)]
        return bool(alike) and all(
            min(seen[axis] for seen in alike) <= size <= max(seen[axis] for seen in alike)
            for axis, size in enumerate(shape)
        )


class Numbers:
    """The numbers of one place: a range, a step, or a choice of a few."""

    def __init__(self) -> None:
        self.low = math.inf
        self.high = -math.inf
        self.count = 0
        self.different: set[Any] = set()
        self.step = 0
        self.whole = True

    def learn(self, number: Any) -> None:
        self.count += 1
        if len(self.different) < 1000:
            self.different.add(number)
        if isinstance(number, complex) or number != number or math.isinf(number):
            return
        self.low, self.high = min(self.low, number), max(self.high, number)
        self.whole = self.whole and number == int(number)
        if isinstance(number, int):
            self.step = math.gcd(self.step, number)

    def allow(self, number: Any) -> bool:
        if number in self.different:
            return True
        if len(self.different) <= FEW and self.count >= MANY * len(self.different):
            return False
        if isinstance(number, complex) or not self.low <= number <= self.high:
            return False
        if number == 0 and (self.whole or self.low >= 0 or self.high <= 0):
            return False  # a zero that was never seen may be one that the question leaves out
        if isinstance(number, int) and self.step > 1 and number % self.step:
            return False
        return not self.whole or number == int(number)


def kind_of(value: Value) -> str:
    return f"{value.kind} {value.dtype}" if isinstance(value, Array) else type(value).__name__


def lengths(args: Args) -> dict[tuple[int, int], int]:
    """The length of each axis of each argument: of a list, of its rows where they are all equal, of a tensor."""
    found: dict[tuple[int, int], int] = {}
    for place, value in enumerate(args):
        for axis, size in enumerate(axes(value)):
            found[place, axis] = size
    return found


def axes(value: Value) -> tuple[int, ...]:
    if isinstance(value, Array):
        return value.shape
    if isinstance(value, str | tuple):
        return (len(value),)
    if not isinstance(value, list):
        return ()
    inner = {axes(item) if isinstance(item, list) else () for item in value}
    return (len(value), *(inner.pop() if len(inner) == 1 else ()))


def measures(args: Args) -> dict[str, int]:
    """Whole-number arguments and lengths, by a name."""
    named = {f"n{place}": value for place, value in enumerate(args) if type(value) is int}
    return named | {f"l{place}.{axis}": size for (place, axis), size in lengths(args).items()}


def is_sorted(value: Value) -> bool:
    return _ordered(value, lambda first, second: first <= second)


def is_rising(value: Value) -> bool:
    return _ordered(value, lambda first, second: first < second)


def is_distinct(value: Value) -> bool:
    return not isinstance(value, list) or len({show(item) for item in value}) == len(value)


def is_rectangular(value: Value) -> bool:
    return not isinstance(value, list) or len({axes(item) for item in value}) <= 1


def _ordered(value: Value, holds: Callable[[Any, Any], bool]) -> bool:
    if not isinstance(value, list) or not all(type(item) in (int, float, str) for item in value):
        return True
    try:
        return all(holds(first, second) for first, second in zip(value, value[1:], strict=False))
    except TypeError:
        return False


HABITS: tuple[Callable[[Value], bool], ...] = (is_sorted, is_rising, is_distinct, is_rectangular)


class Domain:
    """What all inputs of an exam have in common."""

    def __init__(self, inputs: Iterable[Args]) -> None:
        self.inputs = [args for args in inputs if args]
        self.places: dict[int, Seen] = {}
        for args in self.inputs:
            for place, value in enumerate(args):
                self.places.setdefault(place, Seen()).learn(value)
        self.counts = {len(args) for args in self.inputs}
        self.habits = list(self._find_habits())
        self.ties = list(self._find_ties())
        self.twins = [pair for pair in combinations(self.places, 2) if all(map(_one_shape(*pair), self.inputs))]

    def allows(self, args: Args) -> bool:
        if len(args) not in self.counts:
            return False
        if not all(self.places[place].allows(value) for place, value in enumerate(args)):
            return False
        if not all(habit(args[place]) for place, habit in self.habits if place < len(args)):
            return False
        if not all(_one_shape(*pair)(args) for pair in self.twins):
            return False
        size = measures(args)
        return all(first in size and second in size and _holds(tie, size[first], size[second])
                   for first, second, tie in self.ties)  # fmt: skip

    def groups(self) -> list[list[tuple[int, int]]]:
        """Axes that always have the same length, and so can only become shorter together."""
        group = {axis: [axis] for args in self.inputs for axis in lengths(args)}
        tied = [(_axis(first), _axis(second)) for first, second, tie in self.ties if tie == "==" and first[0] == "l"]
        tied += [((one, axis), (other, axis)) for one, other in self.twins for place, axis in group if place == one]
        for first, second in tied:
            a, b = group.get(first), group.get(second)
            if a is not None and b is not None and a is not b:
                a.extend(b)
                for axis in b:
                    group[axis] = a
        return [list(members) for members in {id(members): members for members in group.values()}.values()]

    def _find_habits(self) -> Iterator[tuple[int, Callable[[Value], bool]]]:
        for place in self.places:
            values = [args[place] for args in self.inputs if place < len(args)]
            long = [value for value in values if isinstance(value, list) and len(value) > 1]
            for habit in HABITS if len(long) >= 3 else ():
                if all(map(habit, values)):
                    yield place, habit

    def _find_ties(self) -> Iterator[tuple[str, str, str]]:
        sizes = [measures(args) for args in self.inputs]
        shared = [name for name in (sizes[0] if sizes else ()) if all(name in size for size in sizes)]
        for first, second in combinations(shared, 2):
            pairs = [(size[first], size[second]) for size in sizes]
            numbered = first[0] == "n" or second[0] == "n"
            for tie in ("==", "<", ">", "<=", ">=") if numbered else ("==",):
                if all(_holds(tie, a, b) for a, b in pairs):
                    yield first, second, tie
                    break


def _holds(tie: str, first: int, second: int) -> bool:
    return {"==": first == second, "<": first < second, ">": first > second,
            "<=": first <= second, ">=": first >= second}[tie]  # fmt: skip


def _one_shape(one: int, other: int) -> Callable[[Args], bool]:
    """Whether these two arguments of an input are tensors of the same shape."""

    def holds(args: Args) -> bool:
        pair = [args[place] for place in (one, other) if place < len(args)]
        shapes = [value.shape for value in pair if isinstance(value, Array)]
        return len(shapes) == 2 and shapes[0] == shapes[1]

    return holds


def _axis(name: str) -> tuple[int, int]:
    place, _, axis = name[1:].partition(".")
    return int(place), int(axis)
