"""Training: the step by hand is the step by autograd, events come in order, and every knob does what it says."""

import json
import math
from dataclasses import replace
from itertools import islice, product

import numpy as np
import pytest
import torch

from app.demo.config import LOSSES, MODELS, STARTS, BadConfig, Config
from app.demo.epochs import epoch_order
from app.demo.events import Done, Epoch, Frame, Start, Step, Weights, line
from app.demo.models import ReadableStep, first_weights
from app.demo.train import Training, train
from tests.demo_card import either_device as either_device
from tests.demo_parts import few, trained


def readable(config: Config) -> dict[str, torch.Tensor]:
    """The weights after the same training, by autograd alone."""
    generator = torch.Generator().manual_seed(config.seed)
    step = ReadableStep(config, first_weights(config, generator))
    pixels = torch.from_numpy(few().train.astype(np.float32)) / 255
    targets = torch.from_numpy(few().train_targets.astype(np.float32))
    for _ in range(config.epochs):
        order = epoch_order(config, len(pixels), generator)
        for at in range(0, len(order), config.batch_size):
            chosen = order[at : at + config.batch_size]
            step(pixels[chosen], targets[chosen])
    return {name: tensor.detach() for name, tensor in step.weights.items()}


@pytest.mark.parametrize(
    ("model", "loss", "forget_zero", "shuffle", "start"),
    [row for row in product(MODELS, LOSSES, (False, True), (False, True), STARTS) if row[3] or row[4] == "torch"],
)
def test_the_step_by_hand_gives_the_weights_of_the_step_by_autograd(
    model: str, loss: str, forget_zero: bool, shuffle: bool, start: str
) -> None:
    config = Config(
        model, 0.1, 64, 3, seed=5, shuffle=shuffle, loss=loss, start=start, forget_zero=forget_zero, device="cpu"
    )
    training, _ = trained(config, few())
    for name, wanted in readable(config).items():
        torch.testing.assert_close(training.fast.weights[name], wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_accuracy_as_the_loss_moves_nothing(model: str, device: str) -> None:
    config = Config.of(model, loss="accuracy", epochs=2, start="torch", device=device)
    training, epochs = trained(config, few())
    first = first_weights(config, torch.Generator().manual_seed(config.seed))
    assert all(torch.equal(training.fast.weights[name].cpu(), first[name]) for name in first)
    assert epochs[0].accuracy == epochs[1].accuracy


def test_zeros_at_the_start_leave_the_net_without_a_way_to_learn(device: str) -> None:
    training, epochs = trained(Config.of("net", start="zeros", epochs=3, device=device), few())
    assert not training.fast.weights["w1"].any() and epochs[-1].alive == 0
    assert trained(Config.of("linear", "better", start="zeros", device=device), few())[1][-1].accuracy > 0.8


def test_gradients_that_are_never_set_to_zero_train_another_model(device: str) -> None:
    plain, forgetful = (
        trained(Config.of("net", "better", forget_zero=forget, epochs=3, device=device), few())
        for forget in (False, True)
    )
    assert not torch.allclose(plain[0].fast.weights["w1"], forgetful[0].fast.weights["w1"], atol=1e-3)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(device: str) -> None:
    def losses(seed: int) -> list[float]:
        config = Config.of("net", "better", seed=seed, epochs=3, device=device)
        return [epoch.loss for epoch in trained(config, few())[1]]

    assert losses(1) == losses(1) != losses(2)


def test_events_come_in_their_order_and_say_the_same_as_json(device: str) -> None:
    events = list(train(Config.of("linear", epochs=2, batch_size=100, device=device), few(), frame_s=0))
    kinds = [type(event) for event in events]
    assert kinds == [Start, *[Frame, Step] * 3, Epoch, *[Frame, Step] * 3, Epoch, Frame, Weights, Done]
    rows = [json.loads(line(event)) for event in events]
    assert [row["event"] for row in rows] == [event.event for event in events]
    assert rows[0]["provenance"]["name"] == "few" and rows[0]["train"] == 300
    assert rows[-1]["done"] is True and len(rows[-1]["worst"]) == 12
    assert {"epoch", "loss", "accuracy", "compute_ms"} <= rows[-1].keys() & rows[7].keys()


def test_a_training_that_nobody_asks_on_stands_still(device: str) -> None:
    running = train(Config.of("linear", epochs=1000, device=device), few(), frame_s=math.inf)
    steps = [event for event in islice(running, 4) if isinstance(event, Step)]
    assert [step.step for step in steps] == [1, 2]
    assert next(event for event in running if isinstance(event, Step)).step == 3


def test_frames_come_by_the_clock(device: str) -> None:
    ticks = iter(range(10**6))
    events = train(Config.of("linear", epochs=4, device=device), few(), clock=lambda: next(ticks) / 1000, frame_s=0.02)
    kinds = [type(event) for event in events]
    assert 0 < kinds.count(Frame) < kinds.count(Step)


def test_a_picture_of_weights_has_784_levels_and_its_scale(device: str) -> None:
    training, _ = trained(Config.of("linear", epochs=1, device=device), few())
    frame = training.frame()
    weights = training.fast.weights["w"].cpu().numpy()
    shown = (np.frombuffer(frame.weights.levels, np.uint8).astype(float) - 128) * frame.weights.scale / 127
    assert shown.shape == (784,) and np.abs(shown - weights).max() <= frame.weights.scale / 127


def gradient_of_batch(number: int, config: Config) -> torch.Tensor:
    """As autograd has it, after that many batches in order: of w, or of w1."""
    step = ReadableStep(config, first_weights(config, torch.Generator().manual_seed(config.seed)))
    pixels = torch.from_numpy(few().train.astype(np.float32)) / 255
    targets = torch.from_numpy(few().train_targets.astype(np.float32))
    for at in range(0, number * config.batch_size, config.batch_size):
        step.config = replace(config, forget_zero=at == (number - 1) * config.batch_size)  # the last one's stays
        step(pixels[at : at + config.batch_size], targets[at : at + config.batch_size])
    gradient = step.weights["w" if config.model == "linear" else "w1"].grad
    assert gradient is not None
    return gradient


@pytest.mark.parametrize(("walking", "batch"), [(True, 1), (True, 2), (True, 4), (False, 4)])
@pytest.mark.parametrize("model", MODELS)
def test_the_gradient_shown_is_that_of_the_last_batch(model: str, walking: bool, batch: int, device: str) -> None:
    config = Config.of(model, epochs=1, batch_size=80, start="torch", shuffle=False, device=device)
    training = Training(config, few())
    training.course.walking = walking
    events = training.events()
    next(event for event in events if isinstance(event, Step) and event.step == batch)
    gradient = gradient_of_batch(batch, config)
    wanted = gradient if model == "linear" else training.fast.weights["w2"].cpu() @ gradient
    torch.testing.assert_close(training.fast.picture()[1].cpu(), wanted, rtol=1e-3, atol=1e-5)


def test_a_model_that_diverges_is_told_as_such(device: str) -> None:
    training = Training(Config.of("linear", epochs=50, device=device), few())
    events = training.events()
    next(events)
    training.fast.weights["w"].fill_(math.inf)
    done = list(events)[-1]
    assert isinstance(done, Done) and done.why == "diverged" and done.epoch == 1
    assert json.loads(line(done))["loss"] is None


def test_computing_ends_at_its_limit(device: str) -> None:
    training = Training(Config.of("linear", epochs=1000, device=device), few(), compute_s=0.0)
    done = list(training.events())[-1]
    assert isinstance(done, Done) and done.why == "time" and done.epoch == 1


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"lr": 0.0}, "learning rate"),
        ({"lr": -1.0}, "learning rate"),
        ({"lr": math.nan}, "learning rate"),
        ({"lr": math.inf}, "learning rate"),
        ({"lr": 1e9}, "learning rate"),
        ({"lr": "fast"}, "learning rate"),
        ({"lr": True}, "learning rate"),
        ({"batch_size": 0}, "batch size"),
        ({"batch_size": 301}, "larger than the 300"),
        ({"batch_size": 2.5}, "batch size"),
        ({"epochs": 10**9}, "epochs"),
        ({"epochs": 0}, "epochs"),
        ({"seed": -1}, "seed"),
        ({"loss": "none"}, "loss"),
        ({"start": "ones"}, "start"),
        ({"shuffle": 1}, "shuffle"),
        ({"device": "tpu"}, "device"),
        ({"momentum": 0.9}, "momentum"),
        ({"model": "forest"}, "model"),
        ({"preset": "best"}, "preset"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_in_one_sentence(setting: dict[str, object], told: str) -> None:
    with pytest.raises(BadConfig) as caught:
        Training(Config.of(**setting), few())  # type: ignore[arg-type]
    assert told in str(caught.value) and str(caught.value).count(".\n") == 0 and str(caught.value).endswith(".")
