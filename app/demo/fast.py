"""The same step of learning as in `models`, written by hand for speed: no graph, no new memory, one pass over the rows.

Rows stay bytes until their batch is due: four times less memory to read than floats, and the division by 255 is part of
the products that follow. A batch's rows (256 x 784 floats) then stay in the processor's cache for the way forward and
the way back. Works alike on a graphics card, where `cuda` records a whole epoch of these calls.

The calculus: with score z, p = sigmoid(z) and target t (a 3 is 1), the slope dL/dz of each picture is
    book  (1 - 2t) p (1 - p)        bce  p - t        accuracy  0
over the batch's size; what follows from it for the weights is one product each.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.demo.config import Config
from app.demo.models import Weights

SCALE = 1 / 255


@dataclass(frozen=True)
class Rows:
    """All training pictures on one device: bytes [n, 784], targets [n]."""

    pixels: Tensor
    targets: Tensor


class Batch:
    """Room for the numbers of one batch of m pictures."""

    def __init__(self, m: int, pixels: int, device: torch.device) -> None:
        self.bytes = torch.empty(m, pixels, dtype=torch.uint8, device=device)
        self.x = torch.zeros(m, pixels, device=device)  # 0…255
        self.xt = self.x.t()
        self.slope = torch.zeros(m, device=device)
        self.sign = torch.zeros(m, device=device)

    def clear(self) -> None:
        """As before its first step: a gradient of zero."""
        self.slope.zero_()


class FastStep:
    """Learns from rows[order[i:j]] and writes their scores; keeps the last batch, so that its gradient can be drawn."""

    def __init__(self, config: Config, weights: Weights, rows: Rows) -> None:
        self.config = config
        self.device = rows.pixels.device
        self.weights = {name: tensor.to(self.device, copy=True) for name, tensor in weights.items()}
        adding_up = self.weights if config.forget_zero else {}
        self.gradients = {name: torch.zeros_like(tensor) for name, tensor in adding_up.items()}
        self.rows = rows
        self.batches: dict[int, Batch] = {}
        self.last = self._batch(min(config.batch_size, len(rows.pixels)))

    def begin(self, weights: Weights, gradients: Weights) -> None:
        """Go on from these, in the same memory; gradients that are not given are zero."""
        for name, tensor in self.weights.items():
            tensor.copy_(weights[name])
        for name, tensor in self.gradients.items():
            tensor.copy_(gradients.get(name, torch.zeros_like(tensor)))
        for batch in self.batches.values():
            batch.clear()

    def __call__(self, order: Tensor, targets: Tensor, scores: Tensor) -> None:
        """order [m]: which rows; targets [m], in that order; scores [m] are written."""
        batch = self.last = self._batch(len(order))
        torch.index_select(self.rows.pixels, 0, order, out=batch.bytes)
        batch.x.copy_(batch.bytes)
        self.forward(batch, scores)
        if self.config.loss != "accuracy":
            self.slopes(batch, scores, targets)
            self.backward(batch)

    def slopes(self, batch: Batch, scores: Tensor, targets: Tensor) -> None:
        """Into batch.slope: dL/dz of each picture, times the batch's size."""
        slope = batch.slope
        torch.sigmoid(scores, out=slope)
        if self.config.loss == "bce":
            slope.sub_(targets)
        else:
            slope.addcmul_(slope, slope, value=-1)  # p - p²
            torch.mul(targets, -2, out=batch.sign).add_(1)
            slope.mul_(batch.sign)

    def forward(self, batch: Batch, scores: Tensor) -> None:
        raise NotImplementedError

    def backward(self, batch: Batch) -> None:
        raise NotImplementedError

    def valid_scores(self, pixels: Tensor) -> tuple[Tensor, Tensor | None]:
        """Scores [n] of pictures 0…255, and of the net what its hidden units say [n, 30]."""
        raise NotImplementedError

    def picture(self) -> tuple[Tensor, Tensor]:
        """784 numbers each: the weights, and the gradient of the last batch, as the page draws them."""
        raise NotImplementedError

    def _targets(self, name: str) -> tuple[Tensor, float]:
        """Where a product goes, and times what: straight into the weights, or first into gradients that add up."""
        if self.config.forget_zero:
            return self.gradients[name], 1.0
        return self.weights[name], -self.config.lr

    def _apply(self) -> None:
        if self.config.forget_zero:
            for name, weight in self.weights.items():
                weight.add_(self.gradients[name], alpha=-self.config.lr)

    def _batch(self, m: int) -> Batch:
        if m not in self.batches:
            self.batches[m] = self._room(m)
        return self.batches[m]

    def _room(self, m: int) -> Batch:
        return Batch(m, self.rows.pixels.shape[1], self.device)


class FastLinear(FastStep):
    def forward(self, batch: Batch, scores: Tensor) -> None:
        torch.addmv(self.weights["b"], batch.x, self.weights["w"], alpha=SCALE, out=scores)

    def backward(self, batch: Batch) -> None:
        share = 1 / len(batch.slope)
        into, factor = self._targets("w")
        into.addmv_(batch.xt, batch.slope, alpha=factor * share * SCALE)
        into, factor = self._targets("b")
        into.add_(batch.slope.sum(), alpha=factor * share)
        self._apply()

    def valid_scores(self, pixels: Tensor) -> tuple[Tensor, None]:
        return torch.addmv(self.weights["b"], pixels, self.weights["w"], alpha=SCALE), None

    def picture(self) -> tuple[Tensor, Tensor]:
        return self.weights["w"], self.last.xt @ self.last.slope * (SCALE / len(self.last.slope))


def shut(slopes: Tensor, hidden: Tensor) -> None:
    """A closed unit passes nothing back: zero, in place, wherever the hidden unit is not above 0."""
    torch.ops.aten.threshold_backward.grad_input(slopes, hidden, 0, grad_input=slopes)


class NetBatch(Batch):
    def __init__(self, m: int, pixels: int, hidden: int, device: torch.device) -> None:
        super().__init__(m, pixels, device)
        self.hidden = torch.zeros(m, hidden, device=device)
        self.slopes = torch.zeros(m, hidden, device=device)
        self.ones = torch.ones(m, device=device)

    def clear(self) -> None:
        super().clear()
        self.slopes.zero_()


class FastNet(FastStep):
    def _room(self, m: int) -> NetBatch:
        hidden, pixels = self.weights["w1"].shape
        return NetBatch(m, pixels, hidden, self.device)

    def forward(self, batch: Batch, scores: Tensor) -> None:
        assert isinstance(batch, NetBatch)
        torch.addmm(self.weights["b1"], batch.x, self.weights["w1"].t(), alpha=SCALE, out=batch.hidden)
        batch.hidden.relu_()
        torch.addmv(self.weights["b2"], batch.hidden, self.weights["w2"], out=scores)

    def backward(self, batch: Batch) -> None:
        assert isinstance(batch, NetBatch)
        torch.outer(batch.slope, self.weights["w2"], out=batch.slopes)
        shut(batch.slopes, batch.hidden)
        share = 1 / len(batch.slope)
        into, factor = self._targets("w1")
        into.addmm_(batch.slopes.t(), batch.x, alpha=factor * share * SCALE)
        into, factor = self._targets("b1")
        into.addmv_(batch.slopes.t(), batch.ones, alpha=factor * share)
        into, factor = self._targets("w2")
        into.addmv_(batch.hidden.t(), batch.slope, alpha=factor * share)
        into, factor = self._targets("b2")
        into.add_(batch.slope.sum(), alpha=factor * share)
        self._apply()

    def valid_scores(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        hidden = torch.addmm(self.weights["b1"], pixels, self.weights["w1"].t(), alpha=SCALE).relu_()
        return torch.addmv(self.weights["b2"], hidden, self.weights["w2"]), hidden

    def picture(self) -> tuple[Tensor, Tensor]:
        last = self.last
        assert isinstance(last, NetBatch)
        out = self.weights["w2"]
        return out @ self.weights["w1"], last.xt @ (last.slopes @ out) * (SCALE / len(last.slope))


FAST = {"linear": FastLinear, "net": FastNet}
