"""Watching a training: what a watcher is sent, that nobody waits for another, and that nothing piles up."""

import asyncio
import json
import socket
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx
import pytest

from app.demo.config import Config
from app.demo.process import Message
from app.web.runs import Order, Run
from app.web.stream import FIRST, PING, EventStream, events
from tests.browsing import Site

RUNS = "/api/v1/demo/runs"
NEVER = 1000.0
Result = TypeVar("Result")


def run_apart(work: Coroutine[Any, Any, Result]) -> Result:
    """In a thread of its own: a browser's test may have left a loop in this one."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()


def said(name: str, **data: Any) -> Message:
    return Message(name, json.dumps(data))


def running(epochs: int = 0) -> Run:
    run = Run(Order(Config.of()))
    run.take(said("start"))
    for number in range(1, epochs + 1):
        run.take(said("frame", epoch=number))
        run.take(said("epoch", epoch=number))
    return run


def names(chunks: list[bytes]) -> list[str]:
    lines = b"".join(chunks).decode().split("\n")
    return [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]


async def all_of(run: Run, gap: float = 0.0) -> list[bytes]:
    return [chunk async for chunk in events(run, lambda: gap)]


def test_who_comes_late_gets_the_start_the_epochs_so_far_and_only_the_newest_frame() -> None:
    async def late() -> list[bytes]:
        run = running(epochs=3)
        run.take(said("done"))
        return await all_of(run)

    chunks = run_apart(late())
    assert chunks[0] == FIRST and names(chunks) == ["start", "epoch", "epoch", "epoch", "frame", "done"]
    assert b'{"epoch": 3}' in chunks[1].split(b"event: frame")[1]


def test_frames_are_dropped_by_the_clock_and_epochs_never() -> None:
    async def watched() -> list[bytes]:
        run = running()
        watching = asyncio.create_task(all_of(run, gap=0.05))
        for number in range(1, 201):
            run.take(said("frame", step=number))
            if number % 50 == 0:
                run.take(said("epoch", epoch=number // 50))
            await asyncio.sleep(0)
        run.take(said("done"))
        return await watching

    chunks = run_apart(watched())
    told = names(chunks)
    assert told.count("epoch") == 4 and told[-1] == "done" and told.count("frame") < 100
    assert b'{"step": 200}' in b"".join(chunks)


def test_a_stream_ends_when_the_server_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def watched() -> list[bytes]:
        run = running(epochs=1)
        watching = asyncio.create_task(all_of(run))
        await asyncio.sleep(0.01)
        run.hung_up = True
        run.tell()
        return await watching

    assert names(run_apart(watched())) == ["start", "epoch", "frame"]


def test_while_nothing_happens_the_line_is_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.stream.PING_S", 0.001)

    async def watched() -> bytes:
        async for chunk in events(Run(Order(Config.of())), lambda: 0):
            if chunk != FIRST:
                return chunk
        raise AssertionError

    assert run_apart(watched()) == PING


@pytest.mark.parametrize("how", ["leaves", "takes nothing"])
def test_a_watcher_s_place_is_given_back_however_it_ends(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr("app.web.stream.SLOW_S", 0.01)

    async def watch() -> tuple[int, int]:
        run = running(epochs=1)
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await (gone.wait() if how == "leaves" else asyncio.Future())
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if how != "leaves" and message["type"] == "http.response.body":
                await asyncio.Future()

        scope: dict[str, Any] = {"type": "http"}
        watching = asyncio.create_task(EventStream(run, lambda: 1)(scope, receive, send))
        await asyncio.sleep(0)
        during = run.watchers
        gone.set()
        await watching
        return during, run.watchers

    assert run_apart(watch()) == (1, 0)


# With the real program

class Watching:
    """One watcher of a run, event by event."""

    def __init__(self, site: Site, run: str) -> None:
        self._stream = httpx.stream("GET", f"{site.url}{RUNS}/{run}/events", timeout=60)
        self.lines = self._stream.__enter__().iter_lines()

    def events(self) -> Iterator[tuple[str, Any]]:
        name = ""
        for line in self.lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))

    def until(self, name: str, epoch: int = 0) -> list[tuple[str, Any]]:
        told = []
        for event in self.events():
            told.append(event)
            if event[0] == name and event[1].get("epoch", 0) >= epoch:
                break
        return told

    def leave(self) -> None:
        self._stream.__exit__(None, None, None)


@pytest.fixture
def slow(site: Site) -> Iterator[str]:
    """A run that goes on for as long as the test."""
    with httpx.Client(base_url=site.url, timeout=60) as client:
        sent = client.post(RUNS, json={"epochs": 1000, "pace": 20})
        assert sent.status_code == 201, sent.text
        run = sent.json()["id"]
        yield run
        client.post(f"{RUNS}/{run}/stop")
        client.get(f"{RUNS}/{run}/events")


def test_who_leaves_and_comes_back_joins_the_run_again(site: Site, slow: str) -> None:
    first = Watching(site, slow)
    first.until("epoch", 3)
    first.leave()
    again = Watching(site, slow)
    told = again.until("epoch", 5)
    again.leave()
    assert told[0][0] == "start" and told[0][1]["provenance"]["name"] == "few pictures"
    assert [data["epoch"] for name, data in told if name == "epoch"][:3] == [1, 2, 3]


def test_two_watchers_see_the_same_run(site: Site, slow: str) -> None:
    watching = [Watching(site, slow) for _ in range(2)]
    seen = [[data for name, data in one.until("epoch", 4) if name == "epoch"] for one in watching]
    for one in watching:
        one.leave()
    assert seen[0][:4] == seen[1][:4]


def test_a_watcher_that_never_reads_holds_up_nobody(site: Site, slow: str) -> None:
    deaf = []
    for _ in range(20):
        line = socket.create_connection(("127.0.0.1", site.port))
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        line.sendall(f"GET {RUNS}/{slow}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        deaf.append(line)
    hearing = Watching(site, slow)
    told = hearing.until("epoch", 30)
    assert "frame" in [name for name, _ in told] and httpx.get(f"{site.url}/healthz").status_code == 200
    hearing.leave()
    for line in deaf:
        line.close()
