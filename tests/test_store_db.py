"""The connection: what is acknowledged is on the disk, writers wait in line, and a failure leaves nothing half done."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select

from app.store import db, drafts, people, schema
from app.store.db import CannotSave, Database, Unusable
from app.store.tables import DRAFT, LEARNER

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'store.db'}")
    schema.migrate(made.engine)
    yield made
    made.close()


def learners(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(LEARNER)).scalar_one()


@pytest.mark.parametrize(
    "pragma, value", [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
def test_every_connection_is_safe(database: Database, pragma: str, value: object) -> None:
    with database.read() as first, database.read() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.parametrize("pragma, value", [("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)])
def test_the_connection_that_all_writes_share_is_safe(database: Database, pragma: str, value: object) -> None:
    for _ in range(2):
        with database.write() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_statement_stores_what_sqlalchemy_itself_would(database: Database) -> None:
    values = {
        "learner": "me",
        "question": "q",
        "part": "p",
        "text": "\0é",
        "version": 3,
        "saved": NOW,
        "submitted": True,
    }
    with database.write() as connection:
        people.ensure(connection, "me", NOW)
        assert drafts.PUT(connection, values) == 1
        ours = connection.exec_driver_sql("SELECT * FROM draft").one()
        connection.execute(delete(DRAFT))
        connection.execute(insert(DRAFT), values)
        assert connection.exec_driver_sql("SELECT * FROM draft").one() == ours


def test_a_statement_says_how_many_rows_it_changed(database: Database) -> None:
    with database.write() as connection:
        changed = [people.ENSURE(connection, {"id": "me", "created": NOW}) for _ in range(2)]
    assert changed == [1, 0]


def test_a_statement_without_a_value_is_a_mistake(database: Database) -> None:
    with database.write() as connection:
        people.ensure(connection, "me", NOW)
    with pytest.raises(KeyError), database.write() as connection:
        people.ENSURE(connection, {"id": "you"})
    assert learners(database) == 1


def test_statements_of_both_sorts_share_a_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        people.ensure(connection, "me", NOW)
        connection.execute(insert(LEARNER), {"id": "you", "created": NOW})
        assert connection.execute(select(func.count()).select_from(LEARNER)).scalar() == 2
        raise ZeroDivisionError
    assert learners(database) == 0


def test_many_writers_lose_nothing(database: Database) -> None:
    def write() -> None:
        for _ in range(20):
            with database.write() as connection:
                people.ensure(connection, people.new_id(), NOW)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert learners(database) == 160


def test_a_write_that_breaks_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        people.ensure(connection, people.new_id(), NOW)
        raise ZeroDivisionError
    assert learners(database) == 0


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as connection:
        people.ensure(connection, people.new_id(), NOW)
        assert learners(database) == 0
    assert learners(database) == 1


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as connection:
        before = connection.execute(select(LEARNER.c.id)).all()
        with database.write() as other:
            people.ensure(other, people.new_id(), NOW)
        assert connection.execute(select(LEARNER.c.id)).all() == before


def test_a_database_that_another_program_locks_is_waited_for(database: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.rollback)
    release.start()
    with database.write() as connection:
        people.ensure(connection, people.new_id(), NOW)
    release.join()
    other.close()
    assert learners(database) == 1


def test_a_database_that_stays_locked_refuses_and_recovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WAIT_S", 0.3)
    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    schema.migrate(database.engine)
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotSave), database.write() as connection:
        people.ensure(connection, people.new_id(), NOW)
    assert learners(database) == 0  # reading goes on
    other.rollback()
    other.close()
    with database.write() as connection:
        people.ensure(connection, people.new_id(), NOW)
    assert learners(database) == 1
    database.close()


def test_a_writer_that_waits_in_line_too_long_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WAIT_S", 0.1)
    with database.write():
        refused = threading.Thread(target=_refused, args=(database,))
        refused.start()
        refused.join()
    assert learners(database) == 0


def _refused(database: Database) -> None:
    with pytest.raises(CannotSave), database.write() as connection:
        people.ensure(connection, people.new_id(), NOW)


def test_a_full_disk_refuses_and_recovers(database: Database) -> None:
    with database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        people.ensure(connection, people.new_id(), NOW)
    with pytest.raises(CannotSave, match="full"), database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for _ in range(2000):
            people.ensure(connection, people.new_id(), NOW)
    assert learners(database) == 1
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
        people.ensure(connection, people.new_id(), NOW)
    assert learners(database) == 2


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "nonsense", "sqlite+nothing:///x", "sqlite:////proc/no/x"]
)
def test_an_address_that_leads_nowhere_is_told(url: str) -> None:
    with pytest.raises(Unusable):
        Database(url)


def test_ids_rise_with_time_and_do_not_repeat() -> None:
    first = people.new_id()
    time.sleep(0.003)
    made = [people.new_id() for _ in range(1000)]
    assert len(set(made)) == 1000 and min(made) > first and all(len(one) == 32 for one in made)
