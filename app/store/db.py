"""The connection to the database: `Database(url)`, whose `read()` and `write()` are the only ways in.

SQLite runs in WAL mode with synchronous=FULL, so what was acknowledged is on the disk. Every write begins IMMEDIATE,
and one lock of this process lets writers wait in line instead of against each other. A write waits for at most 5 s and
then is refused (`CannotSave`); a reader waits for nobody.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

WAIT_S = 5.0
POSTGRESQL_DRIVER = "psycopg"  # where the address names none; it is no part of the program
INSERTS: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Unusable(Exception):
    """The database cannot be used as it is; str() is one sentence that says what to do."""


class CannotSave(Exception):
    """Nothing was stored: the database is locked by another program, or its disk is full. Trying again may help."""


class CannotRead(Exception):
    """The database does not answer. Trying again may help."""


class Database:
    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._writer = self.engine.execution_options(writes=True)
        self._turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot. Raises CannotRead."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except OperationalError as error:
            raise CannotRead(f"The database cannot be read ({error.orig}).") from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed, and on the disk, when the block ends without an exception. Raises CannotSave."""
        deadline = time.monotonic() + WAIT_S
        if not self._turn.acquire(timeout=WAIT_S):
            raise CannotSave("Another write takes very long.")
        try:
            with self._writer.connect() as connection, self._patience(connection, deadline):
                yield connection
                connection.commit()
        except OperationalError as error:
            raise CannotSave(f"The database cannot be written ({error.orig}).") from error
        finally:
            self._turn.release()

    @contextmanager
    def _patience(self, connection: Connection, deadline: float) -> Iterator[None]:
        """SQLite itself waits for other processes only as long as is left of the 5 s."""
        left = deadline - time.monotonic()
        if left > 0.9 * WAIT_S or not isinstance(raw := connection.connection.driver_connection, sqlite3.Connection):
            yield
            return
        raw.execute(f"PRAGMA busy_timeout = {max(0, int(left * 1000))}")
        try:
            yield
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(WAIT_S * 1000)}")

    def close(self) -> None:
        self.engine.dispose()


def built(make: Callable[[Callable[..., Any]], Any]) -> Callable[[Connection], Any]:
    """A statement that is built once for each kind of database: `make` gets an INSERT that can say ON CONFLICT. Where
    much is stored, building statements costs more than running them."""
    made: dict[str, Any] = {}

    def statement(connection: Connection) -> Any:
        name = connection.dialect.name
        if name not in made:
            made[name] = make(INSERTS[name])
        return made[name]

    return statement


def open_engine(url: str) -> Engine:
    """Raises Unusable for an address that leads nowhere. Nothing is connected yet."""
    try:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername=f"postgresql+{POSTGRESQL_DRIVER}")
        address.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError) as error:
        raise Unusable(f"The database address cannot be used ({error}).") from None
    except ImportError as error:
        package = (error.name or POSTGRESQL_DRIVER).partition(".")[0]
        raise Unusable(
            f"A database of this kind needs the extra package {package}, which does not work here ({error}): "
            f"install {package}, or give sqlite:///FILE."
        ) from None
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True)
    if not address.database or address.database == ":memory:":
        raise Unusable("SQLite needs a file: give sqlite:///FILE.")
    folder = Path(address.database).absolute().parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"The folder {folder} cannot be made ({error.strerror}); choose another database.") from None
    engine = create_engine(address, pool_size=16, max_overflow=-1, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin` does
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
