"""Where the steps of an epoch run: on the processor, on a graphics card step by step, or there as one recorded graph.

A `Course` begins with the best way for the device that was asked for, and falls back to the next one on any error of
the card: graph, card, processor. It then repeats the epoch from the weights at its beginning, so nothing is lost.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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

    def valid_scores(self, pixels: Tensor) -> tuple[Tensor, Tensor | None]: ...


MakeStep = Callable[[Weights, Rows], Stepper]
GENTLE = 0.1  # a learning rate at which rounding stays rounding


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


class Eager:
    """One call a batch, on a device. All buffers stay where they are, so that a graph can be recorded of them."""

    def __init__(self, plan: Plan, weights: Weights, device: str) -> None:
        self.name = device
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

    def run(self) -> Iterator[int]:
        """An epoch over what `begin` was given; yields after each batch, saying how many it has learned from."""
        for order, targets, scores in self.batches:
            self.step(order, targets, scores)
            yield 1

    def settle(self) -> None:
        """Wait until a card has done what it was told; only then does it say what went wrong."""
        if self.order.is_cuda:
            torch.cuda.synchronize()


class Course:
    """The epochs of one training, and how to go on when a way fails."""

    def __init__(self, plan: Plan, first: Weights, device: str) -> None:
        """Raises BadConfig where the device is not there."""
        self.plan = plan
        self.note = ""
        self._ways = iter(ways(device))
        self._kept = first
        self._next()

    def _next(self) -> None:
        """The next way that can be made, from the weights last kept."""
        for make in self._ways:
            try:
                self.way = make(self.plan, self._kept)
                return
            except RuntimeError as error:
                self._failed(error)
        raise RuntimeError(self.note)

    def _failed(self, error: RuntimeError) -> None:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        self.note = f"a faster way failed and was left ({reason[:200]})"

    def epoch(self, order: Tensor) -> Iterator[int]:
        """Yields as `Eager.run` does. Raises RuntimeError only when the processor itself fails."""
        while True:
            try:
                self._kept = kept(self.way) if self.way.name != "cpu" else self._kept
                self.way.begin(order)
                yield from self.way.run()
                self.way.settle()
                return
            except RuntimeError as error:
                if self.way.name == "cpu":
                    raise
                self._failed(error)
                self._next()


def kept(way: Eager) -> Weights:
    """A copy of the weights, off the card."""
    return {name: tensor.cpu().clone() for name, tensor in way.step.weights.items()}


def ways(device: str) -> list[Callable[[Plan, Weights], Eager]]:
    """The best first. Raises BadConfig."""
    on_processor = [lambda plan, weights: Eager(plan, weights, "cpu")]
    if device == "cpu" or (device == "auto" and not torch.cuda.is_available()):
        return on_processor
    if not torch.cuda.is_available():
        raise BadConfig("There is no CUDA device on this machine that torch can use: leave --device out, or say cpu.")
    from app.demo.cuda import checked_graph

    return [checked_graph, lambda plan, weights: Eager(plan, weights, "cuda"), *on_processor]


def _on(rows: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", device: str) -> Tensor:
    return torch.tensor(rows, device=device)
