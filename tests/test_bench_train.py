"""`bench train` gives every figure that it promises; what they are is asserted nowhere."""

import json
from pathlib import Path

import pytest

from app import bench_train
from app.cli import main
from app.demo.data import keep
from app.demo.strokes import VERSION
from tests.demo_parts import few


@pytest.fixture(autouse=True)
def short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One round, two epochs, 300 pictures."""
    keep(few(), tmp_path / "demo" / f"synthetic-{VERSION}-1.pixels")
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path))
    for name, value in {"ROUNDS": 1, "EPOCHS": 2, "SEEDS": (1,)}.items():
        monkeypatch.setattr(bench_train, name, value)


def test_json_has_every_way_limit_ratio_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "train", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    for model in ("linear", "net"):
        ways = {"the product's step", "readable autograd step", "DataLoader loop", "sweep of 16 rates"}
        assert ways <= made["ms"][model].keys()
        assert all({"p50", "p99"} <= row.keys() for row in made["ms"][model].values())
        assert f"{model}: DataLoader loop / the product's step" in made["ratios"]
    assert made["limits_ms"].keys() == {"bandwidth", "products"} and made["data"]["provenance"]["name"] == "few"
    assert [row.keys() >= {"98.0%", "98.5%"} for row in made["reaches"]] == [True] * 4
    assert len(made["machine"]["load_before"]) == len(made["load_after"]) == 3


def test_the_table_tells_the_data_and_the_load(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "train"]) == 0
    out, err = capsys.readouterr()
    assert "data: few" in out and "load average" in out and "limit: bandwidth" in out and err == ""


@pytest.mark.parametrize("words", [["--device", "tpu"], ["--data", "no/such"], ["--rounds", "3"]])
def test_what_cannot_be_measured_is_told(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["bench", "train", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1
