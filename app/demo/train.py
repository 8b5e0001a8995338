"""Training as a generator of events that knows no listener. Who does not ask for the next event has paused it.

    for event in train(Config.of("net", "better"), load("auto", folder)):
        ...

The order: Start, then for each batch a Step and for each epoch an Epoch, with a Frame whenever `frame_s` seconds have
passed on the clock, then Weights, then Done. (`Training.events` on a graphics card has a Step for many batches, unless
its course is told to walk: see `ways`.) The same settings and the same data give the same numbers on the same
machine. One thread: with two and a busy neighbour, an epoch takes fifty times as long.
"""

import base64
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from app.demo.config import Config
from app.demo.data import Data
from app.demo.epochs import Clock, Epochs
from app.demo.events import Done, Epoch, Event, Frame, Start, Step, Weights
from app.demo.fast import FAST, FastStep
from app.demo.models import first_weights
from app.demo.pictures import difference_of_means, picture, similarity, worst
from app.demo.ways import GENTLE, Course, Plan

FRAME_S = 0.04  # at most 25 frames a second


def train(config: Config, data: Data, *, clock: Clock = time.perf_counter, frame_s: float = FRAME_S) -> Iterator[Event]:
    """All events of a training. Raises BadConfig when the first is asked for."""
    training = Training(config, data, clock)
    training.course.walking = True
    shown = -math.inf
    for event in training.events():
        if isinstance(event, Done):
            yield training.frame()
            yield training.weights()
        elif isinstance(event, Step) and clock() - shown >= frame_s:
            shown = clock()
            yield training.frame()
        yield event


class Training(Epochs[Epoch, Done]):
    """One training: `events` is the generator; between two of them `frame` and `weights` say how it stands."""

    def __init__(
        self, config: Config, data: Data, clock: Clock = time.perf_counter, compute_s: float = math.inf
    ) -> None:
        """Ends by itself after `compute_s` seconds of computing. Raises BadConfig."""
        super().__init__(config, data, clock, compute_s)
        gentle = replace(config, lr=min(config.lr, GENTLE))
        plan = Plan(partial(FAST[config.model], config), partial(FAST[config.model], gentle), config.batch_size, data)
        self.course = Course(plan, first_weights(config, self.generator), config.device)
        self.valid_targets = torch.from_numpy(data.valid_targets.astype(np.float32))
        self.loss = self.accuracy = math.nan

    @property
    def fast(self) -> FastStep:
        step = self.course.way.step
        assert isinstance(step, FastStep)
        return step

    def events(self) -> Iterator[Start | Step | Epoch | Done]:
        """Start, then Step after each batch or more and Epoch after each epoch, then Done."""
        yield Start(**self.about(), means=difference_of_means(self.data), similarity=similarity(self.data))
        yield from self.learn()

    def _lost(self) -> bool:
        return not math.isfinite(self.loss)

    def _epoch_ended(self, began: float) -> Epoch:
        started = self.clock()
        way = self.course.way
        self.loss = float(losses(self.config.loss, way.scores, way.targets).mean())
        scores, hidden = self.fast.valid_scores(way.valid)
        correct = self._correct(scores)
        self.accuracy = correct / len(self.data.valid)
        self.compute_s += self.clock() - started
        return Epoch(
            epoch=self.epoch,
            step=self.step,
            loss=self.loss,
            accuracy=self.accuracy,
            correct=correct,
            valid=len(self.data.valid),
            compute_ms=(self.compute_s - began) * 1000,
            says_3=int((scores > 0).sum()),
            alive=None if hidden is None else int((hidden > 0).any(dim=0).sum()),
        )

    def _correct(self, scores: Tensor) -> int:
        return int(((scores.cpu() > 0).float() == self.valid_targets).sum())

    def frame(self) -> Frame:
        """How it stands now. Its cost does not count as computing."""
        way = self.course.way
        scores, _ = self.fast.valid_scores(way.valid)
        weights, gradient = self.fast.picture()
        order, targets, scores_of_last = way.batches[(self.step - 1) % len(way.batches)]
        return Frame(
            step=self.step,
            epoch=self.epoch,
            loss=float(losses(self.config.loss, scores_of_last, targets).mean()),
            accuracy=self._correct(scores) / len(self.data.valid),
            weights=picture(weights.cpu().numpy()),
            gradient=picture(gradient.cpu().numpy()),
        )

    def weights(self) -> Weights:
        """Every number of the model, for `drawing.Judge`."""
        arrays = {name: packed(tensor) for name, tensor in self.fast.weights.items()}
        return Weights(self.step, self.config.model, arrays)

    def done(self, why: str) -> Done:
        scores, _ = self.fast.valid_scores(self.course.way.valid)
        chances = scores.sigmoid().cpu().numpy()
        return Done(
            why=why,
            epoch=self.epoch,
            step=self.step,
            loss=self.loss,
            accuracy=self.accuracy,
            compute_ms=self.compute_s * 1000,
            worst=worst(self.data, chances),
        )


def losses(name: str, scores: Tensor, targets: Tensor) -> Tensor:
    """The loss of each picture: scores [n] or [n, rates], targets [n]."""
    wanted = targets if scores.ndim == 1 else targets[:, None].expand_as(scores)
    if name == "bce":
        return F.binary_cross_entropy_with_logits(scores, wanted, reduction="none")
    if name == "accuracy":
        return ((scores > 0).float() != wanted).float()
    return (scores.sigmoid() - wanted).abs()


def packed(tensor: Tensor) -> str:
    return base64.b64encode(tensor.detach().cpu().numpy().astype("<f4").tobytes()).decode("ascii")
