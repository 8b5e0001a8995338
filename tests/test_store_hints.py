"""Hints: a rung that was opened stays open, and is nobody else's."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.store import hints, people, schema
from app.store.db import Database

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ALICE, BOB = people.new_id(), people.new_id()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'store.db'}")
    schema.migrate(made.engine)
    yield made
    made.close()


def opened(database: Database, learner: str, question: str = "doubling") -> int:
    with database.read() as connection:
        return hints.opened(connection, learner, question)


@pytest.mark.parametrize("counts, there", [([], 0), ([1], 1), ([1, 2], 2), ([2, 1], 2), ([3, 3], 3)])
def test_a_rung_that_was_opened_stays_open(database: Database, counts: list[int], there: int) -> None:
    for count in counts:
        with database.write() as connection:
            hints.open_up_to(connection, ALICE, "doubling", count, NOW)
    assert opened(database, ALICE) == there


def test_nobody_else_and_no_other_question_sees_it(database: Database) -> None:
    with database.write() as connection:
        hints.open_up_to(connection, ALICE, "doubling", 2, NOW)
    assert opened(database, BOB) == 0 and opened(database, ALICE, "other") == 0
