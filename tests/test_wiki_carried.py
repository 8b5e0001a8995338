"""The wiki's answers leave as files and come back: what was changed becomes a revision, and nothing is overwritten."""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.bank.bank import Bank
from app.cli import main
from app.store import accounts, revisions, schema
from app.store.db import Database
from app.store.revisions import Kind, New, Revision, answer_to
from app.wiki.blame import next_blame
from app.wiki.page_file import NotAPage, PageFile, digest_of, read_page, same, write_page
from tests.question_text import another, put

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ANSWER = "First sentence. Second sentence.\n\nAnother paragraph.\n"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of its own and two questions."""
    questions = tmp_path / "questions"
    put(questions)
    put(questions, another(3, "first"), "03-first.yaml")
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SELFGRAD_QUESTIONS", str(questions))
    return tmp_path


@pytest.fixture
def database(place: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{place}/data/selfgrad.db")
    schema.migrate(made.engine)
    yield made
    made.close()


def leaf(place: Path) -> revisions.Leaf:
    question = Bank(place / "questions").get("doubling")
    assert question is not None
    return answer_to(question)


def head(database: Database, place: Path) -> Revision:
    with database.read() as connection:
        return revisions.current(connection, leaf(place))


def publish(database: Database, place: Path, text: str) -> None:
    """Somebody edits the page in the browser."""
    before = head(database, place)
    blame = next_blame(before.text, before.blame, text, before.number + 1)
    new = New(before.number, before.number, text, "", None, "alice", NOW, blame)
    with database.write() as connection:
        revisions.append(connection, leaf(place), new)


def exported(place: Path, name: str = "out") -> Path:
    assert main(["export", "wiki", "--to", str(place / name)]) == 0
    (found,) = (place / name).glob("*doubling.md")
    return found


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new).encode())


def imported(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    code = main(["import", "wiki", "--json", *words])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return code, [one for one in found if one["end"] != "unchanged"]


@pytest.mark.parametrize("text", [ANSWER, "", "\n\n", "no end", "---\n", "\n---\nquestion: x\n---\n", "a\u2028b\x0c\n"])
def test_a_page_reads_back_as_it_was_written(text: str) -> None:
    page = PageFile("doubling", 7, text, NOW.isoformat(), 'a "name": \n---', digest_of(text))
    assert read_page(write_page(page)) == PageFile(**vars(page) | {"first": 9})


@pytest.mark.parametrize(
    ("written", "line"),
    [("", 1), ("text", 1), ("---\nquestion: a\n", 1), ("---\nquestion: a\n---\n", 1), ("---\nnothing\n---\n", 2),
     ("---\nquestion: a\nrevision: 0\n---\n", 1), ("---\nquestion: a\nquestion: b\n---\n", 3),
     ('---\nauthor: "\n---\n', 2), ("---\nquestion: a\nrevision: ٣\n---\n", 1)],
)  # fmt: skip
def test_what_is_no_page_says_where(written: str, line: int) -> None:
    with pytest.raises(NotAPage) as told:
        read_page(written)
    assert told.value.line == line


def test_every_page_is_a_file_and_unchanged_files_change_nothing(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(database, place, ANSWER)
    file = exported(place)
    assert sorted(path.name for path in file.parent.iterdir()) == ["03-first.md", file.name]
    page = read_page(file.read_text(encoding="utf-8"))
    assert (page.question, page.revision, page.author, page.date) == ("doubling", 2, "alice", NOW.isoformat())
    assert page.text == ANSWER
    assert imported(capsys, str(file.parent)) == (0, []) and head(database, place).number == 2


def test_what_an_editor_does_to_line_ends_is_no_change(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(database, place, ANSWER)
    file = exported(place)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    assert imported(capsys, str(file)) == (0, [])


def test_a_changed_file_becomes_a_revision_in_the_name_of_who_brings_it(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(database, place, ANSWER)
    with database.write() as connection:
        bob = accounts.add(connection, "bob", accounts.Role.EDITOR, None, None, NOW)
    file = exported(place)
    edit(file, "Second", "Another")
    code, (row,) = imported(capsys, str(file.parent), "--as", "Bob", "--summary", "From my desk")
    assert (code, row["end"], row["revision"], row["question"]) == (0, "saved", 3, "doubling")
    found = head(database, place)
    assert (found.kind, found.base, found.name, found.learner) == (Kind.IMPORT, 2, "bob", bob.learner)
    assert found.summary == "From my desk" and found.blame == (3, 2)
    assert same(found.text, ANSWER.replace("Second", "Another"))
    edit(exported(place, "again"), "Another sentence", "Third sentence")
    assert imported(capsys, str(place / "again"))[0] == 0 and head(database, place).name == "import"


def test_a_change_of_an_older_revision_is_merged_with_what_came_since(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(database, place, ANSWER)
    file = exported(place)
    publish(database, place, ANSWER.replace("First", "Very first"))
    edit(file, "Another paragraph.", "A paragraph more.")
    code, (row,) = imported(capsys, str(file))
    assert (code, row["end"], row["revision"]) == (0, "merged", 4)
    assert head(database, place).text == "Very first sentence. Second sentence.\n\nA paragraph more.\n"
    assert imported(capsys, str(file)) == (0, [])


def test_two_changes_of_one_place_are_told_and_nothing_is_overwritten(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(database, place, ANSWER)
    file = exported(place)
    publish(database, place, ANSWER.replace("First", "Very first"))
    edit(file, "First", "My first")
    code, (row,) = imported(capsys, str(file))
    assert (code, row["end"]) == (1, "conflict") and "since revision 2 (now it is 3)" in row["says"]
    assert head(database, place).number == 3
    assert main(["import", "wiki", str(file)]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(f"{file}: conflict: ") and err.endswith("0 published, 0 unchanged, 1 not taken.\n")


def test_a_file_that_was_left_as_it_was_takes_nothing_back(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = exported(place)
    publish(database, place, ANSWER)
    assert imported(capsys, str(file.parent)) == (0, [])
    assert head(database, place).text == ANSWER


@pytest.mark.usefixtures("pool")
def test_code_that_fails_is_refused_with_the_line_of_the_file(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(database, place, ANSWER)
    file = exported(place)
    edit(file, "Another paragraph.\n", "```python\nx = 1\n```\n\n```python\n>>> x\n2\n```\n")
    code, (row,) = imported(capsys, str(file))
    assert (code, row["end"]) == (1, "refused")
    assert file.read_text().split("\n")[row["line"] - 1] == ">>> x" and f"Line {row['line']}, `x`" in row["says"]
    edit(file, ">>> x\n2", ">>> x\n1")
    assert imported(capsys, str(file))[0] == 0
    tested = head(database, place).tested
    assert tested is not None and [state.value for state in tested.states] == ["passed", "passed"]


REFUSED = {
    "no page": (b"Text.", "does not begin with ---"),
    "not UTF-8": (b"---\nquestion: doubling\nrevision: 1\n---\n\n\xff", "not UTF-8"),
    "no such question": (b"---\nquestion: none\nrevision: 1\n---\n\nText.", "no question"),
    "blank": (b"---\nquestion: doubling\nrevision: 1\n---\n\n \n", "blank"),
    "too long": (b"---\nquestion: doubling\nrevision: 1\n---\n\n" + b"x" * 20_001, "20,002 characters"),
    "too large": (b"---\nquestion: doubling\nrevision: 1\n---\n\n" + b"x" * 300_000, "256 KiB"),
    "unfinished": (
        b"---\nquestion: doubling\nrevision: 1\n---\n\n<<<<<<< your text\na\n", "a merge was not finished here",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "says"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_a_page_is_refused_with_a_reason(
    data: bytes, says: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "page.md").write_bytes(data)
    code, (row,) = imported(capsys, str(place / "page.md"))
    assert (code, row["end"]) == (1, "refused") and says in row["says"]


def test_a_page_of_another_place_is_taken_only_where_nobody_has_edited(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = place / "page.md"
    file.write_text(write_page(PageFile("doubling", 9, ANSWER, NOW.isoformat(), "carol")), encoding="utf-8")
    code, (row,) = imported(capsys, str(file))
    assert (code, row["end"], row["revision"]) == (0, "saved", 2)
    edit(file, "Second", "Other")
    code, (row,) = imported(capsys, str(file))
    assert (code, row["end"]) == (1, "conflict") and "revision 9 that this page does not have" in row["says"]


def test_an_archive_is_as_good_as_a_folder(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(database, place, ANSWER)
    first, second, changed = (place / f"{name}.zip" for name in ("one", "two", "changed"))
    assert main(["export", "wiki", "--to", str(first)]) == main(["export", "wiki", "--to", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive, zipfile.ZipFile(changed, "w") as other:
        for name in archive.namelist():
            other.writestr(name, archive.read(name).replace(b"Second", b"2nd"))
    code, (row,) = imported(capsys, str(changed))
    assert code == 0 and row["revision"] == 3 and "2nd" in head(database, place).text


def test_without_a_place_the_answers_are_one_text_to_read(
    database: Database, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(database, place, ANSWER)
    capsys.readouterr()
    assert main(["export", "wiki"]) == 0
    out = capsys.readouterr().out
    assert "*Revision 2, 26 November 2026, by alice.*\n\nFirst sentence." in out and "the question file" in out
    assert main(["export", "wiki", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["question"] for row in rows] == ["first", "doubling"] and rows[1]["text"] == ANSWER


@pytest.mark.parametrize(
    ("words", "told"),
    [(["import", "wiki", "no/such/folder"], "no/such/folder"), (["import", "wiki", "{}"], "no .md file"),
     (["import", "wiki", "{}/x.zip"], "cannot be read"),
     (["export", "wiki", "--to", "{}/x.zip/y"], "cannot be written"),
     (["import", "wiki", "{}/page.md", "--as", "nobody"], "no account “nobody”"),
     (["import", "wiki", "{}/page.md", "--summary", ""], "--summary")],
)  # fmt: skip
def test_what_cannot_be_done_ends_with_2_and_one_line(
    words: list[str], told: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place / "empty"
    folder.mkdir()
    (folder / "x.zip").write_bytes(b"PK nonsense")
    if told != "no .md file":
        (folder / "page.md").write_text("Text.")
    assert main([word.format(folder) for word in words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and err.count("\n") == 1
