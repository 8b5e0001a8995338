"""The engine of key points and texts that are made to break it: long, odd, repeated, without any language."""

import sys

import pytest

from app.keypoints.units import MOST, units_of
from app.keypoints.words import WORD_CHARS, words_of
from tests.prose_parts import found

LONG = 64 * 1024
HOSTILE = {
    "one word": "a" * LONG,
    "words": "memory " * (LONG // 7),
    "sentences": "It is so. " * 10_000,
    "lines": "a\n" * (LONG // 2),
    "no ends": "the tensor and the memory " * (LONG // 26),
    "commas": "no, " * (LONG // 4),
    "clauses": "and it shares the memory but not the shape " * 1_400,
    "negations": "not " * (LONG // 4),
    "dots": "." * LONG,
    "brackets": "(" * LONG,
    "calls": "f(" * (LONG // 2) + ")" * 10,
    "assignments": "a = " * (LONG // 4),
    "hyphens": "a-" * (LONG // 2),
    "apostrophes": "a'" * (LONG // 2),
    "digits": "1" * LONG,
    "decimals": "1." * (LONG // 2),
    "blanks": " " * LONG + "it shares the memory",
    "tabs and returns": "\t\r\n" * (LONG // 3) + "it shares the memory",
    "zero width": "\u200b" * (LONG // 3),
    "marks": "e" + "\u0301" * (LONG // 2),
    "right to left": "\u202eit shares the memory\u202c " * 2_000,
    "astral": "\U0001d400" * (LONG // 4),
    "private": "\ue000\uffff" * 5_000,
    "emoji": "\U0001f469\u200d\U0001f4bb " * 4_000,
    "misspelt": "memoryx tensorq sharesz " * 2_000,
    "all of the basic plane": "".join(chr(code) for code in range(1, 0xD800, 3)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_any_text_is_read_and_every_place_lies_in_it(text: str) -> None:
    seen = found(text)
    places = [point.evidence for point in seen.points] + [error.evidence for error in seen.errors]
    assert all(0 <= place[0] < place[1] <= len(text) for place in places if place is not None)


def test_only_so_many_sentences_are_read_and_how_far_is_told() -> None:
    text = " ".join(f"The view of tensor {number} and the old one use the same memory." for number in range(10_000))
    units, read = units_of(text)
    assert len(units) <= 12 * MOST and read < len(text)
    assert found(text).read == read and found(text).points[0].state == "covered"


def test_the_work_grows_no_faster_than_the_text() -> None:
    """Counted in lines of our own that run, since a clock would tell of the machine."""

    def lines(text: str) -> int:
        count = 0

        def trace(*_: object) -> object:
            nonlocal count
            count += 1
            return trace

        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            words_of(text)
            units_of(text)
        finally:
            sys.settrace(None)
        return count

    for piece in ("a-b ", "it is so. ", "a, and ", "(a' "):
        assert lines(piece * 2_000) <= 2.5 * lines(piece * 1_000)


def test_a_long_word_is_cut_before_it_is_stemmed() -> None:
    assert [len(word.text) for word in words_of("a" * 10_000)] == [WORD_CHARS]
