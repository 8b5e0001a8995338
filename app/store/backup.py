"""A copy of an SQLite database while it is used, and the way back.

A copy is made by VACUUM INTO: one consistent moment, written beside its place, looked through, and only then given its
name. A restore writes the copy's pages into the database as one transaction, so that a program which has it open goes
on with what was restored, and a kill leaves what was there.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url

from app.store import schema
from app.store.db import WAIT_S, Database, Unusable

MAGIC = b"SQLite format 3\0"


def database_file(url: str) -> Path:
    """Raises Unusable for a database that is no file."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise Unusable("Only SQLite databases are copied here; PostgreSQL has pg_dump and pg_restore for that.")
    return Path(address.database).absolute()


def back_up(url: str, copy: Path) -> int:
    """Writes the copy and gives its length in bytes. An older copy of the same name is replaced when the new one is
    whole; a file that is no database is left alone. Raises Unusable and OSError."""
    source = database_file(url)
    if not source.is_file():
        raise Unusable(f"There is no database at {source} yet: start the program once, or name it by its address.")
    if copy.is_dir() or (copy.exists() and not is_sqlite(copy)):
        raise Unusable(f"{copy} is something else than an older copy: give another name.")
    if copy.exists() and copy.samefile(source):
        raise Unusable(f"{copy} is the database itself: give another name.")
    with _beside(copy) as written, _told(source), closing(sqlite3.connect(source, timeout=WAIT_S)) as connection:
        connection.execute("VACUUM INTO ?", (str(written),))
        check(written)
        _sync(written)
        os.replace(written, copy)
    _sync(copy.absolute().parent)
    return copy.stat().st_size


def restore(url: str, copy: Path, kept: Path) -> None:
    """Puts a copy in the database's place; what was there is first copied to `kept`. A copy of an older version of this
    program is brought to the schema of this one. Raises Unusable and OSError, and then nothing has changed."""
    target = database_file(url)
    if not copy.is_file() or not is_sqlite(copy):
        raise Unusable(f"{copy} is not a copy of a database: give a file that `selfgrad backup` has written.")
    with tempfile.TemporaryDirectory(prefix="selfgrad-restore-") as folder:
        ready = Path(folder) / "copy.db"  # the migration happens on this one: the copy itself stays as it is
        with _told(copy), closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as source:
            source.execute("VACUUM INTO ?", (str(ready),))
        check(ready)
        database = Database(f"sqlite:///{ready}")
        try:
            schema.migrate(database.engine)
        finally:
            database.close()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            back_up(url, kept)
        with _told(target), closing(sqlite3.connect(ready)) as new, closing(sqlite3.connect(target)) as old:
            old.execute(f"PRAGMA busy_timeout = {int(WAIT_S * 1000)}")
            old.execute("PRAGMA synchronous = FULL")
            new.backup(old)
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def check(path: Path) -> None:
    """Raises Unusable for a file that is damaged, or is no database of this program."""
    with _told(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        says = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if says != "ok":
        raise Unusable(f"{path} is damaged ({says}).")
    if not {"alembic_version", "learner", "attempt"} <= tables:
        raise Unusable(f"{path} is no database of this program.")


def is_sqlite(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(len(MAGIC)) == MAGIC


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A name in the same folder for what is not whole yet."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name[:40]}-", dir=path.absolute().parent) as folder:
        yield Path(folder) / "copy.db"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Unusable(f"{path} cannot be copied ({error}).") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
