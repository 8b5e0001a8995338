"""Pictures: PNG files in bulk, archives and folders that may be hostile, what is kept, and our own handwriting."""

import io
import os
import struct
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.demo.archive import BadData, read_pictures
from app.demo.data import MNIST_COUNTS, MNIST_SHA256, assembled, keep, kept_file, load, read_kept, synthetic, where_kept
from app.demo.png import BadPicture, decode
from app.demo.strokes import draw_sample
from tests.demo_parts import few, real

Bytes = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    pixels: Bytes, kind: int = 0, header: tuple[int, ...] = (28, 28, 8, 0, 0, 0, 0), data: bytes | None = None
) -> bytes:
    """A picture [28, 28] as a PNG whose rows all use one filter; written from the standard, pixel by pixel."""
    raw = b"".join(bytes([kind, *filtered(pixels, y, kind)]) for y in range(28)) if data is None else data
    body = chunk(b"IHDR", struct.pack(">IIBBBBB", *header))
    packed = zlib.compress(raw)
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IDAT", packed[:9]) + chunk(b"IDAT", packed[9:]) + chunk(b"IEND", b"")


def filtered(pixels: Bytes, y: int, kind: int) -> list[int]:
    def at(row: int, column: int) -> int:
        return int(pixels[row, column]) if row >= 0 and column >= 0 else 0

    def predicted(x: int) -> int:
        left, up, corner = at(y, x - 1), at(y - 1, x), at(y - 1, x - 1)
        guess = left + up - corner
        nearest = min((abs(guess - value), number, value) for number, value in enumerate((left, up, corner)))[2]
        return (0, left, up, (left + up) // 2, nearest)[kind]

    return [(at(y, x) - predicted(x)) % 256 for x in range(28)]


@pytest.fixture(scope="module")
def pictures() -> Bytes:
    return np.random.default_rng(3).integers(0, 256, (5, 28, 28)).astype(np.uint8)


@pytest.mark.parametrize("kind", range(5))
def test_every_row_filter_of_a_png_is_undone(pictures: Bytes, kind: int) -> None:
    files = [png(picture, kind) for picture in pictures]
    assert np.array_equal(decode(files), pictures.reshape(5, 784))


def test_pictures_with_different_filters_are_undone_side_by_side(pictures: Bytes) -> None:
    assert np.array_equal(
        decode([png(picture, kind) for kind, picture in enumerate(pictures)]), pictures.reshape(5, 784)
    )


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (b"", "small PNG"),
        (b"GIF89a", "small PNG"),
        (png(np.zeros((28, 28), np.uint8))[:40], "picture 0"),
        (png(np.zeros((28, 28), np.uint8)).replace(b"IDAT", b"IDAX"), "checksum"),
        (png(np.zeros((28, 28), np.uint8), header=(28, 28, 8, 2, 0, 0, 0)), "28x28"),
        (png(np.zeros((28, 28), np.uint8), header=(29, 28, 8, 0, 0, 0, 0)), "28x28"),
        (png(np.zeros((28, 28), np.uint8), header=(28, 28, 8, 0, 0, 0, 1)), "28x28"),
        (png(np.zeros((28, 28), np.uint8), data=b"\0" * 811), "pixels"),
        (png(np.zeros((28, 28), np.uint8), data=b"\0" * 10**6), "pixels"),
        (png(np.zeros((28, 28), np.uint8), data=b"\5" + b"\0" * 811), "filter 5"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "pixels"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 70_000, "small PNG"),
    ],
)
def test_another_kind_of_picture_is_refused_with_its_reason(file: bytes, told: str) -> None:
    with pytest.raises(BadPicture, match=told):
        decode([file])


GROUPS = ("train/3", "train/7", "valid/3", "valid/7")


def small_archive(path: Path, change: Callable[[tarfile.TarFile], None] = lambda archive: None) -> Path:
    """Two pictures of each group in a .tgz, and whatever `change` adds."""
    with tarfile.open(path, "w:gz") as archive:
        add(archive, "mnist_sample/labels.csv", b"name,label\n")
        for number, group in enumerate(GROUPS):
            for name in ("10", "9"):
                add(
                    archive,
                    f"mnist_sample/{group}/{name}.png",
                    png(np.full((28, 28), 10 * number + int(name), np.uint8)),
                )
        change(archive)
    return path


def add(archive: tarfile.TarFile, name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> None:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.size = kind, link, len(data)
    archive.addfile(member, io.BytesIO(data))


def add_many(archive: tarfile.TarFile) -> None:
    for number in range(70):
        add(archive, f"x/{number}", b"\0" * (1 << 20))


def test_an_archive_and_a_folder_give_the_same_pictures_in_the_order_of_their_names(tmp_path: Path) -> None:
    archive = small_archive(tmp_path / "few.tgz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "folder", filter="data")
    for path in (archive, tmp_path / "folder", tmp_path / "folder" / "mnist_sample"):
        data = load(str(path), tmp_path)
        assert data.train[:, 0].tolist() == [10, 9, 20, 19] and data.valid[:, 0].tolist() == [30, 29, 40, 39]
        assert data.counts == (2, 2, 2, 2) and data.provenance.source == str(path)
        assert data.train_targets.tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda archive: add(archive, "../../evil.png", b"x"), "leads out"),
        (lambda archive: add(archive, "/etc/evil", b"x"), "leads out"),
        (lambda archive: add(archive, "mnist_sample/..\\evil", b"x"), "leads out"),
        (lambda archive: add(archive, "C:/evil", b"x"), "leads out"),
        (lambda archive: add(archive, "mnist_sample/train/3/1.png", kind=tarfile.SYMTYPE, link="/etc/passwd"), "link"),
        (lambda archive: add(archive, "mnist_sample/train/3/1.png", kind=tarfile.LNKTYPE, link="labels.csv"), "link"),
        (lambda archive: add(archive, "mnist_sample/pipe", kind=tarfile.FIFOTYPE), "device"),
        (lambda archive: add(archive, "mnist_sample/disk", kind=tarfile.BLKTYPE), "device"),
        (lambda archive: add(archive, "mnist_sample/labels.csv", b"again"), "twice"),
        (lambda archive: add(archive, "mnist_sample/large", b"\0" * (2 << 20)), "too large"),
        (lambda archive: add_many(archive), "more than 64 MiB"),
        (lambda archive: add(archive, "mnist_sample/train/3/1.png", b"no picture"), "small PNG"),
    ],
)
def test_an_archive_that_means_harm_is_refused_as_a_whole(
    tmp_path: Path, change: Callable[[tarfile.TarFile], None], told: str
) -> None:
    archive = small_archive(tmp_path / "bad.tgz", change)
    with pytest.raises(BadData, match=told):
        read_pictures(archive)
    assert list(tmp_path.iterdir()) == [archive]


@pytest.mark.parametrize("data", [b"", b"text", b"\x1f\x8b\x08\x00 not really", b"\0" * 100_000])
def test_a_file_that_is_no_archive_is_told_in_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file.tgz"
    path.write_bytes(data)
    with pytest.raises(BadData) as caught:
        read_pictures(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_half_an_archive_is_told(tmp_path: Path) -> None:
    path = small_archive(tmp_path / "half.tgz")
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(BadData, match="no whole"):
        read_pictures(path)


def test_a_path_without_pictures_says_which_are_missing(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"train/3/\*.png"):
        load(str(tmp_path), tmp_path)
    with pytest.raises(BadData, match="no such|There is no"):
        load(str(tmp_path / "nowhere"), tmp_path)


def test_a_pipe_is_not_waited_for_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    with tarfile.open(small_archive(tmp_path / "few.tgz", hidden)) as opened:
        opened.extractall(tmp_path / "folder", filter="data")
    for path in (tmp_path / "few.tgz", tmp_path / "folder"):
        assert load(str(path), tmp_path).counts == (2, 2, 2, 2)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.tgz")
        os.mkfifo(tmp_path / "folder" / "mnist_sample" / "train" / "3" / "pipe.png")
        assert load(str(tmp_path / "folder"), tmp_path).counts == (2, 2, 2, 2)
        with pytest.raises(BadData, match="neither"):
            load(str(tmp_path / "pipe.tgz"), tmp_path)


def hidden(archive: tarfile.TarFile) -> None:
    add(archive, "mnist_sample/train/3/._9.png", b"what some systems put beside a file")


def test_kept_pictures_come_back_with_their_provenance_and_a_damaged_file_does_not(tmp_path: Path) -> None:
    path = tmp_path / "demo" / "few.pixels"
    keep(few(), path)
    back = read_kept(path)
    assert back is not None and back.provenance == few().provenance and back.counts == few().counts
    assert np.array_equal(back.train, few().train) and np.array_equal(back.valid, few().valid)
    assert where_kept(few(), tmp_path) == path and read_kept(path, "another") is None
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:-1] + b"\7", b"", b"[]\n", b"{}\n", whole[1:], b"\0" * 5000):
        path.write_bytes(damaged)
        assert read_kept(path) is None


def test_own_handwriting_is_drawn_once_and_again_when_its_file_is_damaged(tmp_path: Path) -> None:
    first = synthetic(tmp_path)
    (kept,) = (tmp_path / "demo").iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    again = load("auto", tmp_path)
    assert first.provenance == again.provenance and "handwriting" in again.provenance.name
    assert read_kept(kept) is not None


def test_a_data_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file where the folder should be")
    assert synthetic(tmp_path).counts == (3500, 3500, 700, 700)


def test_a_seed_draws_the_same_handwriting_and_another_seed_another() -> None:
    one, same, other = (assembled(draw_sample(seed, 40, 10), "x", "x", "x").provenance.sha256 for seed in (1, 1, 2))
    assert one == same != other


def test_drawn_digits_are_normalised_as_mnist_is() -> None:
    for group in draw_sample(4, 200, 1).values():
        pictures = group.reshape(-1, 28, 28).astype(float)
        ink = pictures > 127
        sides = [max(np.ptp(np.flatnonzero(p.any(1))), np.ptp(np.flatnonzero(p.any(0)))) + 1 for p in ink]
        down = (pictures.sum(2) * np.arange(28)).sum(1) / pictures.sum((1, 2))
        right = (pictures.sum(1) * np.arange(28)).sum(1) / pictures.sum((1, 2))
        assert 18 <= np.median(sides) <= 21
        assert abs(np.median(down) - 14) < 0.5 and abs(np.median(right) - 14) < 0.5


def test_mnist_is_known_by_its_pixels_and_kept_when_it_lies_in_the_data_folder(shared: Path, tmp_path: Path) -> None:
    archive = shared / "data" / "mnist_sample.tgz"
    data = real(archive)
    assert data.counts == MNIST_COUNTS and data.provenance.sha256 == MNIST_SHA256
    assert data.provenance.name == "MNIST_SAMPLE" and "LeCun" in data.provenance.licence
    (tmp_path / "mnist_sample.tgz").write_bytes(archive.read_bytes())
    assert load("auto", tmp_path).provenance.name == "MNIST_SAMPLE"
    (tmp_path / "mnist_sample.tgz").unlink()
    assert kept_file(tmp_path).exists() and load("auto", tmp_path).provenance.sha256 == MNIST_SHA256
