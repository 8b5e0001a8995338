"""Where an epoch runs: a way that fails is left without losing anything, and a card gives the processor's weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from app.demo import ways
from app.demo.config import Config
from app.demo.cuda import TOLERANCE, difference
from app.demo.events import Epoch
from app.demo.loops import card_differences, one_plan
from app.demo.sweep import Sweep
from app.demo.train import Training
from app.demo.ways import Eager, Plan
from tests.demo_parts import few, real, trained


class Failing(Eager):
    """Learns as the processor does, under another name, and fails in its third epoch after two batches."""

    def __init__(self, plan: Plan, weights: dict[str, torch.Tensor]) -> None:
        super().__init__(plan, weights, "cpu")
        self.name = "a card"
        self.epochs = 0

    def run(self) -> Iterator[int]:
        self.epochs += 1
        for number, learned in enumerate(super().run()):
            if self.epochs == 3 and number == 2:
                raise RuntimeError("CUDA error: out of luck\nand more lines")
            yield learned


class Unmade(Eager):
    def __init__(self, plan: Plan, weights: dict[str, torch.Tensor]) -> None:
        raise RuntimeError("no graph today")


@pytest.mark.parametrize("model", ["linear", "net"])
def test_a_way_that_fails_in_the_middle_is_left_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    config = Config.of(model, "better", batch_size=50, epochs=5)
    wanted, _ = trained(config, few())
    on_processor = ways.ways("cpu")
    monkeypatch.setattr(ways, "ways", lambda device: [Unmade, Failing, *on_processor])
    training, epochs = trained(config, few())
    assert len(epochs) == 5 and training.course.way.name == "cpu"
    assert "out of luck" in training.course.note and "\n" not in training.course.note
    for name, weights in wanted.fast.weights.items():
        assert torch.equal(weights, training.fast.weights[name])


def test_a_processor_that_fails_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "ways", lambda device: [Unmade])
    with pytest.raises(RuntimeError, match="no graph today"):
        Training(Config(), few())


def test_the_comparison_of_devices_sees_a_difference_in_one_weight() -> None:
    plan, weights = one_plan("net", few())
    other = {name: tensor.clone() for name, tensor in weights.items()}
    other["w1"][3, 400] += 0.01
    assert difference(Eager(plan, weights, "cpu"), Eager(plan, weights, "cpu")) == 0
    assert difference(Eager(plan, weights, "cpu"), Eager(plan, other, "cpu")) > TOLERANCE


@pytest.fixture
def card() -> None:
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")


@pytest.mark.parametrize("model", ["linear", "net"])
def test_a_graph_on_a_card_gives_the_weights_of_the_processor(card: None, shared: Path, model: str) -> None:
    found = card_differences(model, real(shared / "data" / "mnist_sample.tgz"))
    assert max(found.values()) <= 1e-4


@pytest.mark.parametrize("model", ["linear", "net"])
def test_a_training_on_a_card_ends_as_on_the_processor(card: None, model: str) -> None:
    ends = []
    for device in ("cpu", "cuda"):
        training, epochs = trained(Config.of(model, "better", device=device), few())
        ends.append(epochs[-1].accuracy)
        assert training.course.way.name == ("cpu" if device == "cpu" else "cuda, one graph an epoch")
    assert ends[0] == pytest.approx(ends[1], abs=0.02)


def test_a_sweep_on_a_card_runs_as_one_graph(card: None) -> None:
    sweep = Sweep(Config.of("net", device="cuda", epochs=2), few())
    epochs = [event for event in sweep.events() if not isinstance(event, Epoch) and event.event == "epoch"]
    assert len(epochs) == 2 and sweep.course.way.name == "cuda, one graph an epoch"
