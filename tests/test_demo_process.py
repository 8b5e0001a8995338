"""The child that trains, from the web's side: events, commands, slow readers, and what the web process never loads."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from app.demo.data import keep
from app.demo.mailbox import Mailbox
from app.demo.process import Message, Trainer, TrainerBusy, TrainerGone
from app.demo.strokes import VERSION
from tests.demo_card import on_each_real_device
from tests.demo_parts import few

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose synthetic handwriting is only 300 pictures."""
    folder = tmp_path_factory.mktemp("data")
    keep(few(), folder / "demo" / f"synthetic-{VERSION}-1.pixels")
    return folder


@pytest.fixture(scope="module")
def trainer(data_dir: Path) -> Iterator[Trainer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELFGRAD_SECRET_KEY", "x" * 40)
        with Trainer(data_dir) as made:
            assert made.wait_ready()
            yield made


@on_each_real_device
def test_a_training_is_told_from_start_to_done(trainer: Trainer, device: str) -> None:
    trainer.start({"model": "net", "preset": "better", "epochs": 3, "device": device})
    messages = list(trainer.events())
    names = [message.name for message in messages]
    assert names[0] == "start" and names[-1] == "done" and names.count("epoch") == 3 and "frame" in names
    assert messages[0].data["provenance"]["name"] == "few"
    assert messages[-1].data["why"] == "finished" and len(messages[-1].data["worst"]) == 12
    assert not trainer.busy and "\n" not in messages[0].text
    judge = trainer.judge()
    assert judge is not None and judge.arrays["w1"].shape == (30, 784)


def test_one_training_follows_another_in_the_same_child(trainer: Trainer) -> None:
    ends = []
    for model in ("linear", "net", "linear"):
        trainer.start({"model": model, "epochs": 2})
        ends.append([message.data["epoch"] for message in trainer.events() if message.name == "epoch"])
    assert ends == [[1, 2]] * 3


@on_each_real_device
def test_a_sweep_tells_every_rate_in_every_epoch(trainer: Trainer, device: str) -> None:
    trainer.start({"model": "net", "epochs": 2, "device": device}, kind="sweep", rates=[0.1, 100])
    messages = list(trainer.events())
    assert [message.name for message in messages] == ["start", "epoch", "epoch", "done"]
    assert all(len(message.data["accuracy"]) == 2 for message in messages[1:3])


@pytest.mark.parametrize(
    ("config", "others", "told"),
    [
        ({"lr": -1}, {}, "learning rate"),
        ({"lr": float("nan")}, {}, "learning rate"),
        ({"model": "forest"}, {}, "model"),
        ({"colour": "red"}, {}, "colour"),
        ({"batch_size": 10**6}, {}, "larger than the 300"),
        ([], {"data": "/etc/passwd"}, "data are auto or synthetic"),
        ("linear", {}, "config"),
        ({}, {"pace": 0}, "pace"),
        ({}, {"kind": "tea"}, "kind"),
        ({}, {"kind": "sweep", "rates": [0.1, -1]}, "learning rate"),
        ({}, {"kind": "sweep", "rates": "0.1"}, "rates"),
    ],
)
def test_what_makes_no_sense_is_an_error_and_the_child_lives_on(
    trainer: Trainer, config: dict[str, object], others: dict[str, object], told: str
) -> None:
    trainer.start(config, **others)  # type: ignore[arg-type]
    (message,) = trainer.events()
    assert message.name == "error" and told in message.data["message"] and trainer.alive


@on_each_real_device
@pytest.mark.parametrize("pace", [20, 50])  # at the second a card takes an epoch in one piece
def test_a_pause_holds_the_training_a_step_learns_one_batch_and_stop_ends_it(
    trainer: Trainer, device: str, pace: float
) -> None:
    trainer.start({"model": "linear", "epochs": 1000, "device": device}, pace=pace)
    events = trainer.events()
    next(message for message in events if message.name == "epoch")
    trainer.pause()
    time.sleep(0.3)
    steps = []
    for _ in range(3):
        trainer.step()
        steps.append(last_frame_before_silence(trainer).data["step"])
    assert [after - before for before, after in pairwise(steps)] == [1, 1]
    trainer.resume()
    next(message for message in events if message.name == "epoch")
    trainer.stop()
    assert list(events)[-1].data["why"] == "stopped"


def last_frame_before_silence(trainer: Trainer) -> Message:
    """What the trainer told last, once it tells nothing more."""
    newest = None
    while (message := trainer._mail.get(timeout=0.5)) is not None:
        newest = message
    assert newest is not None and newest.name == "frame"
    return newest


@on_each_real_device
def test_a_busy_trainer_takes_no_second_training_and_the_next_begins_with_its_start(
    trainer: Trainer, device: str
) -> None:
    trainer.start({"model": "net", "epochs": 1000, "device": device}, pace=50)
    next(trainer.events())
    with pytest.raises(TrainerBusy):
        trainer.start({})
    trainer.stop()
    while trainer.busy:
        time.sleep(0.01)
    trainer.start({"epochs": 1})
    assert next(trainer.events()).name == "start" and list(trainer.events())[-1].name == "done"


@on_each_real_device
def test_frames_come_at_most_25_times_a_second(trainer: Trainer, device: str) -> None:
    trainer.start({"model": "linear", "epochs": 15, "device": device}, pace=10)
    begun = time.monotonic()
    frames = sum(message.name == "frame" for message in trainer.events())
    assert 5 < frames <= 25 * (time.monotonic() - begun) + 3


def test_a_reader_that_is_slow_gets_every_epoch_but_only_the_newest_frame() -> None:
    mail: Mailbox[str] = Mailbox()
    for number in range(100):
        mail.put("frame", f"frame {number}")
        if number % 50 == 0:
            mail.put("epoch", f"epoch {number}")
    mail.close()
    assert [mail.get(), mail.get(), mail.get(), mail.get()] == ["epoch 0", "epoch 50", "frame 99", None]


def test_a_listener_is_called_with_each_message(data_dir: Path) -> None:
    heard: list[Message] = []
    with Trainer(data_dir, heard.append) as trainer:
        trainer.start({"epochs": 2})
        deadline = time.monotonic() + 60
        while not (heard and heard[-1].name == "done") and time.monotonic() < deadline:
            time.sleep(0.02)
    assert [message.name for message in heard if message.name != "frame"] == ["start", "epoch", "epoch", "done"]


def test_closing_ends_the_child_in_the_middle_of_a_training(data_dir: Path) -> None:
    trainer = Trainer(data_dir).open()
    trainer.start({"model": "net", "epochs": 1000})
    next(trainer.events())
    trainer.close()
    trainer.close()
    assert not trainer.alive
    with pytest.raises(TrainerGone):
        trainer.start({})


def test_a_child_that_dies_is_told_as_an_error(data_dir: Path) -> None:
    with Trainer(data_dir) as trainer:
        trainer.start({"model": "net", "epochs": 1000})
        events = trainer.events()
        next(events)
        assert trainer._process is not None
        trainer._process.kill()
        assert list(events)[-1].name == "error" and not trainer.busy


def test_the_child_is_niced_on_one_thread_and_knows_no_secret(trainer: Trainer) -> None:
    if sys.platform != "linux":
        pytest.skip("reads /proc, which only Linux has")
    assert trainer._process is not None
    proc = Path(f"/proc/{trainer._process.pid}")
    environment = proc.joinpath("environ").read_bytes()
    assert b"OMP_NUM_THREADS=1" in environment and b"SECRET" not in environment
    assert int(proc.joinpath("stat").read_text().rpartition(")")[2].split()[16]) >= min(19, os.nice(0) + 10)


def test_the_modules_that_the_web_uses_never_load_torch() -> None:
    names = "archive config data drawing events fetch mailbox pictures png process script strokes".split()
    code = f"import sys; from app.demo import {', '.join(names)}; print(json.dumps('torch' in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", f"import json; {code}"], cwd=ROOT, capture_output=True, check=True)
    assert json.loads(ran.stdout) is False
