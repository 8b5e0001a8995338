"""A training that is watched, in this process: what the page asks for means the same on a card as on the processor."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from app.demo.child import Showing
from app.demo.config import Config
from app.demo.mailbox import Mailbox
from app.demo.sweep import Sweep
from app.demo.train import Training
from tests.demo_card import either_device as either_device
from tests.demo_parts import few

BATCHES = 6


@pytest.fixture(autouse=True)
def weights_only_at_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """And at the beginning and the end, however slow the machine is."""
    monkeypatch.setattr("app.demo.child.WEIGHTS_S", math.inf)


class Heard(Mailbox[str]):
    """Every event in its order, none dropped; at each one `then` may act."""

    def __init__(self, then: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []
        self.then = then

    def put(self, name: str, item: str) -> None:
        self.rows.append(json.loads(item))
        self.then(self.rows[-1])

    def steps(self, name: str) -> list[int]:
        return [row["step"] for row in self.rows if row["event"] == name]


def shown(device: str, script: dict[int, str], pace: float | None = None, epochs: int = 50) -> tuple[Heard, Training]:
    """A training to its end. script: at the end of that epoch, these commands come."""
    inbox: Mailbox[dict[str, Any]] = Mailbox()

    def then(row: dict[str, Any]) -> None:
        if row["event"] == "epoch":
            for word in script.pop(row["epoch"], "").split():
                inbox.put("command", {"command": word})

    config = Config.of("net", "better", batch_size=50, epochs=epochs, device=device)
    training, heard = Training(config, few()), Heard(then)
    Showing(inbox, heard, training, pace).run()
    return heard, training


def test_a_step_learns_from_one_batch_and_a_pause_holds(device: str) -> None:
    heard, _ = shown(device, {2: "pause" + " step" * 8 + " stop"})
    held = (2 * BATCHES + 1, 3 * BATCHES)  # the next batch, or the next epoch in one piece
    assert heard.rows[-1]["event"] == "done" and heard.rows[-1]["why"] == "stopped"
    frames = heard.steps("frame")
    at = frames.index(heard.steps("weights")[-2])  # at the pause; the last is at the end
    assert frames[at] in held
    assert sorted(set(frames[at:])) == list(range(frames[at], frames[at] + 9))


def test_a_step_pauses_a_training_that_ran(device: str) -> None:
    heard, _ = shown(device, {2: "step stop"})
    assert heard.steps("done") == [heard.steps("weights")[-2] + 1]


def test_a_training_that_was_paused_and_stepped_ends_with_the_weights_of_one_that_was_not(device: str) -> None:
    """Every epoch, every batch and every number is there, however often it goes one way or the other."""
    plain, undisturbed = shown(device, {}, epochs=6)
    heard, disturbed = shown(device, {1: "pause step step resume", 3: "step step step step resume"}, epochs=6)
    assert plain.steps("epoch") == heard.steps("epoch") == [BATCHES * epoch for epoch in range(1, 7)]
    for name, weights in undisturbed.fast.weights.items():
        assert (weights - disturbed.fast.weights[name]).abs().max() <= 1e-3
    assert [row["accuracy"] for row in heard.rows if row["event"] == "epoch"] == pytest.approx(
        [row["accuracy"] for row in plain.rows if row["event"] == "epoch"], abs=0.02
    )


def test_at_a_pace_to_watch_frames_move_within_an_epoch(device: str) -> None:
    heard, training = shown(device, {}, pace=3, epochs=2)
    within = {step for step in heard.steps("frame") if 0 < step < BATCHES}
    assert len(within) >= 3 and training.course.walking


@pytest.mark.parametrize("pace", [None, 100])
def test_a_training_that_is_too_fast_to_watch_runs_as_fast_as_it_can(device: str, pace: float | None) -> None:
    _, training = shown(device, {}, pace=pace, epochs=3)
    assert not training.course.walking


def test_a_sweep_shows_no_frames_and_walks_only_when_it_is_stepped(device: str) -> None:
    inbox: Mailbox[dict[str, Any]] = Mailbox()
    sweep = Sweep(Config.of("linear", epochs=3, batch_size=50, device=device), few(), (0.1, 1.0))
    heard = Heard(lambda row: None)
    showing = Showing(inbox, heard, sweep, pace=20)
    assert not sweep.course.walking
    for word in ("pause", "step", "step", "stop"):
        inbox.put("command", {"command": word})
    showing.run()
    assert sweep.step == (3 if device == "cpu" else BATCHES + 2)
    assert heard.rows[-1]["why"] == "stopped" and math.isfinite(heard.rows[-1]["compute_ms"])
