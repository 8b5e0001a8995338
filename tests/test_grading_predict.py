"""Predictions: the snippet's real output decides, however the prediction is spelled; and arranged lines really run."""

import pytest

from app.grading.grade import KINDS
from app.sandbox.job import Ending, Runner
from tests.grading_parts import question_of
from tests.kind_parts import ARRANGED, PARSONS, graded, predict

SHAPE = predict("import torch\nx = torch.zeros(2, 3)\n", shape="x")
MATRIX = predict("import torch\nprint(torch.tensor([[2., 4.], [6., 8.]]))\n")
LINES = predict("print(1)\nprint(4)\n")
RAISES = predict("import torch\ntorch.zeros(2) + torch.zeros(3)\nprint('done')\n")


@pytest.mark.parametrize(
    "answer", ["torch.Size([2, 3])", "(2,3)", "(2, 3)", "[2, 3]", "2x3", "2 × 3", "2 by 3", "2, 3", "x.shape = (2, 3)"]
)
def test_a_shape_may_be_spelled_in_any_usual_way(answer: str, runner: Runner) -> None:
    assert graded(SHAPE, answer, runner).passed


@pytest.mark.parametrize(
    "answer, told", [("(3, 2)", "sizes"), ("(2, 4)", "axis 1"), ("(6,)", "1 axis"), ("raises", "end")]
)
def test_a_wrong_shape_is_told_what_is_wrong_and_not_what_is_right(answer: str, told: str, runner: Runner) -> None:
    made = graded(SHAPE, answer, runner)
    assert not made.passed and told in made.summary and "(2, 3)" not in made.model_dump_json()


@pytest.mark.parametrize("shape, answer", [("()", "scalar"), ("()", "torch.Size([])"), ("(3,)", "3"), ("(3,)", "[3]")])
def test_shapes_without_and_with_one_axis(shape: str, answer: str, runner: Runner) -> None:
    assert graded(predict(f"import torch\nx = torch.zeros({shape})\n", shape="x"), answer, runner).passed


@pytest.mark.parametrize(
    "answer",
    ["tensor([[2., 4.],\n        [6., 8.]])", "tensor([[2.,4.],[6.,8.]])", "[[2, 4], [6, 8]]", "[[2.0,4.0],[6.0,8.0]]"],
)
def test_what_is_printed_may_be_spaced_and_spelled_freely(answer: str, runner: Runner) -> None:
    made = graded(MATRIX, answer, runner)
    assert made.passed and made.output == "tensor([[2., 4.],\n        [6., 8.]])"


@pytest.mark.parametrize(
    "answer", ["[2, 4, 6, 8]", "[[2, 4], [6, 9]]", "tensor([[2., 4.]])", "[[2, 6], [4, 8]]", "nothing"]
)
def test_other_numbers_or_brackets_do_not_pass(answer: str, runner: Runner) -> None:
    made = graded(MATRIX, answer, runner)
    assert not made.passed and made.ending is Ending.OK and made.output is None


@pytest.mark.parametrize("answer", ["1\n4", "1, 4", "1 and 4", "1 then 4"])
def test_several_lines_may_be_told_in_one(answer: str, runner: Runner) -> None:
    assert graded(LINES, answer, runner).passed


@pytest.mark.parametrize(
    "answer", ["raises", "It raises a RuntimeError.", "error", "an exception", "RuntimeError", "fails"]
)
def test_an_exception_is_predicted_by_saying_so(answer: str, runner: Runner) -> None:
    made = graded(RAISES, answer, runner)
    assert made.passed and "RuntimeError" in made.summary


@pytest.mark.parametrize("answer", ["done", "tensor([0., 0.])", "no error", "it does not raise"])
def test_a_result_is_no_prediction_of_an_exception(answer: str, runner: Runner) -> None:
    assert not graded(RAISES, answer, runner).passed


def test_a_typical_wrong_prediction_gets_its_reply(runner: Runner) -> None:
    made = graded(LINES, " 99 ", runner)
    assert made.notes and made.notes[0].says == "Why 99?"


@pytest.mark.parametrize("answer", ["", " ", "x" * 5000, "\0", None, 3, [2, 3], "\ud800"])
def test_what_is_no_prediction_is_told(answer: object, runner: Runner) -> None:
    assert graded(LINES, answer, runner).ending is Ending.REFUSED


@pytest.mark.parametrize("answer", ["hello", "(2, -1)", "2.5", "😀", "by", "9" * 300, "(" * 150])
def test_what_is_no_shape_is_told(answer: str, runner: Runner) -> None:
    assert graded(SHAPE, answer, runner).ending is Ending.REFUSED


@pytest.mark.parametrize(
    "part, told",
    [
        (predict("print(99)"), "meant to be wrong, but it passes"),
        (predict("x = 1", shape="x"), "nothing to predict"),
        (predict("pass"), "nothing to predict"),
        (predict("print(4, 2)", wrong=[{"answer": "4 3", "reply": "No, 4 2."}]), "gives the answer away"),
        (predict("import time\ntime.sleep(99)"), "nothing to predict"),
    ],
)
def test_a_snippet_that_does_not_fit_its_part_is_a_fault(part: object, told: str, runner: Runner) -> None:
    found = list(KINDS["predict"].prove(question_of(part), part, runner))  # type: ignore[arg-type]
    assert found and told in found[0].message


def test_how_many_numbers_are_right_is_told_in_plain_english(runner: Runner) -> None:
    assert graded(LINES, "2 3", runner).summary == "Not yet: neither of the 2 numbers is right."
    assert graded(LINES, "1 3", runner).summary == "Not yet: 1 of the 2 numbers is right."


@pytest.mark.parametrize("part", [SHAPE, MATRIX, LINES, RAISES])
def test_what_a_snippet_does_passes_its_own_part(part: object, runner: Runner) -> None:
    changed = part.model_copy(update={"wrong": ()})  # type: ignore[attr-defined]
    assert list(KINDS["predict"].prove(question_of(changed), changed, runner)) == []


@pytest.mark.parametrize("answer", ["shape" * 39 + "!", "shape" * 4 + ".shape" * 29, "a.shape=" * 24 + "?", " =:" * 66])
def test_no_prediction_of_a_shape_takes_for_ever(answer: str, runner: Runner) -> None:
    assert graded(SHAPE, answer, runner).ending is Ending.REFUSED


def test_a_snippet_that_prints_more_than_can_be_handed_in_is_a_fault(runner: Runner) -> None:
    part = predict("print('x' * 5000)")
    (found,) = KINDS["predict"].prove(question_of(part), part, runner)
    assert found.where == ("snippet",) and "at most 4,000 characters" in found.message


def test_the_right_arrangement_passes_and_so_does_one_that_computes_the_same(runner: Runner) -> None:
    assert graded(PARSONS, ARRANGED, runner).passed
    deeper = [[id, indent * 2] for id, indent in ARRANGED]
    assert graded(PARSONS, deeper, runner).passed


def test_a_wrong_arrangement_is_run_and_shown_its_smallest_failing_input(runner: Runner) -> None:
    early = [*ARRANGED[:4], ["return", 2]]
    made = graded(PARSONS, early, runner)
    assert made.kind == "parsons" and not made.passed and made.counterexample is not None


def test_a_line_that_does_not_belong_gets_its_reply(runner: Runner) -> None:
    made = graded(PARSONS, [*ARRANGED[:3], ["times", 2], ARRANGED[4]], runner)
    assert [note.says for note in made.notes or () if note.id == "times"] == ["That multiplies."]


def test_wrong_indentation_is_told_with_its_line(runner: Runner) -> None:
    made = graded(PARSONS, [[id, 0] for id, _ in ARRANGED], runner)
    assert made.ending is Ending.REFUSED and made.error is not None and made.error.line == 2


@pytest.mark.parametrize(
    "answer",
    [
        [], [["def"]], [["def", 0, 1]], [["nobody", 0]], [["def", 0], ["def", 0]], [["def", -1]], [["def", 9]], "def",
        [["def", True]], [["def", 0.5]], [[0, "def"]], [["def", 10**50]], "[[\"def\", " + "1" * 10_000 + "]]", None, 3,
        [["def", 0]] * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_arrangement_is_told(answer: object, runner: Runner) -> None:
    made = graded(PARSONS, answer, runner)
    assert made.ending is Ending.REFUSED and made.error is None and made.summary


def test_a_good_arrangement_part_proves_itself(runner: Runner) -> None:
    assert list(KINDS["parsons"].prove(question_of(PARSONS), PARSONS, runner)) == []
