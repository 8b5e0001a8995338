"""Where the steps of an epoch run: on the processor, on a graphics card step by step, or there as one recorded graph.

A `Course` begins with the best way for the device that was asked for, and falls back to the next one on any error of
the card: graph, card, processor. It then repeats the epoch from what it was at its beginning, so nothing is lost, and
counts no batch twice.

A graph is an epoch in one piece; whoever wants to stop or to look between two batches says so by `Course.walking`. The
card then takes them one by one, on the same weights and in the same order, so both can be mixed as one likes: it is
asked at the beginning of each epoch. Walking on the card is still faster than on the processor.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from app.demo.config import BadConfig
from app.demo.data import Data
from app.demo.fast import Rows
from app.demo.models import Weights


class Stepper(Protocol):
    """`fast.FastStep`, or many of them side by side (`sweep`)."""

    weights: Weights
    gradients: Weights

    def __call__(self, order: Tensor, targets: Tensor, scores: Tensor) -> None: ...

    def begin(self, weights: Weights, gradients: Weights) -> None: ...

    def valid_scores(self, pixels: Tensor) -> tuple[Tensor, Tensor | None]: ...


MakeStep = Callable[[Weights, Rows], Stepper]
GENTLE = 0.1  # a learning rate at which rounding stays rounding
MOST_BATCHES = 1000  # an epoch of more is a graph too long to record, and small batches suit the processor better


@dataclass(frozen=True)
class Plan:
    """What is to be learned, whatever the device. scores: the shape of one picture's scores, () or (rates,)."""

    make_step: MakeStep
    make_gentle: MakeStep  # the same at gentle learning rates, to compare devices with
    batch_size: int
    data: Data
    scores: tuple[int, ...] = ()

    def gentle(self) -> "Plan":
        return replace(self, make_step=self.make_gentle)

    @property
    def batches(self) -> int:
        """How many make an epoch."""
        return -(-len(self.data.train) // self.batch_size)


class Eager:
    """One call a batch, on a device. All buffers stay where they are, so that a graph can be recorded of them."""

    def __init__(self, plan: Plan, weights: Weights, device: str) -> None:
        self.name = self.device = device
        data = plan.data
        rows = Rows(_on(data.train, device), _on(data.train_targets, device).float())
        self.step = plan.make_step(weights, rows)
        self.rows = rows
        self.valid = _on(data.valid, device).float()
        number = len(data.train)
        self.order = torch.arange(number, device=device)
        self.targets = rows.targets.clone()
        self.scores = torch.zeros((number, *plan.scores), device=device)
        cuts = range(0, number, plan.batch_size)
        self.batches = [
            tuple(whole[i : i + plan.batch_size] for whole in (self.order, self.targets, self.scores)) for i in cuts
        ]

    def begin(self, order: Tensor) -> None:
        self.order.copy_(order)
        torch.index_select(self.rows.targets, 0, self.order, out=self.targets)

    def run(self, walking: bool = False) -> Iterator[int]:
        """An epoch over what `begin` was given; yields after each batch, or, unless it is walking, after more of them,
        saying how many it has learned from."""
        for order, targets, scores in self.batches:
            self.step(order, targets, scores)
            yield 1

    def settle(self) -> None:
        """Wait until a card has done what it was told; only then does it say what went wrong."""
        if self.order.is_cuda:
            torch.cuda.synchronize()


class Course:
    """The epochs of one training, and how to go on when a way fails. `walking` may be set at any time."""

    def __init__(self, plan: Plan, first: Weights, device: str) -> None:
        """Raises BadConfig where the device is not there."""
        self.plan = plan
        self.note = ""
        self.walking = False
        self._ways = iter(ways(device, plan.batches))
        self._kept: tuple[Weights, Weights] = (first, {})
        self._next()

    @property
    def name(self) -> str:
        """Where it runs, and how."""
        return self.way.device if self.walking else self.way.name

    def _next(self) -> None:
        """The next way that can be made, from what was last kept."""
        for make in self._ways:
            try:
                self.way = make(self.plan, self._kept[0])
                self.way.step.begin(*self._kept)
                return
            except RuntimeError as error:
                self._failed(error)
        raise RuntimeError(self.note)

    def _failed(self, error: RuntimeError) -> None:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        self.note = f"a faster way failed and was left ({reason[:200]})"

    def epoch(self, order: Tensor) -> Iterator[int]:
        """Yields as `Eager.run` does, once the card has done it. A way that fails is followed by the next, which learns
        silently what was learned before. Raises RuntimeError only when the processor itself fails."""
        told = 0
        while True:
            try:
                self.way.begin(order)
                learned = 0
                for more in self.way.run(self.walking):
                    self.way.settle()
                    learned += more
                    if learned > told:
                        new, told = learned - told, learned
                        yield new
                if self.way.name != "cpu":
                    self._kept = kept(self.way)
                return
            except RuntimeError as error:
                if self.way.name == "cpu":
                    raise
                self._failed(error)
                self._next()


def kept(way: Eager) -> tuple[Weights, Weights]:
    """Copies of the weights and of gradients that add up, off the card."""
    weights, gradients = (
        {name: tensor.cpu().clone() for name, tensor in tensors.items()}
        for tensors in (way.step.weights, way.step.gradients)
    )
    return weights, gradients


MakeWay = Callable[[Plan, Weights], Eager]


def ways(device: str, batches: int) -> list[MakeWay]:
    """The best first, for epochs of so many batches. Raises BadConfig."""
    on_processor: list[MakeWay] = [partial(Eager, device="cpu")]
    there, short = torch.cuda.is_available(), batches <= MOST_BATCHES
    if device == "cpu" or (device == "auto" and not (there and short)):
        return on_processor
    if not there:
        raise BadConfig("There is no CUDA device on this machine that torch can use: leave --device out, or say cpu.")
    from app.demo.cuda import checked_graph

    on_card: list[MakeWay] = [checked_graph, partial(Eager, device="cuda")]
    return on_card[not short :] + on_processor


def _on(rows: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", device: str) -> Tensor:
    return torch.tensor(rows, device=device)
