"""The benchmark of pages: what it fills a database with is what the program would have stored."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from app.store import filling, people, progress, revisions, schema
from app.store.db import Database
from app.store.revisions import Leaf
from app.store.tables import ATTEMPT
from app.wiki.cut import paragraphs

NOW = datetime(2026, 11, 26, tzinfo=UTC)
PARTS = [("one", "write", "code"), ("one", "explain", "prose"), ("two", "write", "code")]


def test_a_filled_database_holds_what_it_says(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/selfgrad.db")
    schema.migrate(database.engine)
    with database.write() as connection:
        visitor = people.new_id()
        people.ensure(connection, visitor, NOW)
        filling.add_attempts(connection, visitor, PARTS, range(6), 10, NOW)
        assert filling.newest_learner(connection) == visitor
    leaf = Leaf("answer/one", "First.\n\nSecond.\n")
    with database.write() as connection:
        filling.add_revisions(connection, leaf, 12, NOW)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(ATTEMPT)).scalar() == 60
        standing = progress.of(connection, visitor)
        assert set(standing) == {part[:2] for part in PARTS}
        assert {(one.attempts, one.done) for one in standing.values()} == {(10, True)}
        head = revisions.current(connection, leaf)
        assert head.number == 12 and len(head.blame) == len(paragraphs(head.text))
        assert len(revisions.history(connection, leaf).entries) == 12
    database.close()
