"""Two origins of questions: the files of a folder, and the texts that were published in the browser."""

from pathlib import Path

import pytest

from app.bank.bank import Bank, chapter_title
from app.bank.news import news
from app.bank.written import Written
from tests.question_text import QUESTION, another, changed, put

HERS = changed(("title: Doubling", "title: Doubling, by her"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path)
    put(tmp_path, another(3, "first"), "03-first.yaml")
    return tmp_path


def title(bank: Bank, id: str = "doubling") -> str:
    found = bank.get(id)
    assert found
    return found.title


def test_a_text_from_the_browser_stands_in_front_of_its_file(folder: Path) -> None:
    bank = Bank(folder)
    before = bank.version("doubling")
    assert bank.take([Written("doubling", "lists", HERS, QUESTION)])
    assert title(bank) == "Doubling, by her" and bank.version("doubling") != before
    assert [question.id for question in bank.questions] == ["first", "doubling"]
    assert bank.faults == () and bank.parted == ()
    kept = bank.file("doubling")
    assert kept and kept.text == QUESTION


def test_a_question_without_a_file_is_served_beside_the_files(folder: Path) -> None:
    bank = Bank(folder)
    bank.take([Written("new", "lists", another(5, "new"))])
    assert [question.id for question in bank.questions] == ["first", "new", "doubling"]
    assert bank.chapter("new") == "lists"
    bank.take([Written("new", "sets", another(5, "new"))])
    assert bank.chapters == ("lists", "sets")


def test_what_is_no_longer_published_leaves_its_file(folder: Path) -> None:
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS, QUESTION), Written("new", "lists", another(5, "new"))])
    bank.take([])
    assert title(bank) == "Doubling" and bank.get("new") is None


def test_the_text_from_the_browser_stays_while_other_files_are_read(folder: Path) -> None:
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS, QUESTION)])
    put(folder, another(9, "ninth"), "09-ninth.yaml")
    assert bank.refresh()
    assert title(bank) == "Doubling, by her" and bank.get("ninth")


def test_a_file_that_is_changed_afterwards_waits_for_a_decision(folder: Path) -> None:
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS, QUESTION)])
    before = bank.shelf
    his = changed(("title: Doubling", "title: Doubling, by him"))
    put(folder, his)
    assert bank.refresh()
    assert title(bank) == "Doubling, by her"
    [parted] = bank.parted
    assert (parted.id, parted.text, parted.filed, parted.file) == ("doubling", HERS, QUESTION, his)
    assert [(one.bad, one.says) for one in news(before, bank.shelf) if one.bad] == [(True, parted.says)]
    assert "its file was changed" in parted.says


def test_it_still_waits_after_a_restart(folder: Path) -> None:
    put(folder, changed(("title: Doubling", "title: Doubling, by him")))
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS, QUESTION)])
    assert title(bank) == "Doubling, by her" and len(bank.parted) == 1


@pytest.mark.parametrize("now", [HERS, QUESTION, QUESTION.replace("\n", "\r\n")])
def test_a_file_with_the_published_text_or_the_old_one_is_no_conflict(folder: Path, now: str) -> None:
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS, QUESTION)])
    (folder / "lists" / "07-doubling.yaml").write_bytes(now.encode())
    bank.refresh()
    assert bank.parted == () and title(bank) == "Doubling, by her"


def test_a_deleted_file_waits_for_a_decision_and_its_question_stays(folder: Path) -> None:
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS, QUESTION)])
    before = bank.shelf
    (folder / "lists" / "07-doubling.yaml").unlink()
    bank.refresh()
    assert title(bank) == "Doubling, by her" and bank.chapter("doubling") == "lists"
    assert "its file was deleted" in bank.parted[0].says and bank.parted[0].file is None
    assert any("is gone (its text from the browser is served)" in one.says for one in news(before, bank.shelf))


def test_a_file_that_comes_later_with_the_same_id_waits_for_a_decision(folder: Path) -> None:
    bank = Bank(folder)
    bank.take([Written("new", "lists", another(5, "new"))])
    put(folder, another(6, "new"), "06-new.yaml")
    bank.refresh()
    assert bank.questions[1].number == 5 and "a file with the same id has come" in bank.parted[0].says


def test_a_file_at_fault_is_no_conflict_until_it_is_whole(folder: Path) -> None:
    path = put(folder, QUESTION.replace("number: 7", "number: seven"))
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS, QUESTION)])
    assert bank.parted == () and [fault.path for fault in bank.faults] == [path]
    put(folder, changed(("title: Doubling", "title: Mended")))
    bank.refresh()
    assert bank.faults == () and len(bank.parted) == 1


def test_a_renamed_id_is_told_at_both_ends(folder: Path) -> None:
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS, QUESTION)])
    (folder / "lists" / "07-doubling.yaml").unlink()
    put(folder, changed(("id: doubling", "id: twice")), "07-twice.yaml")
    bank.refresh()
    assert title(bank) == "Doubling, by her" and bank.get("twice") is None
    assert "its file was deleted" in bank.parted[0].says
    [fault] = bank.faults
    assert "the number 7 is taken by" in fault.message and "written in the browser" in fault.message


def test_a_file_cannot_take_the_number_of_a_question_from_the_browser(folder: Path) -> None:
    bank = Bank(folder)
    bank.take([Written("new", "lists", another(5, "new"))])
    late = put(folder, another(5, "late"), "05-late.yaml")
    bank.refresh()
    assert bank.get("new") and bank.get("late") is None
    assert [(fault.path, fault.line) for fault in bank.faults] == [(late, 2)]


def test_a_published_text_that_cannot_be_read_any_more_leaves_its_file(folder: Path) -> None:
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS + "colour: red\n", QUESTION)])
    assert title(bank) == "Doubling"
    [fault] = bank.faults
    assert fault.message.startswith("in the text from the browser, ") and "colour" in fault.message


def test_the_texts_of_all_questions_make_the_same_bank_elsewhere(folder: Path, tmp_path: Path) -> None:
    put(folder, another(1, "other"), "01-other.yaml", chapter="sets")
    bank = Bank(folder)
    bank.take([Written("doubling", "lists", HERS, QUESTION), Written("new", "new-chapter", another(5, "new"))])
    there = tmp_path / "there"
    for name, text in bank.texts().items():
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_bytes(text.encode())
    again = Bank(there)
    assert again.faults == () and again.questions == bank.questions
    assert [again.version(one.id) for one in again.questions] == [bank.version(one.id) for one in bank.questions]
    assert again.chapters == bank.chapters == ("lists", "new-chapter", "sets")


@pytest.mark.parametrize(
    "name,title", [("three-versus-seven", "Three versus seven"), ("02-sets_and-maps", "Sets and maps"), ("3", "3")]
)
def test_a_chapter_is_called_by_its_folder(name: str, title: str) -> None:
    assert chapter_title(name) == title
