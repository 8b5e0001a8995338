"""What counts as the same answer, and what is said when it is not."""

import math
from typing import Any

import pytest

from app.bank.question import Compare
from app.grading.compare import difference
from app.grading.words import RESULT
from app.sandbox.job import Array, Thing, Value

ANY = Compare()
STRICT = Compare(dtype="same")
TENSORS = Compare(accept=("tensor", "array"))
NUMBERS = Compare(accept=("tensor", "array", "number"))
LISTS = Compare(accept=("tensor", "array", "list", "tuple"))
NAN, INF = math.nan, math.inf


def tensor(data: list[Any], *shape: int, dtype: str = "int64", kind: str = "tensor") -> Array:
    return Array(kind, dtype, shape or (len(data),), tuple(data))


CORNER = tensor([10, 12, 16, 18], 2, 2)
ZERO_D = Array("tensor", "float32", (), (0.5,))

SAME: list[tuple[Value, Value, Compare]] = [
    (1, 1, ANY),
    (1, 1.0, ANY),
    (2.0, 2, ANY),
    (0.1 + 0.2, 0.3, ANY),
    (1000.0, 1000.009, ANY),
    (NAN, NAN, ANY),
    (INF, INF, ANY),
    (complex(1, NAN), complex(1, NAN), ANY),
    (10**400, 10**400, ANY),
    (True, True, ANY),
    (None, None, ANY),
    ("a", "a", ANY),
    ("\ud800", "\ud800", ANY),
    (b"a", b"a", ANY),
    ([], [], ANY),
    ([1, 2.0], [1.0, 2], ANY),
    ([(1, "a")], [(1, "a")], ANY),
    ({"a": 1}, {"a": 1.0}, ANY),
    ({1, 2}, {2, 1}, ANY),
    ({0.1 + 0.2}, {0.3}, ANY),
    (frozenset({1}), frozenset({1}), ANY),
    ({NAN}, {float("nan")}, ANY),
    (CORNER, tensor([10.0, 12.0, 16.0, 18.0], 2, 2, dtype="float32"), ANY),
    (CORNER, tensor([10, 12, 16, 18], 2, 2, kind="array"), TENSORS),
    (tensor([NAN, 1.0], dtype="float32"), tensor([NAN, 1.0], dtype="float64"), ANY),
    (tensor([], 0, 3, dtype="float32"), tensor([], 0, 3, dtype="int64"), ANY),
    (ZERO_D, 0.5, NUMBERS),
    (0.5, ZERO_D, NUMBERS),
    (True, Array("tensor", "bool", (), (True,)), NUMBERS),
    (CORNER, [[10, 12], [16, 18]], LISTS),
    (CORNER, [[10, Array("tensor", "int64", (), (12,))], (16, 18.0)], LISTS),
    ([[10, 12], [16, 18]], CORNER, TENSORS),
    ([1, 2], (1, 2), Compare(accept=("tuple",))),
    ((1, 2), [1, 2], Compare(accept=("list",))),
    (CORNER, CORNER, STRICT),
]

OTHER: list[tuple[Value, Value, Compare]] = [
    (1, 2, ANY),
    (1, True, ANY),
    (True, 1, ANY),
    (0, False, ANY),
    (10**400, 10**400 + 1, ANY),
    (10**400, 1.5, ANY),
    (1.5, 10**400, ANY),
    (INF, 1e308, ANY),
    (1e308, INF, ANY),
    (INF, -INF, ANY),
    (NAN, 1.0, ANY),
    (1.0, NAN, ANY),
    (1, "1", ANY),
    ("a", b"a", ANY),
    ("a", None, ANY),
    ([1], (1,), ANY),
    ((1,), [1], ANY),
    ([1], [1, 2], ANY),
    ([1, 2], [1], ANY),
    ([(1, "a")], [[1, "a"]], ANY),
    ([(1, "a")], ((1, "a"),), ANY),
    ([(1, "a")], {1: "a"}, ANY),
    ([(1, "a")], Thing("zip"), ANY),
    ([(1, "a")], Thing("generator"), ANY),
    (Thing("zip"), Thing("zip"), ANY),
    ({"a": 1}, {"a": 2}, ANY),
    ({"a": 1}, {"b": 1}, ANY),
    ({"a": 1}, {"a": 1, "b": 2}, ANY),
    ({1: 1}, {True: 1}, ANY),
    ({1, 2}, {1, 3}, ANY),
    ({1}, {True}, ANY),
    ({1}, frozenset({1}), ANY),
    (CORNER, tensor([10, 12, 16, 18]), ANY),
    (CORNER, tensor([10, 12, 16, 19], 2, 2), ANY),
    (CORNER, tensor([10, 12, 16, 18], 2, 2, kind="array"), ANY),
    (CORNER, [[10, 12], [16, 18]], TENSORS),
    (CORNER, [[10, 12], [16]], LISTS),
    (CORNER, [10, 12, 16, 18], LISTS),
    (CORNER, tensor([True, True, True, True], 2, 2, dtype="bool"), ANY),
    (tensor([1], dtype="int64"), tensor([True], dtype="bool"), ANY),
    (tensor([1.0], dtype="float32"), tensor([1.0 + 0j], dtype="complex64"), ANY),
    (CORNER, tensor([10.0, 12.0, 16.0, 18.0], 2, 2, dtype="float32"), STRICT),
    (1, 1.0, STRICT),
    (ZERO_D, 0.5, TENSORS),
    (0.5, tensor([0.5], 1, dtype="float32"), NUMBERS),
    (CORNER, Array("tensor", "int64", (2, 2), (10, 12)), ANY),
    ([1, 2], "12", ANY),
]


@pytest.mark.parametrize(("expected", "got", "compare"), SAME)
def test_these_count_as_the_same(expected: Value, got: Value, compare: Compare) -> None:
    assert difference(expected, got, compare) is None


@pytest.mark.parametrize(("expected", "got", "compare"), OTHER)
def test_these_do_not(expected: Value, got: Value, compare: Compare) -> None:
    found = difference(expected, got, compare)
    assert found is not None and found.says


SENTENCES: list[tuple[Value, Value, str, str]] = [
    (CORNER, tensor([10, 12, 16, 18]), "corner", "corner has shape (4,); it should be (2, 2): two rows of two"),
    (tensor([1, 2], 2), tensor([1], 1), "a", "a has shape (1,); it should be (2,): two numbers in one row"),
    (tensor([2, 4, 6, 8], 2, 2), tensor([2, 2, 6, 8], 2, 2), "b", "b[0, 1] is 2, it should be 4"),
    (tensor([1, 2]), tensor([1, 5]), RESULT, "result[1] is 5, it should be 2"),
    (
        tensor([0.10000000149011612], dtype="float32"), tensor([0.30000001192092896], dtype="float32"), RESULT,
        "result[0] is 0.3, it should be 0.1",
    ),
    (
        [(1, "a")], Thing("zip"), RESULT,
        "the result is a zip object, which can be walked only once; wrap it in list(...)",
    ),
    ([(1, "a"), (2, "b")], [(1, "a"), [2, "b"]], RESULT, "result[1] is a list [2, 'b'], it should be a tuple (2, 'b')"),
    ([1], None, RESULT, "it returned None: is a `return` missing?"),
    (CORNER, None, "corner", "corner is None; it should be a tensor"),
    ([[1, 2], [3, 4]], [[1, 2], [3, 5]], "rows", "rows[1][1] is 5, it should be 4"),
    ([[1, 2], [3, 4]], [[1, 2], [3, 5]], RESULT, "result[1][1] is 5, it should be 4"),
    ([CORNER], [tensor([10, 12, 16, 0], 2, 2)], RESULT, "result[0][1, 1] is 0, it should be 18"),
    (["a"], ["a "], RESULT, "result[0] is 'a ', it should be 'a': mind the spaces"),
    (
        [1, 2, 3], [1, 2], RESULT,
        "the result has two items, it should have three items: result[2], which should be 3, is missing",
    ),
    ([1], [1, 9], RESULT, "the result has two items, it should have one item: result[1], which is 9, is too many"),
    ([], [9], RESULT, "the result should be empty, but it has one item: [9]"),
    ([9], [], RESULT, "the result is empty, it should have one item: [9]"),
    ({"a": 1}, {}, "d", "d has no key 'a'"),
    ({}, {"a": 1}, "d", "d has the key 'a', which should not be there"),
    ({"a": 1}, {"a": 2}, "d", "the value of key 'a' in d is 2, it should be 1"),
    (1, True, RESULT, "the result is True, a boolean; it should be a whole number 1"),
    (
        tensor([1, 0]), tensor([True, False], dtype="bool"), "m",
        "m holds booleans (True and False); it should hold numbers",
    ),
    (
        3, tensor([3], 1), RESULT,
        "the result is a tensor of shape (1,); it should be a whole number 3 (.item() takes it out)",
    ),
    ([1], Thing("method"), RESULT, "the result is a method, which was not called: are the brackets () missing?"),
    ([1], Thing("ellipsis"), "a", "a is the placeholder ..., which stands for a gap to fill in"),
    (CORNER, Thing("object"), "a", "a is a bare object(); it should be a tensor"),
    ([1], Thing("Parrot"), "a", "a is a Parrot object; it should be a list [1]"),
    ("x", Thing("generator"), "a", "a is a generator; it should be a string 'x'"),
    (
        [1], Thing("list of 200000 items"), RESULT,
        "the result is a list of 200000 items, which is too large to look at",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "got", "name", "says"), SENTENCES, ids=[row[3] for row in SENTENCES])
def test_the_sentence_is_plain(expected: Value, got: Value, name: str, says: str) -> None:
    found = difference(expected, got, ANY, name=name)
    assert found is not None and found.says == says


def test_a_wrong_type_is_told_before_a_wrong_value() -> None:
    found = difference([(1, "a"), (2, "b")], [(9, "a"), [2, "b"]], ANY)
    assert found is not None and (found.property, found.path) == ("type", (1,))


def test_a_wrong_shape_is_told_before_a_wrong_value() -> None:
    found = difference([1, CORNER], [2, tensor([0, 0])], ANY)
    assert found is not None and (found.property, found.path) == ("shape", (1,))


def test_the_path_leads_into_a_tensor() -> None:
    found = difference(CORNER, tensor([10, 12, 17, 18], 2, 2), ANY)
    assert found is not None and (found.property, found.path) == ("values", (1, 0))


def test_a_type_name_from_the_other_side_is_made_printable() -> None:
    found = difference([1], Thing("a\x1b[31m\ud800\nb"), ANY)
    assert found is not None and found.says.isprintable()
