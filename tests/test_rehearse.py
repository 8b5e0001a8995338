"""What authors are shown of a question: what its code gives, what wrong answers fail on, and values to take over."""

from pathlib import Path

import pytest

from app.bank.load import Source, read_source
from app.bank.rewrite import rewritten, value_at, with_lines
from app.grading.rehearse import Rehearsal, rehearse
from app.sandbox.job import Runner
from tests.question_text import changed
from tests.test_docs_questions import EXAMPLES, with_parts

NO_DICT = ('      - args: [[{py: "math.pi"}, {plain: 1.5}]]\n', "")  # the solution cannot double that


def read(text: str) -> Source:
    found = read_source(Path("q.yaml"), text.encode(), named=False)
    assert isinstance(found, Source), found
    return found


def rehearsed(text: str, run: Runner) -> Rehearsal:
    return rehearse(read(text).question, run)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_wrong_answer_of_every_kind_is_shown_with_what_it_fails_on(kind: str, runner: Runner) -> None:
    found = rehearsed(with_parts(EXAMPLES[kind]), runner)
    assert found.tried and all(one.says and one.answer for one in found.tried)
    assert kind == "prose" or not any(one.passed for one in found.tried)
    assert found.offers == ()


def test_what_the_solution_gives_is_shown_for_each_case_and_says_which_are_hidden(runner: Runner) -> None:
    given = rehearsed(changed(NO_DICT), runner).given
    assert (given[0].asked, given[0].got, given[0].hidden) == ("double([1, 2, 3])", "[2, 4, 6]", False)
    assert [one.hidden for one in given[:3]] == [False, True, True] and len(given) == 5


def test_while_the_solution_fails_nothing_is_said_of_a_wrong_answer(runner: Runner) -> None:
    text = with_parts(EXAMPLES["code"]).replace("[2**k for k in range(n)]", "[2**k for k in rang(n)]", 1)
    tried = rehearsed(text, runner).tried
    assert tried and all(one.says.startswith("Not known") and not one.passed for one in tried)


def test_a_number_that_was_miscalculated_can_be_taken_over(runner: Runner) -> None:
    text = with_parts(EXAMPLES["number"]).replace("value: 8\n", "value: 9\n")
    [offer] = rehearsed(text, runner).offers
    mended = rewritten(text, offer.where, offer.value)
    assert value_at(mended, offer.where) == 8 and rehearsed(mended, runner).offers == ()


def test_what_a_sample_is_seen_to_cover_can_be_taken_over(runner: Runner) -> None:
    text = changed(("Every item is doubled., covers: [doubled]", "Every item is doubled., covers: [new]"), NO_DICT)
    [offer] = rehearsed(text, runner).offers
    mended = rewritten(text, offer.where, offer.value)
    assert value_at(mended, offer.where) == ["doubled"] and rehearsed(mended, runner).offers == ()


def test_a_point_on_the_true_curve_can_be_taken_over(runner: Runner) -> None:
    text = with_parts(EXAMPLES["draw"])
    source = read(text)
    at = next(at for at, one in enumerate(source.question.parts[0].properties) if one.passes)  # type: ignore[union-attr]
    where = ("parts", 0, "properties", at, "passes")
    x, y = value_at(text, where)
    top = source.question.parts[0].y[1]  # type: ignore[union-attr]
    moved = rewritten(text, where, f"[{x}, {top if y < top else top / 2}]")
    [offer] = rehearsed(moved, runner).offers
    assert value_at(rewritten(moved, offer.where, offer.value), where) == pytest.approx([x, y], abs=0.02)


def test_a_question_at_fault_is_rehearsed_as_far_as_it_goes(runner: Runner) -> None:
    broken = changed(("return [2 * x for x in xs]", "return 1 / 0"))
    found = rehearsed(broken, runner)
    assert found.given == () and [one.passed for one in found.tried if one.part == "write"] == [False]


SESSION = """answer: |
  Like this:

  ```python
  >>> [2 * x
  ...  for x in [1, 2]]
  [2, 3]
  >>> print("a\\n\\nb")
  >>> 1 + 1
  2
  >>> 1 / 0
  Traceback (most recent call last):
  ValueError: nothing
  ```
"""


def test_what_the_answer_really_prints_can_be_taken_over(runner: Runner) -> None:
    whole = changed(NO_DICT)
    text = whole[: whole.index("answer: |")] + SESSION
    for _ in range(3):
        offer = rehearsed(text, runner).offers[0]
        assert offer.lines
        text = with_lines(text, offer.where, *offer.lines, offer.value.split("\n"))
    assert rehearsed(text, runner).offers == ()
    assert "  [2, 4]\n" in text and "  a\n\n  b\n" in text and "ZeroDivisionError: division by zero" in text
