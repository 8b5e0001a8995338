"""Copies of the database: whole while it is written to, put back under a program that has it open, never by mistake."""

import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli import main
from app.store import people, schema
from app.store.db import Database

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data" / "selfgrad.db"


@pytest.fixture
def database(data: Path) -> Database:
    made = Database(f"sqlite:///{data}")
    schema.migrate(made.engine)
    return made


def learners(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT id FROM learner")}


def add(database: Database, *names: str) -> None:
    for name in names:
        with database.write() as connection:
            people.ensure(connection, name, NOW)


def test_a_copy_holds_what_was_acknowledged_before_and_the_app_goes_on(database: Database, tmp_path: Path) -> None:
    add(database, "before")
    written: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set() and len(written) < 2000:
            add(database, f"during-{len(written)}")
            written.append(f"during-{len(written)}")

    writer = threading.Thread(target=write)
    writer.start()
    assert main(["backup", str(tmp_path / "copy.db")]) == 0
    stop.set()
    writer.join()
    add(database, "after")
    found = learners(tmp_path / "copy.db")
    assert "before" in found and "after" not in found
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    database.close()


def test_what_is_restored_is_seen_by_a_program_that_has_the_database_open(
    database: Database, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(database, "kept")
    assert main(["backup", str(tmp_path / "copy.db")]) == 0
    add(database, "later")
    capsys.readouterr()
    assert main(["restore", str(tmp_path / "copy.db"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT id FROM learner").scalars().all() == ["kept"]
    add(database, "new")
    assert learners(data) == {"kept", "new"}
    assert learners(Path(told["before"])) == {"kept", "later"}
    database.close()


def test_a_copy_is_restored_where_there_is_no_database_yet(database: Database, data: Path, tmp_path: Path) -> None:
    add(database, "kept")
    assert main(["backup", str(tmp_path / "copy.db")]) == 0
    database.close()
    for path in data.parent.glob("selfgrad.db*"):
        path.unlink()
    assert main(["restore", str(tmp_path / "copy.db")]) == 0
    assert learners(data) == {"kept"}


def test_an_older_copy_is_replaced_and_anything_else_is_left_alone(
    database: Database, data: Path, tmp_path: Path
) -> None:
    copy, note = tmp_path / "copy.db", tmp_path / "note.txt"
    note.write_text("mine")
    assert main(["backup", str(copy)]) == main(["backup", str(copy)]) == 0
    assert main(["backup", str(note)]) == 2 and note.read_text() == "mine"
    assert main(["backup", str(data)]) == 2
    database.close()


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0 and then nonsense"])
def test_a_file_that_is_no_copy_changes_nothing(
    database: Database, data: Path, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    add(database, "kept")
    (tmp_path / "other.db").write_bytes(content)
    assert main(["restore", str(tmp_path / "other.db")]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("selfgrad: ") and err.count("\n") == 1
    assert learners(data) == {"kept"}
    database.close()


def test_a_database_of_another_program_is_not_restored(database: Database, data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE t (x)")
    assert main(["restore", str(tmp_path / "other.db")]) == 2
    with closing(sqlite3.connect(data)) as connection:
        assert connection.execute("SELECT count(*) FROM learner").fetchone() == (0,)
    database.close()


def test_a_copy_of_a_newer_program_is_refused(database: Database, data: Path, tmp_path: Path) -> None:
    assert main(["backup", str(tmp_path / "copy.db")]) == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    add(database, "kept")
    assert main(["restore", str(tmp_path / "copy.db")]) == 2
    assert learners(data) == {"kept"}
    database.close()


def test_without_a_database_there_is_nothing_to_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", str(tmp_path / "copy.db")]) == 2
    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "copy.db").exists()
