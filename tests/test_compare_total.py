"""Comparing, showing and drawing are total: whatever the values are, they give an answer and raise nothing."""

import json
import math
import random
from typing import Any

import pytest

from app.bank.question import Compare
from app.grading.compare import EXACT, difference
from app.grading.picture import alone, pair
from app.grading.show import show
from app.sandbox.job import Array, Thing, Value

COMPARES = (
    Compare(),
    EXACT,
    Compare(accept=("tensor", "array", "number", "list", "tuple")),
    Compare(rtol=1, atol=1e300, dtype="any", accept=("list",)),
)
NUMBERS: list[Any] = [
    0, 1, -1, 7, 2**63, 10**30, -(10**400), True, False, 0.0, -0.0, 0.1, 1e308, -1e308, 5e-324, math.nan, math.inf,
    -math.inf, 1j, complex(math.nan, math.inf), complex(1e308, 1e308),
]  # fmt: skip
TEXTS: list[Any] = ["", "a", "\ud800", "\0", "é\u202e", "a" * 500, b"", b"\xff\0", None]
DTYPES = ("int64", "float32", "float64", "bool", "complex64", "bfloat16", "uint8")


def value(rng: random.Random, depth: int = 0) -> Value:
    """Any value there can be, honest or not."""
    choice = rng.randrange(12 if depth < 4 else 5)
    if choice < 3:
        return rng.choice(NUMBERS)
    if choice == 3:
        return rng.choice(TEXTS)
    if choice == 4:
        return Thing(rng.choice(["zip", "generator", "", "\ud800\x00", "Tensor of 9 elements", "x" * 400]))
    inner = [value(rng, depth + 1) for _ in range(rng.randrange(5))]
    if choice < 7:
        return inner
    if choice == 7:
        return tuple(inner)
    if choice == 8:
        return {rng.choice([*NUMBERS, "a", "\ud800", (1, 2), None]): item for item in inner}
    if choice == 9:
        return rng.choice([set, frozenset])(rng.choices([*NUMBERS, "a", None, (1, True)], k=rng.randrange(4)))
    return array(rng)


def array(rng: random.Random) -> Array:
    shape = tuple(rng.choice([0, 1, 1, 2, 3, 13]) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 5])))
    count = math.prod(shape) if math.prod(shape) < 400 else 3
    count = rng.choice([count, count, count, count, max(count - 1, 0), count + 1])
    if rng.random() < 0.05:
        shape = (*shape, rng.choice([-1, 10**9]))
    numbers = rng.choices(NUMBERS, k=count)
    return Array(rng.choice(["tensor", "array"]), rng.choice(DTYPES), shape, tuple(numbers), rng.random() < 0.1)


@pytest.mark.parametrize("seed", range(40))
def test_any_two_values_are_compared_and_drawn(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(60):
        first, second = value(rng), value(rng)
        compare = rng.choice(COMPARES)
        found = difference(first, second, compare, name=rng.choice(["the result", "corner"]))
        drawn = [*pair(first, second, found.path if found else (), compare), alone(first)]
        assert found is None or (found.says and found.says.isprintable() and len(found.says) < 700)
        assert len(show(first)) <= 200 and show(first).isprintable()
        assert len(json.dumps(drawn).encode("utf-8")) < 200_000


@pytest.mark.parametrize("seed", range(20))
def test_a_plain_value_is_the_same_as_itself(seed: int) -> None:
    rng = random.Random(1000 + seed)
    for _ in range(60):
        one = value(rng)
        found = difference(one, one, Compare())
        assert found is None or not honest(one)


def honest(one: Value) -> bool:
    """No thing and no broken array inside."""
    if isinstance(one, Thing):
        return False
    if isinstance(one, Array):
        return all(size >= 0 for size in one.shape) and math.prod(one.shape) == len(one.data)
    if isinstance(one, dict):
        return all(map(honest, one.values()))
    return all(map(honest, one)) if isinstance(one, list | tuple) else True


def test_a_value_nested_ten_thousand_deep_is_no_trouble() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    found = difference(deep, deep, Compare())
    assert found is not None and "too deeply" in found.says
    assert len(show(deep)) <= 200
    assert alone(deep)["form"] == "sequence"


def test_sets_nested_a_thousand_deep_are_no_trouble() -> None:
    deep: frozenset[Any] = frozenset()
    for _ in range(900):
        deep = frozenset([deep])
    assert len(show(deep)) <= 200
    difference({deep}, {deep}, Compare())
    difference([{1: deep}], [{1: frozenset([deep])}], Compare())


def test_a_shape_without_numbers_is_no_trouble() -> None:
    broken = Array("tensor", "float32", (1000, 1000), ())
    found = difference(broken, broken, Compare())
    assert found is not None
    assert len(show(broken)) <= 200
    many = Array("tensor", "float32", (1,) * 5000, (1.0,))
    assert len(show(many)) <= 200
    assert difference(many, many, Compare()) is None
    assert alone(many)
