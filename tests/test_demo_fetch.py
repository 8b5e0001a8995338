"""The download, against a server on this machine: whole, torn, resumed, wrong, hostile; and as a command."""

import hashlib
import json
import re
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.cli import main
from app.demo.archive import BadData
from app.demo.data import MNIST_SHA256, keep, kept_file
from app.demo.fetch import HEAD, NotFetched, Source, fetch
from app.demo.strokes import VERSION
from tests.demo_parts import few
from tests.test_demo_data import add, small_archive


class Served:
    """What the server has, how many bytes it gives before it hangs up, and what it was asked."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.gives: list[int] = []  # one number a request; then everything
        self.status = 200
        self.ranges = True
        self.asked: list[str | None] = []
        self.url = ""


@contextmanager
def serving(data: bytes) -> Iterator[Served]:
    served = Served(data)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers["Range"]
            served.asked.append(asked)
            found = re.fullmatch(r"bytes=(\d+)-", asked or "")
            start = int(found[1]) if found and served.ranges else 0
            if served.status != 200 or start > len(served.data):
                self.send_error(416 if served.status == 200 else served.status)
                return
            body = served.data[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(served.data) - 1}/{len(served.data)}")
            self.end_headers()
            self.wfile.write(body[: served.gives.pop(0)] if served.gives else body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_port}/mnist_sample.tgz"
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def source(served: Served) -> Source:
    return Source(served.url, len(served.data), hashlib.md5(served.data[:HEAD]).hexdigest())


@pytest.fixture(scope="module")
def archive(shared: Path) -> bytes:
    return (shared / "data" / "mnist_sample.tgz").read_bytes()


def test_the_archive_is_fetched_checked_and_kept_once(archive: bytes, tmp_path: Path) -> None:
    pieces: list[None] = []
    with serving(archive) as served:
        data = fetch(tmp_path, source(served), lambda: pieces.append(None))
        again = fetch(tmp_path, source(served))
    assert data.provenance.sha256 == again.provenance.sha256 == MNIST_SHA256
    assert data.provenance.source == served.url and served.asked == [None]
    assert list((tmp_path / "demo").iterdir()) == [kept_file(tmp_path)]
    assert len(pieces) >= len(archive) // 65536


def test_a_torn_download_goes_on_where_it_stopped(archive: bytes, tmp_path: Path) -> None:
    with serving(archive) as served:
        served.gives = [1_000_000, 500_000, 0, 0, 0]
        with pytest.raises(NotFetched, match="1,500,000 of .* run it again"):
            fetch(tmp_path, source(served))
        served.gives = []
        assert fetch(tmp_path, source(served)).provenance.sha256 == MNIST_SHA256
    assert served.asked == [None, "bytes=1000000-", "bytes=1500000-", "bytes=1500000-"]


def test_a_server_that_knows_no_ranges_is_asked_for_the_whole(tmp_path: Path) -> None:
    with serving(small_archive(tmp_path / "few.tgz").read_bytes()) as served:
        served.gives, served.ranges = [100], False
        with pytest.raises(BadData, match="does not hold the pictures"):  # so it could be read to its end
            fetch(tmp_path, source(served))
    assert served.asked == [None, "bytes=100-"]


def test_what_is_left_of_another_file_is_dropped(tmp_path: Path) -> None:
    part = tmp_path / "demo" / "mnist_sample.tgz.part"
    part.parent.mkdir()
    with serving(small_archive(tmp_path / "few.tgz").read_bytes()) as served:
        part.write_bytes(b"\0" * (len(served.data) + 1))
        with pytest.raises(BadData, match="does not hold the pictures"):
            fetch(tmp_path, source(served))
    assert served.asked == [None]


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_server_that_refuses_is_told_with_its_answer(tmp_path: Path, status: int) -> None:
    with serving(b"x") as served:
        served.status = status
        with pytest.raises(NotFetched, match=str(status)):
            fetch(tmp_path, source(served))


@pytest.mark.parametrize("url", ["http://", "http:///x", "http://[::1", "http://127.0.0.1:99999/x", "http://a b/"])
def test_an_address_that_makes_no_sense_is_told(tmp_path: Path, url: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(NotFetched, match="could not be downloaded"):
            fetch(tmp_path, Source(url.replace("http", scheme), 10, ""))


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with serving(b"x") as served:
        gone = source(served)
    with pytest.raises(NotFetched, match="refused"):
        fetch(tmp_path, gone)


@pytest.mark.parametrize("size", [999_999, 1_000_001])
def test_a_file_of_another_size_is_refused_before_it_is_downloaded(tmp_path: Path, size: int) -> None:
    with serving(b"\0" * size) as served:
        with pytest.raises(BadData, match=f"{size:,} bytes and not 1,000,000"):
            fetch(tmp_path, Source(served.url, 1_000_000, "no matter"))
    assert not kept_file(tmp_path).exists()


def test_a_file_with_another_beginning_is_deleted(tmp_path: Path) -> None:
    with serving(b"\0" * 1000) as served, pytest.raises(BadData, match="MD5"):
        fetch(tmp_path, Source(served.url, 1000, "0" * 32))
    assert list((tmp_path / "demo").iterdir()) == []


HARM: list[tuple[Callable[[tarfile.TarFile], None], str]] = [
    (lambda archive: None, "does not hold the pictures"),
    (lambda archive: add(archive, "../evil", b"x"), "leads out"),
    (lambda archive: add(archive, "mnist_sample/link", kind=tarfile.SYMTYPE, link="/etc"), "link"),
]


@pytest.mark.parametrize(("change", "told"), HARM)
def test_an_archive_that_holds_something_else_leaves_nothing_behind(
    tmp_path: Path, change: Callable[[tarfile.TarFile], None], told: str
) -> None:
    data = small_archive(tmp_path / "bad.tgz", change).read_bytes()
    with serving(data) as served, pytest.raises(BadData, match=told):
        fetch(tmp_path / "data", source(served))
    assert list((tmp_path / "data" / "demo").iterdir()) == []


def test_a_wrong_archive_ends_the_command_with_1_and_no_server_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path))
    with serving(b"\0" * 1000) as served:
        assert main(["data", "fetch", "--from", served.url]) == 1
    assert main(["data", "fetch", "--from", served.url]) == 2
    assert main(["data", "fetch", "--from", "file:///etc/passwd"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and [line[:10] for line in err.splitlines()] == ["selfgrad: "] * 3


def test_data_info_says_what_would_be_used_and_where_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path))
    keep(few(), tmp_path / "demo" / f"synthetic-{VERSION}-1.pixels")
    assert main(["data", "info"]) == 0
    assert "few, drawn; ours" in (said := capsys.readouterr().out) and "data fetch" in said
    assert main(["data", "info", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["counts"]["train/3"] == 150 and Path(row["kept_at"]).exists() and row["provenance"]["licence"]
