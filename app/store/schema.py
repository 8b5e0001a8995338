"""Brings a database to this program's schema, by Alembic: one transaction, so that a kill leaves the old schema whole.

Two programs that start at once migrate once. A database that is newer than the program is left alone and told so.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.store.db import Unusable

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def migrate(engine: Engine) -> None:
    """Raises Unusable, and then nothing has changed."""
    name = engine.url.render_as_string()
    try:
        with engine.execution_options(writes=True).connect() as connection, _tables_may_be_rebuilt(connection):
            with connection.begin():
                _upgrade(connection)
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_CANTOPEN)
        if code in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise Unusable(f"{name} is not a database of this program, or is damaged ({error.orig}).") from error
        raise Unusable(
            f"The database {name} cannot be opened for writing ({error.orig}): check the rights and the space of its "
            "folder, or choose another database."
        ) from error


@cache
def head() -> str:
    """The revision that this program needs."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def revision(connection: Connection) -> str | None:
    """The revision that the database has; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    asked = config()
    current = revision(connection)
    if current == head():
        return
    known = {script.revision for script in ScriptDirectory.from_config(asked).walk_revisions()}
    if current is not None and current not in known:
        raise Unusable(
            f"The database was made by a newer version of this program (its schema is {current}, this program knows "
            f"{head()}): update the program, or choose another database. Nothing was changed."
        )
    asked.attributes["connection"] = connection
    command.upgrade(asked, "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise Unusable(f"The migration was undone: it would have broken {len(broken)} references.")


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", SCRIPTS.as_posix().replace("%", "%%"))
    return made


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making a new one: deleting the old one must not delete what points at it."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    raw.execute("PRAGMA foreign_keys = OFF").close()
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON").close()
