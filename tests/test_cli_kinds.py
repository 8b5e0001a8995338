"""`selfgrad grade` and its batches take every kind of answer, as the API does."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.question_text import some_built_in

SEVEN = ["initialise", "predict", "loss", "gradient", "step", "repeat", "stop"]
LINES: list[dict[str, Any]] = [
    {"id": 1, "question": "metrics-which-set", "part": "which", "answer": "validation"},
    {"id": 2, "question": "gradient", "part": "reading", "answer": ["first-up", "more-sensitive"]},
    {"id": 3, "question": "gradient", "part": "slope", "answer": 4},
    {"id": 4, "question": "sgd-seven-steps", "part": "order", "answer": SEVEN},
]


@pytest.fixture(autouse=True)
def built_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bank = some_built_in(tmp_path / "questions", "metrics-which-set", "gradient", "sgd-seven-steps")
    monkeypatch.setenv("SELFGRAD_QUESTIONS", str(bank))
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path))


@pytest.mark.parametrize(
    "target, answer",
    [
        ("gradient/slope", "4,0\n"),
        ("metrics-which-set/which", "validation"),
        ("sgd-seven-steps/order", json.dumps(SEVEN)),
    ],
)
def test_an_answer_in_a_file_is_graded_as_the_form_would_send_it(
    target: str, answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "answer").write_text(answer)
    assert main(["grade", target, str(tmp_path / "answer"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["passed"]


def test_a_batch_takes_ids_numbers_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "batch").write_text("\n".join(map(json.dumps, LINES)))
    assert main(["grade", "--batch", str(tmp_path / "batch")]) == 0
    made = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["id"], one["verdict"]["passed"]) for one in made] == [(id, True) for id in (1, 2, 3, 4)]


@pytest.mark.parametrize("answer", ["nobody", [], ["validation", "validation"], 3, {"a": 1}, True])
def test_what_cannot_be_an_answer_is_a_refused_verdict_in_its_place(
    answer: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "batch").write_text(json.dumps(LINES[0] | {"answer": answer}))
    assert main(["grade", "--batch", str(tmp_path / "batch")]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"]["ending"] == "refused"
