"""Drafts: a version for each change, a conflict that loses nothing, and nobody else's text."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.store import drafts, people, schema
from app.store.db import Database
from app.store.drafts import Conflict, Draft

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALICE, BOB = people.new_id(), people.new_id()
AWKWARD = [
    "",
    " ",
    "\r\n\t",
    "é\N{SNOWMAN}\U0001f600",
    "'; DROP TABLE draft; --",
    "{{ 7 * 7 }}",
    "\x01\x7f",
    "x" * 65536,
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'store.db'}")
    schema.migrate(made.engine)
    yield made
    made.close()


def save(database: Database, text: str, base: int | None = None, learner: str = ALICE) -> Draft:
    with database.write() as connection:
        return drafts.save(connection, learner, "doubling", "write", text, base, NOW)


def kept(database: Database, learner: str = ALICE) -> Draft | None:
    with database.read() as connection:
        return drafts.one(connection, learner, "doubling", "write")


@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_reads_back_as_it_was_typed(database: Database, text: str) -> None:
    assert save(database, text) == kept(database) == Draft(text, 1, NOW, False)


def test_each_change_is_a_version(database: Database) -> None:
    assert [save(database, text, base).version for base, text in enumerate(["a", "ab", "abc"])] == [1, 2, 3]


def test_the_same_text_again_is_no_change(database: Database) -> None:
    save(database, "a", 0)
    assert save(database, "a", 0).version == 1  # the answer to the first request was lost, and it is sent again


def test_a_change_from_an_old_version_is_refused_with_what_is_kept(database: Database) -> None:
    save(database, "a", 0)
    save(database, "from another tab", 1)
    with pytest.raises(Conflict) as refused:
        save(database, "b", 1)
    assert refused.value.kept == kept(database) == Draft("from another tab", 2, NOW, False)


def test_without_a_base_the_last_writer_wins(database: Database) -> None:
    save(database, "a", 0)
    assert save(database, "b", None) == kept(database) == Draft("b", 2, NOW, False)


def test_a_draft_goes_on_after_it_was_handed_in(database: Database) -> None:
    save(database, "a", 0)
    with database.write() as connection:
        drafts.hand_in(connection, ALICE, "doubling", "write")
    assert save(database, "ab", 1) == Draft("ab", 2, NOW, False)


def test_drafts_of_two_learners_do_not_meet(database: Database) -> None:
    save(database, "alice's", learner=ALICE)
    assert kept(database, BOB) is None
    save(database, "bob's", learner=BOB)
    with database.read() as connection:
        assert drafts.of(connection, ALICE, "doubling") == {"write": Draft("alice's", 1, NOW, False)}
        assert list(drafts.unsent(connection, BOB)) == [("doubling", "write")]
