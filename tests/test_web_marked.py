"""Marks in the student's own text: every place where it is, whatever overlaps, and nothing that is not escaped."""


import pytest
from starlette.testclient import TestClient

from app.grading.verdict import Note, PointState, Verdict
from app.sandbox.job import Ending
from app.web.marked import marked, quote

EXPLAIN = "/questions/doubling/parts/explain"

TEXT = "It shares memory. 😀 No copy is made."
Place = tuple[int, int] | None


def verdict(points: list[Place], notes: tuple[Place, ...] = ()) -> Verdict:
    return Verdict(
        question="q", part="p", kind="prose", passed=False, score=None, ending=Ending.OK, summary="So.", how="So.",
        points=tuple(PointState(id=f"p{at}", state="maybe", evidence=place) for at, place in enumerate(points)),
        notes=tuple(Note(id=f"n{at}", says="No.", evidence=place) for at, place in enumerate(notes)),
    )  # fmt: skip


def shape(text: str, made: Verdict | None) -> list[tuple[str, bool, str]]:
    return [(piece.text, piece.marked, "".join(sign.label for sign in piece.signs)) for piece in marked(text, made)]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], [("abcdef", False, "")]),
        ([(1, 3)], [("a", False, ""), ("bc", True, "1"), ("def", False, "")]),
        ([(0, 6)], [("abcdef", True, "1")]),
        ([(0, 3), (3, 6)], [("abc", True, "1"), ("def", True, "2")]),
        ([(0, 4), (2, 6)], [("ab", True, ""), ("cd", True, "1"), ("ef", True, "2")]),
        ([(0, 6), (2, 4)], [("ab", True, ""), ("cd", True, "2"), ("ef", True, "1")]),
        ([(1, 3), None, (1, 3)], [("a", False, ""), ("bc", True, "13"), ("def", False, "")]),
        ([(4, 9)], [("abcdef", False, "")]),
    ],
)
def test_the_text_is_cut_where_a_place_begins_or_ends(
    places: list[Place], expected: list[tuple[str, bool, str]]
) -> None:
    assert shape("abcdef", verdict(places)) == expected
    assert "".join(piece for piece, _, _ in shape("abcdef", verdict(places))) == "abcdef"


def test_a_note_has_a_letter() -> None:
    assert shape("abcd", verdict([(0, 2)], ((2, 4),))) == [("ab", True, "1"), ("cd", True, "a")]


def test_without_a_verdict_nothing_is_marked() -> None:
    assert shape(TEXT, None) == [(TEXT, False, "")]


def test_a_long_place_is_quoted_in_part() -> None:
    assert quote("a  b\nc", (0, 6)) == "a b c" and quote("abc", None) is None
    assert len(quote("word " * 100, (0, 500)) or "") <= 162


def test_what_was_typed_is_escaped_inside_and_outside_a_mark(client: TestClient) -> None:
    text = "<script>alert(1)</script> Each item is doubled & put into <b>a new list</b>."
    sent = client.post(EXPLAIN, data={"answer": text}, follow_redirects=False)
    page = client.get(sent.headers["location"]).text
    assert "<script>alert" not in page and "<b>a new" not in page and "&lt;script&gt;alert(1)" in page
    assert '<mark class="seen">' in page and "Seems to be there" in page


def test_the_suggestion_comes_before_the_reference_and_nothing_is_ticked(client: TestClient) -> None:
    sent = client.post(EXPLAIN, data={"answer": "Each item is doubled."}, follow_redirects=False)
    page = client.get(sent.headers["location"]).text
    order = [page.index(words) for words in ("What the machine suggests", "The reference", "Tick what is there")]
    assert order == sorted(order) and " checked" not in page
