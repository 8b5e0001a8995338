"""Commands see the questions that the web app serves: from files, and from the browser."""

from pathlib import Path

import pytest

from app.bank.bank import Bank
from app.leaving import export_questions
from app.settings import Settings
from app.shelf import served_bank
from app.store import schema, written
from app.store.db import Database
from app.store.revisions import Kind
from app.store.written import Place
from app.web.authoring import append
from app.web.rooms import now
from tests.client import settings
from tests.question_text import another, changed


def published(asked: Settings, slug: str, text: str) -> None:
    database = Database(asked.database_url)
    schema.migrate(database.engine)
    with database.write() as connection:
        number = append(connection, slug, text, Kind.EDIT, None, "", now())
        written.put(connection, slug, Place("sets", number), now())
    database.close()


def test_without_a_database_there_are_the_files_and_none_is_made(tmp_path: Path) -> None:
    asked = settings(tmp_path)
    assert [one.id for one in served_bank(asked).questions] == ["doubling", "again", "broken"]
    assert not list(tmp_path.glob("*.db"))


def test_what_was_published_in_the_browser_is_there_too(tmp_path: Path) -> None:
    asked = settings(tmp_path)
    published(asked, "brand-new", another(30, "brand-new"))
    bank = served_bank(asked)
    assert bank.chapter("brand-new") == "sets" and "sets/30-brand-new.yaml" in bank.texts()


def test_a_database_that_cannot_be_read_is_told_and_the_files_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all, and longer than its header has to be" * 20)
    bank = served_bank(settings(tmp_path, database_url=f"sqlite:///{broken}"))
    assert len(bank.questions) == 3
    assert capsys.readouterr().err.startswith("Without what was written in the browser: ")


def test_all_questions_are_exported_and_load_back_equal(tmp_path: Path) -> None:
    asked = settings(tmp_path)
    published(asked, "brand-new", another(30, "brand-new"))
    published(asked, "doubling", changed(("number: 7", "number: 70"), ("title: Doubling", "title: Hers")))
    export_questions(asked, tmp_path / "out")
    there = Bank(tmp_path / "out")
    assert there.faults == () and there.questions == served_bank(asked).questions
    assert [one.title for one in there.questions if one.id == "doubling"] == ["Hers"]
