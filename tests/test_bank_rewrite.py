"""One value of a text is replaced, and nothing else of it."""

import pytest

from app.bank.rewrite import CannotRewrite, rewritten, value_at, with_lines

TEXT = """a: [x, y]
b:  # a list
  - one
  - "two"
c: |
  text
d: {e: 1.5, f: "ü"}
g: plain text here  # comment
h: >-
  folded
"""


@pytest.mark.parametrize(
    "where,value,old,new",
    [
        (("a",), "[z]", "[x, y]", "[z]"),
        (("a", 1), "z", "x, y", "x, z"),
        (("b",), "[q, r]", '- one\n  - "two"', "[q, r]"),
        (("b", 1), "three", '"two"', "three"),
        (("d", "e"), "-2.0", "1.5", "-2.0"),
        (("d", "f"), "o", '"ü"', "o"),
        (("g",), '"new: text"', "plain text here", '"new: text"'),
    ],
)
def test_a_value_is_put_in_the_place_of_another(where: tuple[str | int, ...], value: str, old: str, new: str) -> None:
    assert rewritten(TEXT, where, value) == TEXT.replace(old, new)


@pytest.mark.parametrize("where", [("c",), ("h",), ("d",), ("nothing",), ("a", 2), ("a", "x"), ("g", "deeper")])
def test_what_cannot_be_replaced_is_left_to_its_author(where: tuple[str | int, ...]) -> None:
    with pytest.raises(CannotRewrite):
        rewritten(TEXT, where, "x")


@pytest.mark.parametrize("value", ["[", "a: b: c", "x\nb: y", "- x", "x # y", "!tag x"])
def test_no_value_is_put_there_that_would_mean_something_else(value: str) -> None:
    with pytest.raises(CannotRewrite):
        rewritten(TEXT, ("d", "e"), value)


def test_a_text_with_faults_is_left_as_it_is() -> None:
    with pytest.raises(CannotRewrite):
        rewritten("a: [", ("a",), "x")


def test_the_value_that_stands_there_is_told() -> None:
    assert value_at(TEXT, ("b",)) == ["one", "two"]


BLOCK = "a:\n  b: |\n    one\n\n      two\n    three\nc: 1\n"


def test_lines_of_a_block_are_put_in_the_place_of_others() -> None:
    made = with_lines(BLOCK, ("a", "b"), 2, 2, ["x", "", "  y"])
    assert made == "a:\n  b: |\n    one\n    x\n\n      y\n    three\nc: 1\n"
    assert with_lines(BLOCK, ("a", "b"), 4, 1, []) == BLOCK.replace("    three\n", "")


@pytest.mark.parametrize(
    "where,first,count", [(("a", "b"), 1, 1), (("a", "b"), 3, 9), (("a", "b"), 9, 0), (("c",), 2, 1)]
)
def test_lines_that_are_not_there_are_not_replaced(where: tuple[str | int, ...], first: int, count: int) -> None:
    with pytest.raises(CannotRewrite):
        with_lines(BLOCK, where, first, count, ["x"])
