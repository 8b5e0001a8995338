"""The difference of two texts: it adds up to both, is read easily, and takes no text hours."""

import random

import pytest

from app.wiki.align import align
from app.wiki.cut import coded, lines, paragraphs, sentences, words
from app.wiki.diff import Diff, Gap, diff

LONG = 20_000
CHANCE = random.Random(5)


def chance(pieces: list[str], count: int) -> str:
    return "".join(CHANCE.choice(pieces) for _ in range(count))


HOSTILE = {
    "one word, over and over": ("word " * 4000, "word " * 3990 + "other"),
    "empty lines": ("\n" * LONG, "\n" * (LONG - 100) + "x" * 50),
    "the other way round": ("ab " * 6666, "ba " * 6666),
    "chance words": (chance(["a ", "b "], LONG // 2), chance(["a\n", "b\n"], LONG // 2)),
    "chance lines": (chance(["a\n", "b\n", "\n"], 9000), chance(["a\n", "b\n", "\n"], 9000)),
    "full stops": (". " * (LONG // 2), "! " * (LONG // 2)),
    "quotes": (".'" * (LONG // 2), "." + "'" * (LONG - 1)),
    "fences": ("```\n" * 5000, "~~~\n" * 5000),
    "backticks": ("`" * LONG, "`" * (LONG - 1) + "x"),
    "list marks": ("- " * (LONG // 2), "-  " * (LONG // 3)),
    "halves of characters": ("\ud800" * LONG, "\ud801" * LONG),
    "carriage returns": ("\r" * LONG, "\r\n" * (LONG // 2)),
    "nothing": ("", "x" * LONG),
}
TEXTS = [
    "",
    "\n",
    "a",
    "a\n",
    "One. Two! Three?\n",
    "# Title\n\nOne sentence. Another\none over two lines.\n\n- an item\n- another\n\n```py\nx = 1\n\ny = 2\n```\nEnd.",
    "  \n\n\nlate\n\n\n",
    "~~~\n```\n~~~\n\n> quoted. Yes.\n> 1. a\n",
    "é\N{SNOWMAN}\U0001f600 … “so.” And\tthen\r\nmore\r\n",
]


def old(found: Diff) -> str:
    return "".join(span.text for row in found.rows for span in row.spans if span.kind != "added")


def new(found: Diff) -> str:
    return "".join(span.text for row in found.rows for span in row.spans if span.kind != "removed")


def marked(before: str, after: str) -> str:
    sign = {"same": "{}", "added": "[+{}]", "removed": "[-{}]"}
    return "".join(sign[span.kind].format(span.text) for row in diff(before, after).rows for span in row.spans)


@pytest.mark.parametrize("text", [*TEXTS, *(pair[0] for pair in HOSTILE.values())], ids=range(len(TEXTS + [*HOSTILE])))
def test_pieces_add_up_to_the_text(text: str) -> None:
    assert "".join(lines(text)) == text
    assert "".join(line for line, _ in coded(text)) == text
    assert "".join(words(text)) == text
    assert "".join(paragraphs(text)) == text
    assert "".join(unit.text for unit in sentences(text)) == text


@pytest.mark.parametrize("before,after", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_compared_whole(before: str, after: str) -> None:
    """A quadratic way through any of these takes minutes."""
    found = diff(before, after)
    assert (old(found), new(found)) == (before, after)


@pytest.mark.parametrize("before", TEXTS)
@pytest.mark.parametrize("after", TEXTS)
def test_a_difference_adds_up_to_both_texts(before: str, after: str) -> None:
    found = diff(before, after)
    assert (old(found), new(found)) == (before, after)
    assert found.added - found.removed == len(after) - len(before)


def test_texts_of_chance_add_up_too() -> None:
    for _ in range(300):
        pieces = ["a ", "b ", "c. ", "\n", "\n\n", "```\n", "d"]
        before, after = (chance(pieces, CHANCE.randrange(30)) for _ in range(2))
        found = diff(before, after)
        assert (old(found), new(found)) == (before, after)


def longest(left: str, right: str) -> int:
    """The length of a longest common subsequence, by the book."""
    row = [0] * (len(right) + 1)
    for one in left:
        above = row[:]
        for j, other in enumerate(right):
            row[j + 1] = above[j] + 1 if one == other else max(above[j + 1], row[j])
    return row[-1]


def test_what_is_common_is_as_long_as_can_be() -> None:
    for _ in range(300):
        left, right = (chance(["a", "b", "c"], CHANCE.randrange(40)) for _ in range(2))
        found = align(left, right)
        assert all(left[i : i + n] == right[j : j + n] and n for i, j, n in found)
        ends = [(0, 0), *((i + n, j + n) for i, j, n in found)]
        assert all(i >= a and j >= b for (a, b), (i, j, _) in zip(ends, found, strict=False))
        assert sum(n for _, _, n in found) == longest(left, right)


def test_a_changed_word_is_marked_and_its_neighbours_are_not() -> None:
    assert marked("It makes a copy of it.\n", "It makes a view of it.\n") == "It makes a [-copy][+view] of it.\n"


def test_a_line_that_is_added_in_code_is_a_row_of_its_own() -> None:
    rows = diff("a = 1\nb = 2\n", "a = 1\nprint(a)\nb = 2\n").rows
    assert [(row.kind, row.before, row.after) for row in rows] == [
        ("same", 1, 1),
        ("added", None, 2),
        ("same", 2, 3),
    ]


def test_phrases_are_not_torn_to_pieces_by_crumbs_in_common() -> None:
    """Between two sentences that say other things only the blanks and the article would be the same."""
    before, after = "A tensor holds numbers.\n", "Broadcasting is a rule, nothing else.\n"
    assert marked(before, after).count("[-") == 1


def test_long_stretches_without_a_change_are_left_out() -> None:
    text = "".join(f"line {number}\n" for number in range(40))
    shown = diff(text, text.replace("line 20\n", "line twenty\n")).shown(2)
    assert shown[0] == Gap(18) and shown[-1] == Gap(17) and len(shown) == 7
    assert diff(text, text).shown() == (Gap(40),) and diff("", "").shown() == ()
