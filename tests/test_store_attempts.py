"""Attempts: stored once, settled once, seen by one learner alone; and the sums that are kept beside them are right."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.grading.verdict import Verdict
from app.sandbox.job import Ending
from app.store import attempts, drafts, people, progress, schema
from app.store.attempts import Attempt, Keyed, KeyTaken, NotYours
from app.store.db import Database
from app.store.progress import Progress

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALICE, BOB = people.new_id(), people.new_id()
KEY = Keyed("a key", "what was asked")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'store.db'}")
    schema.migrate(made.engine)
    yield made
    made.close()


def verdict(passed: bool = True, ending: Ending = Ending.OK) -> Verdict:
    return Verdict(
        question="doubling", part="write", kind="code", passed=passed, score=float(passed), ending=ending,
        summary="So it is: ✓ \N{SNOWMAN}", how="by hand",
    )  # fmt: skip


def new(learner: str = ALICE, part: str = "write") -> Attempt:
    return Attempt(people.new_id(), learner, "doubling", part, "code", "v1", "a = 'é\N{SNOWMAN}'\n", NOW)


def store(database: Database, attempt: Attempt, keyed: Keyed | None = None) -> None:
    with database.write() as connection:
        attempts.store(connection, attempt, keyed, 201)


def read(database: Database, attempt: Attempt) -> Attempt:
    with database.read() as connection:
        return attempts.mine(connection, attempt.id, attempt.learner)


def standing(database: Database, learner: str = ALICE) -> dict[tuple[str, str], Progress]:
    with database.read() as connection:
        return progress.of(connection, learner)


def test_an_attempt_reads_back_as_it_was_stored(database: Database) -> None:
    attempt = new().settled(verdict())
    store(database, attempt)
    assert read(database, attempt) == attempt


def test_another_learners_attempt_is_not_there(database: Database) -> None:
    attempt = new(ALICE).settled(verdict())
    store(database, attempt)
    with database.read() as connection, pytest.raises(NotYours):
        attempts.mine(connection, attempt.id, BOB)


def test_a_pending_attempt_is_settled_once(database: Database) -> None:
    attempt = new()
    store(database, attempt)
    store(database, attempt.settled(verdict(True)))
    store(database, attempt.settled(verdict(False)))
    assert read(database, attempt).passed
    assert standing(database)["doubling", "write"].attempts == 1


def test_putting_aside_what_is_graded_already_changes_nothing(database: Database) -> None:
    attempt = new()
    store(database, attempt.settled(verdict()), KEY)
    store(database, attempt, KEY)
    assert read(database, attempt).status == "graded"
    assert standing(database)["doubling", "write"].attempts == 1


def test_a_pending_attempt_is_unfinished_until_it_is_settled(database: Database) -> None:
    attempt, other = new(), new()
    store(database, attempt)
    store(database, other)
    store(database, other.settled(verdict()))
    with database.read() as connection:
        assert attempts.unfinished(connection, 10) == [attempt]


def test_our_own_fault_is_kept_and_not_counted(database: Database) -> None:
    attempt = new().settled(verdict(False, Ending.INTERNAL))
    store(database, attempt)
    assert read(database, attempt).status == "failed"
    assert standing(database)["doubling", "write"].attempts == 0


def test_after_our_own_fault_the_same_key_may_try_again(database: Database) -> None:
    store(database, new().settled(verdict(False, Ending.INTERNAL)), KEY)
    store(database, new().settled(verdict()), KEY)
    assert standing(database)["doubling", "write"].attempts == 1


def test_a_key_stands_for_one_attempt(database: Database) -> None:
    first, second = new().settled(verdict()), new().settled(verdict())
    store(database, first, KEY)
    with pytest.raises(KeyTaken):
        store(database, second, KEY)
    with database.read() as connection:
        known = attempts.remembered(connection, ALICE, KEY.key)
        assert known == attempts.Remembered(KEY.fingerprint, first.id, 201)
        assert attempts.by_id(connection, [second.id]) == {}
    assert standing(database)["doubling", "write"].attempts == 1


def test_two_learners_may_have_the_same_key(database: Database) -> None:
    store(database, new(ALICE).settled(verdict()), KEY)
    store(database, new(BOB).settled(verdict()), KEY)


def test_a_key_of_a_pending_attempt_survives_its_verdict(database: Database) -> None:
    attempt = new()
    store(database, attempt, KEY)
    store(database, attempt.settled(verdict()), KEY)
    assert read(database, attempt).status == "graded"


def test_keys_are_forgotten_after_a_week(database: Database) -> None:
    store(database, new().settled(verdict()), KEY)
    with database.write() as connection:
        attempts.forget_keys(connection, NOW + timedelta(days=6))
        assert attempts.remembered(connection, ALICE, KEY.key)
        attempts.forget_keys(connection, NOW + timedelta(days=8))
        assert attempts.remembered(connection, ALICE, KEY.key) is None


def test_handing_in_makes_the_draft_old(database: Database) -> None:
    with database.write() as connection:
        drafts.save(connection, ALICE, "doubling", "write", "half a thought", None, NOW)
    store(database, new().settled(verdict()))
    with database.read() as connection:
        draft = drafts.one(connection, ALICE, "doubling", "write")
        assert draft is not None and draft.submitted and draft.version == 1
        assert drafts.unsent(connection, ALICE) == {}


def test_ones_own_grade_is_stored_and_can_be_changed(database: Database) -> None:
    attempt = new(part="explain").settled(verdict(False))
    store(database, attempt)
    for ticked in (True, False):
        graded = replace(attempt, self_grade={"doubled": ticked}, score=float(ticked), passed=ticked)
        with database.write() as connection:
            attempts.grade_oneself(connection, graded)
        assert read(database, attempt) == graded
        assert standing(database)["doubling", "explain"].done is ticked


def test_a_part_stays_done_while_any_attempt_at_it_is_passed(database: Database) -> None:
    first, second, other = (new(part="explain").settled(verdict(False)) for _ in range(3))
    for attempt, passed in ((first, True), (second, False), (replace(other, part="write"), True)):
        store(database, attempt)
        with database.write() as connection:
            attempts.grade_oneself(connection, replace(attempt, self_grade={"doubled": passed}, passed=passed))
    assert standing(database)["doubling", "explain"].done
    with database.write() as connection:
        attempts.grade_oneself(connection, replace(first, self_grade={"doubled": False}, passed=False))
    assert not standing(database)["doubling", "explain"].done
    assert standing(database)["doubling", "write"].done


def test_the_sums_are_those_of_the_attempts(database: Database) -> None:
    """Whatever comes in whatever order, counting the attempts again gives the same."""
    rng = random.Random(4)
    stored: list[Attempt] = []
    for _ in range(120):
        attempt = new(rng.choice([ALICE, BOB]), rng.choice(["write", "explain"]))
        made = rng.choice([verdict(True), verdict(False), verdict(False), verdict(False, Ending.INTERNAL)])
        settled = attempt.settled(made)
        if rng.random() < 0.5:
            store(database, attempt)
        if rng.random() < 0.8:
            store(database, settled)
            stored.append(settled)
    for learner in (ALICE, BOB):
        for (_, part), found in standing(database, learner).items():
            mine = [one for one in stored if (one.learner, one.part, one.status) == (learner, part, "graded")]
            assert (found.attempts, found.done) == (len(mine), any(one.passed for one in mine))


def test_of_two_ids_the_later_one_is_greater_also_within_a_millisecond() -> None:
    made = [people.new_id() for _ in range(5000)]
    assert made == sorted(set(made)) and all(people.is_id(id) for id in made)
