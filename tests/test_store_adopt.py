"""Coming into an account: everything that belongs to a learner moves, is added up, or is set aside; nothing is lost."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.grading.verdict import Verdict
from app.sandbox.job import Ending
from app.store import (
    accounts,
    aside,
    attempts,
    belongings,
    contributors,
    courses,
    drafts,
    edits,
    hints,
    mistakes,
    people,
    progress,
    rulings,
    schema,
    visits,
)  # fmt: skip
from app.store.accounts import Account, LastAdmin, Role
from app.store.attempts import Attempt, Keyed
from app.store.belongings import BELONGINGS, Brought
from app.store.courses import Member
from app.store.db import Database
from app.store.progress import Certain
from app.store.rulings import Decided, Place
from app.store.tables import metadata

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOON = NOW + timedelta(seconds=30)
COUNT = itertools.count()
ELSEWHERE = {"account"}  # has a learner, and is no belonging of one
FORWARD = {"moved"}  # where a learner's things went


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'store.db'}")
    schema.migrate(made.engine)
    yield made
    made.close()


@pytest.fixture
def visitor() -> str:
    return people.new_id()


@pytest.fixture
def member(database: Database) -> Account:
    with database.write() as connection:
        return accounts.add(connection, "Ada", Role.MEMBER, None, None, NOW)


def attempt(learner: str, part: str = "write", passed: bool = False, certainty: int | None = None) -> Attempt:
    id = f"{next(COUNT):032x}"  # they rise
    made = Attempt(id, learner, "doubling", part, "code", "v", "x", NOW, certainty=certainty)
    verdict = Verdict(
        question="doubling", part=part, kind="code", passed=passed, score=0.0, ending=Ending.OK, summary="So it is.",
        how="by hand",
    )  # fmt: skip
    return made.settled(verdict)


def store(database: Database, made: Attempt, key: str | None = None) -> None:
    with database.write() as connection:
        attempts.store(connection, made, Keyed(key, "f") if key else None, 201)


def draft(database: Database, learner: str, text: str, part: str = "write") -> None:
    with database.write() as connection:
        drafts.save(connection, learner, "doubling", part, text, None, NOW)


def adopt(database: Database, old: str, into: Account) -> Brought:
    with database.write() as connection:
        return belongings.adopt(connection, old, into.learner, SOON)


def test_whatever_has_a_learner_says_what_becomes_of_it() -> None:
    having = {name for name, table in metadata.tables.items() if "learner" in table.c}
    assert having == {one.table.name for one in BELONGINGS} | ELSEWHERE | FORWARD


def test_answers_and_sums_of_both_are_the_accounts(database: Database, visitor: str, member: Account) -> None:
    first, second, third = attempt(member.learner), attempt(visitor, passed=True), attempt(visitor, part="explain")
    for made in (first, second, third):
        store(database, made)
    assert adopt(database, visitor, member) == Brought(answers=2)
    with database.read() as connection:
        found = progress.of(connection, member.learner)
        assert attempts.mine(connection, second.id, member.learner).passed
        assert progress.of(connection, visitor) == {}
    both = found["doubling", "write"]
    assert (both.attempts, both.tries, both.done, both.last) == (2, 2, True, second.id)
    assert (found["doubling", "explain"].attempts, found["doubling", "explain"].last) == (1, third.id)


def test_hints_that_were_opened_by_either_are_open(database: Database, visitor: str, member: Account) -> None:
    with database.write() as connection:
        for learner, question, count in ((visitor, "a", 3), (member.learner, "a", 1), (member.learner, "b", 2)):
            hints.open_up_to(connection, learner, question, count, NOW)
    adopt(database, visitor, member)
    with database.read() as connection:
        assert [hints.opened(connection, member.learner, question) for question in "ab"] == [3, 2]


def texts(database: Database, account: Account) -> tuple[str | None, list[str]]:
    """The draft, and what was set aside."""
    with database.read() as connection:
        kept = drafts.one(connection, account.learner, "doubling", "write")
        return kept.text if kept else None, [one.text for one in aside.of(connection, account.learner)]


@pytest.mark.parametrize(
    ("own", "other", "kept", "beside"),
    [
        (None, "other", "other", []),
        ("own", None, "own", []),
        ("own", "other", "own", ["other"]),
        ("same", "same", "same", []),
        ("", "other", "other", []),
        (" \n", "other", "other", []),
        ("own", "", "own", []),
    ],
)
def test_no_draft_is_lost(
    database: Database, visitor: str, member: Account, own: str | None, other: str | None, kept: str, beside: list[str]
) -> None:
    for learner, text in ((member.learner, own), (visitor, other)):
        if text is not None:
            draft(database, learner, text)
    brought = adopt(database, visitor, member)
    assert texts(database, member) == (kept, beside)
    assert (brought.drafts, brought.aside) == (int(kept == "other"), len(beside))


def test_a_draft_takes_the_place_of_one_that_was_handed_in(database: Database, visitor: str, member: Account) -> None:
    draft(database, member.learner, "handed in")
    store(database, attempt(member.learner))
    draft(database, visitor, "newer")
    adopt(database, visitor, member)
    assert texts(database, member) == ("newer", [])


def test_a_page_that_was_open_meanwhile_goes_on_from_its_draft(
    database: Database, visitor: str, member: Account
) -> None:
    draft(database, visitor, "one")
    draft(database, visitor, "two")
    adopt(database, visitor, member)
    with database.write() as connection:
        assert drafts.save(connection, member.learner, "doubling", "write", "three", 2, SOON).version == 3


def test_a_request_that_is_repeated_after_signing_in_is_known(
    database: Database, visitor: str, member: Account
) -> None:
    made = attempt(visitor)
    store(database, made, "a key")
    store(database, attempt(visitor), "another key")
    store(database, attempt(member.learner), "another key")
    adopt(database, visitor, member)
    with database.read() as connection:
        known = attempts.remembered(connection, member.learner, "a key")
    assert known is not None and known.attempt == made.id


def made_by(database: Database) -> list[tuple[int, int]]:
    """Of each mistake by how many it was made, and how often."""
    with database.read() as connection:
        return [(one.learners, one.times) for one in mistakes.commonest(connection, "doubling", "write", 9)]


def test_a_mistake_is_counted_by_people(database: Database, visitor: str, member: Account) -> None:
    with database.write() as connection:
        for learner, signature in ((visitor, "a"), (member.learner, "a"), (visitor, "a"), (visitor, "b")):
            people.ensure(connection, learner, NOW)
            mistakes.add(connection, learner, "doubling", "write", signature, f"{next(COUNT):032x}")
    assert made_by(database) == [(2, 3), (1, 1)]
    adopt(database, visitor, member)
    assert made_by(database) == [(1, 3), (1, 1)]
    with database.write() as connection:
        accounts.forget(connection, member, NOW)
    assert made_by(database) == []


def test_the_sums_of_an_account_are_those_of_all_its_answers(
    database: Database, visitor: str, member: Account
) -> None:
    whole = people.new_id()
    for part, passed, learner in (("write", False, visitor), ("write", True, member.learner), ("other", True, visitor)):
        made = attempt(learner, part, passed)
        store(database, made)
        store(database, replace(made, learner=whole, id=f"{next(COUNT):032x}"))
    adopt(database, visitor, member)
    with database.read() as connection:
        names = "part, attempts, tries, done, first_score, first_passed, solved_try"
        asked = f"SELECT {names} FROM progress WHERE learner = ?"
        sums = "SELECT items, points FROM learner WHERE id = ?"
        rows = [
            [sorted(connection.exec_driver_sql(query, (one,)).all()) for query in (asked, sums)]
            for one in (member.learner, whole)
        ]
    assert rows[0] == rows[1]


def change(database: Database, learner: str, text: str) -> None:
    with database.write() as connection:
        edits.save(connection, learner, "answer/x", base=1, text=text, summary="s", version=None, now=NOW)


@pytest.mark.parametrize(("own", "kept", "beside"), [(None, "other", []), ("own", "own", [("other", 1)])])
def test_no_change_of_a_page_is_lost(
    database: Database, visitor: str, member: Account, own: str | None, kept: str, beside: list[tuple[str, int]]
) -> None:
    change(database, visitor, "other")
    if own is not None:
        change(database, member.learner, own)
    brought = adopt(database, visitor, member)
    with database.read() as connection:
        found = edits.one(connection, member.learner, "answer/x")
        assert [(one.text, one.base) for one in aside.of(connection, member.learner)] == beside
    assert found is not None and found.text == kept
    assert (brought.drafts, brought.aside) == (1 - len(beside), len(beside))


def test_what_both_have_done_for_a_page_is_added_up(database: Database, visitor: str, member: Account) -> None:
    with database.write() as connection:
        people.ensure(connection, visitor, NOW)
        whose = (visitor, member.learner, visitor, visitor)
        for learner, page, number in zip(whose, "pppq", (2, 3, 9, 4), strict=True):
            contributors.credit(connection, page, learner, "so called", number)
        visits.reveal(connection, visitor, "doubling", NOW)
        visits.look(connection, visitor, 7, NOW)
    adopt(database, visitor, member)
    with database.read() as connection:
        both = [one for page in "pq" for one in contributors.of(connection, page)]
        assert visits.revealed(connection, member.learner, "doubling") and not visits.revealed(connection, visitor, "x")
        assert visits.last_look(connection, member.learner, SOON) == 7
    found = [(one.learner, one.edits, one.first, one.last) for one in both]
    assert found == [(member.learner, 3, 2, 9), (member.learner, 1, 4, 4)]


@pytest.mark.parametrize("pending", [True, False], ids=["stored", "not stored yet"])
def test_a_grade_that_was_on_its_way_finds_its_owner(
    database: Database, visitor: str, member: Account, pending: bool
) -> None:
    store(database, attempt(visitor, part="explain"))
    made = attempt(visitor, passed=True)
    if pending:
        store(database, replace(made, status="pending", verdict=None, passed=False))
    adopt(database, visitor, member)
    store(database, made)
    with database.read() as connection:
        assert attempts.mine(connection, made.id, member.learner).status == "graded"
        found = progress.of(connection, member.learner)["doubling", "write"]
        assert (found.attempts, found.done, found.last) == (1, True, made.id)
        assert progress.of(connection, visitor) == {}


def test_what_an_old_cookie_does_later_is_nobodys_else(database: Database, visitor: str, member: Account) -> None:
    store(database, attempt(visitor))
    adopt(database, visitor, member)
    later = replace(attempt(visitor), created=SOON + timedelta(seconds=1))
    store(database, later)
    with database.read() as connection:
        assert attempts.mine(connection, later.id, visitor)
        assert progress.of(connection, member.learner)["doubling", "write"].attempts == 1


def test_an_old_cookie_that_comes_again_brings_what_it_did_since(
    database: Database, visitor: str, member: Account
) -> None:
    for number in (1, 2):
        store(database, replace(attempt(visitor), created=NOW + number * timedelta(minutes=1)))
        assert adopt(database, visitor, member) == Brought(answers=1)
        with database.read() as connection:
            assert progress.of(connection, member.learner)["doubling", "write"].attempts == number


def test_an_account_is_not_moved_into_another(database: Database, member: Account) -> None:
    with database.write() as connection:
        other = accounts.add(connection, "Bea", Role.MEMBER, None, None, NOW)
    store(database, attempt(other.learner))
    assert adopt(database, other.learner, member) == adopt(database, member.learner, member) == Brought()
    with database.read() as connection:
        assert progress.of(connection, other.learner)


def test_nothing_comes_from_somebody_who_has_stored_nothing(database: Database, member: Account) -> None:
    assert adopt(database, people.new_id(), member) == Brought()


def test_certainty_is_told_of_the_answers_that_count(database: Database, visitor: str) -> None:
    for passed, certainty in ((True, 3), (False, 3), (True, 3), (False, 1), (True, None)):
        store(database, attempt(visitor, passed=passed, certainty=certainty))
    with database.read() as connection:
        assert progress.certain(connection, visitor) == [Certain(1, 1, 0), Certain(3, 3, 2)]


def test_an_answer_that_its_writer_has_not_compared_yet_is_neither_right_nor_wrong(
    database: Database, visitor: str
) -> None:
    store(database, replace(attempt(visitor, certainty=3), score=None))
    with database.read() as connection:
        assert progress.certain(connection, visitor) == []


def test_everything_is_handed_over_page_by_page(
    database: Database, member: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belongings, "PAGE", 2)
    made = [attempt(member.learner) for _ in range(5)]
    for one in made:
        store(database, one, one.id)
    draft(database, member.learner, "x")
    found: dict[str, list[str]] = {}
    for name, rows in belongings.everything(database, member.learner):
        found.setdefault(name, []).extend(str(row) for row in rows)
    assert {name: len(rows) for name, rows in found.items()} == {
        "attempt": 5, "draft": 1, "progress": 1, "idempotency": 5
    }  # fmt: skip
    assert len(set(found["attempt"])) == 5 and "by hand" in found["attempt"][0]


def test_mistakes_and_decisions_come_along(database: Database, visitor: str, member: Account) -> None:
    for learner, signature in ((visitor, "values-1"), (visitor, "type-2"), (member.learner, "values-1")):
        made = replace(attempt(learner), signature=signature)
        store(database, made)
    with database.write() as connection:
        rulings.excuse(connection, Place(visitor, "doubling", "write"), Decided("Ill", None, NOW))
    adopt(database, visitor, member)
    with database.read() as connection:
        found = {one.signature: one for one in mistakes.commonest(connection, "doubling", "write", 5)}
        counts = {name: (one.learners, one.times) for name, one in found.items()}
        assert counts == {"values-1": (1, 2), "type-2": (1, 1)}
        assert [one.reason for one in rulings.on(connection, member.learner, "doubling")] == ["Ill"]
        assert connection.exec_driver_sql("SELECT excused FROM progress").scalars().all() == [1]


def test_forgetting_takes_all_that_is_only_theirs(database: Database, member: Account, visitor: str) -> None:
    for learner in (member.learner, visitor):
        store(database, attempt(learner), "a key")
        draft(database, learner, "x", "explain")
        with database.write() as connection:
            hints.open_up_to(connection, learner, "doubling", 1, NOW)
            aside.put(connection, learner, "doubling", "write", "y", NOW)
            mistakes.add(connection, learner, "doubling", "write", "values-1", "an attempt")
            rulings.excuse(connection, Place(learner, "doubling", "write"), Decided("Ill", None, NOW))
            course = courses.get(connection, courses.create(connection, "k", "A class", member.id, NOW))
            courses.join(connection, course, Member(learner, "me", False, NOW))
    with database.write() as connection:
        accounts.sign_in(connection, member.id, "t" * 43, "a test", NOW)
        accounts.forget(connection, member, NOW)
    assert list(belongings.everything(database, member.learner)) == []
    assert {name for name, _ in belongings.everything(database, visitor)} == {
        "attempt", "draft", "progress", "hints", "idempotency", "set_aside", "slip", "ruling", "member_of"
    }  # fmt: skip
    with database.read() as connection:
        assert accounts.named(connection, "Ada") is None and accounts.signed_in(connection, "t" * 43, NOW) is None
        assert accounts.former(connection, [member.learner, visitor]) == {member.learner}
        assert accounts.former(connection, []) == set()


def test_the_last_admin_stays(database: Database) -> None:
    with database.write() as connection:
        first, second = (accounts.add(connection, name, Role.ADMIN, None, None, NOW) for name in ("Ada", "Bea"))
        accounts.forget(connection, first, NOW)
    with pytest.raises(LastAdmin), database.write() as connection:
        accounts.forget(connection, second, NOW)


def test_names_are_found_by_their_beginning_a_page_at_a_time(database: Database) -> None:
    with database.write() as connection:
        for name in ("Zoe", "adam", "Ada 2", "Ada_1", "Ad%", "Bea"):
            accounts.add(connection, name, Role.MEMBER, None, None, NOW)
    with database.read() as connection:
        assert [one.name for one in accounts.some(connection, "", "", 3)] == ["Ad%", "Ada 2", "Ada_1"]
        assert [one.name for one in accounts.some(connection, "", "ada_1", 9)] == ["adam", "Bea", "Zoe"]
        assert [one.name for one in accounts.some(connection, "ADA", "", 9)] == ["Ada 2", "Ada_1", "adam"]
        assert [one.name for one in accounts.some(connection, "ad%", "", 9)] == ["Ad%"]
