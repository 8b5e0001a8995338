"""The web app for the benchmark: in a process of its own, on a database of its own, with a client that is in nobody's
way.

The client is one connection that stays open and sends each request in one piece, as browsers do. Python's own sends the
head and the body apart, which wakes the server twice, and reads the answer line by line: that would be measured too.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.settings import Settings
from app.terminal import Usage

ROOT = Path(__file__).resolve().parent.parent
HEAD_BYTES = 64 * 1024
READY_S = 60.0


class Client:
    """One connection to the web app, and the visitor's cookie. It understands just what the web app answers here: a
    head with a Content-Length."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = self._connected()
        self._head = f"Host: 127.0.0.1:{port}\r\n"

    def _connected(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def renew(self) -> None:
        """A new connection of the same visitor, where the web app may have closed one that was idle for long."""
        self.close()
        self._socket = self._connected()

    def ask(self, line: str, body: bytes = b"") -> tuple[int, bytes]:
        """The status and the body of the answer to `METHOD /path`."""
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self._socket.sendall(f"{line} HTTP/1.1\r\n{self._head}{kind}\r\n".encode() + body)
        return self._answer()

    def _answer(self) -> tuple[int, bytes]:
        head, found = self._more(b""), b""
        while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
            head = self._more(head)
        head, _, found = head.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        while len(found) < int(fields["content-length"]):
            found = self._more(found)
        if "set-cookie" in fields and "\r\nCookie:" not in self._head:
            self._head += f"Cookie: {fields['set-cookie'].split(';')[0]}\r\n"
        return int(lines[0].split()[1]), found

    def _more(self, before: bytes) -> bytes:
        more = self._socket.recv(1 << 16)
        if not more:
            raise Usage("The web app closed the benchmark's connection.")
        return before + more

    def close(self) -> None:
        self._socket.close()


@contextmanager
def served(settings: Settings, place: str, answer: str) -> Iterator[Callable[[], float]]:
    """The web app runs. Gives a function that posts one right answer to the place (question/part), and returns the
    milliseconds to its verdict."""
    question, part = place.split("/")
    line = f"POST /api/v1/questions/{question}/parts/{part}/attempts"
    body = json.dumps({"answer": answer}).encode()
    with server(settings) as (port, _), contextlib.closing(Client(port)) as client:
        wait_ready(client)
        yield lambda: _post(client, line, body)


@contextmanager
def server(settings: Settings) -> Iterator[tuple[int, str]]:
    """Its port, and the address of its database, which is gone with it."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SELFGRAD_DATA_DIR": folder, "SELFGRAD_QUESTIONS": str(settings.questions)}
        environment.pop("SELFGRAD_DATABASE_URL", None)
        command = [sys.executable, "-m", "app", "serve", "--port", "0"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=ROOT) as server:
            assert server.stderr is not None
            reader = threading.Thread(target=server.stderr.read)  # so that the server never waits for us
            try:
                port = _port(server.stderr)
                reader.start()
                yield port, f"sqlite:///{folder}/selfgrad.db"
            finally:
                server.terminate()
                server.wait(30)
                if reader.ident is not None:
                    reader.join()


def _port(said: Iterable[str]) -> int:
    for line in said:
        if "selfgrad is at" in line:
            return int(line.rstrip().rpartition(":")[2].split("/")[0])
    raise Usage("The web app did not start, so the benchmark cannot post to it.")


def wait_ready(client: Client) -> None:
    until = time.monotonic() + READY_S
    ready: dict[str, Any] = {}
    while time.monotonic() < until:
        ready = json.loads(client.ask("GET /readyz")[1])["sandbox"]
        if ready["ready"]:
            return
        time.sleep(0.1)
    raise Usage(f"The web app's sandbox did not become ready: {ready['says']}")


def _post(client: Client, line: str, body: bytes) -> float:
    started = time.perf_counter()
    status, found = client.ask(line, body)
    took = (time.perf_counter() - started) * 1000
    if status != 201 or not json.loads(found)["verdict"]["passed"]:
        raise Usage(f"The web app answered {status} to the benchmark's right answer.")
    return took


def get(client: Client, path: str) -> float:
    """Milliseconds until the whole page is there."""
    started = time.perf_counter()
    status, _ = client.ask(f"GET {path}")
    took = (time.perf_counter() - started) * 1000
    if status != 200:
        raise Usage(f"The web app answered {status} to the benchmark's GET {path}.")
    return took
