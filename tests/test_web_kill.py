"""The real program, killed at once while people write: whatever was acknowledged is there, once and whole."""

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.client import DRAFT, EXPLAIN, RIGHT, SECRET, bank_folder

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the jail needs Linux")


class Program:
    """`selfgrad serve` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SELFGRAD_")}
        environment |= {
            "SELFGRAD_DATA_DIR": str(folder), "SELFGRAD_QUESTIONS": str(folder / "questions"), "SELFGRAD_LANES": "2",
            "SELFGRAD_SECRET_KEY": SECRET,
        }  # fmt: skip
        command = [sys.executable, "-m", "app", "serve", "--port", "0"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        found = next(filter(None, (re.search(r"selfgrad is at (\S+)", line) for line in self.process.stderr)))
        self.url = found[1]
        self._reader = threading.Thread(target=self.process.stderr.read, daemon=True)  # so that it never waits for us
        self._reader.start()

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        code = self.process.wait(30)
        self._reader.join(30)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


@contextmanager
def program(folder: Path, how: signal.Signals = signal.SIGKILL) -> Iterator[Program]:
    made = Program(folder)
    try:
        yield made
    finally:
        made.end(how)


def write_until_it_dies(url: str, number: int, acknowledged: dict[str, list[str]]) -> None:
    """One student: drafts and answers in words, noting what was acknowledged."""
    with httpx.Client(base_url=url, timeout=10) as client:
        mine = acknowledged.setdefault(str(number), [])
        for turn in range(1000):
            text = f"student {number} says this for the {turn}. time"
            try:
                if turn % 2:
                    sent = client.put(DRAFT, json={"answer": text})
                else:
                    sent = client.post(EXPLAIN, json={"answer": text}, headers={"Idempotency-Key": f"{number}-{turn}"})
            except httpx.HTTPError:
                return
            assert sent.status_code in (201, 204)
            mine.append(text)


def wait_for_more(acknowledged: dict[str, list[str]], more: int) -> None:
    """However slow the machine is."""
    enough = sum(map(len, list(acknowledged.values()))) + more
    until = time.monotonic() + 60
    while sum(map(len, list(acknowledged.values()))) < enough:
        assert time.monotonic() < until, "nothing is acknowledged"
        time.sleep(0.02)


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    bank_folder(tmp_path / "questions")
    acknowledged: dict[str, list[str]] = {}
    rng = random.Random(7)
    for round_ in range(3):
        with program(tmp_path) as killed:
            students = [
                threading.Thread(target=write_until_it_dies, args=(killed.url, round_ * 10 + number, acknowledged))
                for number in range(4)
            ]
            for student in students:
                student.start()
            wait_for_more(acknowledged, 8)
            time.sleep(rng.uniform(0, 0.5))
        for student in students:
            student.join()
    database = sqlite3.connect(tmp_path / "selfgrad.db")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    answers = [text for (text,) in database.execute("SELECT answer FROM attempt")]
    drafts = {text for (text,) in database.execute("SELECT text FROM draft")}
    database.close()
    for texts in acknowledged.values():
        for place, text in enumerate(texts):
            if place % 2 == 0:
                assert answers.count(text) == 1
        newest = [text for place, text in enumerate(texts) if place % 2][-1:]
        assert not newest or newest[0] in drafts or _next(newest[0]) in drafts  # the next may be stored, unacknowledged
    assert len(answers) == len(set(answers))


def _next(text: str) -> str:
    return re.sub(r"(\d+)\. time", lambda found: f"{int(found[1]) + 2}. time", text)


def test_what_waited_for_its_verdict_gets_it_after_a_kill(tmp_path: Path) -> None:
    bank_folder(tmp_path / "questions")
    slow = "import time\ntime.sleep(4)\n" + RIGHT
    with program(tmp_path) as killed, httpx.Client(base_url=killed.url, timeout=10) as client:
        sent = client.post("/api/v1/questions/again/parts/write/attempts", json={"answer": slow})
        assert sent.status_code == 202
        cookies = dict(client.cookies)
    with program(tmp_path, signal.SIGTERM) as again, httpx.Client(base_url=again.url, cookies=cookies) as client:
        until = time.monotonic() + 60
        while (found := client.get(sent.headers["location"]).json())["status"] == "pending":
            assert time.monotonic() < until
            time.sleep(0.1)
    assert found["verdict"]["passed"] and found["answer"] == slow


def test_asked_to_stop_it_stops(tmp_path: Path) -> None:
    bank_folder(tmp_path / "questions")
    made = Program(tmp_path)
    with httpx.Client(base_url=made.url, timeout=10) as client:
        assert client.post(EXPLAIN, json={"answer": "Each is doubled."}).status_code == 201
    assert made.end(signal.SIGTERM) in (0, -signal.SIGTERM)
