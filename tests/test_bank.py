"""The bank: questions in memory that follow their files."""

import os
import threading
from pathlib import Path

import pytest

from app.bank.bank import Bank
from app.bank.fault import BankError, FileFault
from app.bank.load import Source
from app.bank.news import news
from app.settings import BUILT_IN_QUESTIONS
from tests.question_text import QUESTION, another, built_in, changed, put

LONG_AGO = 1_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path)
    put(tmp_path, another(3, "first"), "03-first.yaml")
    return tmp_path


def settle(path: Path) -> None:
    """As though the file had been written long ago."""
    os.utime(path, (LONG_AGO, LONG_AGO))


def test_questions_are_in_number_order_and_found_by_id(folder: Path) -> None:
    bank = Bank(folder)
    assert [question.id for question in bank.questions] == ["first", "doubling"]
    assert bank.get("doubling") is bank.questions[1]
    assert bank.get("none") is None
    assert bank.chapter("doubling") == "lists"
    assert len(bank.version("doubling")) == 12
    assert bank.faults == ()


def test_chapters_follow_each_other_and_may_have_the_same_numbers(folder: Path) -> None:
    put(folder, another(3, "earlier"), "03-earlier.yaml", chapter="basics")
    put(folder, another(9, "earlier-still"), "09-earlier-still.yaml", chapter="basics")
    assert [question.number for question in Bank(folder).questions] == [3, 9, 3, 7]


def test_the_folder_of_one_chapter_is_a_bank(folder: Path) -> None:
    assert Bank(folder / "lists").chapter("doubling") == "lists"


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_folder_without_questions_is_told_plainly(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty" / ".hidden").mkdir(parents=True)
    put(tmp_path / "empty", chapter=".hidden")
    with pytest.raises(BankError, match=f"{name}.* give one with files such as"):
        Bank(tmp_path / name)


def test_a_folder_that_may_not_be_read_is_told_plainly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scandir(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(BankError, match="cannot be read .Permission denied"):
        Bank(folder)


def test_links_in_a_ring_end(folder: Path) -> None:
    (folder / "lists" / "round").symlink_to(folder, target_is_directory=True)
    assert len(Bank(folder).questions) == 2


def test_nothing_changed_is_nothing_new(folder: Path) -> None:
    bank = Bank(folder)
    question = bank.get("doubling")
    assert bank.refresh() is False
    assert bank.get("doubling") is question


def test_settled_files_are_not_opened_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in folder.rglob("*.yaml"):
        settle(path)
    bank = Bank(folder)
    monkeypatch.setattr("app.bank.bank.read_bytes", lambda path: pytest.fail(f"{path} was opened"))
    assert bank.refresh() is False


def test_a_changed_file_is_read_again_and_has_another_version(folder: Path) -> None:
    bank = Bank(folder)
    before = bank.version("doubling")
    put(folder, changed(("title: Doubling", "title: Doubled!")))
    assert bank.refresh() is True
    question = bank.get("doubling")
    assert question and question.title == "Doubled!"
    assert bank.version("doubling") != before


def test_a_second_change_within_the_same_tick_of_the_clock_is_seen(folder: Path) -> None:
    path = put(folder, changed(("title: Doubling", "title: Doubles_")))
    stamp = path.stat().st_mtime_ns
    bank = Bank(folder)
    path.write_text(QUESTION)
    os.utime(path, ns=(stamp, stamp))
    assert bank.refresh() is True


def test_new_and_removed_files_come_and_go(folder: Path) -> None:
    bank = Bank(folder)
    put(folder, another(5, "middle"), "05-middle.yaml")
    (folder / "lists" / "03-first.yaml").unlink()
    assert bank.refresh() is True
    assert [question.id for question in bank.questions] == ["middle", "doubling"]


def test_a_file_that_breaks_keeps_its_last_good_version(folder: Path) -> None:
    bank = Bank(folder)
    before = bank.get("doubling"), bank.version("doubling")
    path = put(folder, changed(("hints:", "hint:")))
    assert bank.refresh() is True
    assert (bank.get("doubling"), bank.version("doubling")) == before
    assert [str(fault) for fault in bank.faults] == [f"{path}:7:1: unknown key `hint`; did you mean `hints`?"]
    assert bank.refresh() is False
    path.write_text(QUESTION)
    assert bank.refresh() is True
    assert bank.faults == ()


def test_a_file_that_fails_its_proof_keeps_its_last_good_version_and_is_proved_once(folder: Path) -> None:
    bank = Bank(folder)
    before = bank.get("doubling"), bank.version("doubling")
    proved: list[str] = []

    def prove(source: Source) -> list[FileFault]:
        proved.append(source.version)
        return [source.fault("the solution does not pass", "title")]

    put(folder, changed(("2 * x", "3 * x")))
    assert bank.refresh(prove) is True
    assert bank.refresh(prove) is False
    assert (bank.get("doubling"), bank.version("doubling")) == before
    assert [fault.message for fault in bank.faults] == ["the solution does not pass"]
    assert len(proved) == 1


def test_a_file_that_was_never_good_is_only_a_fault(folder: Path) -> None:
    put(folder, "id: x\n", "04-x.yaml")
    bank = Bank(folder)
    assert len(bank.questions) == 2 and bank.faults


def test_a_file_that_cannot_be_read_any_more_keeps_its_last_good_version(folder: Path) -> None:
    bank = Bank(folder)
    path = folder / "lists" / "07-doubling.yaml"
    path.unlink()
    path.symlink_to(path)
    assert bank.refresh() is True
    assert bank.get("doubling") and "cannot be read" in bank.faults[0].message
    put(folder, chapter="more", name="09-ring.yaml").unlink()
    (folder / "more" / "09-ring.yaml").symlink_to("09-ring.yaml")
    assert bank.refresh() is True
    assert len(bank.faults) == 2


def test_a_folder_that_goes_away_is_a_fault_and_the_questions_stay(folder: Path) -> None:
    bank = Bank(folder)
    (folder / "lists").rename(folder / ".lists")
    assert bank.refresh() is True
    assert len(bank.questions) == 2
    assert "holds no question" in bank.faults[0].message
    (folder / ".lists").rename(folder / "lists")
    assert bank.refresh() is True
    assert bank.faults == ()


def test_an_id_is_taken_once_in_all_chapters(folder: Path) -> None:
    later = put(folder, chapter="more")
    bank = Bank(folder)
    assert bank.chapter("doubling") == "lists"
    assert str(bank.faults[0]).startswith(f"{later}:1:5: the id `doubling` is taken by ")


def test_a_number_is_taken_once_in_a_chapter(folder: Path) -> None:
    later = put(folder, another(7, "other"), "07-other.yaml")
    bank = Bank(folder)
    assert bank.get("other") is None
    assert str(bank.faults[0]).startswith(f"{later}:2:9: the number 7 is taken by ")


def test_a_refresh_in_another_thread_never_shows_half_a_bank(folder: Path) -> None:
    bank = Bank(folder)
    seen: set[int] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(len(bank.questions))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        put(folder, another(7, "doubling") + f"# {number}\n")
        bank.refresh()
    done.set()
    reader.join()
    assert seen == {2}


def told(bank: Bank) -> list[str]:
    """What a look at the files tells an instructor."""
    before = bank.shelf
    bank.refresh()
    return [f"{found.says}: {found.at}" for found in news(before, bank.shelf)]


def test_a_fault_and_its_repair_are_told_once_each(folder: Path) -> None:
    bank = Bank(folder)
    path = put(folder, changed(("hints:", "hint:")))
    fault = f"{path}:7:1: unknown key `hint`; did you mean `hints`?"
    assert told(bank) == [f"a question file is at fault (its last good version is served): {fault}"]
    assert told(bank) == []
    path.write_text(QUESTION)
    assert told(bank) == [f"a question file is read again: {path}"]
    assert told(bank) == []


def test_new_and_deleted_files_are_told(folder: Path) -> None:
    bank = Bank(folder)
    first, middle = folder / "lists" / "03-first.yaml", put(folder, another(5, "middle"), "05-middle.yaml")
    broken = put(folder, "id: x\n", "06-x.yaml")
    first.unlink()
    found = told(bank)
    assert f"a question file is gone, and its question with it: {first}" in found
    assert f"a question file is new: {middle}" in found
    assert all(f"(it is not served): {broken}:" in line for line in found if "at fault" in line)


def test_a_folder_that_goes_and_comes_back_is_told_as_one(folder: Path) -> None:
    bank = Bank(folder)
    (folder / "lists").rename(folder / ".lists")
    assert [line.partition(":")[0] for line in told(bank)] == ["a question file is at fault"]
    (folder / ".lists").rename(folder / "lists")
    assert told(bank) == [f"a question file is read again: {folder}"]


def test_the_built_in_questions_have_no_fault() -> None:
    bank = built_in()
    assert [str(fault) for fault in bank.faults] == []
    assert [question.number for question in bank.questions] == list(range(1, len(bank.questions) + 1))


DISPUTES = {
    "tensor-3x3": "**Flat, or 2x2?**",
    "rmse-l1": "**Which is L1, and which is L2?**",
    "matmul-operator": "**A decorator is something else.**",
    "activation-function": '**An "additional" non-linearity?**',
}


@pytest.mark.parametrize(("question", "paragraph"), DISPUTES.items())
def test_what_is_often_argued_over_is_answered_on_the_page(question: str, paragraph: str) -> None:
    (path,) = BUILT_IN_QUESTIONS.glob(f"*/*-{question}.yaml")
    assert paragraph in path.read_text(encoding="utf-8").partition("\nanswer: |")[2]
