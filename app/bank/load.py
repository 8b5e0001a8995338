"""One question file: its bytes become a Question, or all the faults that were found in it, each with its place.

Nothing in a file is run here. Values are taken strictly: `"4"` is no number and `1` is not true.
"""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from app.bank.code import complaints
from app.bank.explain import explain, place_in_text
from app.bank.fault import START, BankError, FileFault, Place, in_order, shown
from app.bank.question import Question
from app.bank.sense import doubts
from app.bank.yaml import Node, parse

NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # Windows has no such flag and no such files
MAX_BYTES = 256 * 1024
MAX_FAULTS = 50
MAX_LEVELS = 3  # of folders, so that links in a ring end
SUFFIX = ".yaml"
SUFFIXES = (SUFFIX, ".yml")  # the second is looked at only to be told its name
WANTED = f"give one with files such as chapter/01-first-question{SUFFIX}"
NAME = re.compile(r"(\d+)-(.+)")


@dataclass(frozen=True)
class Source:
    """A question and the file it came from, so that whoever proves it can point at a line. One that was `written` in
    the browser has the path that its file would have."""

    path: Path
    question: Question
    version: str  # the first 12 hexadecimal digits of the file's SHA-256
    root: Node
    lines: tuple[str, ...]
    written: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def fault(self, message: str, *where: str | int, line: int | None = None) -> FileFault:
        """A fault at `where`, for example ("parts", 0, "wrong", 2, "code"), and there at a line of the text."""
        node = self.root.at(where)
        place = node.place if line is None else place_in_text(node, self.lines, line)
        return FileFault(self.path, place.line, place.column, message)


@dataclass(frozen=True)
class Reading:
    sources: tuple[Source, ...]
    faults: tuple[FileFault, ...]


def version_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def read_bytes(path: Path) -> tuple[bytes, os.stat_result]:
    """At most one byte more than a file may have, and what the system said of the file *before* it was read. A pipe
    or a device is not waited for. Raises OSError."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | NO_WAIT)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is not a file")
        return file.read(MAX_BYTES + 1), status


def read_source(path: Path, data: bytes, *, named: bool = True) -> Source | list[FileFault]:
    """`named`: the file's name must tell the number and the id. A draft outside a bank may have any other name."""
    text = decoded(path, data)
    if isinstance(text, FileFault):
        return [text]
    root, faults = parse(path, text)
    if root is None or faults:
        return in_order(faults)[:MAX_FAULTS]
    if not isinstance(root.value, dict):
        return [_at(path, root.place, "a question is a mapping: begin with `id:`, `number:` and `title:`")]
    lines = tuple(text.split("\n"))
    faults.extend(_misnamed(path, root, named))
    for where, line, column, message in complaints(root):
        faults.append(_at(path, place_in_text(root.at(where), lines, line, column), message))
    try:
        question = Question.model_validate_json(json.dumps(root.plain()), strict=True)
    except ValidationError as error:
        return in_order(faults + explain(path, root, error))[:MAX_FAULTS]
    faults.extend(_at(path, root.at(where).place, message) for where, message in doubts(question))
    return in_order(faults)[:MAX_FAULTS] or Source(path, question, version_of(data), root, lines)


def read_file(path: Path) -> Question | list[FileFault]:
    try:
        data, _ = read_bytes(path)
    except OSError as error:
        return [unreadable(path, error)]
    found = read_source(path, data, named=False)
    return found if isinstance(found, list) else found.question


def read_paths(paths: Sequence[Path]) -> Reading:
    """Files and folders of files. BankError if one of them does not exist or a folder holds no question."""
    sources: list[Source] = []
    faults: list[FileFault] = []
    for path, named in _files_of(paths).items():
        try:
            data, _ = read_bytes(path)
        except OSError as error:
            faults.append(unreadable(path, error))
            continue
        found = read_source(path, data, named=named)
        if isinstance(found, list):
            faults += found
        else:
            sources.append(found)
    unique, repeated = without_repeats(sources)
    return Reading(tuple(unique), tuple(in_order(faults + repeated)))


def _files_of(paths: Sequence[Path]) -> dict[Path, bool]:
    files: dict[Path, bool] = {}
    for path in paths:
        if path.is_dir():
            files.update(dict.fromkeys(question_files(path), True))
        elif path.exists():
            files.setdefault(path, False)
        else:
            raise BankError(f"There is no {path}; give question files or folders of them.")
    return files


def question_files(folder: Path) -> list[Path]:
    """Every file in the folder that means to be a question, a few levels deep; hidden ones are left alone."""
    if not folder.is_dir():
        raise BankError(f"There is no folder {folder}; {WANTED}.")
    found: list[Path] = []
    for above, folders, names in os.walk(folder, onerror=_refuse, followlinks=True):
        deep = len(Path(above).relative_to(folder).parts) >= MAX_LEVELS
        folders[:] = [] if deep else [name for name in folders if not name.startswith(".")]
        found += [Path(above, name) for name in names if name.lower().endswith(SUFFIXES) and name[0] not in ".#"]
    if not found:
        raise BankError(f"The folder {folder} holds no question; {WANTED}.")
    return sorted(found)


def _refuse(error: OSError) -> None:
    raise BankError(f"The folder {error.filename} cannot be read ({error.strerror}); {WANTED}.")


def without_repeats(sources: Iterable[Source]) -> tuple[list[Source], list[FileFault]]:
    """An id is taken once in all chapters, a number once in each; the later file is at fault."""
    ids: dict[str, str] = {}
    numbers: dict[tuple[Path, int], str] = {}
    unique: list[Source] = []
    faults: list[FileFault] = []
    for source in sources:
        id, number = source.question.id, (source.path.parent, source.question.number)
        if id in ids:
            faults.append(source.fault(f"the id `{id}` is taken by {ids[id]}; choose another", "id"))
        elif number in numbers:
            faults.append(
                source.fault(f"the number {number[1]} is taken by {numbers[number]}; choose another", "number")
            )
        else:
            taken = f"{source.path}{' (written in the browser)' if source.written else ''}"
            ids[id] = numbers[number] = taken
            unique.append(source)
    return unique, faults


def unreadable(path: Path, error: OSError) -> FileFault:
    return _at(path, START, f"this cannot be read: {(error.strerror or str(error)).lower()}")


def _at(path: Path, place: Place, message: str) -> FileFault:
    return FileFault(path, place.line, place.column, message)


def decoded(path: Path, data: bytes) -> str | FileFault:
    """The text of a file, with one kind of line end."""
    if len(data) > MAX_BYTES:
        return _at(path, START, f"the file is too large; a question has at most {MAX_BYTES // 1024} KiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        place = Place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        return _at(path, place, "this is not UTF-8; save the file with that encoding")
    return text.replace("\r\n", "\n")


def _misnamed(path: Path, root: Node, named: bool) -> Iterator[FileFault]:
    number, slug = root.at(("number",)), root.at(("id",))
    told = NAME.fullmatch(path.stem)
    if type(number.value) is not int or not isinstance(slug.value, str) or not (named or told):
        return
    if told is None or path.suffix != SUFFIX or len(told[1]) < 2:
        wanted = f"{number.value:02}-{shown(slug.value)}{SUFFIX}"
        yield _at(path, START, f"the file's name does not fit; rename it to {wanted}")
        return
    if int(told[1]) != number.value:
        yield _at(path, number.place, f"`number` is {number.value}, and the file's name says {told[1]}; change one")
    if told[2] != slug.value:
        yield _at(path, slug.place, f"`id` is `{shown(slug.value)}`, and the file's name says `{told[2]}`; change one")
