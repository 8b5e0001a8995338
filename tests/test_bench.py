"""The benchmark measures both ways of taking turns, and tells both; how fast anything is, no test says."""

import contextlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from app import bench
from app.settings import Settings
from tests.client import SECRET

RATIO = "HTTP POST to verdict / bare run"
FEW = {"ROUNDS": 1, "A_BLOCK": 2, "TURNS": 2, "LEAK_GRADES": 2, "THROUGHPUT_S": 0.1, "SETTLING": 2}


@pytest.fixture(scope="module")
def made() -> Iterator[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as printed:
        for name, number in FEW.items():
            patch.setattr(bench, name, number)
        bench.grade_bench(Settings.read(secret_key=SECRET), as_json=True)
        patch.undo()
    yield json.loads(printed.getvalue())


def test_both_ways_compare_a_post_with_a_bare_run(made: dict[str, Any]) -> None:
    for some in (made, made["rested"]):
        assert some["ratios"][RATIO] == pytest.approx(some["ms"]["http"]["p50"] / some["ms"]["run"]["p50"])


def test_the_table_shows_both_ways(made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "LEAK_GRADES", FEW["LEAK_GRADES"])
    shown = bench.table(made)
    assert shown.count(RATIO) == 2 and shown.index("steady") < shown.index("rested")


def test_nothing_stays_behind(made: dict[str, Any]) -> None:
    before, after = made["held_before"], made["held_after_2"]
    assert before["zygote_descriptors"] == after["zygote_descriptors"]
    assert before["own_descriptors"] == after["own_descriptors"]
