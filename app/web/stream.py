"""Server-sent events of a run, as an answer of its own kind.

A watcher is sent the start, the epochs so far and the newest frame, then what follows; frames at most 25 a second, by
the clock, and fewer where very many watch. Whoever reads slowly misses frames, never epochs. Nothing waits in memory
for a watcher but the one message that is being written; one who takes nothing for half a minute is let go. The place
is given back in this task itself, whichever way it ends.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import lru_cache

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.demo.process import Message
from app.web.runs import Run

FRAME_S = 0.04
WATCHER_S = 0.0004  # what sending one frame may cost: with 200 watchers, 12 frames a second
PING_S = 15.0
SLOW_S = 30.0
FIRST = b"retry: 2000\n\n"
PING = b": still here\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@lru_cache(maxsize=1000)
def encoded(message: Message) -> bytes:
    """The event's data are one line of JSON. The same bytes for all who watch."""
    return f"event: {message.name}\ndata: {message.text}\n\n".encode()


class EventStream(Response):
    """Of one run, to one watcher; `watchers` tells how many there are in all."""

    media_type = "text/event-stream"

    def __init__(self, run: Run, watchers: Callable[[], int]) -> None:
        super().__init__(None, 200, HEADERS)
        del self.headers["content-length"]
        self.run = run
        self.watchers = watchers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.run.watched():
            tasks = [asyncio.create_task(work) for work in (self._send_all(send), left(receive))]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for chunk in events(self.run, lambda: max(FRAME_S, self.watchers() * WATCHER_S)):
            async with asyncio.timeout(SLOW_S):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def events(run: Run, gap: Callable[[], float]) -> AsyncIterator[bytes]:
    """Up to and with the run's end, or until the server goes. `gap`: seconds from one frame to the next."""
    clock = asyncio.get_running_loop().time
    begun, epochs, frames, due = False, 0, 0, 0.0
    yield FIRST
    while not run.hung_up:
        changed = run.changed
        now: list[Message] = []
        if run.start is not None and not begun:
            begun = True
            now.append(run.start)
        now += run.epochs[epochs:]
        epochs = len(run.epochs)
        fresh = run.frame is not None and run.frames > frames
        if fresh and clock() >= due and run.frame is not None:
            now.append(run.frame)
            frames, due = run.frames, clock() + gap()
        if now:
            yield b"".join(map(encoded, now))
        elif run.end is not None and not fresh:
            yield encoded(run.end)
            return
        elif not await within(changed, due - clock() if fresh else PING_S) and not fresh:
            yield PING


async def within(changed: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return False
    return True
