"""Revisions: appended and never changed, found by keys and not by counting, begun with what the question file says."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from app.grading import examination
from app.store import contributors, revisions, schema
from app.store.db import Database
from app.store.revisions import FILE, Conflict, Kind, Leaf, New, NoRevision, Revision
from app.wiki.blame import first_blame, next_blame

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LEAF = Leaf("answer/doubling", "Multiply each item by two.\n")
TESTED = examination.Tested(torch="2.13.0", on=date(2026, 11, 26), states=(examination.State.PASSED,))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'store.db'}")
    schema.migrate(made.engine)
    yield made
    made.close()


def append(
    database: Database, text: str, after: int, leaf: Leaf = LEAF, who: str = "alice", **more: object
) -> Revision:
    with database.write() as connection:
        blame = first_blame(text)
        if after:
            before = revisions.one(connection, leaf, min(after, revisions.page(connection, leaf).head))
            blame = next_blame(before.text, before.blame, text, after + 1)
        new = New(after, after or None, text, f"to {text}", who, who.title(), NOW, blame, **more)  # type: ignore[arg-type]
        return revisions.append(connection, leaf, new)


def test_before_anybody_edits_the_page_is_the_question_files(database: Database) -> None:
    with database.read() as connection:
        found = revisions.current(connection, LEAF)
        assert (found.number, found.text, found.name, found.kind) == (1, LEAF.filed, FILE, Kind.SEED)
        assert found.created is None and found.learner is None
        assert [entry.number for entry in revisions.history(connection, LEAF).entries] == [1]
        assert revisions.entries(connection, LEAF, {1})[1].size == len(found.text)
        assert revisions.one(connection, LEAF, 1) == found
        page = revisions.page(connection, LEAF)
        assert (page.head, page.begun, page.filed) == (1, False, LEAF.filed)
        assert connection.exec_driver_sql("SELECT count(*) FROM revision").scalar() == 0


def test_the_first_edit_keeps_what_the_question_file_said(database: Database) -> None:
    append(database, "Double each.\n", 1)
    newer_file = Leaf(LEAF.name, "The file was changed afterwards.\n")
    with database.read() as connection:
        assert revisions.one(connection, newer_file, 1).text == LEAF.filed
        assert revisions.current(connection, newer_file).text == "Double each.\n"
        assert revisions.page(connection, newer_file).filed == LEAF.filed


def test_what_is_appended_reads_back(database: Database) -> None:
    text = "é\N{SNOWMAN}\U0001f600\r\n\t<script>alert(1)</script>\n'; DROP TABLE revision; --"
    made = append(database, text, 1, tested=TESTED, accepted_by="Eve", restored=1, kind=Kind.RESTORE)
    with database.read() as connection:
        found = revisions.current(connection, LEAF)
    assert found.id and found.text == text and found.tested == TESTED and found.created == NOW
    assert vars(found) | {"id": 0} == vars(made)
    assert (found.size, found.change) == (len(text), len(text) - len(LEAF.filed or ""))


def test_who_comes_second_is_told_the_head(database: Database) -> None:
    append(database, "alice's\n", 1)
    with pytest.raises(Conflict) as refused:
        append(database, "bob's\n", 1, who="bob")
    assert refused.value.head == 2
    with database.read() as connection:
        assert revisions.current(connection, LEAF).text == "alice's\n"


def test_of_many_at_the_same_moment_one_is_appended(database: Database) -> None:
    ends: list[str] = []

    def edit(who: str) -> None:
        try:
            append(database, f"{who}'s\n", 1, who=who)
            ends.append("saved")
        except Conflict:
            ends.append("conflict")

    threads = [threading.Thread(target=edit, args=(f"person{number}",)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["conflict"] * 11 + ["saved"]


def test_a_page_without_a_file_begins_with_its_first_revision(database: Database) -> None:
    leaf = Leaf("question/new-one", None)
    with database.read() as connection:
        assert revisions.page(connection, leaf).head == 0
        assert revisions.history(connection, leaf).entries == []
        with pytest.raises(NoRevision):
            revisions.current(connection, leaf)
    assert append(database, "id: new-one\n", 0, leaf).number == 1
    with database.read() as connection:
        assert revisions.changes(connection).entries == []  # a question is no answer
        assert [entry.page for entry in revisions.changes(connection, "question").entries] == [leaf.name]


@pytest.mark.parametrize("change", ["SET text = 'another'", "SET number = 9", "SET summary = ''", "SET created = NULL"])
def test_a_revision_is_never_changed(database: Database, change: str) -> None:
    append(database, "Double each.\n", 1)
    with pytest.raises(IntegrityError, match="never changed"), database.write() as connection:
        connection.exec_driver_sql(f"UPDATE revision {change}")


def test_a_revision_is_never_deleted(database: Database) -> None:
    append(database, "Double each.\n", 1)
    with pytest.raises(IntegrityError, match="never deleted"), database.write() as connection:
        connection.exec_driver_sql("DELETE FROM revision")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE revision SET name = 'somebody who left' WHERE number = 2")
    with database.read() as connection:
        assert revisions.current(connection, LEAF).name == "somebody who left"


def test_a_history_is_read_slice_by_slice(database: Database) -> None:
    for number in range(1, 8):
        append(database, f"text {number}\n", number)
    seen: list[int] = []
    before: int | None = None
    with database.read() as connection:
        while True:
            part = revisions.history(connection, LEAF, before, 3)
            seen += [entry.number for entry in part.entries]
            before = part.next
            if before is None:
                break
        assert revisions.history(connection, LEAF, 1, 3).entries == []
    assert seen == [8, 7, 6, 5, 4, 3, 2, 1]


def test_changes_of_all_pages_are_found_by_who_what_and_since_when(database: Database) -> None:
    other = Leaf("answer/again", "Again.\n")
    append(database, "a\n", 1)
    append(database, "b\n", 1, other, "bob")
    append(database, "c\n", 2, who="bob", kind=Kind.MERGE)
    with database.read() as connection:

        def found(**asked: object) -> list[tuple[str, int]]:
            part = revisions.changes(connection, **asked)  # type: ignore[arg-type]
            return [(entry.page, entry.number) for entry in part.entries]

        everything = [(LEAF.name, 3), (other.name, 2), (LEAF.name, 2)]
        assert found() == everything
        assert found(learner="bob") == everything[:2] and found(kind=Kind.MERGE) == everything[:1]
        newest = revisions.newest_id(connection)
        assert found(since=newest - 1) == everything[:1]
        assert found(before=newest) == everything[1:]
        assert revisions.changes(connection, limit=1).next == newest


def test_who_contributed_is_summed_up(database: Database) -> None:
    for number, who in enumerate(["alice", "bob", "bob"], 1):
        append(database, f"text {number}\n", number, who=who)
    append(database, "elsewhere\n", 1, Leaf("answer/again", "Again.\n"), "bob")
    with database.read() as connection:
        found = contributors.of(connection, LEAF.name)
        assert [(one.name, one.edits, one.first, one.last) for one in found] == [("Bob", 2, 3, 4), ("Alice", 1, 2, 2)]
        assert contributors.edits_by(connection, "bob") == 3 and contributors.edits_by(connection, "eve") == 0


def test_a_policy_is_no_edit(database: Database) -> None:
    with database.write() as connection:
        revisions.set_policy(connection, LEAF, "locked")
    newer = Leaf(LEAF.name, "The file goes on changing.\n")
    with database.read() as connection:
        assert revisions.page(connection, newer).policy == "locked"
        assert revisions.current(connection, newer).text == newer.filed  # nobody has edited
    append(database, "Double each.\n", 1, newer)
    with database.read() as connection:
        assert revisions.page(connection, newer).filed == newer.filed
        assert revisions.one(connection, newer, 1).text == newer.filed
    with pytest.raises(IntegrityError), database.write() as connection:
        revisions.set_policy(connection, LEAF, "sometimes")


def test_a_slice_costs_the_same_however_long_the_history_is(database: Database) -> None:
    """Each question to the database is answered by walking an index, without sorting or scanning a table."""
    append(database, "Double each.\n", 1)
    asked: list[str] = []
    with database.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(asked.append)
        revisions.current(connection, LEAF)
        revisions.one(connection, LEAF, 2)
        revisions.entries(connection, LEAF, {1, 2})
        revisions.history(connection, LEAF, 100)
        revisions.changes(connection, before=100)
        revisions.changes(connection, since=1, kind=Kind.EDIT)
        revisions.changes(connection, learner="alice")
        revisions.newest_id(connection)
        revisions.page(connection, LEAF)
        contributors.of(connection, LEAF.name)
        contributors.edits_by(connection, "alice")
        raw.set_trace_callback(None)
        questions = [text for text in asked if text.startswith("SELECT")]
        assert len(questions) == 11
        for text in questions:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert all(step.startswith("SEARCH") for step in plan), (text, plan)


def test_ten_thousand_revisions_are_read_in_as_few_steps_as_ten(database: Database) -> None:
    """What SQLite's machine does for a question, counted; nothing here looks at a clock."""
    short, long = Leaf("answer/short", "s\n"), Leaf("answer/long", "l\n")
    rows = [
        (page, n, f"t{n}\n") for page, count in ((short.name, 10), (long.name, 10_000)) for n in range(1, count + 1)
    ]
    with database.write() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.executemany(
            "INSERT INTO revision (page, shelf, number, kind, text, summary, size, change, learner, name, created,"
            " blame) VALUES (?, 'answer', ?, 'edit', ?, '', 3, 0, 'alice', 'Alice', '2026-11-26 12:00:00', '[1]')",
            rows,
        )
        raw.execute(
            "INSERT INTO page VALUES (?, 10, NULL, '', 0, 0), (?, 10000, NULL, '', 0, 0)", [short.name, long.name]
        )

    def steps(leaf: Leaf, head: int) -> int:
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        with database.read() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.set_progress_handler(step, 1)
            revisions.current(connection, leaf)
            revisions.page(connection, leaf)
            revisions.history(connection, leaf, None, 5)
            revisions.history(connection, leaf, head - 2, 5)
            revisions.one(connection, leaf, 2)
            revisions.entries(connection, leaf, {1, 2, 3})
            raw.set_progress_handler(None, 1)
        return count

    assert steps(long, 10_000) <= 1.2 * steps(short, 10)


def test_dates_are_kept_to_the_microsecond(database: Database) -> None:
    with database.write() as connection:
        moment = NOW + timedelta(microseconds=1)
        new = New(1, 1, "x\n", "", "alice", "Alice", moment, first_blame("x\n"))
        revisions.append(connection, LEAF, new)
    with database.read() as connection:
        assert revisions.current(connection, LEAF).created == moment
