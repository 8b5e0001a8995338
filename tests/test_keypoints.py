"""Key points in prose: what is found, where, and what is never called covered."""

import pytest

from app.keypoints.find import find
from app.keypoints.model import COVERED, NOT_FOUND
from app.keypoints.negated import negated
from app.keypoints.reading import read
from app.keypoints.roles import foreign, subjects
from app.keypoints.worth import Reason
from tests.prose_parts import TASK, found, states


def test_a_point_in_other_words_is_found_with_its_sentence() -> None:
    text = "I like tensors. The view and the old tensor use the same memory, so no copy is made."
    (point, *_) = found(text).points
    assert point.id == "shares" and point.state == "covered" and point.evidence is not None
    assert "same memory" in text[slice(*point.evidence)] and "I like" not in text[slice(*point.evidence)]


def test_what_is_not_said_is_not_found_and_has_no_place() -> None:
    points = found("Both tensors use the same memory and nothing gets copied.").points
    faster = next(point for point in points if point.id == "faster")
    assert (faster.state, faster.evidence) == ("not_found", None)


@pytest.mark.parametrize(
    "text",
    [
        "Both tensors do not use the same memory.",
        "The view does not share its memory with the original.",
        "It does copy the data.",
        "Everything is copied: the view has memory of its own.",
    ],
)
def test_the_opposite_of_a_point_is_never_covered(text: str) -> None:
    assert states(text)["shares"] != "covered"


@pytest.mark.parametrize(
    "text", ["A smaller batch makes the training faster.", "Training is slower with bigger batches."]
)
def test_a_direction_that_is_turned_round_is_never_covered(text: str) -> None:
    assert states(text)["faster"] != "covered"


def test_a_denied_word_and_its_opposite_have_the_same_sign() -> None:
    signs = [
        {(term.concept, term.sign) for term in read(text).terms if term.concept[0] == "±"}
        for text in ("It is not changed.", "It stays as it is.", "It never changes.", "It remains.", "It is unchanged.")
    ]
    assert all(sign == signs[0] for sign in signs) and len(signs[0]) == 1
    assert signs[0].isdisjoint((term.concept, term.sign) for term in read("It is changed.").terms)


def test_a_misconception_is_recognised_and_its_point_held_back() -> None:
    text = "Easy. It makes a copy of the numbers in memory."
    seen = found(text)
    assert [error.id for error in seen.errors] == ["copies"]
    assert text[slice(*seen.errors[0].evidence)] == "It makes a copy of the numbers in memory"
    assert states(text)["shares"] != "covered"


def test_a_denied_misconception_is_none() -> None:
    assert not found("It does not make a copy of the numbers.").errors


def test_misspelt_words_are_understood() -> None:
    assert states("Both tensros use the same memroy, whitout making a copy")["shares"] == "covered"


def test_an_accepted_short_answer_counts() -> None:
    assert states("Same memory!")["shares"] == "covered"


def test_states_follow_from_the_probability() -> None:
    for text in ("Both tensors use the same memory.", "A view has columns.", "The tensor is quick."):
        for point in found(text).points:
            expected = (
                "covered" if point.probability >= COVERED else "maybe" if point.probability > NOT_FOUND else "not_found"
            )
            assert point.state == expected and (point.evidence is None) == (expected == "not_found")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" \n\t", Reason.BLANK),
        ("\u200b\u200d", Reason.BLANK),
        ("…!?", Reason.NO_WORDS),
        ("🙂🙂🔥 ok", Reason.NO_WORDS),
        ("memory", Reason.TOO_SHORT),
        ("What does view do to a tensor, and what happens to its memory when you call it?", Reason.COPY),
        ("memory, copy, shape, elements, tensor, batch, faster, training", Reason.KEYWORDS),
        ("memory copy shape elements tensor batch training original view numbers", Reason.KEYWORDS),
        ("memory memory copy copy memory copy memory copy memory copy memory copy memory", Reason.KEYWORDS),
        ("Der Tensor hat eine andere Form und die Zahlen sind nicht kopiert.", Reason.OTHER_LANGUAGE),
        ("Le tenseur a une autre forme et les nombres ne sont pas copiés.", Reason.OTHER_LANGUAGE),
        ("Обе переменные используют одну и ту же память", Reason.OTHER_SCRIPT),
        ("\u202bהטנסור משתף את הזיכרון עם המקור\u202c", Reason.OTHER_SCRIPT),
        ("两个张量使用相同的内存", Reason.OTHER_SCRIPT),
        ("x = torch.arange(6)\ny = x.view(2, 3)\nprint(y)", Reason.CODE),
        ("asdkj qwlekj zxmcn alskdj", Reason.MEANINGLESS),
    ],
)
def test_what_holds_no_answer_is_not_assessed(text: str, reason: Reason) -> None:
    seen = found(text)
    assert seen.reason is reason and not seen.points and not seen.errors


@pytest.mark.parametrize(
    "text",
    [
        "no copy is made",
        "same numbers, new shape",
        "shape changes, memory = same",
        "1. new shape\n2. it shares the memory",
        "the numbers stay, I guess",
    ],
)
def test_a_short_answer_is_assessed(text: str) -> None:
    assert found(text).reason is None


def test_places_count_characters_also_beyond_the_basic_plane() -> None:
    text = "𝛁 😀 ok! Both tensors use the same memory. 😀"
    point = found(text).points[0]
    assert point.evidence is not None and text[slice(*point.evidence)] == "Both tensors use the same memory"


def test_words_with_hidden_characters_are_read() -> None:
    assert states("Both tensors use the same me\u00admo\u200bry, no co\u200dpy is made.")["shares"] == "covered"


def test_the_same_text_gets_the_same_answer() -> None:
    text = "Both tensors use the same memory. The shape changes and training is faster."
    assert found(text) == found(text) == find(TASK, text)


@pytest.mark.parametrize(
    ("text", "opposite"),
    [
        ("It is a copy.", "It is not a copy."),
        ("It does not copy.", "It copy."),
        ("The loss gets smaller.", "The loss gets larger."),
        ("Nothing happens.", None),
    ],
)
def test_a_reference_is_turned_round_by_one_change(text: str, opposite: str | None) -> None:
    assert negated(text) == opposite


def test_words_stand_under_the_subject_of_their_clause_or_of_the_one_before() -> None:
    terms = read("RMSE squares the errors, then averages them; accuracy counts them.").terms
    concept = {term.plain: term.concept for term in terms}
    under = subjects(terms, {concept["rmse"], concept["accuracy"]})
    found = {term.plain: under.get(term.start) for term in terms}
    assert found["errors"] == found["averages"] == concept["rmse"] and found["counts"] == concept["accuracy"]


def test_words_under_the_subject_of_another_topic_are_foreign() -> None:
    terms = read("RMSE adds up the absolute values.").terms
    shared = {term.concept: 1.0 for term in terms}
    placed = subjects(terms, {"rmse": 1.0})
    assert foreign({"l1": 1.0}, {"l1": 1.0, "rmse": 1.0}, terms, placed, shared) == 1.0
    assert foreign({"rmse": 1.0}, {"l1": 1.0, "rmse": 1.0}, terms, placed, shared) == 0.0


def test_a_list_between_slashes_is_no_answer_even_if_its_words_are_verbs() -> None:
    assert found("share / copy / train / batch / reshape / view").reason is Reason.KEYWORDS
