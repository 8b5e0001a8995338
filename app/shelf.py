"""The bank as the web app serves it, for commands: the files, and what was published in the browser."""

import sys
from collections.abc import Sequence
from pathlib import Path

from app.bank.bank import Bank
from app.bank.written import Written
from app.settings import Settings

FILE = "sqlite:///"


def served_bank(settings: Settings) -> Bank:
    """Raises BankError. A database that is not there yet adds nothing; one that cannot be read is told on stderr."""
    bank = Bank(settings.questions)
    bank.take(_published(settings.database_url))
    return bank


def _published(url: str) -> Sequence[Written]:
    if url.startswith(FILE) and not Path(url.removeprefix(FILE)).is_file():
        return ()
    from app.store import schema, written
    from app.store.db import CannotRead, Database, Unusable

    try:
        database = Database(url)
    except Unusable as error:
        return _without(str(error))
    try:
        with database.read() as connection:
            if schema.revision(connection) != schema.head():
                return _without("the database has another schema: start selfgrad serve once")
            return written.served(connection)
    except CannotRead as error:
        return _without(str(error))
    finally:
        database.close()


def _without(why: str) -> Sequence[Written]:
    print(f"Without what was written in the browser: {why.rstrip('.')}.", file=sys.stderr)
    return ()
