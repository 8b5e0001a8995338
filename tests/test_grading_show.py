"""Values as text: what a reader of Python expects to see, cut and printable."""

import math
from typing import Any

import pytest

from app.grading.show import clean, show, show_all, size_words
from app.sandbox.job import Array, Expression, Thing

SHOWN: list[tuple[Any, str]] = [
    (None, "None"),
    (True, "True"),
    (-3, "-3"),
    (2.0, "2.0"),
    (0.1, "0.1"),
    (math.nan, "nan"),
    (-math.inf, "-inf"),
    (1 + 2j, "(1.0+2.0j)"),
    (complex(0, -0.0), "(0.0-0.0j)"),
    ("it's", '"it\'s"'),
    ("a\nb", r"'a\nb'"),
    ("\ud800\x00", r"'\ud800\x00'"),
    (b"\xff", r"b'\xff'"),
    ([], "[]"),
    ([1, [2, "a"]], "[1, [2, 'a']]"),
    ((), "()"),
    ((1,), "(1,)"),
    ({"a": 1, 2: [3]}, "{'a': 1, 2: [3]}"),
    (set(), "set()"),
    ({3, 1, 2}, "{1, 2, 3}"),
    (frozenset(), "frozenset()"),
    (frozenset({1}), "frozenset({1})"),
    (Array("tensor", "int64", (2, 2), (10, 12, 16, 18)), "tensor([[10, 12], [16, 18]])"),
    (Array("tensor", "float32", (2,), (0.10000000149011612, 1.0)), "tensor([0.1, 1.0])"),
    (Array("array", "float64", (1,), (0.1,)), "array([0.1])"),
    (Array("array", "int32", (1,), (7,)), "array([7], dtype=int32)"),
    (Array("tensor", "bool", (2,), (True, False)), "tensor([True, False])"),
    (Array("tensor", "float32", (), (3.0,)), "tensor(3.0)"),
    (Array("tensor", "float32", (0,), ()), "tensor([])"),
    (Array("tensor", "float32", (0, 3), ()), "tensor([], shape=(0, 3))"),
    (Thing("zip"), "<zip>"),
    (Expression("torch.zeros(2)"), "torch.zeros(2)"),
    (10**80, "(a whole number of about 81 digits)"),
    (-(10**5000), "(minus a whole number of about 5,001 digits)"),
]


@pytest.mark.parametrize(("value", "text"), SHOWN, ids=[text for _, text in SHOWN])
def test_a_value_is_written_as_python_writes_it(value: Any, text: str) -> None:
    assert show(value) == text


@pytest.mark.parametrize("limit", [1, 2, 5, 20, 60])
def test_a_long_value_is_cut_with_a_sign(limit: int) -> None:
    for value in (list(range(999)), "a" * 999, {n: n for n in range(99)}, Array("tensor", "int64", (999,), (1,) * 999)):
        assert len(show(value, limit)) <= limit
        assert show(value, limit).endswith("…")


def test_arguments_are_written_with_commas() -> None:
    assert show_all(([1], "ab")) == "[1], 'ab'"
    assert show_all((list(range(99)),) * 3, 40).endswith("…")
    assert show_all((1, "a" * 30), 40) == f"1, '{'a' * 30}'"


def test_a_text_is_made_printable_and_keeps_its_lines() -> None:
    assert clean("a\nb\t\x1b[1m\ud800") == "a\nb\t\\x1b[1m\\ud800"
    assert clean("a\nb", lines=False) == "a\\nb"
    assert clean("abc", 2) == "ab…"


def test_a_shape_is_said_in_words() -> None:
    shapes = [(), (1,), (2, 2), (2, 1), (1, 1), (1, 2, 3)]
    said = ["a single number", "one number in one row", "two rows of two"]
    said += ["two rows of one number", "one row of one number", ""]
    assert [size_words(shape) for shape in shapes] == said
