"""Blame: each paragraph knows the revision that it is from, through any number of edits."""

from app.wiki.blame import blamed, first_blame, next_blame
from app.wiki.cut import paragraphs

FIRST = "One.\nStill one.\n\nTwo.\n\n```python\nx = 1\n\ny = 2\n```\nThree.\n"


def test_a_first_text_is_all_from_one_revision() -> None:
    assert first_blame(FIRST) == (1, 1, 1, 1)
    assert first_blame("") == ()


def test_code_is_one_paragraph_whatever_lines_it_leaves_empty() -> None:
    assert paragraphs(FIRST)[2] == "```python\nx = 1\n\ny = 2\n```\n"


def test_a_changed_paragraph_is_from_the_change_and_the_others_stay() -> None:
    second = FIRST.replace("Two.", "Two, changed.")
    blame = next_blame(FIRST, first_blame(FIRST), second, 2)
    assert blame == (1, 2, 1, 1)
    third = "Zero.\n\n" + second
    assert next_blame(second, blame, third, 3) == (3, 1, 2, 1, 1)


def test_blank_lines_around_a_paragraph_are_no_part_of_it() -> None:
    longer = FIRST.rstrip("\n") + "\n\n\nFour.\n"
    assert next_blame(FIRST, first_blame(FIRST), longer, 2) == (1, 1, 1, 1, 2)


def test_what_comes_back_is_from_the_revision_that_brings_it() -> None:
    gone = FIRST.replace("Two.\n\n", "")
    blame = next_blame(FIRST, first_blame(FIRST), gone, 2)
    assert next_blame(gone, blame, FIRST, 3) == (1, 3, 1, 1)


def test_paragraphs_are_given_with_their_revisions() -> None:
    assert [number for _, number in blamed(FIRST, (4, 2, 1, 3))] == [4, 2, 1, 3]
    assert "".join(text for text, _ in blamed(FIRST, (4, 2, 1, 3))) == FIRST
