"""What a look at the question files has found, in sentences for whoever edits them: each change is told once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.bank.bank import Shelf


@dataclass(frozen=True)
class News:
    """`bad`: something is wrong. `at` is a path, or for a fault `path:line:column: what is wrong`."""

    bad: bool
    says: str
    at: str


def news(before: Shelf, after: Shelf) -> Iterator[News]:
    """What is different now: new faults, files that are whole again or new, files that are gone, and what was published
    in the browser."""
    served = {source.path for source in after.by_id.values()}
    known, faulty = set(before.faults), {fault.path for fault in after.faults}
    for fault in after.faults:
        if fault not in known:
            instead = " (its last good version is served)" if fault.path in served else " (it is not served)"
            yield News(True, f"a question file is at fault{instead if fault.path in after.files else ''}", str(fault))
    for path in sorted({fault.path for fault in before.faults} - faulty | _changed(before, after) - faulty):
        if path in after.files or path not in before.files:
            new = path in after.files and path not in before.files
            yield News(False, "a question file is new" if new else "a question file is read again", str(path))
    for path in sorted(before.files.keys() - after.files.keys()):
        stays = " (its text from the browser is served)" if path in served else ", and its question with it"
        yield News(True, f"a question file is gone{stays}", str(path))
    yield from _written(before, after)


def _written(before: Shelf, after: Shelf) -> Iterator[News]:
    """What was published in the browser, and where that and a file have parted."""
    known = {source.version for source in before.by_id.values() if source.written}
    for source in after.by_id.values():
        if source.written and source.version not in known:
            yield News(False, "a question was published in the browser", source.question.id)
    for parted in after.parted:
        if parted not in before.parted:
            yield News(True, parted.says, str(parted.path))


def _changed(before: Shelf, after: Shelf) -> set[Path]:
    """New ones included."""
    versions = {path: read.version for path, read in before.files.items()}
    return {path for path, read in after.files.items() if versions.get(path) != read.version}
