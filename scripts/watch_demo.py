"""How the server answers while many watch: opens streams of two trainings, and times /healthz beside them.

    python scripts/watch_demo.py [--watchers 200] [--seconds 15]

It starts the server itself, on a data folder of its own, reads every stream, and prints one line of JSON: the times of
/healthz in milliseconds without and with watchers, the frames a watcher saw a second, and how many were cut off. Both
sides share this machine, so the figure is the worse for it.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = "/api/v1/demo/runs"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=15.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"SELFGRAD_DATA_DIR": folder})
        try:
            print(json.dumps(asyncio.run(measured(port, asked.watchers, asked.seconds))))
        finally:
            server.terminate()
            began = time.monotonic()
            server.wait(60)
            print(f"the server stopped within {time.monotonic() - began:.1f} s", file=sys.stderr)


async def measured(port: int, watchers: int, seconds: float) -> dict[str, object]:
    while not await answers(port):
        await asyncio.sleep(0.2)
    await asyncio.to_thread(finished, port)
    alone = await healthy(port, 5.0)
    runs = [await asyncio.to_thread(started, port) for _ in range(2)]
    counts = [0] * watchers
    lines = [asyncio.create_task(watch(port, runs[i % 2], counts, i)) for i in range(watchers)]
    await asyncio.sleep(2.0)
    before = list(counts)
    among = await healthy(port, seconds)
    first = [after - earlier for i, (after, earlier) in enumerate(zip(counts, before, strict=True)) if i % 2 == 0]
    cut_off = sum(line.done() for line in lines)
    for line in lines:
        line.cancel()
    return {
        "watchers": watchers,
        "healthz_ms_alone": times(alone),
        "healthz_ms_among_watchers": times(among),
        "frames_a_second": round(statistics.median(first) / seconds, 1),
        "fewest_frames": min(first),
        "cut_off": cut_off,
        "load": os.getloadavg()[0],
    }


async def answers(port: int) -> bool:
    try:
        return await asyncio.to_thread(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").status == 200)
    except OSError:
        return False


def post(port: int, body: dict[str, object]) -> str:
    head = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{RUNS}", json.dumps(body).encode(), head)
    run: str = json.load(urllib.request.urlopen(request))["id"]
    return run


def started(port: int) -> str:
    return post(port, {"epochs": 1000, "pace": 30})


def finished(port: int) -> None:
    """The first run, which draws the pictures."""
    urllib.request.urlopen(f"http://127.0.0.1:{port}{RUNS}/{post(port, {'epochs': 1})}/events").read()


async def watch(port: int, run: str, counts: list[int], number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {RUNS}/{run}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    while data := await reader.read(65536):
        counts[number] += data.count(b"event: frame")


async def healthy(port: int, seconds: float) -> list[float]:
    """The times of one /healthz after the other, ten a second, each on a line of its own."""
    took = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert b"200" in await reader.readline()
        took.append(1000 * (time.monotonic() - began))
        writer.close()
        await asyncio.sleep(0.1)
    return took


def times(took: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(took, n=20)
    return {"median": round(statistics.median(took), 1), "p95": round(cuts[18], 1), "most": round(max(took), 1)}


if __name__ == "__main__":
    main()
