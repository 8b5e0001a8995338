"""An epoch on a graphics card as one CUDA graph: recorded once, replayed with one call.

An epoch is 49 small steps, each waiting for the one before, so the time goes into starting kernels; a graph takes that
away. What makes it possible: every buffer stays where it is (`ways.Eager`), the order of the rows is a buffer that is
filled before each replay, and nothing inside asks the card for a number.

A graph cannot be stopped on its way. `run` takes the batches one by one where that is wanted; it works on the same
buffers, so the epochs of one training may go one way or the other.

The recording warms up on a side stream, as torch asks for, and then sets the weights back to what they were. A card is
believed only after an epoch of it, and the same epoch on the processor, have given the same weights to 1e-4. Both then
learn at gentle rates (`Plan.make_gentle`): at high ones the last bit of a product decides where a training ends.
"""

from collections.abc import Iterator

import torch

from app.demo.models import Weights
from app.demo.ways import Eager, Plan

WARM_UPS = 3
TOLERANCE = 1e-4


class Graphed(Eager):
    """Raises RuntimeError when the graph cannot be recorded."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights, "cuda")
        self.name = "cuda, one graph an epoch"
        self.graph = torch.cuda.CUDAGraph()
        self._record()
        self.step.begin(weights, {})
        self.scores.zero_()

    def _record(self) -> None:
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UPS):
                self._epoch()
        torch.cuda.current_stream().wait_stream(side)
        torch.cuda.synchronize()
        with torch.cuda.graph(self.graph):
            self._epoch()

    def _epoch(self) -> None:
        for _ in super().run():
            pass

    def run(self, walking: bool = False) -> Iterator[int]:
        """Yields once, unless it is walking."""
        if walking:
            yield from super().run()
            return
        self.graph.replay()
        yield len(self.batches)


def checked_graph(plan: Plan, weights: Weights) -> Graphed:
    """Raises RuntimeError when it cannot be recorded, or when the card learns something else than the processor."""
    gentle = plan.gentle()
    apart = difference(Graphed(gentle, weights), Eager(gentle, weights, "cpu"))
    if not apart <= TOLERANCE:  # a NaN is a difference too
        raise RuntimeError(f"the graph's weights differ from the processor's by {apart:.1e}")
    return Graphed(plan, weights)


def difference(one: Eager, other: Eager) -> float:
    """The largest after an epoch over the rows in order, as a share of the largest weight or of 1."""
    for way in (one, other):
        way.begin(torch.arange(len(way.order)))
        for _ in way.run():
            pass
        way.settle()
    pairs = [(one.step.weights[name].cpu(), tensor.cpu()) for name, tensor in other.step.weights.items()]
    return max(float((here - there).abs().max()) / max(1.0, float(there.abs().max())) for here, there in pairs)
