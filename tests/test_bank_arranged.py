"""Arrangements that an author calls wrong: what no program can be made of is told at its place, and breaks nothing."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.bank.question import ParsonsPart, WrongArrangement
from app.bank.sense import doubts
from app.grading.proof import proof_faults
from app.sandbox.job import Runner
from tests.grading_parts import question_of
from tests.kind_parts import PARSONS


def arranged(*lines: list[Any]) -> ParsonsPart:
    return ParsonsPart.model_validate(PARSONS.model_dump() | {"wrong": [{"lines": lines, "why": "Wrong."}]})


@pytest.mark.parametrize("lines", [[], [["def", -1]], [["def", 9]], [["def", 10**9]]])
def test_an_arrangement_has_lines_and_an_indent_that_a_student_could_give_them(lines: list[Any]) -> None:
    with pytest.raises(ValidationError):
        arranged(*lines)


def test_a_line_stands_only_once_in_an_arrangement() -> None:
    (found,) = doubts(question_of(arranged(["def", 0], ["start", 1], ["def", 0])))
    assert found == (("parts", 0, "wrong", 0, "lines", 2), "the line `def` stands here twice")


def test_a_part_that_breaks_the_proof_is_at_fault_and_stops_nothing(runner: Runner) -> None:
    impossible = WrongArrangement.model_construct(lines=(), why="Wrong.", reply=None)
    broken = PARSONS.model_copy(update={"wrong": (impossible,)})
    (found,) = proof_faults(question_of(broken, PARSONS.model_copy(update={"id": "other"})), runner)
    assert found.where == ("parts", 0) and "the proof breaks on this part (ValidationError)" in found.message
