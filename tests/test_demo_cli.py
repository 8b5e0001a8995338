"""`selfgrad train` as a person or a script meets it: the table, JSON, the exported script, what cannot be done."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import main
from app.demo.config import LOSSES, Config
from app.demo.data import keep, read_kept
from app.demo.script import script
from app.demo.strokes import VERSION
from tests.demo_parts import few, trained

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose synthetic handwriting is only 300 pictures."""
    keep(few(), tmp_path / "demo" / f"synthetic-{VERSION}-1.pixels")
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path))
    return tmp_path


def test_json_is_an_object_an_epoch_and_a_last_one_with_the_same_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--model", "net", "--epochs", "3", "--json"]) == 0
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3, 3] and err == ""
    assert all({"epoch", "loss", "accuracy", "compute_ms"} <= row.keys() for row in rows)
    assert [row.get("done") for row in rows] == [None, None, None, True]
    assert rows[-1]["accuracy"] == rows[-2]["accuracy"] == rows[-2]["correct"] / rows[-2]["valid"]
    assert rows[-1]["provenance"]["name"] == "few"


def test_the_table_says_first_which_pictures_and_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--epochs", "2", "--data", "synthetic"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split() == ["data", "few,", "drawn;", "ours"] and err == ""
    assert "300 to learn from" in lines[1] and "learning rate 1" in out and "in order" in out
    assert [line.split()[0] for line in lines[-4:-2]] == ["1", "2"]


def test_every_setting_reaches_the_training(capsys: pytest.CaptureFixture[str]) -> None:
    words = "--model net --preset better --epochs 2 --lr 0.25 --batch-size 50 --seed 9 --no-shuffle".split()
    words += "--loss book --start zeros --forget-zero --device cpu --json".split()
    assert main(["train", *words]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    config = Config("net", 0.25, 50, 2, 9, False, "book", "zeros", True, "cpu")
    assert told["loss"] == trained(config, few())[1][-1].loss


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--lr", "0"], "learning rate"),
        (["--lr", "-1"], "learning rate"),
        (["--lr", "nan"], "learning rate"),
        (["--lr", "inf"], "learning rate"),
        (["--lr", "1e9"], "learning rate"),
        (["--lr", "fast"], "--lr"),
        (["--batch-size", "0"], "batch size"),
        (["--batch-size", "301"], "larger than the 300"),
        (["--epochs", "0"], "epochs"),
        (["--epochs", "1000000000"], "epochs"),
        (["--epochs", "9" * 5000], "--epochs"),
        (["--seed", "-1"], "seed"),
        (["--model", "forest"], "linear, net"),
        (["--preset", "best"], "book, better"),
        (["--loss", "none"], "book, bce, accuracy"),
        (["--start", "ones"], "normal, torch, zeros"),
        (["--device", "tpu"], "auto, cpu, cuda"),
        (["--data", "no/such/place"], "no/such/place"),
        (["--data", "tests"], "train/3"),
        (["--data", __file__], "no whole .tgz"),
        (["--data", ""], "train/3"),
        (["--export", "no/such/folder/run.py"], "no/such/folder/run.py"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line_with_exit_code_2(
    capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["train", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and err.startswith("selfgrad: ") and err.count("\n") == 1 and len(err) < 500


def test_a_card_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert main(["train", "--device", "cuda"]) == 2
    assert main(["train", "--device", "auto", "--epochs", "1"]) == 0


def test_ctrl_c_ends_a_training_with_130_and_nothing_on_stderr() -> None:
    command = [
        sys.executable,
        "-m",
        "app",
        "train",
        "--model",
        "net",
        "--epochs",
        "1000",
        "--batch-size",
        "1",
        "--json",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130 and process.stderr.read() == b""


def run_script(path: Path) -> list[tuple[float, float]]:
    """Loss and accuracy of each epoch that a script prints."""
    environment = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert ran.stderr == ""
    return [(float(row[2]), float(row[4])) for row in map(str.split, ran.stdout.splitlines())]


def test_an_exported_script_stands_beside_its_pictures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "run.py"
    assert main(["train", "--epochs", "3", "--lr", "0.5", "--export", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert "0.5, 256, 3, 1, False" in text and "import app" not in text and "from app" not in text
    assert read_kept(path.with_suffix(".pixels"), few().provenance.sha256) is not None
    assert "run.py" in capsys.readouterr().err


def test_a_script_gives_the_same_numbers_as_this_program(tmp_path: Path) -> None:
    keep(few(), tmp_path / "all.pixels")
    path = tmp_path / "all.py"
    configs = [Config("net", 0.1, 64, 2, loss=loss, start="torch", forget_zero=loss == "bce") for loss in LOSSES]
    configs += [Config("linear", 0.1, 64, 2, start="normal"), Config("linear", 0.1, 64, 2, start="zeros", shuffle=True)]
    names = "{'__name__': '__main__', '__file__': __file__}"
    path.write_text("\n".join(f"exec({script(config)!r}, {names})" for config in configs), encoding="utf-8")
    rows = iter(run_script(path))
    for config in configs:
        for epoch in trained(replace(config, device="cpu"), few())[1]:
            loss, accuracy = next(rows)
            assert loss == pytest.approx(epoch.loss, rel=1e-3) and accuracy == pytest.approx(epoch.accuracy, abs=0.02)
