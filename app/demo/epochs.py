"""What a training of one model and a sweep of many have in common: epochs of batches on a course, and what they cost.

A subclass makes `course` and says how an epoch and the whole end; whoever asks for the next event sets the pace.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from app.demo.config import Config
from app.demo.data import Data
from app.demo.events import Step
from app.demo.ways import Course

Clock = Callable[[], float]
Ended = TypeVar("Ended")  # what is told after an epoch
Over = TypeVar("Over")  # what is told last


class Epochs(ABC, Generic[Ended, Over]):
    """`step` and `epoch` tell how many have been learned, `compute_s` how many seconds that took."""

    course: Course

    def __init__(self, config: Config, data: Data, clock: Clock, compute_s: float) -> None:
        """Ends by itself after `compute_s` seconds of computing. Raises BadConfig."""
        torch.set_num_threads(1)
        self.config = config.fitting(len(data.train))
        self.data = data
        self.clock = clock
        self.most_s = compute_s
        self.generator = torch.Generator().manual_seed(config.seed)
        self.step = self.epoch = 0
        self.compute_s = 0.0

    def learn(self) -> Iterator[Step | Ended | Over]:
        """Step after each batch or more, what is told after each epoch, and what is told last."""
        for number in range(1, self.config.epochs + 1):
            self.epoch = number
            began = self.compute_s
            yield from self._batches()
            yield self._epoch_ended(began)
            if self._lost():
                yield self.done("diverged")
                return
            if self.compute_s > self.most_s and number < self.config.epochs:
                yield self.done("time")
                return
        yield self.done("finished")

    def _batches(self) -> Iterator[Step]:
        running = self.course.epoch(epoch_order(self.config, len(self.data.train), self.generator))
        while True:
            began = self.clock()
            learned = next(running, 0)
            self.compute_s += self.clock() - began
            if not learned:
                return
            self.step += learned
            yield Step(self.step, self.epoch)

    def about(self) -> dict[str, Any]:
        """What both kinds of start tell."""
        return {
            "config": self.config.to_json(),
            "provenance": self.data.provenance,
            "train": len(self.data.train),
            "valid": len(self.data.valid),
            "device": self.course.name,
            "note": self.course.note,
        }

    @abstractmethod
    def _epoch_ended(self, began: float) -> Ended:
        """`began`: the computing time before this epoch."""

    def _lost(self) -> bool:
        """Whether there is no sense in another epoch."""
        return False

    @abstractmethod
    def done(self, why: str) -> Over:
        """What stands at the end; also of what its consumer stops."""


def epoch_order(config: Config, pictures: int, generator: torch.Generator) -> Tensor:
    """Which row comes when. Drawn on the processor, so that every device sees the same order."""
    return torch.randperm(pictures, generator=generator) if config.shuffle else torch.arange(pictures)
