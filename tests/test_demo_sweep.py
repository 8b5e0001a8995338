"""Many learning rates at once: each column is the training it would be alone, and a rate that dies dies alone."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from app.demo.config import BadConfig, Config
from app.demo.events import SweepDone, SweepEpoch, line
from app.demo.sweep import RATES, Sweep
from tests.demo_card import either_device as either_device
from tests.demo_parts import few, real, trained


def swept(config: Config, rates: tuple[float, ...]) -> tuple[Sweep, list[SweepEpoch]]:
    sweep = Sweep(config, few(), rates)
    return sweep, [event for event in sweep.events() if isinstance(event, SweepEpoch)]


@pytest.mark.parametrize("model", ["linear", "net"])
@pytest.mark.parametrize("loss", ["book", "bce"])
def test_each_rate_learns_as_it_would_alone(model: str, loss: str, device: str) -> None:
    rates = (0.05, 0.2, 0.5)
    common: dict[str, Any] = {"loss": loss, "shuffle": True, "start": "torch", "batch_size": 64, "epochs": 3}
    common["device"] = device
    sweep, epochs = swept(Config.of(model, **common), rates)
    for column, rate in enumerate(rates):
        alone, seen = trained(Config.of(model, lr=rate, **common), few())
        weights = sweep.course.way.step.weights
        if model == "linear":
            found = weights["w"][:, column]
        else:
            found = weights["w1"].view(len(rates), 30, 784)[column]
        torch.testing.assert_close(found, alone.fast.weights["w" if model == "linear" else "w1"], rtol=1e-3, atol=1e-5)
        assert epochs[-1].accuracy[column] == pytest.approx(seen[-1].accuracy)
        assert epochs[-1].loss[column] == pytest.approx(seen[-1].loss, rel=1e-3)


def test_a_rate_that_is_too_high_leaves_the_others_alone() -> None:
    config = Config.of("net", shuffle=True, epochs=3, device="cpu")  # a card may add up otherwise in another shape
    _, alone = swept(config, (0.1, 0.5))
    _, beside = swept(config, (0.1, 1000.0, 0.5))
    assert beside[-1].accuracy[::2] == alone[-1].accuracy


def test_the_net_dies_at_high_rates_and_the_linear_model_does_not(shared: Path) -> None:
    data = real(shared / "data" / "mnist_sample.tgz")
    last = {}
    for model in ("linear", "net"):
        rates = (0.1, 1.0, 100.0) if model == "linear" else (0.1, 1.0, 50.0, 100.0, 300.0)
        config = Config.of(model, start="torch", shuffle=True, epochs=3)
        last[model] = [event for event in Sweep(config, data, rates).events() if isinstance(event, SweepEpoch)][-1]
    assert min(last["linear"].accuracy) > 0.9 and min(last["net"].accuracy[:2]) > 0.9
    assert set(last["net"].says_3[2:]) <= {0, len(data.valid)}  # the same answer to everything
    assert last["net"].alive is not None and last["net"].alive[0] > 10


def test_a_sweep_says_the_same_as_json_and_names_the_best_rate(device: str) -> None:
    sweep = Sweep(Config.of("linear", epochs=2, device=device), few())
    events = [event for event in sweep.events() if event.event != "step"]
    rows = [json.loads(line(event)) for event in events]
    assert [row["event"] for row in rows] == ["start", "epoch", "epoch", "done"]
    assert rows[0]["rates"] == list(RATES) and len(rows[1]["accuracy"]) == 16
    done = events[-1]
    assert isinstance(done, SweepDone) and done.best in RATES


@pytest.mark.parametrize("rates", [(), (0.0,), (-1.0,), (math.nan,), (1e9,), tuple([0.1] * 65)])
def test_rates_that_make_no_sense_are_told(rates: tuple[float, ...]) -> None:
    with pytest.raises(BadConfig, match="learning rate"):
        Sweep(Config(), few(), rates)


def test_a_sweep_needs_a_loss_with_a_gradient() -> None:
    for odd in (Config(loss="accuracy"), Config(forget_zero=True)):
        with pytest.raises(BadConfig, match="sweep"):
            Sweep(odd, few())
