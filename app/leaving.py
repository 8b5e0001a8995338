"""`selfgrad export …`: grades and questions in the forms of other programs, to stdout or to a new file.

Results are written piece by piece while they are read; what a form has no place for is told on stderr.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.bank.bank import Bank
from app.bank.load import Source, read_bytes, version_of
from app.bank.question import Question
from app.bank.written import file_name
from app.exchange.anki import anki
from app.exchange.gift import gift
from app.exchange.items import Chapter
from app.exchange.moodle import moodle_xml
from app.report import harmless
from app.sandbox.pool import Pool
from app.settings import Settings
from app.shelf import served_bank
from app.store import courses
from app.store.db import CannotRead, Database, Unusable
from app.store.schema import head, revision
from app.terminal import Usage
from app.web import outgoing
from app.web.gradebook import FORMS, Asked, of_class, pieces

WRITERS: dict[str, Callable[[list[Chapter]], str]] = {"moodle": moodle_xml, "gift": gift}


def export_questions(settings: Settings, folder: Path) -> None:
    """Each question as the file that it came from, or would have come from, in a folder for its chapter. Raises Usage
    and BankError."""
    sources = list(served_bank(settings).shelf.by_id.values())
    targets = {folder / source.path.parent.name / file_name(source): source for source in sources}
    there = [str(path) for path in targets if path.exists()]
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        exist = "exist" if more else "exists"
        raise Usage(f"{there[0]}{more} {exist} already: nothing was written; give another folder")
    try:
        for path, source in targets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(_text(source))
            print(harmless(str(path)))
    except OSError as error:
        raise Usage(f"{str(folder)!r} cannot be written ({error.strerror}).") from None
    print(f"{len(targets)} questions are in {harmless(str(folder))}.", file=sys.stderr)


def _text(source: Source) -> bytes:
    """The file's own bytes, if they still are what was read."""
    try:
        data, _ = read_bytes(source.path)
        if version_of(data) == source.version:
            return data
    except OSError:
        pass
    return "\n".join(source.lines).encode()


def export_items(settings: Settings, form: str, to: Path | None) -> None:
    """`form` is a key of WRITERS. Raises Usage and BankError."""
    placed = _placed(served_bank(settings))
    with Pool(settings.lanes) as pool:
        made = outgoing.chapters(placed, pool.run)
    _write([WRITERS[form](made)], to)
    for told in outgoing.unmapped(made):
        print(harmless(told), file=sys.stderr)
    count = sum(len(chapter.items) for chapter in made)
    left = len(outgoing.unmapped(made))
    print(f"{count - left} of {count} parts are written, {left} have no such form.", file=sys.stderr)


def export_anki(settings: Settings, to: Path | None) -> None:
    """Raises Usage and BankError."""
    _write([anki(outgoing.cards(_placed(served_bank(settings))))], to)


def export_grades(settings: Settings, form: str, to: Path | None, site: str | None, course: str | None) -> None:
    """Raises Usage and BankError."""
    if form not in FORMS:
        raise Usage(f"--format {form!r} is none of {', '.join(FORMS)}")
    address = (site or f"http://{settings.host}:{settings.port}").rstrip("/")
    if not address.startswith(("http://", "https://")) or any(char.isspace() for char in address):
        raise Usage(f"--site {site!r} must be a web address, such as https://example.org")
    bank = served_bank(settings)
    with _database(settings.database_url) as database:
        asked = Asked(bank.questions, address) if course is None else _of_class(database, course, bank, address)
        _write(pieces(form, database, asked), to)


def _of_class(database: Database, name: str, bank: Bank, site: str) -> Asked:
    """Raises Usage."""
    with database.read() as connection:
        found = courses.called(connection, name)
        if len(found) != 1:
            codes = ", ".join(one.code for one in found)
            raise Usage(
                f"--class {name!r}: " + (f"say which by its code: {codes}" if codes else "there is no such class")
            )
        return of_class(connection, found[0], bank.questions, site)


def _placed(bank: Bank) -> list[tuple[str, Question]]:
    return [(bank.chapter(question.id), question) for question in bank.questions]


@contextmanager
def _database(url: str) -> Iterator[Database]:
    """An existing database with this program's schema. Raises Usage."""
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not path.is_file():
        raise Usage(f"There is no database {str(path)!r} yet: selfgrad serve makes one.")
    try:
        database = Database(url)
    except Unusable as error:
        raise Usage(str(error)) from None
    try:
        with database.read() as connection:
            found = revision(connection)
        if found != head():
            raise Usage(f"The database has another schema ({found}, not {head()}): start selfgrad serve once.")
        yield database
    except CannotRead as error:
        raise Usage(str(error)) from None
    finally:
        database.close()


def _write(made: Iterable[str], to: Path | None) -> None:
    """Raises Usage, and then there is no half of a file."""
    if to is None:
        for piece in made:
            sys.stdout.write(piece)
        return
    try:
        file = to.open("x", encoding="utf-8", newline="")
    except FileExistsError:
        raise Usage(f"{str(to)!r} exists already: nothing was written") from None
    except OSError as error:
        raise Usage(f"{str(to)!r} cannot be written ({error.strerror}).") from None
    try:
        with file:
            file.writelines(made)
    except BaseException as error:
        to.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Usage(f"{str(to)!r} cannot be written ({error.strerror}).") from None
        raise
    print(f"{harmless(str(to))} is written.", file=sys.stderr)
