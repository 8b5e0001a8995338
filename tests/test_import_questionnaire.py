"""A questionnaire's text becomes drafts: every question is found, and only questions; nothing of an answer is lost."""

import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.bank.load import Source, read_source
from app.cli import main
from app.exchange.answer import tidy
from app.exchange.draft import LOOK, Draft, drafts
from app.exchange.page import MAX_BYTES
from app.exchange.questionnaire import NoQuestionnaire, read
from app.grading.proof import prove
from app.sandbox.job import Runner
from tests import forum_manners, forum_text
from tests.forum_text import asked, bank

FILLED = {
    "a mild hint": "Begin with what you know.",
    "a stronger one": "Look at the shapes.",
    "an answer that makes no point": "Cats and dogs sleep in the sun the whole day long, and nobody knows why they do.",
    "a list with what": '[[1, 2], "ab"]',
    "another one, which": '[[1], "ab"]',
    "a typical wrong program": '"def pair(a, b): return None\\na = b = corner = None"',
    "its mistake": "It does nothing.",
}


def words(text: str) -> list[str]:
    return re.sub(r"\W+", " ", re.sub(r"(?m)^```.*$|\*\*", "", text)).split()


def filled(draft: Draft) -> str:
    """Each empty marked place with something in it; what was guessed stays as it is."""
    made = []
    for line in draft.text.split("\n"):
        key, mark, wanted = line.partition(f"  {LOOK}")
        empty = mark and key.rstrip().endswith((":", "-"))
        value = next((value for begin, value in FILLED.items() if wanted.startswith(begin)), "")
        made.append(f"{key} {value}" if empty else line)
    return "\n".join(made)


@pytest.mark.parametrize("manner", forum_text.MANNERS)
def test_all_questions_of_a_chapter_are_found_and_nothing_else(manner: str) -> None:
    questions = bank()
    found = read(forum_text.MANNERS[manner](questions).encode()).questions
    assert [words(one.question) for one in found] == [words(asked(one)) for one in questions]
    assert [one.number for one in found] == list(range(1, 38))


@pytest.mark.parametrize("manner", ["source", "shown"])
def test_an_answer_keeps_all_its_words_and_the_discussion_is_not_in_it(manner: str) -> None:
    questions = bank()
    found = read(forum_text.MANNERS[manner](questions).encode()).questions
    for question, one in zip(questions, found, strict=True):
        kept = words(one.answer.text)
        assert kept == words(question.answer.replace("`` ` ``", "'")), question.id
    assert "discussion" in found[-1].looks[0]


def test_code_comes_back_as_python_block_by_block() -> None:
    questions = [one for one in bank() if ">>>" not in one.answer]  # sessions are parted into more blocks
    for manner in forum_text.MANNERS.values():
        found = read(manner(questions).encode()).questions
        blocks = sum(len(one.answer.programs) for one in found)
        assert abs(blocks - sum(one.answer.count("```python") for one in questions)) <= 2


@pytest.mark.parametrize("name", forum_manners.MANNERS)
def test_questions_are_known_in_any_manner(name: str) -> None:
    text, beginnings = forum_manners.MANNERS[name]
    for made in (text, text.replace("\n", "\r\n"), "\ufeff" + text.replace(" ", "\xa0")):
        found = read(made.encode()).questions
        assert [one.question[: len(begin)] for one, begin in zip(found, beginnings.split("/"), strict=True)] == (
            beginnings.split("/")
        )


@pytest.mark.parametrize("manner", forum_text.MANNERS)
def test_check_refuses_a_draft_at_its_marked_places_only(manner: str) -> None:
    for draft in drafts(read(forum_text.MANNERS[manner](bank()).encode()), "chapter.md"):
        faults = read_source(Path(draft.name), draft.text.encode())
        assert isinstance(faults, list) and {fault.line for fault in faults} <= {line for line, _ in draft.looks}


def test_the_drafts_of_a_chapter_are_proved_once_the_marked_places_are_filled(runner: Runner) -> None:
    made = drafts(read(forum_text.source(bank()).encode()), "chapter.md")
    assert len({draft.id for draft in made}) == 37
    for draft in made:
        source = read_source(Path(draft.name), filled(draft).encode())
        assert isinstance(source, Source), source
        assert prove(source, runner) == []


def tidied(*lines: str) -> str:
    return tidy(lines).text


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["In [3]: x = 1", "   ...: y = 2", "Out[3]: 5"], "```python\nx = 1\ny = 2\n```\n\n```text\n5\n```"),
        (["In [ ]:", "for i in x:", "    f(i)", "", "All."], "```python\nfor i in x:\n    f(i)\n```\n\nAll."),
        ([">>> f(1)", "[1]", ">>> g"], "```python\nf(1)\n```\n\n```text\n[1]\n```\n\n```python\ng\n```"),
        (["```", ">>> if x:", "...     f(i)", "1", "```"], "```python\nif x:\n    f(i)\n```\n\n```text\n1\n```"),
        (["So:", "", "    x = [1]", "    y = x * 2"], "So:\n\n```python\nx = [1]\ny = x * 2\n```"),
        (["```py", "print(“a”)", "```"], '```python\nprint("a")\n```'),
        (["```", "$ pip install x", "```"], "```text\n$ pip install x\n```"),
        (["```bash", "ls", "```"], "```bash\nls\n```"),
        (["```python", "for each x:", "```"], "```text\nfor each x:\n```"),
        (["RMSE = the root of the mean squared error"], "RMSE = the root of the mean squared error"),
        (["    Only words, indented."], "Only words, indented."),
        (["• one", "• two"], "- one\n- two"),
        (["1. first", "", "   so to say", "2. second"], "1. first\n\n   so to say\n2. second"),
        (["def f(x):", "    y = x", "", "    return y"], "```python\ndef f(x):\n    y = x\n\n    return y\n```"),
    ],
)  # fmt: skip
def test_code_is_known_by_fences_prompts_indentation_or_its_look(lines: Sequence[str], shown: str) -> None:
    assert tidied(*lines) == shown


def test_code_that_is_asked_for_becomes_a_code_part_with_what_is_missing_told() -> None:
    made = drafts(read(forum_manners.COPIED.encode()), "copied.txt")
    assert [draft.kind for draft in made] == ["prose", "code", "prose", "prose", "code"]
    told = " ".join(says for _, says in made[1].looks)
    assert "makes no torch:" in told and "variables: [xs, ys]" in made[1].text
    assert "function: pairs" in made[4].text and "gets: a, b" in made[4].text
    assert "1. Mix – all that is dry\n  2. Stir – slowly\n  3. Bake" in made[2].text


@pytest.mark.parametrize(
    "tail",
    [
        "someone\n\nApril 7, 2020, 3:14pm\n\n{}",
        "**reader_1** (A Reader) 12 May 2021 #2\n\n{}",
        "5 Likes\n\n{}",
        "---\n\nThanks for the answers!\n\n{}",
        "Hi @author, great post!\n{}",
        "## Further research\n\n{}",
        "Reply\n\nuser: {}",
    ],
)
def test_a_discussion_is_left_out_and_told(tail: str) -> None:
    text = forum_manners.BOLD + "\n" + tail.format("I think that 1 is wrong.\n\n1. **What about it?**\n\nNothing.\n")
    found = read(text.encode())
    assert len(found.questions) == 6 and found.questions[-1].answer.text.endswith("by shares.")
    assert any("left out" in told for told in found.told)


def test_a_saved_page_keeps_lists_code_formulas_pictures_and_tables() -> None:
    found = read(forum_manners.SAVED.encode()).questions
    texts = [one.answer.text for one in found]
    assert texts[0] == "As *numbers*, [so](https://example.org/a)."
    assert [line.strip() for line in texts[1].split("\n") if line] == [
        "1. mix", "2. stir", "- slowly", "3. baked?", "That is all.",
    ]  # fmt: skip
    assert found[2].answer.programs == ("def f(a, b):\n    return list(zip(a, b))",)
    assert "So $x^2$." in texts[2] and texts[2].endswith("![a curve](i.png)")
    assert texts[3] == "A constant.\n\n| a | b |\n|---|---|\n| 1 | 2 |" and len(found) == 4


@pytest.mark.parametrize(
    "piece", ["![", "`", "**", "$a$ [x](y) ", "one two three. ", "f(", " ", "```\n", "<b>", "1. a?\n"]
)
def test_an_endless_text_is_read_or_refused(piece: str) -> None:
    text = f"1. **What is it?**\n{piece * (200_000 // len(piece))}\n1. **Why is it so?**\nBecause.\n"
    try:
        assert len(drafts(read(text.encode()), "endless.md")) >= 2
    except NoQuestionnaire:
        pass


NOVEL = (
    "It was late.\n\n“Who are you?” she asked.\n\nNobody knew. What could he say?\n\n1. Chapter one\n\nIt rained.\n\n"
    * 50
)
UNRELATED = {
    "novel": NOVEL.encode(),
    "json": json.dumps([{"1. What is it?": index} for index in range(100)]).encode(),
    "yaml": b"a: 1\nb:\n  - 1. first\n  - 2. second\n",
    "recipe": b"# Cake\n\n1. Take eggs.\n2. Stir.\n3. Bake.\n",
    "binary": bytes(range(256)) * 20,
    "empty": b"",
    "blank": b" \n\t\n\xef\xbb\xbf",
    "large": b"a" * (5 * 1024 * 1024),
    "numbers": b"\n".join(b"%d. %d?" % (index, index) for index in range(1, 3000)),
    "html": b"<html><body><p>Nothing</p><p>at</p><p>all</p><p>here</p></body></html>",
}


@pytest.mark.parametrize("name", UNRELATED)
def test_an_unrelated_text_gives_one_clear_sentence_and_no_file(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text").write_bytes(UNRELATED[name])
    assert main(["import", "questionnaire", str(tmp_path / "text"), "--to", str(tmp_path / "to")]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "Nothing was written." in err
    assert not (tmp_path / "to").exists()


def test_files_that_exist_are_named_and_never_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, to = tmp_path / "wiki.md", tmp_path / "to"
    text.write_text(forum_manners.BOLD, encoding="utf-8")
    words = ["import", "questionnaire", str(text), "--to", str(to), "--chapter", "nine"]
    (to / "nine").mkdir(parents=True)
    mine = to / "nine" / "04-zip.yaml"
    mine.write_text("mine")
    assert main(words) == 2
    assert "04-zip.yaml already" in capsys.readouterr().err
    assert [path.name for path in (to / "nine").iterdir()] == ["04-zip.yaml"] and mine.read_text() == "mine"
    mine.unlink()
    assert main([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [Path(row["file"]).exists() for row in rows] == [True] * 6 and rows[2]["kind"] == "code"
    assert main(words) == 2


@pytest.mark.parametrize("chapter", ["../up", "Nine", "a/b", "", "x" * 65])
def test_a_chapter_is_a_plain_name(chapter: str, tmp_path: Path) -> None:
    text = tmp_path / "wiki.md"
    text.write_text(forum_manners.BOLD, encoding="utf-8")
    assert main(["import", "questionnaire", str(text), "--to", str(tmp_path / "to"), "--chapter", chapter]) == 2
    assert not (tmp_path / "to").exists()


def test_a_broken_text_is_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(5)
    texts = [make(bank()[:12]) for make in forum_text.MANNERS.values()] + [
        text for text, _ in forum_manners.MANNERS.values()
    ]
    pieces = "``` ** 1.\x20 </li> <ol> \u2028 In[1]: >>> | $ \\ \x00 é".split(" ") + ["\n\n", "    "]
    for _ in range(60):
        data = list(chance.choice(texts))
        for _ in range(chance.randrange(1, 30)):
            at = chance.randrange(len(data) + 1)
            if chance.random() < 0.5:
                data[at:at] = chance.choice(pieces)
            else:
                del data[at : at + chance.randrange(60)]
        try:
            made = drafts(read("".join(data).encode()), "broken\n# text")
        except NoQuestionnaire:
            continue
        for draft in made:
            faults = read_source(Path(draft.name), draft.text.encode())
            assert isinstance(faults, list) and {fault.line for fault in faults} <= {line for line, _ in draft.looks}


def test_hostile_files_are_refused_or_become_drafts(shared: Path) -> None:
    for path in sorted((shared / "data" / "security").rglob("*.json")):
        for data in (path.read_bytes()[: MAX_BYTES + 1], path.read_text(encoding="utf-8").encode("unicode_escape")):
            try:
                drafts(read(data), path.name)
            except NoQuestionnaire:
                pass
