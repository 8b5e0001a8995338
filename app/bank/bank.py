"""All questions of a folder in memory, kept fresh: `questions/<chapter>/<NN>-<slug>.yaml`, one sub-folder a chapter.

`refresh()` looks at every file's time and size and reads only what has changed. A file that has become faulty keeps its
last good version, and its faults are listed. Readers never wait: they see one frozen shelf, which is swapped whole.
`take` lays the texts that were published in the browser over the files; see `written`.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.bank.fault import START, BankError, FileFault, in_order
from app.bank.load import Source, question_files, read_bytes, read_source, unreadable, version_of, without_repeats
from app.bank.question import Question
from app.bank.written import Parted, Written, file_name, overlay

# Looks at a question that was just read; what it finds keeps the file from being served.
Proof = Callable[[Source], Sequence[FileFault]]

# A file written this recently may be written again without a change of its time: it is read again and compared.
SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class Read:
    """One file as it was read last."""

    stamp: tuple[int, int, int] | None  # its time, size and inode; None: not to be relied on
    version: str
    good: Source | None  # of this version, or of the last one without faults
    faults: tuple[FileFault, ...] = ()


@dataclass(frozen=True)
class Shelf:
    files: dict[Path, Read] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    by_id: dict[str, Source] = field(default_factory=dict)
    faults: tuple[FileFault, ...] = ()
    parted: tuple[Parted, ...] = ()

    def chapter(self, question_id: str) -> str:
        """The name of the folder that holds the file. KeyError if there is no such question."""
        return self.by_id[question_id].path.parent.name


class Bank:
    def __init__(self, folder: Path) -> None:
        """Raises BankError if there is no such folder or no question file in it."""
        self._folder = folder
        self._refreshing = threading.Lock()
        self._written: tuple[Written, ...] = ()
        self._shelf = self._arranged(_read_all(folder, {}))

    @property
    def shelf(self) -> Shelf:
        """All of it as it is now."""
        return self._shelf

    @property
    def questions(self) -> tuple[Question, ...]:
        """By chapter, and in it by number."""
        return self._shelf.questions

    @property
    def faults(self) -> tuple[FileFault, ...]:
        return self._shelf.faults

    @property
    def parted(self) -> tuple[Parted, ...]:
        """Questions whose file and whose text in the browser wait for a decision."""
        return self._shelf.parted

    @property
    def chapters(self) -> tuple[str, ...]:
        """The folders, in their order."""
        return tuple(dict.fromkeys(source.path.parent.name for source in self._shelf.by_id.values()))

    def get(self, question_id: str) -> Question | None:
        source = self._shelf.by_id.get(question_id)
        return source.question if source else None

    def version(self, question_id: str) -> str:
        """Changes whenever the file does. KeyError if there is no such question."""
        return self._shelf.by_id[question_id].version

    def chapter(self, question_id: str) -> str:
        """The name of the folder that holds the file. KeyError if there is no such question."""
        return self._shelf.chapter(question_id)

    def source(self, question_id: str) -> Source | None:
        """The question with its text, as it is served."""
        return self._shelf.by_id.get(question_id)

    def file(self, question_id: str) -> Source | None:
        """The same from its file, whether or not a text from the browser stands in front of it."""
        goods = (read.good for read in self._shelf.files.values())
        return next((good for good in goods if good and good.question.id == question_id), None)

    def texts(self) -> dict[str, str]:
        """The text of every question that is served, by `chapter/file`: written into a folder, they are this bank."""
        return {f"{source.path.parent.name}/{file_name(source)}": source.text for source in self._shelf.by_id.values()}

    def take(self, written: Iterable[Written]) -> bool:
        """All texts that are published in the browser, in the place of those before; True if a question, a fault or a
        conflict is different now."""
        with self._refreshing:
            before, self._written = self._shelf, tuple(written)
            self._shelf = after = self._arranged(before.files)
        return _different(before, after)

    def refresh(self, prove: Proof | None = None) -> bool:
        """Reads what has changed; True if a question or a fault is different now. A file that `prove` finds fault with
        is as faulty as one that cannot be read. A folder that is gone (a deployment in progress) is a fault, and every
        question stays. Whatever `prove` raises leaves everything as it was."""
        with self._refreshing:
            before = self._shelf
            try:
                after = self._arranged(_read_all(self._folder, before.files, prove))
            except BankError as error:
                gone = FileFault(self._folder, *START, str(error))
                after = replace(before, faults=(gone,))
            self._shelf = after
        return _different(before, after)

    def _arranged(self, files: dict[Path, Read]) -> Shelf:
        return _arrange(self._folder, files, self._written)


def chapter_title(name: str) -> str:
    """The name of a folder as a heading: `02-three-versus-seven` is "Three versus seven"."""
    words = re.sub(r"^\d+[-_ ]+", "", name).replace("-", " ").replace("_", " ").strip() or name
    return words[:1].upper() + words[1:]


def _different(before: Shelf, after: Shelf) -> bool:
    same = after.faults == before.faults and after.parted == before.parted
    return not same or _versions(after) != _versions(before)


def _versions(shelf: Shelf) -> list[tuple[Path, str]]:
    return [(source.path, source.version) for source in shelf.by_id.values()]


def _read_all(folder: Path, known: dict[Path, Read], prove: Proof | None = None) -> dict[Path, Read]:
    return {path: _read(path, known.get(path), prove) for path in question_files(folder)}


def _read(path: Path, last: Read | None, prove: Proof | None) -> Read:
    try:
        now = path.stat()
        if last and last.stamp == (now.st_mtime_ns, now.st_size, now.st_ino):
            return last
        data, status = read_bytes(path)
    except OSError as error:
        return Read(None, "", last.good if last else None, (unreadable(path, error),))
    settled = time.time_ns() - status.st_mtime_ns > SETTLED_NS
    stamp = (status.st_mtime_ns, status.st_size, status.st_ino) if settled else None
    version = version_of(data)
    if last and last.version == version:
        return Read(stamp, version, last.good, last.faults)
    found = read_source(path, data)
    if isinstance(found, Source):
        unproven = tuple(prove(found)) if prove else ()
        return Read(stamp, version, last.good if last and unproven else None if unproven else found, unproven)
    return Read(stamp, version, last.good if last else None, tuple(found))


def _arrange(folder: Path, files: dict[Path, Read], written: Iterable[Written]) -> Shelf:
    """A text from the browser keeps its id and number against files, since none was taken when it was published."""
    goods = {path: read.good for path, read in files.items()}
    over = overlay(folder, goods, written)
    covered = {source.question.id for source in over.sources}
    filed = (good for good in goods.values() if good and good.question.id not in covered)
    unique, repeated = without_repeats([*over.sources, *filed])
    unique.sort(key=lambda source: (source.path.parent, source.question.number))
    faults = in_order([*repeated, *over.faults, *(fault for read in files.values() for fault in read.faults)])
    return Shelf(
        files,
        tuple(source.question for source in unique),
        {source.question.id: source for source in unique},
        tuple(faults),
        over.parted,
    )
