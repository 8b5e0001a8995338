"""The connection to the database: `Database(url)`, whose `read()` and `write()` are the only ways in.

SQLite runs in WAL mode with synchronous=FULL, so what was acknowledged is on the disk. Every write begins IMMEDIATE,
and one lock of this process lets writers wait in line instead of against each other. A write waits for at most 5 s and
then is refused (`CannotSave`); a reader waits for nobody.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Connection  # for those who hand one on, and may not know SQLAlchemy
from sqlalchemy import Dialect, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

WAIT_S = 5.0
POSTGRESQL_DRIVER = "psycopg"  # where the address names none; it is no part of the program
INSERTS: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
Binding = tuple[str | None, Any, Callable[[Any], Any] | None]


class Unusable(Exception):
    """The database cannot be used as it is; str() is one sentence that says what to do."""


class CannotSave(Exception):
    """Nothing was stored: the database is locked by another program, or its disk is full. Trying again may help."""


class CannotRead(Exception):
    """The database does not answer. Trying again may help."""


class Database:
    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._turn = threading.Lock()
        self._writer: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot. Raises CannotRead."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except DatabaseError as error:
            if type(error) not in (DatabaseError, OperationalError):  # the first is said of a file that is no database
                raise
            raise CannotRead(f"The database cannot be read ({error.orig}).") from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed, and on the disk, when the block ends without an exception. Raises CannotSave."""
        deadline = time.monotonic() + WAIT_S
        if not self._turn.acquire(timeout=WAIT_S):
            raise CannotSave("Another write takes very long.")
        try:
            with self._sqlite(deadline) if self.engine.dialect.name == "sqlite" else self.engine.begin() as connection:
                yield connection
        except (OperationalError, sqlite3.OperationalError) as error:
            told = error.orig if isinstance(error, OperationalError) else error
            raise CannotSave(f"The database cannot be written ({told}).") from error
        finally:
            self._turn.release()

    @contextmanager
    def _sqlite(self, deadline: float) -> Iterator[Connection]:
        """A transaction on the one connection that all writes share: it is there already, and knows its statements. It
        is begun and ended here, since SQLAlchemy begins none for a `Statement`."""
        connection = self._writer = self._writer or self.engine.connect()
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        with _patience(raw, deadline):
            raw.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
                raw.commit()
            finally:
                connection.rollback()  # of what has not been committed
                raw.rollback()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self.engine.dispose()


@contextmanager
def _patience(raw: sqlite3.Connection, deadline: float) -> Iterator[None]:
    """SQLite itself waits for other processes only as long as is left of the 5 s."""
    left = deadline - time.monotonic()
    if left > 0.9 * WAIT_S:
        yield
        return
    raw.execute(f"PRAGMA busy_timeout = {max(0, int(left * 1000))}")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA busy_timeout = {int(WAIT_S * 1000)}")


class Statement:
    """A statement that changes rows, built once for each kind of database: `make` gets an INSERT that can say ON
    CONFLICT. It is run inside of `Database.write`, each time with values of the same names, and gives the number of
    rows that it changed. For SQLite its text is made once too: making it anew costs more than storing a row. One that
    only looks something up on the way is asked by `text`.
    """

    def __init__(self, make: Callable[[Callable[..., Any]], Any]) -> None:
        self._make = make
        self._built: dict[str, Any] = {}
        self._text: tuple[str, list[Binding]] | None = None

    def __call__(self, connection: Connection, values: Mapping[str, Any]) -> int:
        raw = connection.connection.driver_connection
        if not isinstance(raw, sqlite3.Connection):
            counted = {"preserve_rowcount": True}  # SQLAlchemy forgets it for an INSERT, unless asked
            return connection.execute(self._statement(connection), dict(values), execution_options=counted).rowcount
        return self._run(raw, connection, values).rowcount

    def text(self, connection: Connection, values: Mapping[str, Any]) -> str | None:
        """Of a statement that asks for one text: that text, if there is one."""
        raw = connection.connection.driver_connection
        if not isinstance(raw, sqlite3.Connection):
            found: str | None = connection.execute(self._statement(connection), dict(values)).scalar()
            return found
        row = self._run(raw, connection, values).fetchone()
        return row[0] if row is not None else None

    def _run(self, raw: sqlite3.Connection, connection: Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        text, bindings = self._text = self._text or _spelled(self._statement(connection), connection.dialect, values)
        found = [(fixed if name is None else values[name], to) for name, fixed, to in bindings]
        return raw.execute(text, [value if to is None else to(value) for value, to in found])

    def _statement(self, connection: Connection) -> Any:
        name = connection.dialect.name
        if name not in self._built:
            self._built[name] = self._make(INSERTS[name])
        return self._built[name]


def _spelled(statement: Any, dialect: Dialect, values: Mapping[str, Any]) -> tuple[str, list[Binding]]:
    """The text that the driver gets, and for each question mark in it: the name of its value, or no name and a value
    that is always the same; and what makes one of the driver's values of it."""
    made = statement.compile(dialect=dialect, column_keys=list(values))
    return str(made), [
        (
            name if name in values else None,
            made.params[name],
            made.binds[name].type.dialect_impl(dialect).bind_processor(dialect),
        )
        for name in made.positiontup
    ]


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
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection) and raw.in_transaction:
        return  # begun by `write`
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
