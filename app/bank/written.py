"""The second origin of questions: texts that were written in the browser and published, beside the files of the folder.

A published text stands in front of the file with the same id. It knows the file's text that it was made from; if that
is not what the file says any more, the two have parted: what was served before is served still, which is the published
text, until somebody decides. A file that is at fault is not counted until it is whole again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.bank.fault import FileFault
from app.bank.load import SUFFIX, Source, read_source

NOWHERE = Path("text.yaml")  # a name that says nothing of the question


@dataclass(frozen=True)
class Written:
    """`filed` is what the file said that it was made from; None where there was no file."""

    id: str
    chapter: str
    text: str
    filed: str | None = None


@dataclass(frozen=True)
class Parted:
    """A question whose file was changed, made or deleted after its text in the browser was published."""

    id: str
    path: Path
    text: str  # what is served
    filed: str | None  # what the file said then
    file: str | None  # what it says now

    @property
    def says(self) -> str:
        if self.file is None:
            what = "its file was deleted"
        elif self.filed is None:
            what = "a file with the same id has come"
        else:
            what = "its file was changed"
        served = "the text from the browser is served until an instructor decides"
        return f"the question `{self.id}` was published in the browser, and {what} afterwards; {served}"


@dataclass(frozen=True)
class Overlay:
    """`sources`: the published texts that can be read."""

    sources: tuple[Source, ...]
    faults: tuple[FileFault, ...]
    parted: tuple[Parted, ...]


def overlay(folder: Path, files: Mapping[Path, Source | None], written: Iterable[Written]) -> Overlay:
    """`files`: each file's last good text, or none."""
    by_id = {source.question.id: source for source in files.values() if source}
    sources: list[Source] = []
    faults: list[FileFault] = []
    parted: list[Parted] = []
    for one in written:
        filed = by_id.get(one.id)
        found = _read(_parent(folder, files, one.chapter), one, filed)
        if isinstance(found, list):
            faults += found
            continue
        sources.append(found)
        text = filed.text if filed else None
        waits = filed is None and any(path.stem.endswith(f"-{one.id}") for path in files)
        if not waits and text not in (one.filed, one.text):
            parted.append(Parted(one.id, found.path, one.text, one.filed, text))
    return Overlay(tuple(sources), tuple(faults), tuple(parted))


def _read(parent: Path, one: Written, filed: Source | None) -> Source | list[FileFault]:
    found = read_source(NOWHERE, one.text.encode("utf-8"), named=False)
    path = filed.path if filed else parent / f"{one.id}{SUFFIX}"
    if isinstance(found, list):
        return [replace(fault, path=path, message=f"in the text from the browser, {fault.message}") for fault in found]
    found = replace(found, path=filed.path if filed else parent / file_name(found), written=True)
    if found.question.id != one.id:
        return [found.fault(f"the text from the browser is kept as `{one.id}`, and calls itself something else", "id")]
    return found


def file_name(source: Source) -> str:
    """What a file with this question has to be called."""
    return f"{source.question.number:02}-{source.question.id}{SUFFIX}"


def _parent(folder: Path, files: Iterable[Path], chapter: str) -> Path:
    """The folder of a chapter, which may be the whole bank."""
    return next((path.parent for path in files if path.parent.name == chapter), folder / chapter)
