"""Takes MNIST_SAMPLE, or pictures laid out like it, out of a .tgz or a folder. Nothing is ever unpacked to the disk.

An archive may come from anywhere, so it is read as a stream that ends at 64 MiB, and refused as a whole when a member
is anything but a plain file or a folder, leads out of its folder, comes twice or is too large. Only members named
`train|valid/3|7/<number>.png` are looked at; everything else, `labels.csv` among it, is passed over.
"""

import gzip
import re
import tarfile
import zlib
from collections.abc import Iterator
from io import RawIOBase
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from app.demo.png import FILE_BYTES, BadPicture, decode

GROUPS = ("train/3", "train/7", "valid/3", "valid/7")
TOP = "mnist_sample"
MEMBERS = 100_000
MEMBER_BYTES = 1 << 20  # labels.csv is the largest of the original: under 300 kB
ALL_BYTES = 1 << 26
WANTED = re.compile(r"(?:[^/]+/)?((?:train|valid)/[37])/([^/.][^/]*\.png)")

Files = dict[str, dict[str, bytes]]  # group -> name -> the file


class BadData(ValueError):
    """What was given holds no pictures that can be used; str() is one sentence that says why."""


def read_pictures(path: Path) -> dict[str, NDArray[np.uint8]]:
    """Group -> pixels [n, 784], each group in the order of its names, from a folder or a .tgz. Raises BadData."""
    if not (path.is_dir() or path.is_file()):
        raise BadData(f"{path} is neither a folder nor a file.")
    try:
        files = _in_folder(path) if path.is_dir() else _in_archive(path)
        lacking = [group for group in GROUPS if not files.get(group)]
        if lacking:
            raise BadData(f"{path} has no pictures {lacking[0]}/*.png: give MNIST_SAMPLE as a folder or a .tgz.")
        return {group: decode([file for _, file in sorted(files[group].items())]) for group in GROUPS}
    except BadPicture as error:
        raise BadData(f"{path} cannot be used ({error}).") from None
    except OSError as error:
        raise BadData(f"{path} cannot be read ({error.strerror or error}).") from None


def _in_folder(path: Path) -> Files:
    top = path / TOP if (path / TOP).is_dir() else path
    return {group: {file.name: _small(file) for file in _visible(top / group)} for group in GROUPS}


def _visible(folder: Path) -> list[Path]:
    files = [file for file in islice(folder.glob("*.png"), MEMBERS + 1) if file.name[0] != "." and file.is_file()]
    if len(files) > MEMBERS:
        raise BadData(f"{folder} has more than {MEMBERS} pictures, which is too many.")
    return files


def _small(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(FILE_BYTES + 1)


def _in_archive(path: Path) -> Files:
    files: Files = {}
    try:
        with gzip.open(path) as unpacked, tarfile.open(fileobj=_bounded(unpacked), mode="r|") as archive:
            for name, member in _members(archive):
                found = WANTED.fullmatch(name)
                opened = archive.extractfile(member) if found else None
                if found and opened:
                    files.setdefault(found[1], {})[found[2]] = opened.read(FILE_BYTES + 1)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, UnicodeError) as error:
        raise BadData(f"{path} is no whole .tgz archive ({error}).") from None
    except _TooLarge:
        raise BadData(f"{path} unpacks to more than {ALL_BYTES >> 20} MiB and was refused.") from None
    return files


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """Names and members of an archive of which nothing is to be feared. Raises BadData at the first that is."""
    seen: set[str] = set()
    for number, member in enumerate(archive):
        path = PurePosixPath(member.name)
        name = str(path)
        if number >= MEMBERS or name in seen:
            raise BadData("The archive has too many members, or one twice, and was refused.")
        if not (member.isreg() or member.isdir()):
            raise BadData("The archive holds a link or a device, and was refused.")
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            raise BadData("The archive has a member that leads out of its folder, and was refused.")
        if member.size > MEMBER_BYTES:
            raise BadData("The archive has a member that is too large, and was refused.")
        seen.add(name)
        yield name, member


class _TooLarge(Exception):
    pass


class _Bounded(RawIOBase):
    """Reads on until more has come than an archive of these pictures can hold."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner
        self._left = ALL_BYTES

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._left:
            raise _TooLarge
        data = self._inner.read(size)
        self._left -= len(data)
        return data


def _bounded(inner: Any) -> Any:
    return _Bounded(inner)
