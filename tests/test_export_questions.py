"""Questions leave whole: files read back equal, and other programs' forms say what is in them and what is not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.bank.bank import Bank
from app.bank.closed import ChoicePart, NumberPart, PredictPart
from app.bank.question import ProsePart, Question
from app.cli import main
from app.exchange.anki import Card, anki
from app.exchange.gift import gift
from app.exchange.items import Chapter, Item, Reply, Unmapped
from app.exchange.moodle import moodle_xml
from app.sandbox.job import Job, Outcome, Runner, Unavailable
from app.web import outgoing
from tests import formats
from tests.question_text import put

QUESTIONS = Path(__file__).resolve().parent.parent / "questions"
TEXTS: Any = {"prompt": "P?", "hints": ("a", "b"), "answer": "A."}
NASTY = "a = b ~ {c} # d : \\ e\n\n<f> & \"g\" 'h' $x$ %50% // -- ]]> *"


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank(QUESTIONS)


@pytest.fixture(scope="module")
def chapters(bank: Bank, pool: Runner) -> list[Chapter]:
    placed = [(bank.chapter(question.id), question) for question in bank.questions]
    return outgoing.chapters(placed, pool.run)  # type: ignore[attr-defined]


def items(chapters: Sequence[Chapter]) -> list[Item]:
    return [item for chapter in chapters for item in chapter.items if isinstance(item, Item)]


def test_exported_files_read_back_as_the_same_questions(bank: Bank, tmp_path: Path) -> None:
    assert main(["export", "questions", str(tmp_path / "out")]) == 0
    again = Bank(tmp_path / "out")
    assert again.questions == bank.questions and again.faults == ()
    assert [bank.version(one.id) for one in bank.questions] == [again.version(one.id) for one in again.questions]


def test_a_file_that_has_changed_since_it_was_read_leaves_as_it_was_read(tmp_path: Path) -> None:
    path = put(tmp_path / "here")
    source = Bank(tmp_path / "here").shelf.by_id["doubling"]
    path.write_text("something else")
    from app.leaving import _text

    put(tmp_path / "there", _text(source).decode())
    assert Bank(tmp_path / "there").questions == (source.question,)


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path / "bank")
    out = tmp_path / "out" / "lists" / "07-doubling.yaml"
    out.parent.mkdir(parents=True)
    out.write_text("mine")
    assert main(["export", "questions", str(tmp_path / "out"), "--questions", str(tmp_path / "bank")]) == 2
    assert "07-doubling.yaml" in capsys.readouterr().err and out.read_text() == "mine"
    assert main(["export", "anki", "--to", str(out), "--questions", str(tmp_path / "bank")]) == 2
    assert out.read_text() == "mine"


def test_every_part_is_in_the_file_or_told_to_be_left_out(bank: Bank, chapters: list[Chapter]) -> None:
    parts = [f"{question.id}/{part.id}" for question in bank.questions for part in question.parts]
    assert [item.id for chapter in chapters for item in chapter.items] == parts
    left = outgoing.unmapped(chapters)
    closed = ChoicePart | NumberPart | PredictPart | ProsePart
    assert len(left) == sum(not isinstance(part, closed) for one in bank.questions for part in one.parts)
    xml, text = moodle_xml(chapters), gift(chapters)
    assert all(told in xml and told in text for told in left)


def test_moodle_can_read_all_of_it(chapters: list[Chapter]) -> None:
    asked = formats.moodle(moodle_xml(chapters))
    assert [(one.name, len(one.answers)) for one in asked] == [(one.name, len(one.replies)) for one in items(chapters)]
    assert {one.kind for one in asked} == {"multichoice", "numerical", "shortanswer", "essay"}


def test_gift_can_be_read_and_says_the_same(chapters: list[Chapter]) -> None:
    asked, _ = formats.gift(gift(chapters))
    expected = items(chapters)
    assert [(one.kind, one.name, one.text) for one in asked] == [
        (one.kind, one.name, one.ask.strip()) for one in expected
    ]
    for one, item in zip(asked, expected, strict=True):
        assert [(answer, said) for answer, _, said in one.answers] == [
            (reply.pattern if item.kind == "short" else reply.answer, reply.says.strip()) for reply in item.replies
        ]


def test_key_points_are_told_to_whoever_marks(chapters: list[Chapter], bank: Bank) -> None:
    question = bank.get("list-comprehension")
    assert question is not None
    part = question.part("explain")
    item = next(one for one in items(chapters) if one.id == "list-comprehension/explain")
    assert isinstance(part, ProsePart) and item.notes.count("<li>") == len(part.points)
    assert "<graderinfo" in moodle_xml(chapters) and "// A good answer: It is an expression" in gift(chapters)


def test_awkward_signs_stay_what_they_are() -> None:
    replies = (Reply(NASTY.strip(), 100, NASTY), Reply("*", 0.0, ""), Reply("b*c", 0.0))
    for kind in ("choice", "short"):
        item = Item("q/p", "a: {name} ~ = #", kind, NASTY, replies, notes=NASTY)
        chapter = [Chapter("c", (item, Unmapped("q/r", "because -- of this")))]
        asked, comments = formats.gift(gift(chapter))
        assert asked[0].name == item.name and asked[0].text == NASTY.strip()
        assert asked[0].answers[0][0] == (replies[0].pattern if kind == "short" else NASTY.strip())
        assert "q/r is left out: because -- of this" in comments
        read = formats.moodle(moodle_xml(chapter))
        assert read[0].text == NASTY and read[0].answers[1][0] == (r"\*" if kind == "short" else "*")
    _, cards = formats.anki(anki([Card("q", "c", f"<p>{NASTY}</p>", "<pre>a\n\tb\n</pre>\nc", ("two words",))]))
    assert cards[0]["Back"] == "<pre>a<br>    b</pre> c" and cards[0]["Tags"] == "selfgrad two-words"


def test_formulas_stay_tex_and_code_stays_code() -> None:
    made = outgoing.html("A $x_1 < y$, `a $b$ c`, \\$5 and $$\\frac{1}{2}$$\n\n```python\nprint('$z$')\n```\n")
    assert r"\(x_1 &lt; y\)" in made and r"\[\frac{1}{2}\]" in made
    assert "<code>a $b$ c</code>" in made and "$z$" in made and "selfgradformula" not in made


def test_several_right_options_share_the_points_and_wrong_ones_cost(pool: Runner) -> None:
    part = ChoicePart.model_validate(
        {
            "id": "p", "kind": "choice", "ask": "Which?", "several": True,
            "options": [{"id": "a", "text": "a", "right": True}, {"id": "b", "text": "`b`", "right": True},
                        {"id": "c", "text": "c", "right": True}, {"id": "d", "text": "d", "reply": "No."}],
        }
    )  # fmt: skip
    question = _with(part)
    made = outgoing.chapters([("c", question)], _nowhere)
    assert [share for _, share, _ in formats.moodle(moodle_xml(made))[0].answers] == [33.33333] * 3 + [-33.33333]


def test_without_a_jail_predictions_are_left_out_and_told() -> None:
    part = PredictPart.model_validate(
        {"id": "p", "kind": "predict", "ask": "?", "snippet": "print(1)", "wrong": [{"answer": "2", "reply": "No."}]}
    )
    assert outgoing.unmapped(outgoing.chapters([("c", _with(part))], _nowhere)) == [
        "doubling/p is left out: its snippet could not be run here, so its answer is not known"
    ]


def test_every_question_is_a_card_with_its_answer(bank: Bank) -> None:
    placed = [(bank.chapter(question.id), question) for question in bank.questions]
    head, cards = formats.anki(anki(outgoing.cards(placed)))
    assert head["notetype"] == "Basic" and len({card["GUID"] for card in cards}) == 37
    assert all(question.title.split()[0] in card["Front"] for question, card in zip(bank.questions, cards, strict=True))
    assert all("\n" not in card["Back"] and len(card["Back"]) > 200 for card in cards)


def _nowhere(job: Job) -> Outcome:
    raise Unavailable("no jail here")


def _with(part: ChoicePart | PredictPart) -> Question:
    known = {"id": "doubling", "number": 7, "title": "Doubling", "topics": ("python",), "parts": (part,)}
    return Question.model_construct(**known | TEXTS)
