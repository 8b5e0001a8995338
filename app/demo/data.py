"""Which pictures a training uses, and where they are kept: `auto` takes MNIST_SAMPLE if it is in the data folder, else
handwriting that the program draws itself; a path is a folder or .tgz laid out like MNIST_SAMPLE.

Decoded pictures are kept in the data folder as one file: a line of JSON (counts, checksum, provenance), then the bytes.
It is read back only if everything fits; a damaged one is made again. Nothing is pickled, and nothing is unpacked.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.demo.archive import GROUPS, TOP, BadData, read_pictures
from app.demo.events import Provenance
from app.demo.png import PIXELS
from app.demo.strokes import VERSION, draw_sample

FOLDER = "demo"  # within the data folder
AUTO, SYNTHETIC = "auto", "synthetic"
SYNTHETIC_SEED = 1

MNIST_COUNTS = (6131, 6265, 1010, 1028)
MNIST_SHA256 = "488aadd542ffa48f37c4cc16ce69cb845245fa88f312686cbf90e69596496552"  # of all pixels, in the order below
MNIST_LICENCE = (
    "The MNIST database of handwritten digits, Y. LeCun, C. Cortes, C. J. C. Burges; its hosts state different "
    "licences, mostly CC BY-SA 3.0"
)

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Data:
    """Rows of 784 bytes, 0 the paper and 255 the ink; first the 3s, then the 7s, each in the order of their names."""

    train: Bytes
    train_threes: int
    valid: Bytes
    valid_threes: int
    provenance: Provenance

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Training 3s and 7s, validation 3s and 7s."""
        sevens, valid_sevens = len(self.train) - self.train_threes, len(self.valid) - self.valid_threes
        return self.train_threes, sevens, self.valid_threes, valid_sevens

    @property
    def train_targets(self) -> Bytes:
        """1 for a 3, 0 for a 7, as in the chapter (the labels.csv of MNIST_SAMPLE has it the other way round)."""
        return _targets(len(self.train), self.train_threes)

    @property
    def valid_targets(self) -> Bytes:
        return _targets(len(self.valid), self.valid_threes)


def _targets(number: int, threes: int) -> Bytes:
    return (np.arange(number) < threes).astype(np.uint8)


def load(choice: str, data_dir: Path) -> Data:
    """`auto`, `synthetic` or a path. Raises BadData."""
    if choice == AUTO:
        return fetched(data_dir) or synthetic(data_dir)
    if choice == SYNTHETIC:
        return synthetic(data_dir)
    path = Path(choice).expanduser()
    if not path.exists():
        raise BadData(f"There is no {choice!r}: give auto, synthetic, or a folder or .tgz laid out like MNIST_SAMPLE.")
    return from_path(path)


def fetched(data_dir: Path) -> Data | None:
    """MNIST_SAMPLE, if it was fetched or was put into the data folder as it is. Raises BadData if that is damaged."""
    kept = kept_file(data_dir)
    if data := read_kept(kept, MNIST_SHA256):
        return data
    for path in (data_dir / f"{TOP}.tgz", data_dir / TOP):
        if path.exists():
            data = from_path(path)
            if data.provenance.sha256 == MNIST_SHA256:
                try_to_keep(data, kept)
            return data
    return None


def kept_file(data_dir: Path) -> Path:
    return data_dir / FOLDER / f"{TOP}.pixels"


def where_kept(data: Data, data_dir: Path) -> Path | None:
    """The file in the data folder that holds these pictures."""
    found = (path for path in (data_dir / FOLDER).glob("*.pixels") if read_kept(path, data.provenance.sha256))
    return next(found, None)


def synthetic(data_dir: Path, seed: int = SYNTHETIC_SEED) -> Data:
    """The same pictures for the same seed; the first time they take about a second to draw."""
    kept = data_dir / FOLDER / f"synthetic-{VERSION}-{seed}.pixels"
    data = read_kept(kept)
    if data is None:
        source = f"drawn by this program (version {VERSION}, seed {seed})"
        data = assembled(
            draw_sample(seed), "synthetic handwriting", source, "made by this program (MIT), no MNIST in it"
        )
        try_to_keep(data, kept)
    return data


def from_path(path: Path) -> Data:
    """Pictures laid out like MNIST_SAMPLE. Raises BadData."""
    groups = read_pictures(path)
    data = assembled(groups, "pictures", str(path), "not known to this program")
    return as_mnist(data, str(path)) if data.provenance.sha256 == MNIST_SHA256 else data


def as_mnist(data: Data, source: str) -> Data:
    provenance = Provenance("MNIST_SAMPLE", source, MNIST_LICENCE, MNIST_SHA256)
    return Data(data.train, data.train_threes, data.valid, data.valid_threes, provenance)


def assembled(groups: dict[str, Bytes], name: str, source: str, licence: str) -> Data:
    """One value out of pictures by group, each [n, 784]."""
    parts = [groups[group] for group in GROUPS]
    whole = np.ascontiguousarray(np.concatenate(parts))
    provenance = Provenance(name, source, licence, hashlib.sha256(whole.data).hexdigest())
    return _split(whole, tuple(len(part) for part in parts), provenance)


def _split(whole: Bytes, counts: tuple[int, ...], provenance: Provenance) -> Data:
    middle = counts[0] + counts[1]
    return Data(whole[:middle], counts[0], whole[middle:], counts[2], provenance)


def try_to_keep(data: Data, path: Path) -> None:
    """A folder that cannot be written costs time at the next start, nothing else."""
    try:
        keep(data, path)
    except OSError:
        pass


def keep(data: Data, path: Path) -> None:
    """Whole or not at all. Raises OSError."""
    header = {"counts": data.counts, "provenance": asdict(data.provenance)}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(file: "os.PathLike[str]") -> None:
        with open(file, "wb") as opened:
            opened.write(json.dumps(header).encode("ascii") + b"\n")
            opened.write(np.ascontiguousarray(data.train).data)
            opened.write(np.ascontiguousarray(data.valid).data)
            opened.flush()
            os.fsync(opened.fileno())

    atomically(path, write)


def atomically(path: Path, write: Callable[["os.PathLike[str]"], None]) -> None:
    """Give `write` another file to fill, which then takes the place of `path`."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    os.close(handle)
    try:
        write(Path(name))
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def read_kept(path: Path, sha256: str | None = None) -> Data | None:
    """The pictures of a kept file; None when there is none, it is damaged, or its pixels are not those wanted."""
    try:
        head, _, pixels = path.read_bytes().partition(b"\n")
        header = json.loads(head)
        provenance = Provenance(**header["provenance"])
        counts = tuple(int(count) for count in header["counts"])
        whole = np.frombuffer(pixels, np.uint8).reshape(-1, PIXELS)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    found = hashlib.sha256(whole.data).hexdigest()
    if len(counts) != 4 or min(counts) < 1 or sum(counts) != len(whole) or found != provenance.sha256:
        return None
    return None if sha256 not in (None, found) else _split(whole, counts, provenance)
