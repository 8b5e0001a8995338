"""Prose answers: handed in first, then graded by the student against the reference."""

import pytest

from app.grading.grade import grade
from app.grading.prose import self_graded
from app.grading.verdict import Verdict
from app.sandbox.job import Ending, Job, Outcome
from tests.grading_parts import prose_part, question_of

PART = prose_part()


def no_jail(job: Job) -> Outcome:
    raise AssertionError("prose needs no jail")


def handed_in(answer: object = "An answer.") -> Verdict:
    return grade(question_of(PART), PART, answer, no_jail, seed=1)


def test_the_machine_suggests_and_gives_no_score() -> None:
    made = handed_in("The first thing is said here.")
    assert (made.passed, made.score, made.assessed, made.ending) == (False, None, True, Ending.OK)
    assert made.summary.endswith("Now compare your answer with the reference and tick what you said.")
    assert [point.id for point in made.points or ()] == ["one", "two"] and "suggestion" in made.how
    assert all(point.state in ("covered", "maybe", "not_found") for point in made.points or ())


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("first, second, thing, words, gradient, tensor", "key words"),
        ("Das ist der erste Punkt und das ist nicht der zweite.", "another language"),
        ("Gradient!", "too short"),
        ("🙂🙂🙂", "hardly any words"),
    ],
)
def test_what_is_not_assessed_says_why_and_can_still_be_ticked(answer: str, why: str) -> None:
    made = handed_in(answer)
    assert not made.assessed and why in made.summary and made.score is None and made.notes is None
    assert [point.state for point in made.points or ()] == [None, None]
    assert self_graded(PART, made, {"one": True}).score == 0.25


def test_ticks_keep_the_suggestion() -> None:
    made = handed_in("The first thing is said here.")
    assert self_graded(PART, made, {"one": True}).points == made.points


def test_a_recognised_mistake_gets_the_authors_reply() -> None:
    wrong = {"id": "wrong", "refs": ["The tensor is copied twice."], "contradicts": "one", "reply": "It is **not**."}
    part = prose_part(misconceptions=[wrong])
    text = "I think so: the tensor is copied twice."
    made = grade(question_of(part), part, text, no_jail, seed=1)
    (note,) = made.notes or ()
    assert (note.id, note.says) == ("wrong", "It is **not**.") and note.evidence is not None
    assert "the tensor is copied twice" in text[slice(*note.evidence)]
    assert all(point.state != "covered" for point in made.points or () if point.id == "one")


@pytest.mark.parametrize("answer", ["", " \n", "a" * 65_537, "é" * 40_000, "a\0b", "\ud800", None])
def test_what_is_no_text_is_refused(answer: object) -> None:
    made = handed_in(answer)
    assert made.ending is Ending.REFUSED and made.score == 0.0 and made.summary
    assert self_graded(PART, made, {"one": True, "two": True}) == made


@pytest.mark.parametrize(
    ("ticks", "score", "passed"),
    [
        ({}, 0.0, False),
        ({"one": True}, 0.25, False),
        ({"two": True}, 0.75, False),
        ({"one": True, "two": True}, 1.0, True),
        ({"one": True, "two": False}, 0.25, False),
        ({"one": True, "unknown": True}, 0.25, False),
    ],
)
def test_the_score_is_the_weight_of_what_was_ticked(ticks: dict[str, bool], score: float, passed: bool) -> None:
    made = self_graded(PART, handed_in(), ticks)
    assert (made.score, made.passed, made.assessed) == (score, passed, True)


def test_a_score_short_of_all_points_is_never_one() -> None:
    points = [{"id": "one", "text": "a", "weight": 0.001}, {"id": "two", "text": "b", "weight": 10}]
    part = prose_part(points=points)
    made = self_graded(part, handed_in(), {"two": True})
    assert made.score == 0.99 and not made.passed
