"""Where an epoch runs: a way that fails is left without losing anything, and a card gives the processor's weights."""

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from app.demo import ways
from app.demo.config import Config
from app.demo.cuda import TOLERANCE, difference
from app.demo.events import Epoch, Step
from app.demo.loops import card_differences, one_plan
from app.demo.models import first_weights
from app.demo.sweep import Sweep
from app.demo.train import Training
from app.demo.ways import Eager, Plan
from tests.demo_card import some_card as some_card
from tests.demo_parts import few, real, trained


class Failing(Eager):
    """Learns as the processor does, under another name, and fails in its third epoch after two batches."""

    def __init__(self, plan: Plan, weights: dict[str, torch.Tensor]) -> None:
        super().__init__(plan, weights, "cpu")
        self.name = "a card"
        self.epochs = 0

    def run(self, walking: bool = False) -> Iterator[int]:
        self.epochs += 1
        for number, learned in enumerate(super().run(walking)):
            if self.epochs == 3 and number == 2:
                raise RuntimeError("CUDA error: out of luck\nand more lines")
            yield learned


class Unmade(Eager):
    def __init__(self, plan: Plan, weights: dict[str, torch.Tensor]) -> None:
        raise RuntimeError("no graph today")


def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best way cannot be made, the second fails in the middle, the third is the processor."""
    on_processor = ways.ways("cpu", 1)
    monkeypatch.setattr(ways, "ways", lambda device, batches: [Unmade, Failing, *on_processor])


@pytest.mark.parametrize("forget_zero", [False, True])
@pytest.mark.parametrize("model", ["linear", "net"])
def test_a_way_that_fails_in_the_middle_is_left_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, model: str, forget_zero: bool
) -> None:
    config = Config.of(model, "better", batch_size=50, epochs=5, forget_zero=forget_zero, device="cpu")
    wanted, _ = trained(config, few())
    failing(monkeypatch)
    training, epochs = trained(config, few())
    assert len(epochs) == 5 and training.course.way.name == "cpu"
    assert "out of luck" in training.course.note and "\n" not in training.course.note
    for name, weights in wanted.fast.weights.items():
        assert torch.equal(weights, training.fast.weights[name])


def test_a_batch_that_is_repeated_after_a_failure_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch)
    training = Training(Config.of("linear", batch_size=50, epochs=5), few())
    steps = [event.step for event in training.events() if isinstance(event, Step)]
    assert training.course.note and steps == list(range(1, 31))


def test_a_processor_that_fails_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "ways", lambda device, batches: [Unmade])
    with pytest.raises(RuntimeError, match="no graph today"):
        Training(Config(), few())


def test_the_comparison_of_devices_sees_a_difference_in_one_weight() -> None:
    plan, weights = one_plan("net", few())
    other = {name: tensor.clone() for name, tensor in weights.items()}
    other["w1"][3, 400] += 0.01
    assert difference(Eager(plan, weights, "cpu"), Eager(plan, weights, "cpu")) == 0
    assert difference(Eager(plan, weights, "cpu"), Eager(plan, other, "cpu")) > TOLERANCE


@pytest.mark.parametrize("model", ["linear", "net"])
def test_a_graph_on_a_card_gives_the_weights_of_the_processor(card: None, shared: Path, model: str) -> None:
    found = card_differences(model, real(shared / "data" / "mnist_sample.tgz"))
    assert max(found.values()) <= 1e-4


@pytest.mark.parametrize("model", ["linear", "net"])
@pytest.mark.parametrize("forget_zero", [False, True])
def test_epochs_in_one_piece_and_epochs_that_walk_can_be_mixed(card: None, model: str, forget_zero: bool) -> None:
    config = Config(model, 0.02, 64, 6, shuffle=True, loss="bce", start="torch", forget_zero=forget_zero)
    wanted, _ = trained(replace(config, device="cpu"), few())
    training = Training(replace(config, device="cuda"), few())
    steps: list[list[int]] = [[]]
    for event in training.events():
        if isinstance(event, Step):
            steps[-1].append(event.step)
        elif isinstance(event, Epoch):
            training.course.walking = event.epoch in (1, 3, 4)  # then the next one walks
            steps.append([])
    assert steps == [[5], [6, 7, 8, 9, 10], [15], [16, 17, 18, 19, 20], [21, 22, 23, 24, 25], [30], []]
    for name, weights in wanted.fast.weights.items():
        torch.testing.assert_close(training.fast.weights[name].cpu(), weights, rtol=1e-3, atol=1e-4)


def test_a_training_on_a_card_says_whether_it_walks(card: None) -> None:
    training = Training(Config.of("linear", device="auto"), few())
    assert training.course.name == "cuda, one graph an epoch"
    training.course.walking = True
    assert training.course.name == "cuda" and training.course.note == ""


def test_before_its_first_step_a_card_shows_no_gradient_and_the_weights_of_the_start(card: None) -> None:
    for model in ("linear", "net"):
        config = Config.of(model, device="cuda")
        training = Training(config, few())
        first = first_weights(config, torch.Generator().manual_seed(config.seed))
        assert all(torch.equal(training.fast.weights[name].cpu(), first[name]) for name in first)
        assert set(training.frame().gradient.levels) == {128}


def test_a_graph_that_learns_something_else_is_left(card: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.demo.cuda.difference", lambda one, other: math.nan)
    training, epochs = trained(Config.of("linear", device="cuda", epochs=2), few())
    assert training.course.way.name == "cuda" and "differ" in training.course.note and len(epochs) == 2


def test_a_graph_that_fails_in_a_later_epoch_is_left_and_nothing_is_lost(
    card: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config.of("net", "better", lr=0.1, epochs=4, batch_size=50)
    wanted, _ = trained(replace(config, device="cpu"), few())
    training = Training(replace(config, device="cuda"), few())
    steps = []
    for event in training.events():
        if isinstance(event, Step):
            steps.append(event.step)
        elif isinstance(event, Epoch) and event.epoch == 2:
            monkeypatch.setattr(training.course.way, "run", no_luck)
    assert steps == [6, 12, *range(13, 25)] and training.course.way.name == "cuda"
    torch.testing.assert_close(training.fast.weights["w1"].cpu(), wanted.fast.weights["w1"], rtol=1e-3, atol=1e-4)


def no_luck(walking: bool = False) -> Iterator[int]:
    raise RuntimeError("CUDA error: out of luck")


def test_many_small_batches_are_left_to_the_processor(card: None) -> None:
    assert len(ways.ways("auto", 49)) == 3
    assert [way.keywords for way in ways.ways("auto", 12_396) if isinstance(way, partial)] == [{"device": "cpu"}]
    assert len(ways.ways("cuda", 12_396)) == 2


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
