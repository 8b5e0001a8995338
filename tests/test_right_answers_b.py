"""Unusual right answers pass, whatever inputs are drawn."""

import pytest

from app.bank.bank import Bank
from app.grading.grade import grade
from app.sandbox.job import Runner
from tests.question_text import built_in
from tests.right_answers_b import RIGHT

ANSWERS = [(part, name) for part, answers in RIGHT.items() for name in answers]


@pytest.fixture(scope="module")
def bank() -> Bank:
    return built_in()


@pytest.mark.parametrize(("key", "name"), ANSWERS, ids=[f"{part}: {name}" for part, name in ANSWERS])
def test_another_right_answer_passes(key: str, name: str, bank: Bank, runner: Runner) -> None:
    question_id, part_id = key.split("/")
    question = bank.get(question_id)
    assert question is not None
    part = question.part(part_id)
    assert part is not None
    for seed in (11, 12):
        verdict = grade(question, part, RIGHT[key][name], runner, seed=seed)
        assert verdict.passed, (verdict.summary, verdict.error)
