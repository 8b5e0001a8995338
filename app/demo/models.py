"""The two models, their losses and the step of learning, written to be read: autograd does the calculus.

Training uses `fast`, which does the same by hand; tests prove that both end with the same weights. Shapes: n pictures
of 784 pixels between 0 and 1; a target is 1 for a 3 and 0 for a 7; a score above 0 says "3", and its sigmoid is the
probability of a 3.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from app.demo.config import HIDDEN, Config
from app.demo.png import PIXELS

Weights = dict[str, Tensor]


def first_weights(config: Config, generator: torch.Generator) -> Weights:
    """linear: w [784], b [1]. net: w1 [30, 784], b1 [30], w2 [30], b2 [1]. As torch's own layers draw them."""
    if config.model == "linear":
        return {"w": _drawn((PIXELS,), PIXELS, config, generator), "b": _drawn((1,), PIXELS, config, generator)}
    return {
        "w1": _drawn((HIDDEN, PIXELS), PIXELS, config, generator),
        "b1": _drawn((HIDDEN,), PIXELS, config, generator),
        "w2": _drawn((HIDDEN,), HIDDEN, config, generator),
        "b2": _drawn((1,), HIDDEN, config, generator),
    }


def _drawn(shape: tuple[int, ...], inputs: int, config: Config, generator: torch.Generator) -> Tensor:
    if config.start == "zeros":
        return torch.zeros(shape)
    if config.start == "normal":
        return torch.randn(shape, generator=generator)
    bound = 1 / math.sqrt(inputs)  # what torch.nn.Linear does
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def linear(weights: Weights, pixels: Tensor) -> Tensor:
    return pixels @ weights["w"] + weights["b"]


def net(weights: Weights, pixels: Tensor) -> Tensor:
    hidden = (pixels @ weights["w1"].T + weights["b1"]).relu()
    return hidden @ weights["w2"] + weights["b2"]


def book_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """The distance of each probability from its target; the chapter's own."""
    chances = scores.sigmoid()
    return torch.where(targets == 1, 1 - chances, chances).mean()


def accuracy_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """The share of wrong answers. It is flat almost everywhere, so it has no gradient to follow."""
    return ((scores > 0).float() != targets).float().mean()


MODELS: dict[str, Callable[[Weights, Tensor], Tensor]] = {"linear": linear, "net": net}
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "book": book_loss,
    "bce": F.binary_cross_entropy_with_logits,
    "accuracy": accuracy_loss,
}


class ReadableStep:
    """Learns from one batch after the other."""

    def __init__(self, config: Config, weights: Weights) -> None:
        self.config = config
        self.weights = {name: tensor.clone().requires_grad_() for name, tensor in weights.items()}
        self.model = MODELS[config.model]
        self.loss = LOSSES[config.loss]

    def __call__(self, pixels: Tensor, targets: Tensor) -> Tensor:
        """The loss before the step."""
        loss = self.loss(self.model(self.weights, pixels), targets)
        if loss.requires_grad:  # the share of wrong answers does not
            loss.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            for weight in self.weights.values():
                if weight.grad is not None:
                    weight -= self.config.lr * weight.grad
                    if not self.config.forget_zero:
                        weight.grad.zero_()
        return loss.detach()
