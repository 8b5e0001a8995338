"""Choices, numbers and orders: what counts as right, what is said to a mistake, and what cannot be an answer."""

import json
import random

import pytest

from app.bank.closed import NumberPart, WrongNumber
from app.grading.grade import KINDS
from app.grading.number import readings
from app.grading.order import longest_run
from app.sandbox.job import Ending
from tests.grading_parts import question_of
from tests.kind_parts import ONE, ORDER, SOME, graded, nothing_runs, number

RIGHT_ORDER = ["one", "two", "three", "four", "five"]


def test_the_right_choice_passes_and_a_wrong_one_gets_its_authors_reply() -> None:
    assert graded(ONE, "a").passed and graded(ONE, ["a"]).passed and graded(ONE, '["a"]').passed
    made = graded(ONE, "b")
    assert not made.passed and made.score == 0 and made.notes and made.notes[0].says == "No: `b` is not."


@pytest.mark.parametrize("chosen, score", [("ab", 1), ("a", 0.5), ("abc", 0.5), ("ac", 0), ("cd", 0), ("abcd", 0)])
def test_of_several_each_right_one_earns_and_each_wrong_one_costs(chosen: str, score: float) -> None:
    made = graded(SOME, list(chosen))
    assert made.score == score and made.passed is (chosen == "ab")
    assert [note.id for note in made.notes or ()] == [id for id in chosen if id in "cd"]


@pytest.mark.parametrize("answer", [[], "", "z", ["a", "a"], ["a", "b"], [1], {"a": 1}, 3, None, True, "[", "[NaN]"])
def test_what_is_no_choice_is_told(answer: object) -> None:
    made = graded(ONE, answer)
    assert made.ending is Ending.REFUSED and not made.passed and made.summary


@pytest.mark.parametrize(
    "text",
    [
        "0.5", "0,5", "½", ".5", "5e-1", "5·10^-1", "5 x 10⁻¹", "1/2", "50 %", "50%", "+0.5", " 0.50 ", "≈ 0.5",
        "x = 0.5", "０.５", "1⁄2",
    ],
)  # fmt: skip
def test_a_number_may_be_written_as_people_write_it(text: str) -> None:
    assert graded(number(0.5), text).passed


@pytest.mark.parametrize("text", ["6131", "6,131", "6.131", "6 131", "6'131", "6_131", "6131 files", "6.131e3"])
def test_thousands_and_units_are_understood(text: str) -> None:
    assert graded(number(6131.0, units=["files"]), text).passed


@pytest.mark.parametrize("value", [0.5, 1, -3, 1e-9, 123456.789])
def test_a_number_is_its_own_answer(value: float) -> None:
    assert graded(number(float(value)), value).passed and graded(number(float(value)), repr(value)).passed


def test_a_known_wrong_number_gets_its_reply_and_no_hint() -> None:
    part = NumberPart(id="n", kind="number", ask="?", value=2, wrong=(WrongNumber(value=-2, reply="Mind the sign."),))
    made = graded(part, "−2")
    assert made.notes and made.notes[0].says == "Mind the sign." and "Look at" not in made.summary


@pytest.mark.parametrize("said, hint", [("-0.25", "sign"), ("2.5", "power of ten"), ("0.3", "not it.")])
def test_the_kind_of_difference_is_told_without_the_number(said: str, hint: str) -> None:
    made = graded(number(0.25), said)
    assert hint in made.summary and "0.25 " not in made.summary.replace("-0.25", "")


@pytest.mark.parametrize(
    "answer",
    [
        "", " ", "abc", "seven", "1.2.3", "--1", "1/0", "nan", "inf", "NaN", "9" * 10_000, "1e999", "0x10", "1 2 3 kg",
        "😀", "שלוש", "三", float("nan"), float("inf"), True, None, [1], {}, "1\0", "\ud800", 10**400,
    ],
)  # fmt: skip
def test_what_is_no_number_is_told(answer: object) -> None:
    made = graded(number(1.0), answer)
    assert made.ending is Ending.REFUSED and not made.passed and made.summary


def test_no_number_that_can_be_written_breaks_the_reader() -> None:
    rng = random.Random(4)
    for _ in range(3000):
        text = "".join(rng.choice("0123456789,.eE+-/ *x^⁻³½%·'") for _ in range(rng.randrange(1, 14)))
        assert graded(number(1.0), text).ending in (Ending.OK, Ending.REFUSED)


def test_a_number_beyond_every_ratio_is_wrong_and_nothing_else() -> None:
    made = graded(number(0.001), "100000000e300")
    assert made.ending is Ending.OK and not made.passed


def test_a_comma_has_two_readings() -> None:
    assert readings("6,131") == [6131.0, 6.131]


def test_the_right_order_passes_alone() -> None:
    assert graded(ORDER, RIGHT_ORDER).passed and graded(ORDER, json.dumps(RIGHT_ORDER)).passed


def test_one_step_out_of_place_costs_one_step_and_is_told_where_it_belongs() -> None:
    made = graded(ORDER, ["one", "three", "four", "two", "five"])
    assert made.score == 0.75 and not made.passed
    said = {check.id: check.says for check in made.checks or () if not check.passed}
    assert said == {"two": "“Do two” comes too late."}
    early = graded(ORDER, ["five", "one", "two", "three", "four"])
    assert [check.says for check in early.checks or () if not check.passed] == ["“Do five” comes too early."]


def test_a_typical_wrong_order_gets_its_reply() -> None:
    made = graded(ORDER, ["two", "one", "three", "four", "five"])
    assert made.notes and made.notes[0].says == "One comes first."


def test_the_order_backwards_earns_nothing() -> None:
    assert graded(ORDER, RIGHT_ORDER[::-1]).score == 0


def test_the_longest_run_is_as_long_as_trying_all_finds() -> None:
    rng = random.Random(5)
    for _ in range(300):
        places = rng.sample(range(7), 7)
        best = 0
        for mask in range(1 << 7):
            kept = [place for index, place in enumerate(places) if mask >> index & 1]
            best = max(best, len(kept) if kept == sorted(kept) else 0)
        run = [places[index] for index in longest_run(places)]
        assert len(run) == best and run == sorted(run)


@pytest.mark.parametrize(
    "answer",
    [
        [], ["one"], RIGHT_ORDER[:4], [*RIGHT_ORDER, "six"], ["one", "one", "two", "three", "four"],
        ["one", "two", "three", "four", "six"], [1, 2, 3, 4, 5], "one", None, 7, {"a": 1}, "[" * 50_000,
        ["one"] * 100_000, [[]], "[Infinity]", "[1e5]",
    ],
)  # fmt: skip
def test_what_is_no_order_is_told(answer: object) -> None:
    made = graded(ORDER, answer)
    assert made.ending is Ending.REFUSED and not made.passed and made.summary


@pytest.mark.parametrize("part", [ONE, SOME, ORDER, number(3.0)])
def test_a_good_part_proves_itself(part: object) -> None:
    kind = KINDS[part.kind]  # type: ignore[attr-defined]
    assert list(kind.prove(question_of(part), part, nothing_runs)) == []  # type: ignore[arg-type]


def test_a_value_that_its_expression_does_not_give_is_a_fault(runner: object) -> None:
    part = number(3.0, py="torch.tensor(1.) + 1")
    [found] = KINDS["number"].prove(question_of(part), part, runner)  # type: ignore[arg-type]
    assert found.message == "the expression gives 2, and `value` is 3"
