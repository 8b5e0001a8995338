"""What is kept for teaching beside attempts: first scores, sums of mistakes and tallies are those of the attempts."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from app.grading.grader import grader
from app.grading.verdict import PointState, Verdict
from app.sandbox.job import Ending
from app.store import attempts, belongings, mistakes, people, progress, regrading, schema, statistics, tally
from app.store.attempts import Attempt
from app.store.db import Database
from app.store.rulings import Decided

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMES = ("first", "first_score", "first_passed", "first_certainty", "began", "solved_after", "solved_try")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'store.db'}")
    schema.migrate(made.engine)
    yield made
    made.close()


def verdict(score: float, **more: Any) -> Verdict:
    return Verdict(
        question="doubling", part="write", kind="code", passed=score == 1, score=score, ending=Ending.OK,
        summary="So it is.", how="by hand", **more,
    )  # fmt: skip


def attempt(learner: str, at: int, part: str = "write", question: str = "doubling") -> Attempt:
    id = f"{at:012x}{random.Random(at).getrandbits(80):020x}"
    return Attempt(id, learner, question, part, "code", "v1", "an answer", NOW + timedelta(seconds=at), certainty=2)


def store(database: Database, *some: Attempt) -> None:
    with database.write() as connection:
        for one in some:
            attempts.store(connection, one, None, 201)


def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def firsts(database: Database) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    found = rows(database, f"SELECT learner, part, {', '.join(NAMES)} FROM progress")
    return {row[:2]: row[2:] for row in found}


def test_the_first_attempt_is_the_first_whatever_is_settled_first(database: Database) -> None:
    one, two, three = (attempt("l", at) for at in (1, 2, 3))
    store(database, one)  # it is still graded while the others are done
    store(database, two.settled(verdict(0.5)), three.settled(verdict(1.0)))
    assert firsts(database)["l", "write"][:4] == (two.id, 0.5, 0, 2)
    store(database, one.settled(verdict(0.25)))
    assert firsts(database)["l", "write"][:4] == (one.id, 0.25, 0, 2)
    assert rows(database, "SELECT items, points FROM learner") == [(1, 0.25)]


def test_the_sums_beside_the_attempts_are_what_counting_again_gives(database: Database) -> None:
    rng = random.Random(7)
    for at in range(150):
        one = attempt(rng.choice("abc"), at, rng.choice(["write", "explain"]))
        made = rng.choice([verdict(1.0), verdict(0.5), verdict(0.0)])
        store(database, one.settled(made, signature=None if made.passed else rng.choice(["values-1", "type-2"])))
    before = firsts(database)
    with database.write() as connection:
        for learner, part in before:
            progress.recount(connection, learner, "doubling", part)
    assert firsts(database) == before
    slips = rows(database, "SELECT part, signature, learner FROM attempt WHERE signature IS NOT NULL")
    counted = Counter(row[:2] for row in slips)
    learners = Counter(row[:2] for row in set(slips))
    kept = rows(database, "SELECT part, signature, times, learners FROM mistake")
    assert {row[:2]: row[2:] for row in kept} == {place: (counted[place], learners[place]) for place in counted}


def test_where_there_are_too_many_a_fair_sample_is_taken(database: Database) -> None:
    learners = [people.new_id() for _ in range(400)]
    store(database, *(attempt(one, at).settled(verdict(float(at % 2))) for at, one in enumerate(learners)))
    with database.read() as connection:
        every = statistics.first_tries(connection, "doubling", "write")
        some = statistics.first_tries(connection, "doubling", "write", 100)
        again = statistics.first_tries(connection, "doubling", "write", 100)
    assert every.whole and len(every.rows) == every.learners == 400
    assert not some.whole and len(some.rows) == 100 and some == again
    assert 250 < some.learners < 650
    assert 25 < sum(row.score or 0 for row in some.rows) < 75


def test_only_who_attempted_everything_counts_for_consistency(database: Database) -> None:
    for at, learner in enumerate("abc"):
        store(database, attempt(learner, at).settled(verdict(0.5)))
    store(database, attempt("b", 10, "explain").settled(verdict(1.0)), attempt("b", 11, "old").settled(verdict(1.0)))
    with database.read() as connection:
        assert statistics.complete(connection, [("doubling", "write"), ("doubling", "explain")]) == [[0.5, 1.0]]
        assert statistics.complete(connection, []) == []


def test_a_mistake_that_was_none_is_taken_back(database: Database) -> None:
    some = [attempt("a", at).settled(verdict(0.5), signature="values-1") for at in range(2)]
    store(database, *some, attempt("b", 9).settled(verdict(0.5), signature="values-1"))
    decided = Decided("A mistake of ours", None, NOW)
    for left, one in ((2, some[1]), (1, some[0])):
        with database.write() as connection:
            assert regrading.apply(connection, one, verdict(1.0), None, "v2", decided)
            assert not regrading.apply(connection, one, verdict(1.0), None, "v2", decided)  # it is another one now
        with database.read() as connection:
            (found,) = mistakes.commonest(connection, "doubling", "write", 5)
        assert (found.learners, found.times) == (left, left)
    assert firsts(database)["a", "write"][6] == 1


def test_an_answer_moves_from_one_tally_to_another(database: Database) -> None:
    made = verdict(0.0, points=(PointState(id="doubled", state="covered"), PointState(id="new", state=None)))
    one = attempt("a", 1, "explain").settled(made)
    store(database, one)
    for ticked in (True, False):
        graded = replace(one, self_grade={"doubled": ticked}, score=0.0)
        with database.write() as connection:
            attempts.grade_oneself(connection, graded)
        with database.read() as connection:
            found = {row.point: (row.machine, row.student, row.answers) for row in tally.of(connection, "doubling")}
        assert found == {"doubled": ("covered", "yes" if ticked else "no", 1), "new": ("none", "no", 1)}


def test_an_answer_of_who_is_forgotten_counts_in_no_tally(database: Database) -> None:
    made = verdict(0.0, points=(PointState(id="doubled", state="covered"),))
    some = [attempt(learner, at, "explain").settled(made) for at, learner in enumerate("ab")]
    store(database, *some)
    with database.write() as connection:
        for one in some:
            attempts.grade_oneself(connection, replace(one, self_grade={"doubled": True}, score=1.0))
        belongings.throw_away(connection, "a", "Ada")
        (left,) = tally.of(connection, "doubling")
    assert (left.student, left.answers) == ("yes", 1)


def test_the_list_of_answers_goes_on_where_it_ended(database: Database) -> None:
    some = [attempt("a", at).settled(verdict(1.0)) for at in range(5)]
    store(database, *some, attempt("a", 9, "explain").settled(verdict(1.0)))
    with database.read() as connection:
        first = statistics.lines(connection, "doubling", "write", None, 3)
        second = statistics.lines(connection, "doubling", "write", first[-1].id, 3)
    assert [line.id for line in first + second] == [one.id for one in reversed(some)]


def test_an_attempt_knows_its_grader(database: Database) -> None:
    store(database, attempt("a", 1).settled(verdict(1.0)))
    assert rows(database, "SELECT grader FROM attempt") == [(grader(),)]
    assert len(grader()) == 12


def test_who_is_gone_is_gone_from_the_examples_too(database: Database) -> None:
    store(database, attempt("a", 1).settled(verdict(0.5), signature="values-1"))
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM learner")
        assert mistakes.example_of(connection, "doubling", "write", "values-1") is None
        assert [one.example for one in mistakes.commonest(connection, "doubling", "write", 5)] == [None]


def test_old_attempts_get_what_new_ones_have(tmp_path: Path) -> None:
    """The migration fills in what the program would have kept, had it been there from the beginning."""
    rng = random.Random(3)
    some = [attempt(rng.choice("abc"), at, rng.choice(["write", "explain"])) for at in range(60)]
    settled = [one.settled(verdict(rng.choice([0.0, 0.5, 1.0]))) for one in some]
    new = Database(f"sqlite:///{tmp_path / 'new.db'}")
    schema.migrate(new.engine)
    store(new, *settled)
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = schema.config()
    with old.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    with sqlite3.connect(tmp_path / "old.db") as raw:
        raw.execute("ATTACH ? AS new", (str(tmp_path / "new.db"),))
        for table in ("learner", "attempt", "progress"):
            names = ", ".join(row[1] for row in raw.execute(f"PRAGMA main.table_info({table})"))
            raw.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")
    raw.close()
    schema.migrate(old.engine)
    assert firsts(old) == firsts(new)
    for statement in ("SELECT learner, draw FROM progress ORDER BY 1, 2", "SELECT id, items, points FROM learner"):
        assert sorted(rows(old, statement)) == sorted(rows(new, statement))
    for database in (old, new):
        database.close()
