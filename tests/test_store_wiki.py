"""Suggestions, unpublished edits, discussions, thanks, visits and keys: each is decided once and read by a key."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.grading.examination import BlockResult, Examination, State
from app.store import discussion, edits, people, revisions, schema, sent, suggestions, thanks, visits
from app.store.attempts import Keyed, KeyTaken
from app.store.db import Database
from app.store.discussion import NoThread
from app.store.drafts import Conflict
from app.store.revisions import Leaf
from app.store.suggestions import Decided, NoSuggestion, Status, Suggestion

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LEAF = Leaf("answer/doubling", "Multiply each item by two.\n")
FOUND = Examination(blocks=(BlockResult(line=3, state=State.FAILED, says="It stopped."),))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'store.db'}")
    schema.migrate(made.engine)
    yield made
    made.close()


def suggested(database: Database, text: str = "Double each.\n", who: str = "alice") -> Suggestion:
    made = Suggestion(
        id=people.new_id(), page=LEAF.name, base=1, summary="why", learner=who, name=who.title(), created=NOW,
        status=Status.OPEN, reason="", decided_by=None, decided=None, result=None, text=text, tested=FOUND,
    )  # fmt: skip
    with database.write() as connection:
        suggestions.add(connection, LEAF, made)
    return made


def test_a_suggestion_reads_back_with_what_came_of_its_code(database: Database) -> None:
    made = suggested(database)
    with database.read() as connection:
        assert suggestions.one(connection, made.id) == made
        assert revisions.page(connection, LEAF).suggestions == 1
        with pytest.raises(NoSuggestion):
            suggestions.one(connection, "nothing")


def test_what_a_suggestion_was_made_from_stays_when_the_file_changes(database: Database) -> None:
    made = suggested(database)
    newer = Leaf(LEAF.name, "The file was changed.\n")
    with database.read() as connection:
        assert revisions.one(connection, newer, made.base).text == LEAF.filed
        assert revisions.page(connection, newer).filed == LEAF.filed  # so the newer text is offered


def test_the_queue_is_read_from_the_oldest_on(database: Database) -> None:
    made = []
    for number in range(3):
        made.append(suggested(database, f"{number}\n").id)
    with database.read() as connection:
        assert [one.id for one in suggestions.waiting(connection)] == made
        assert [one.id for one in suggestions.waiting(connection, LEAF.name, made[0], 1)] == made[1:2]
        assert suggestions.waiting(connection, "answer/again") == []
        assert [one.id for one in suggestions.by(connection, "alice")] == made[::-1]
        assert [one.id for one in suggestions.by(connection, "alice", made[1])] == made[:1]
        assert suggestions.by(connection, "bob") == []


def test_a_suggestion_is_decided_once(database: Database) -> None:
    made = suggested(database)
    with database.write() as connection:
        suggestions.decide(connection, made, Status.DECLINED, "Eve", NOW, reason="It is wrong.")
    with pytest.raises(Decided), database.write() as connection:
        suggestions.decide(connection, made, Status.ACCEPTED, "Eve", NOW, result=2)
    with database.read() as connection:
        found = suggestions.one(connection, made.id)
        assert (found.status, found.reason, found.decided_by) == (Status.DECLINED, "It is wrong.", "Eve")
        assert revisions.page(connection, LEAF).suggestions == 0 and suggestions.waiting(connection) == []


def edit(database: Database, text: str, version: int | None, refused: str | None = None) -> edits.Edit:
    with database.write() as connection:
        return edits.save(
            connection, "alice", LEAF.name, base=1, text=text, summary="", version=version, now=NOW, refused=refused
        )


def test_an_edit_is_kept_with_its_version(database: Database) -> None:
    assert [edit(database, text, base).version for base, text in enumerate(["a", "ab"])] == [1, 2]
    with pytest.raises(Conflict) as refused:
        edit(database, "b", 1)
    assert (refused.value.kept.text, refused.value.kept.version) == ("ab", 2)
    assert edit(database, "ab", 1).version == 2  # the answer to the first request was lost, and it is sent again
    with database.write() as connection:
        edits.finish(connection, "alice", LEAF.name)
    with database.read() as connection:
        found = edits.one(connection, "alice", LEAF.name)
        assert found is not None and found.done and found.text == "ab"
        assert edits.one(connection, "bob", LEAF.name) is None
    again = edit(database, "abc", 2, '["why"]')
    assert (again.version, again.done, again.refused) == (3, False, '["why"]')


def test_a_discussion_is_read_slice_by_slice_and_settled_once(database: Database) -> None:
    with database.write() as connection:
        said = {"quote": "by two", "title": "Why two?", "text": "Hm.", "learner": "alice", "name": "Alice"}
        first = discussion.start(connection, LEAF, revision=1, now=NOW, **said)
        later = NOW + timedelta(hours=1)
        made = []
        for number in range(3):
            made.append(discussion.reply(connection, first, f"{number}", "bob", "Bob", later).id)
        second = discussion.start(connection, LEAF, revision=1, now=NOW, **said)
        discussion.resolve(connection, first, "Eve", 2, later)
        discussion.resolve(connection, first, "Mallory", 3, later)
    with database.read() as connection:
        found = discussion.one(connection, first.id)
        assert (found.posts, found.latest, found.resolved_by, found.resolution) == (4, later, "Eve", 2)
        assert [one.id for one in discussion.of(connection, LEAF.name)] == [second.id, first.id]
        assert [one.id for one in discussion.of(connection, LEAF.name, second.id)] == [first.id]
        assert [one.id for one in discussion.posts(connection, first.id, made[0])] == made[1:]
        assert revisions.page(connection, LEAF).threads == 1
        with pytest.raises(NoThread):
            discussion.one(connection, "nothing")
    with database.write() as connection:
        discussion.reopen(connection, found)
        discussion.reopen(connection, found)
        assert revisions.page(connection, LEAF).threads == 2


def test_thanks_count_once_a_person(database: Database) -> None:
    with database.write() as connection:
        given = [thanks.give(connection, LEAF.name, n, who, NOW) for n, who in [(2, "bob"), (2, "bob"), (2, "eve")]]
    assert given == [True, False, True]
    with database.read() as connection:
        assert thanks.counts(connection, LEAF.name, {1, 2}) == {2: 2}
        assert thanks.by(connection, LEAF.name, {1, 2, 3}, "bob") == {2}


def test_a_visit_begins_where_the_last_one_ended(database: Database) -> None:
    def look(newest: int, minutes: int) -> int | None:
        with database.write() as connection:
            moment = NOW + timedelta(minutes=minutes)
            before = visits.last_look(connection, "alice", moment)
            visits.look(connection, "alice", newest, moment)
        return before

    assert look(5, 0) is None
    assert look(7, 10) == 5  # the same visit: what came since is still new
    assert look(8, 20) == 5
    assert look(9, 90) == 8


def test_a_reveal_is_recorded_the_first_time(database: Database) -> None:
    with database.write() as connection:
        visits.reveal(connection, "alice", "doubling", NOW)
        visits.reveal(connection, "alice", "doubling", NOW + timedelta(days=1))
    with database.read() as connection:
        assert visits.revealed(connection, "alice", "doubling") == NOW
        assert visits.revealed(connection, "alice", "again") is None


def test_a_key_is_kept_a_week(database: Database) -> None:
    with database.write() as connection:
        sent.keep(connection, "alice", Keyed("key", "print"), 201, "revision answer/doubling 2", NOW)
    with pytest.raises(KeyTaken), database.write() as connection:
        sent.keep(connection, "alice", Keyed("key", "print"), 201, "another", NOW)
    with database.write() as connection:
        sent.keep(connection, "bob", Keyed("key", "print"), 201, "bob's", NOW)
        sent.forget(connection, NOW + timedelta(days=6))
        assert sent.before(connection, "alice", "key") == sent.Sent("print", 201, "revision answer/doubling 2")
        sent.forget(connection, NOW + timedelta(days=8))
        assert sent.before(connection, "alice", "key") is None
