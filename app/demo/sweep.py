"""Many learning rates at once: all models side by side in one wide product, from the same first weights.

Sixteen linear models cost little more than one, since the rows are read once for all. On a graphics card an epoch is
one graph, as for a single model. Nothing that happens in one column reaches another: a rate that dies dies alone.
The net dies at high rates: with the chapter's loss its scores run so far away that the sigmoid is flat (from 10 to 35,
by the seed), with cross-entropy its hidden units shut for good. The linear model survives 100.
"""

import math
import time
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from app.demo.config import HIDDEN, MOST_LR, BadConfig, Config
from app.demo.data import Data
from app.demo.epochs import Clock, Epochs
from app.demo.events import Step, SweepDone, SweepEpoch, SweepEvent, SweepStart
from app.demo.fast import SCALE, Batch, FastStep, Rows, shut
from app.demo.models import Weights, first_weights
from app.demo.train import losses
from app.demo.ways import GENTLE, Course, Plan

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0, 300.0)
MOST_RATES = 64


class SweepBatch(Batch):
    """As for one model, with a column for each rate."""

    def __init__(self, m: int, pixels: int, rates: int, hidden: int, device: torch.device) -> None:
        super().__init__(m, pixels, device)
        self.slope = torch.zeros(m, rates, device=device)
        self.sign = torch.zeros(m, 1, device=device)
        self.ones = torch.ones(m, device=device)
        self.hidden = torch.zeros(m, rates * hidden, device=device)
        self.work = torch.zeros(m, rates, hidden, device=device)


class SweepStep(FastStep):
    """scores [m, rates]; each column learns at its own rate. The product with it is taken once, of the slopes."""

    def __init__(self, config: Config, weights: Weights, rows: Rows, rates: Sequence[float]) -> None:
        self.rates = torch.tensor(rates, device=rows.pixels.device)
        super().__init__(config, weights, rows)

    def _room(self, m: int) -> SweepBatch:
        return SweepBatch(m, self.rows.pixels.shape[1], len(self.rates), HIDDEN, self.device)

    def slopes(self, batch: Batch, scores: Tensor, targets: Tensor) -> None:
        super().slopes(batch, scores, targets[:, None])
        batch.slope.mul_(self.rates)


class SweepLinear(SweepStep):
    """w [784, rates], b [rates]."""

    def forward(self, batch: Batch, scores: Tensor) -> None:
        torch.addmm(self.weights["b"], batch.x, self.weights["w"], alpha=SCALE, out=scores)

    def backward(self, batch: Batch) -> None:
        assert isinstance(batch, SweepBatch)
        share = -1 / len(batch.slope)
        self.weights["w"].addmm_(batch.xt, batch.slope, alpha=share * SCALE)
        self.weights["b"].addmv_(batch.slope.t(), batch.ones, alpha=share)

    def valid_scores(self, pixels: Tensor) -> tuple[Tensor, None]:
        return torch.addmm(self.weights["b"], pixels, self.weights["w"], alpha=SCALE), None


class SweepNet(SweepStep):
    """w1 [rates * 30, 784], b1 [rates * 30], w2 [rates, 30], b2 [rates]."""

    def forward(self, batch: Batch, scores: Tensor) -> None:
        assert isinstance(batch, SweepBatch)
        torch.addmm(self.weights["b1"], batch.x, self.weights["w1"].t(), alpha=SCALE, out=batch.hidden)
        batch.hidden.relu_()
        torch.mul(batch.hidden.view_as(batch.work), self.weights["w2"], out=batch.work)
        torch.sum(batch.work, dim=2, out=scores)
        scores.add_(self.weights["b2"])

    def backward(self, batch: Batch) -> None:
        assert isinstance(batch, SweepBatch)
        share = -1 / len(batch.slope)
        hidden, slopes = batch.hidden.view_as(batch.work), batch.work
        torch.mul(batch.slope[:, :, None], self.weights["w2"], out=slopes)
        shut(slopes, hidden)
        flat = slopes.view_as(batch.hidden)
        self.weights["w1"].addmm_(flat.t(), batch.x, alpha=share * SCALE)
        self.weights["b1"].addmv_(flat.t(), batch.ones, alpha=share)
        torch.mul(hidden, batch.slope[:, :, None], out=slopes)
        self.weights["w2"].add_(slopes.sum(dim=0), alpha=share)
        self.weights["b2"].addmv_(batch.slope.t(), batch.ones, alpha=share)

    def valid_scores(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        hidden = torch.addmm(self.weights["b1"], pixels, self.weights["w1"].t(), alpha=SCALE).relu_()
        hidden = hidden.view(len(pixels), *self.weights["w2"].shape)
        return (hidden * self.weights["w2"]).sum(dim=2) + self.weights["b2"], hidden


SWEEP = {"linear": SweepLinear, "net": SweepNet}


def first_of_all(config: Config, rates: int, generator: torch.Generator) -> Weights:
    """The same first weights for every rate."""
    one = first_weights(config, generator)
    if config.model == "linear":
        return {"w": one["w"][:, None].repeat(1, rates), "b": one["b"].repeat(rates)}
    return {
        "w1": one["w1"].repeat(rates, 1),
        "b1": one["b1"].repeat(rates),
        "w2": one["w2"].repeat(rates, 1),
        "b2": one["b2"].repeat(rates),
    }


def sweep_plan(config: Config, data: Data, rates: Sequence[float]) -> Plan:
    step = SWEEP[config.model]
    gentle = partial(step, config, rates=[min(rate, GENTLE) for rate in rates])
    return Plan(partial(step, config, rates=rates), gentle, config.batch_size, data, (len(rates),))


class Sweep(Epochs[SweepEpoch, SweepDone]):
    """One sweep; `events` is the generator, as in `train.Training`."""

    def __init__(
        self,
        config: Config,
        data: Data,
        rates: Sequence[float] = RATES,
        clock: Clock = time.perf_counter,
        compute_s: float = math.inf,
    ) -> None:
        """The config's own rate does not matter. Raises BadConfig."""
        super().__init__(config, data, clock, compute_s)
        self.rates = checked(rates)
        if config.forget_zero or config.loss == "accuracy":
            raise BadConfig("A sweep needs the loss book or bce, and gradients that are set to zero.")
        first = first_of_all(config, len(self.rates), self.generator)
        self.course = Course(sweep_plan(config, data, self.rates), first, config.device)
        self.accuracy: tuple[float, ...] = ()

    def events(self) -> Iterator[SweepEvent | Step]:
        yield SweepStart(**self.about(), rates=self.rates)
        yield from self.learn()

    def _epoch_ended(self, began: float) -> SweepEpoch:
        started = self.clock()
        way = self.course.way
        loss = losses(self.config.loss, way.scores, way.targets).mean(dim=0)
        scores, hidden = way.step.valid_scores(way.valid)
        wanted = torch.from_numpy(self.data.valid_targets.astype(np.float32))[:, None]
        right = ((scores.cpu() > 0).float() == wanted).float().mean(dim=0)
        self.accuracy = tuple(right.tolist())
        self.compute_s += self.clock() - started
        return SweepEpoch(
            epoch=self.epoch,
            loss=tuple(loss.tolist()),
            accuracy=self.accuracy,
            says_3=tuple((scores > 0).sum(dim=0).tolist()),
            alive=None if hidden is None else tuple((hidden > 0).any(dim=0).sum(dim=1).tolist()),
            compute_ms=(self.compute_s - began) * 1000,
        )

    def done(self, why: str) -> SweepDone:
        best = max(range(len(self.accuracy)), key=self.accuracy.__getitem__) if self.accuracy else 0
        return SweepDone(why, self.epoch, self.rates[best], self.compute_s * 1000)


def checked(rates: Sequence[float]) -> tuple[float, ...]:
    """Raises BadConfig."""
    if not 1 <= len(rates) <= MOST_RATES:
        raise BadConfig(f"A sweep takes from 1 to {MOST_RATES} learning rates, not {len(rates)}.")
    if not all(isinstance(rate, int | float) and math.isfinite(rate) and 0 < rate <= MOST_LR for rate in rates):
        raise BadConfig(f"Each learning rate of a sweep is a number above 0 and at most {MOST_LR:g}.")
    return tuple(float(rate) for rate in rates)
