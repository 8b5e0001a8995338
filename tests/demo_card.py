"""Both devices for the demo's tests. Where there is no graphics card, one made of the processor stands in for it: its
graphs are real recordings. They replay the same operations on the same memory, as those of a card do, and like those
they refuse to hand a number out while they are recorded.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from app.demo.models import Weights
from app.demo.ways import Eager, Plan

CARD = torch.cuda.is_available()
on_each_real_device = pytest.mark.parametrize("device", ["cpu", "cuda"] if CARD else ["cpu"])


class Graph(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """torch.cuda.CUDAGraph: its `with` records, and runs too, which a card would not."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: list[tuple[Any, tuple[Any, ...], dict[str, Any], Any]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.ops.aten._local_scalar_dense.default:
            raise RuntimeError("operation not permitted when stream is capturing")
        made = func(*args, **(kwargs or {}))
        given = {tensor.untyped_storage().data_ptr() for tensor in tensors((args, kwargs))}
        new = [tensor for tensor in tensors(made) if tensor.untyped_storage().data_ptr() not in given]
        if new or func._schema.is_mutable:  # else it is only another view
            self.calls.append((func, args, kwargs or {}, made if new else None))
        return made

    def replay(self) -> None:
        for func, args, kwargs, kept in self.calls:
            made = func(*args, **kwargs)
            if kept is not None:
                for old, new in zip(tensors(kept), tensors(made), strict=True):
                    old.copy_(new)


def tensors(tree: Any) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


@contextmanager
def recording(graph: Graph) -> Iterator[None]:
    with graph:
        yield


class Stream:
    def wait_stream(self, other: "Stream") -> None:
        """All work is done when the call returns."""


def in_stream(stream: Stream) -> AbstractContextManager[None]:
    return nullcontext()


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the test ends, torch has a card."""
    made_on = Eager.__init__

    def make(self: Eager, plan: Plan, weights: Weights, device: str) -> None:
        made_on(self, plan, weights, "cpu")
        self.name = self.device = device

    monkeypatch.setattr(Eager, "__init__", make)
    instead = {"is_available": lambda: True, "CUDAGraph": Graph, "graph": recording, "Stream": Stream}
    instead |= {"current_stream": Stream, "stream": in_stream, "synchronize": lambda: None}
    for name, thing in instead.items():
        monkeypatch.setattr(torch.cuda, name, thing)


@pytest.fixture(name="device", params=["cpu", "cuda"])
def either_device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The processor, then a card or what stands in for it."""
    name: str = request.param
    if name == "cuda" and not CARD:
        stand_in(monkeypatch)
    return name


@pytest.fixture(name="card")
def some_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card, or what stands in for it."""
    if not CARD:
        stand_in(monkeypatch)
