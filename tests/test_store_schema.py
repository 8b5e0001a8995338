"""Migrations: they make exactly the tables of the program, whole or not at all, and leave a stranger's data alone."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from app.store import schema
from app.store.db import Database, Unusable
from app.store.tables import metadata


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'store.db'}")
    yield made
    made.close()


def names(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def test_an_empty_database_gets_every_table(database: Database) -> None:
    schema.migrate(database.engine)
    assert names(database) == set(metadata.tables) | {"alembic_version"}


def test_the_migrations_make_what_the_program_means(database: Database) -> None:
    schema.migrate(database.engine)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert schema.revision(connection) == schema.head()


def test_a_status_that_is_none_cannot_be_stored(database: Database) -> None:
    schema.migrate(database.engine)
    values = "'i', 'l', 'q', 'p', 'code', 'v', 'a', 'lost', '2026-01-01', 0"
    names = "id, learner, question, part, kind, version, answer, status, created, passed"
    with pytest.raises(IntegrityError, match="ck_attempt_status"), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO learner (id, created) VALUES ('l', '2026-01-01')")
        connection.exec_driver_sql(f"INSERT INTO attempt ({names}) VALUES ({values})")


def test_migrating_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    schema.migrate(database.engine)
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO learner (id, created) VALUES ('l', '2026-01-01')")
    schema.migrate(database.engine)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT id FROM learner").all() == [("l",)]


def test_starts_at_the_same_time_migrate_once(tmp_path: Path) -> None:
    failed: list[BaseException] = []

    def start() -> None:
        database = Database(f"sqlite:///{tmp_path / 'store.db'}")
        try:
            schema.migrate(database.engine)
        except BaseException as error:
            failed.append(error)
        database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_a_migration_that_is_cut_short_leaves_the_old_schema(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade

    def cut(*args: Any) -> None:
        upgrade(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", cut)
    with pytest.raises(KeyboardInterrupt):
        schema.migrate(database.engine)
    assert names(database) == set()
    monkeypatch.undo()
    schema.migrate(database.engine)
    assert names(database) >= set(metadata.tables)


def test_a_newer_database_is_left_alone(database: Database) -> None:
    schema.migrate(database.engine)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unusable, match="newer version"):
        schema.migrate(database.engine)
    with database.read() as connection:
        assert schema.revision(connection) == "9999"


def test_foreign_keys_hold_again_after_a_migration(database: Database) -> None:
    schema.migrate(database.engine)
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"This is a letter. " * 400)
    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    with pytest.raises(Unusable, match="not a database"):
        schema.migrate(database.engine)
    database.close()
    assert (tmp_path / "store.db").read_bytes().startswith(b"This is a letter.")


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "store.db") as other:
        other.execute("CREATE TABLE attempt (whatever TEXT)")
    other.close()
    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    with pytest.raises(Unusable, match="not a database of this program"):
        schema.migrate(database.engine)
    assert names(database) == {"attempt"}
    database.close()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    with pytest.raises(Unusable, match="cannot be opened for writing"):
        schema.migrate(database.engine)
    database.close()


def test_a_database_that_may_only_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA user_version = 1")
    made.close()
    database = Database(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(Unusable, match="cannot be opened for writing"):
        schema.migrate(database.engine)
    database.close()


def test_every_migration_can_be_undone(database: Database) -> None:
    schema.migrate(database.engine)
    config = schema.config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert names(database) == {"alembic_version"}


def test_what_was_answered_before_hints_had_to_be_earned_counts_as_honest_tries(database: Database) -> None:
    config = schema.config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO learner (id, created) VALUES ('l', '2026-01-01')")
        connection.exec_driver_sql(
            "INSERT INTO attempt (id, learner, question, part, kind, version, answer, status, created, passed)"
            " VALUES ('i', 'l', 'q', 'p', 'code', 'v', 'a', 'graded', '2026-01-01', 0)"
        )
        names = "learner, question, part, attempts, done, last, worked"
        connection.exec_driver_sql(f"INSERT INTO progress ({names}) VALUES ('l', 'q', 'p', 3, 0, 'i', '2026-01-01')")
    schema.migrate(database.engine)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT attempts, tries FROM progress").all() == [(3, 3)]
        assert connection.exec_driver_sql("SELECT id, certainty FROM attempt").all() == [("i", None)]
