"""A verdict as text for a terminal."""

from typing import Any

import pytest

from app.grading.verdict import Check, Counterexample, Fault, PointState, Verdict
from app.report import as_json, harmless, verdict_json, verdict_text
from app.sandbox.job import Ending


def verdict(**more: Any) -> Verdict:
    plain = {"question": "zip-pairs", "part": "write", "kind": "code", "passed": False, "score": 0.5}
    return Verdict(**plain | {"ending": Ending.OK, "summary": "Not yet.", "how": "Compared."} | more)


def test_the_sentence_in_plain_words_comes_first_and_how_it_was_graded_last() -> None:
    lines = verdict_text(verdict()).splitlines()
    assert lines[0] == "Not yet." and lines[-1] == "Compared."


def test_a_counterexample_is_told_row_by_row() -> None:
    found = Counterexample(args="[1]", expected="[2]", got="(2,)", first_difference="a tuple, not a list", seed=7)
    text = verdict_text(verdict(counterexample=found))
    assert "called with [1]\nexpected    [2]\ngot         (2,)\ndifference  a tuple, not a list\nseed        7" in text


def test_checks_points_errors_and_output_are_all_there() -> None:
    text = verdict_text(
        verdict(
            checks=(Check(id="a", passed=True, says="a is right"), Check(id="b", passed=False, says="b is not")),
            error=Fault(type="NameError", message="no x", line=3, source="    return x"),
            points=(PointState(id="one", state="not_found"),),
            output="hello\nworld",
        )
    )
    assert "[ok] a is right\n[no] b is not" in text and "one: not found" in text
    assert "line 3: NameError: no x\n  return x" in text and "printed:\n  hello\n  world" in text


def test_an_answer_that_waits_for_its_author_is_not_called_wrong() -> None:
    assert "waits for your own grade" in verdict_text(verdict(kind="prose", score=None))


@pytest.mark.parametrize("bad", ["\x1b[2J", "\x07", "\r", "\u202e", "\ud800", "\x9b1m", "\x00"])
def test_nothing_an_answer_printed_can_steer_the_terminal(bad: str) -> None:
    text = verdict_text(verdict(output=f"a{bad}b"))
    text.encode()
    assert bad[0] not in text and "a\\" in text


def test_ordinary_text_stays_as_it_is() -> None:
    assert harmless("naïve – 数\tx\n½") == "naïve – 数\tx\n½"


def test_the_json_is_one_line_of_ascii_that_says_everything() -> None:
    line = as_json(verdict_json(verdict(output="½\n")))
    assert line.isascii() and "\n" not in line and '"ending": "ok"' in line and '"counterexample": null' in line
