"""Three texts become one: what two people change in different places stays, and nothing that anyone wrote is lost."""

import random
from typing import Any

import pytest

from app.wiki import merge as module
from app.wiki.merge import END, THEIRS, YOURS, merge, unfinished
from tests.test_wiki_diff import HOSTILE, TEXTS

BASE = """# Slices

A slice names where it starts and where it ends. The end does not belong to it. Counting starts at 0.

- Rows come first.
- Columns come second.

```python
import torch

a = torch.arange(1, 10).view(3, 3)
b = 2 * a
corner = b[1:, 1:]
```

The last paragraph
is written over two lines.
"""


def changed(*pairs: tuple[str, str], base: str = BASE) -> str:
    for before, after in pairs:
        assert before in base
        base = base.replace(before, after, 1)
    return base


def clean(yours: str, theirs: str, base: str = BASE) -> str:
    found = merge(base, yours, theirs)
    assert found.clean, found.text
    assert not unfinished(found.text)
    return found.text


def clash(yours: str, theirs: str, base: str = BASE) -> str:
    found = merge(base, yours, theirs)
    assert not found.clean and len(unfinished(found.text)) % 3 == 0 and unfinished(found.text)
    return found.text


def test_changes_of_different_paragraphs_are_merged() -> None:
    one, other = ("Rows come first", "Rows come first, always"), ("The last paragraph", "The very last paragraph")
    assert clean(changed(one), changed(other)) == changed(one, other)


def test_changes_of_different_sentences_of_one_line_are_merged() -> None:
    one, other = ("The end does not belong to it.", "Its end is left out."), ("Counting starts", "Counting begins")
    assert clean(changed(one), changed(other)) == clean(changed(other), changed(one)) == changed(one, other)


def test_a_sentence_that_is_added_after_a_changed_one_is_merged() -> None:
    one, other = ("belong to it.", "belong to it. So 0:2 has two."), ("where it starts", "where it begins")
    assert clean(changed(one), changed(other)) == changed(one, other)


def test_a_paragraph_at_the_end_and_a_change_above_it_are_merged() -> None:
    last = BASE.rstrip("\n")  # without a line end
    one = last + "\n\nMore of it.\n"
    other = changed(("written over", "broken into"), base=last)
    assert clean(one, other, last) == changed(("written over", "broken into"), base=one)


def test_lines_of_code_apart_from_each_other_are_merged() -> None:
    one, other = ("import torch\n", "import math\nimport torch\n"), ("b[1:, 1:]", "b[-2:, -2:]")
    assert clean(changed(one), changed(other)) == changed(one, other)


def test_lines_of_code_that_touch_are_a_conflict() -> None:
    text = clash(changed(("b = 2 * a", "b = a + a")), changed(("corner = b", "corner = 1 * b")))
    assert "b = a + a" in text and "corner = 1 * b" in text


def test_the_same_sentence_changed_twice_is_a_conflict_with_both() -> None:
    text = clash(changed(("belong to it", "count")), changed(("belong to it", "matter")))
    ours, theirs = text.index(YOURS), text.index(THEIRS)
    assert ours < text.index("does not count") < theirs < text.index("does not matter") < text.index(END)


def test_a_sentence_is_one_over_a_line_break() -> None:
    clash(changed(("The last paragraph", "The end")), changed(("over two lines", "on one line")))


def test_two_insertions_at_the_same_place_are_a_conflict() -> None:
    """Nobody knows their order; and both may say the same in other words."""
    text = clash(BASE + "\nBy alice.\n", BASE + "\nBy bob.\n")
    assert "By alice." in text and "By bob." in text


def test_the_same_change_twice_is_one() -> None:
    same, mine = ("Rows come first", "Rows are first"), ("Counting starts", "Counting begins")
    assert clean(changed(same), changed(same)) == changed(same)
    assert clean(changed(same, mine), changed(same)) == changed(same, mine)


def test_what_one_deletes_and_the_other_changes_is_a_conflict() -> None:
    gone = ("- Rows come first.\n", "")
    text = clash(changed(gone), changed(("Rows come first", "Rows are first")))
    assert "Rows are first" in text


@pytest.mark.parametrize("mine", TEXTS)
@pytest.mark.parametrize("base", TEXTS)
def test_where_one_changed_nothing_the_other_is_right(base: str, mine: str) -> None:
    for yours, theirs in ((mine, base), (base, mine), (mine, mine)):
        assert clean(yours, theirs, base) == mine


def test_marks_are_found_and_a_heading_is_none() -> None:
    text = clash(changed(("belong to it", "count")), changed(("belong to it", "matter")))
    at = text.split("\n").index(YOURS) + 1
    assert unfinished(text) == [at, at + 2, at + 4]
    assert unfinished("Title\n=======\n\n<<<<<<< HEAD\n>>> print(1)\n") == []
    assert unfinished(text.replace("\n", "\r\n")) == [at, at + 2, at + 4]


def test_nothing_that_anyone_wrote_is_lost() -> None:
    """Each adds, changes and deletes sentences at places of chance; each sentence has a word that is used once."""
    chance = random.Random(11)
    for turn in range(200):
        base = [f"base{turn}x{number}. " for number in range(12)]
        breaks = [chance.choice(["", "\n", "\n\n", "\n- "]) for _ in base]
        texts = []
        for who in ("alice", "bob"):
            mine = [one + end for one, end in zip(base, breaks, strict=True)]
            for number in range(chance.randrange(1, 4)):
                at = chance.randrange(len(mine))
                mine[at] += f"{who}{turn}x{number}. "
            texts.append("".join(mine))
        together = merge("".join(one + end for one, end in zip(base, breaks, strict=True)), *texts)
        for text in texts:
            for word in text.split():
                assert word in together.text, (word, together.text)


@pytest.mark.parametrize("base,yours", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_merged_or_a_conflict(base: str, yours: str) -> None:
    theirs = base[: len(base) // 2] + " Inserted. " + base[len(base) // 2 :]
    found = merge(base, yours, theirs)
    assert found.clean or unfinished(found.text)
    assert "Inserted." in found.text


def test_changes_that_touch_each_other_are_not_all_compared_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, collide = list[None](), module._collide

    def counting(*given: Any) -> bool:
        asked.append(None)
        return collide(*given)

    monkeypatch.setattr(module, "_collide", counting)
    base = ["```", *map(str, range(2000))]
    yours, theirs = ([f"{line} more" if at % 2 == odd else line for at, line in enumerate(base)] for odd in (1, 0))
    theirs[0] = base[0]
    assert not merge(*("\n".join(lines) for lines in (base, yours, theirs))).clean
    assert len(asked) < 10 * len(base)
