"""`selfgrad serve` as a process: it says where it is, answers, and stops when asked."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from app.cli import main
from app.serving import address, listen, serve
from app.settings import Settings
from app.terminal import Usage

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "app", "serve", "--port", "0"]
    environment = {**os.environ, "SELFGRAD_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        yield process
        process.kill()


def where(server: subprocess.Popen[str]) -> str:
    assert server.stderr is not None
    for line in server.stderr:
        if found := re.search(r"selfgrad is at (http://\S+)", line):
            return found[1]
    raise AssertionError("it ended without saying where it is")


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_answers_there_and_stops_when_asked(
    server: subprocess.Popen[str], asked: signal.Signals
) -> None:
    with urllib.request.urlopen(where(server) + "/healthz", timeout=30) as response:
        assert response.status == 200 and "server" not in response.headers
    server.send_signal(asked)
    assert server.wait(60) in (0, -signal.SIGTERM)


def test_a_database_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "selfgrad.db").mkdir()
    command = [sys.executable, "-m", "app", "serve", "--port", "0"]
    environment = {**os.environ, "SELFGRAD_DATA_DIR": str(tmp_path)}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert ran.returncode == 2 and "cannot be opened for writing" in ran.stderr and ran.stderr.count("\n") == 1


def test_a_database_whose_driver_is_not_installed_is_told_with_the_package(tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ModuleNotFoundError('No module named psycopg', name='psycopg')")
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--database", "postgresql://me@127.0.0.1/name"]
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "SELFGRAD_DATA_DIR": str(tmp_path), "PYTHONPATH": path}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert ran.returncode == 2 and "install psycopg" in ran.stderr and ran.stderr.count("\n") == 1


def test_an_idle_connection_is_kept_longer_than_clients_keep_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[uvicorn.Config] = []
    monkeypatch.setattr("app.serving.Server.run", lambda server, sockets: made.append(server.config))
    serve(Settings.read(port=0, data_dir=tmp_path, secret_key="a secret"))
    assert made[0].timeout_keep_alive > 60


def test_a_port_in_use_is_told_before_anything_else(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 2
    err = capsys.readouterr().err
    assert "Address already in use" in err and "--port" in err and err.count("\n") == 1


def test_a_name_without_an_address_is_told() -> None:
    with pytest.raises(Usage, match="choose another with --host and --port"):
        listen("no-such-host.invalid", 0)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", r"http://127.0.0.1:\d+"),
        ("::1", r"http://\[::1\]:\d+"),
        ("0.0.0.0", r"http://127.0.0.1:\d+ and at every .*"),
    ],
)
def test_the_address_can_be_typed_into_a_browser(host: str, shown: str) -> None:
    try:
        listener = listen(host, 0)
    except Usage:
        pytest.skip(f"{host} is no address of this machine")
    with listener:
        assert re.fullmatch(shown, address(host, listener))
