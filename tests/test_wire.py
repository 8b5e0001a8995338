"""Values survive the wire, and whatever a child writes is decoded to values or refused."""

import json
import math
import random
from typing import Any

import pytest

from app.sandbox.job import Array, Expression, Job, Runner, Thing
from app.sandbox.outcome import read
from app.sandbox.wire import Malformed, pack, read_body, unpack

VALUES = [
    None,
    True,
    -3,
    2**70,
    1.5,
    float("inf"),
    "a\ud800\0é",
    b"\x00\xff",
    1 + 2j,
    [1, (2.0, "a"), {"k": [None]}],
    {1, 2},
    frozenset({"a"}),
    Array("tensor", "float32", (2, 2), (1.0, 2.0, 3.0, 4.0), True),
    Array("array", "bool", (2,), (True, False)),
    Array("tensor", "complex64", (1,), (1 + 2j,)),
    Array("tensor", "int64", (0, 3), ()),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was_sent(value: Any) -> None:
    assert unpack(json.loads(json.dumps(pack(value)))) == value


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_from_a_child_as_it_was_sent(value: Any, runner: Runner) -> None:
    made = runner(Job(source="def same(x): return x", function="same", cases=((value,),)))
    assert made.calls[0].value == value
    assert type(made.calls[0].value) is type(value)


def test_not_a_number_comes_back_as_not_a_number() -> None:
    assert math.isnan(unpack(json.loads(json.dumps(pack(float("nan"))))))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "int32", "uint8", "complex128"])
def test_every_dtype_keeps_its_name_and_numbers(dtype: str, runner: Runner) -> None:
    case = (Expression(f"torch.arange(3).to(torch.{dtype})"),)
    made = runner(Job(source="def same(x): return x", function="same", cases=(case,)))
    assert made.calls[0].value == Array("tensor", dtype, (3,), (0, 1, 2))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("import numpy; a = numpy.int64(3)", 3),
        ("import numpy; a = numpy.float32(0.5)", 0.5),
        ("import numpy; a = numpy.bool_(True)", True),
        ("import collections; a = collections.namedtuple('P', 'x y')(1, 'a')", (1, "a")),
        ("import torch; a = torch.ones(2, 3).shape", (2, 3)),
        ("import numpy; a = numpy.array([[1, 2]], dtype=object)", Array("array", "int64", (1, 2), (1, 2))),
        ("import numpy; a = numpy.array([1, 'b'], dtype=object)", Thing("ndarray of object")),
        ("import numpy; a = numpy.asmatrix([[1.0, 2.0]])", Array("array", "float64", (1, 2), (1.0, 2.0))),
        ("a = (x for x in [])", Thing("generator")),
        ("a = zip([1], [2])", Thing("zip")),
        ("a = range(3)", Thing("range")),
        ("import torch; a = torch.ones(2, 3).t()[1:]", Array("tensor", "float32", (2, 2), (1.0,) * 4)),
        ("import torch; a = torch.tensor(3)", Array("tensor", "int64", (), (3,))),
        ("import torch; a = torch.eye(2).to_sparse()", Thing("Tensor (torch.sparse_coo, cpu, torch.float32)")),
        ("import torch; a = torch.ones(1, device='meta')", Thing("Tensor (torch.strided, meta, torch.float32)")),
    ],
)
def test_what_an_answer_makes_arrives_as(source: str, value: Any, runner: Runner) -> None:
    made = runner(Job(source=source, variables=("a",)))
    assert made.variables["a"] == value
    assert type(made.variables["a"]) is type(value)


def _anything(rng: random.Random, depth: int = 0) -> Any:
    tags: list[Any] = ["l", "t", "d", "s", "z", "y", "c", "a", "o", "x", "", "A", None, 3]
    simple: list[Any] = [None, True, 0, -1, 1e308, 10**50, "x", "AAAA", "tensor", "int64", "float32", "\ud800", "", {}]
    if depth > 4 or rng.random() < 0.3:
        return rng.choice(simple)
    if rng.random() < 0.1:
        return {rng.choice("abc"): _anything(rng, depth + 1)}
    return [rng.choice(tags)] + [_anything(rng, depth + 1) for _ in range(rng.randrange(6))]


def test_anything_at_all_is_a_value_or_is_refused() -> None:
    rng = random.Random(1)
    for _ in range(20_000):
        try:
            unpack(_anything(rng))
        except Malformed:
            pass


def test_any_message_at_all_is_an_outcome_or_is_refused() -> None:
    rng = random.Random(2)
    keys = ["ending", "fault", "calls", "variables", "output", "names"]
    for _ in range(5_000):
        message = {key: rng.choice([_anything(rng), "ok", {}, [], [{"args": []}]]) for key in keys}
        try:
            read(message, Job(source="", variables=("a", "b")))
        except Malformed:
            pass


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"1", b"nul", b"{", b'{"a":' * 2000, b"[" * 399_000])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_body(body)


def test_a_value_of_no_known_kind_cannot_be_sent() -> None:
    with pytest.raises(TypeError, match="object"):
        pack(object())


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("import torch; a = torch.ones(2, 3)", True),
        ("import torch; a = torch.ones(6)[2:].view(2, 2)", True),
        ("import torch; a = torch.ones(2, 3).t()", False),
        ("import torch; a = torch.ones(1).expand(3)", False),
        ("import torch; a = torch.ones(2, requires_grad=True); b = 2 * a", True),
        ("import torch; a = torch.ones(2, requires_grad=True); a.sum().backward()", False),
        ("import numpy; a = numpy.ones((2, 3))", True),
        ("import numpy; a = numpy.ones((2, 3)).T", False),
    ],
)
def test_what_an_array_is_beyond_its_numbers_is_noticed(source: str, bare: bool, runner: Runner) -> None:
    assert runner(Job(source=source, variables=("a",))).variables["a"].bare is bare
