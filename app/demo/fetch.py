"""Downloads MNIST_SAMPLE, checks it and keeps its pixels. What was interrupted goes on where it stopped.

The archive grows in the data folder as a `.part`. Its size and the MD5 of its first 2^20 bytes are those its publishers
name (the MD5 of the whole is not known to them); what counts is the SHA-256 of the pixels, which is this program's own.
An archive that fails a check is deleted, and nothing of it is used.
"""

import hashlib
import http.client
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from app.demo.archive import TOP, BadData
from app.demo.data import FOLDER, MNIST_COUNTS, MNIST_SHA256, Data, as_mnist, fetched, from_path, keep, kept_file

PIECE = 1 << 16
HEAD = 1 << 20
TRIES = 3
SILENCE_S = 30.0


@dataclass(frozen=True)
class Source:
    """Where the archive is, and how to know it."""

    url: str
    size: int
    head_md5: str  # of the first 2^20 bytes


ORIGINAL = Source(
    "https://s3.amazonaws.com/fast-ai-sample/mnist_sample.tgz", 3_214_948, "2dbc7ec6f9259b583af0072c55816a88"
)


class NotFetched(Exception):
    """The archive could not be downloaded; str() is one sentence."""


def fetch(data_dir: Path, source: Source = ORIGINAL, progress: Callable[[], None] = lambda: None) -> Data:
    """MNIST_SAMPLE, from the data folder if it is there already. `progress` is called after each 64 KiB.

    Raises NotFetched, BadData when a check fails, and OSError when the data folder cannot be written."""
    if data := fetched(data_dir):
        return data
    if not source.url.startswith(("http://", "https://")):
        raise NotFetched(f"{source.url!r} is no address that begins with http:// or https://.")
    part = data_dir / FOLDER / f"{TOP}.tgz.part"
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _download(source, part, progress)
    try:
        data = _checked(source, part)
    except BadData:
        part.unlink()
        raise
    keep(data, kept_file(data_dir))
    part.unlink()
    return data


def _download(source: Source, part: Path, progress: Callable[[], None]) -> None:
    for _ in range(have(part, source) // PIECE):
        progress()
    why = ""
    for _ in range(TRIES):
        if have(part, source) == source.size:
            return
        try:
            _go_on(source, part, progress)
        except BadData:
            raise
        except (URLError, http.client.HTTPException, TimeoutError, ConnectionError, ValueError) as error:
            why = _told(error)
            if isinstance(error, HTTPError):
                error.close()
    if have(part, source) < source.size:
        reached = f"{have(part, source):,} of {source.size:,} bytes"
        raise NotFetched(f"{source.url} could not be downloaded{why}: {reached} are there; run it again to go on.")


def _told(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f" (the server answered {error.code})"
    reason = getattr(error, "reason", error)
    return f" ({getattr(reason, 'strerror', None) or reason or type(error).__name__})"


def have(part: Path, source: Source) -> int:
    """Bytes that are there; a file longer than the archive is of no use and is removed."""
    size = part.stat().st_size if part.exists() else 0
    if size > source.size:
        part.unlink()
        return 0
    return size


def _go_on(source: Source, part: Path, progress: Callable[[], None]) -> None:
    """As much more as the server gives now. Raises BadData when it has something else than the archive."""
    at = have(part, source)
    headers = {"User-Agent": "selfgrad", "Accept-Encoding": "identity"} | ({"Range": f"bytes={at}-"} if at else {})
    try:
        answer = urlopen(Request(source.url, headers=headers), timeout=SILENCE_S)
    except HTTPError as error:
        if error.code == 416:  # the server's file is shorter than what is here, so what is here is not of it
            part.unlink()
        raise
    with answer:
        if at and not _goes_on_at(answer, at):
            at = 0
        length = answer.headers.get("Content-Length", "")
        if length.isdecimal() and at + int(length) != source.size:
            raise BadData(f"{source.url} has {at + int(length):,} bytes and not {source.size:,}: it is another file.")
        with part.open("ab" if at else "wb") as file:
            while at < source.size and (piece := _read(answer, min(PIECE, source.size - at))):
                file.write(piece)
                at += len(piece)
                progress()


def _read(answer: Any, size: int) -> bytes:
    """Raises ConnectionError, so that a fault of the network is not taken for one of the disk."""
    try:
        piece: bytes = answer.read(size)
        return piece
    except OSError as error:
        raise ConnectionError(str(error)) from None


def _goes_on_at(answer: Any, at: int) -> bool:
    said = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return answer.status == 206 and said is not None and int(said[1]) == at


def _checked(source: Source, part: Path) -> Data:
    """Raises BadData unless it is MNIST_SAMPLE, pixel for pixel."""
    with part.open("rb") as file:
        head = hashlib.md5(file.read(HEAD), usedforsecurity=False).hexdigest()
    if head != source.head_md5:
        raise BadData(f"What {source.url} sent is not the archive (its first MiB has another MD5), and was deleted.")
    data = from_path(part)
    if data.counts != MNIST_COUNTS or data.provenance.sha256 != MNIST_SHA256:
        raise BadData(f"What {source.url} sent does not hold the pictures of MNIST_SAMPLE, and was deleted.")
    return as_mnist(data, source.url)
