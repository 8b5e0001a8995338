"""The door: how often somebody may try to come in, and where the slow work of passwords is done.

Failures are counted by name and by address, each within a sliding window, in this process's memory: a restart forgets
them. Whoever gets in is forgiven what they mistyped. A name that nobody has is counted like any other. Passwords are
hashed two at a time in threads of their own, because each takes 19 MiB and a tenth of a second, and the other pages
must not wait for that.
"""

import asyncio
import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.requests import Request

from app.web import passwords
from app.web.problems import Crowded, TooOften
from app.web.provider import Provider

Result = TypeVar("Result")
HASHED_AT_ONCE = 2
MAY_WAIT = 60
REMEMBERED = 20_000  # names or addresses


class Window:
    """At most `most` times within `seconds`, for each key by itself."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.seconds = seconds
        self.clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def enter(self, key: str) -> None:
        """Counts this time. Raises TooOften."""
        now = self.clock()
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= self.most:
            wait = max(1, math.ceil(times[0] + self.seconds - now))
            raise TooOften(f"That was tried too often. Wait {_said(wait)}, then try again.", wait)
        times.append(now)
        while len(self._times) > REMEMBERED:
            self._times.popitem(last=False)

    def take_back(self, key: str) -> None:
        """The newest time does not count after all."""
        if times := self._times.get(key):
            times.pop()

    def forget(self, key: str) -> None:
        self._times.pop(key, None)


def _said(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


class Door:
    def __init__(self, *, sign_up: bool, provider: Provider | None = None) -> None:
        self.sign_up = sign_up
        self.provider = provider  # by which people may sign in too
        self.failed_by_name = Window(10, 600)
        self.failed_by_address = Window(100, 600)  # a whole class may sit behind one
        self.new_by_address = Window(300, 3600)
        self.taken_by_address = Window(20, 600)  # names found to be taken
        self._workers = ThreadPoolExecutor(HASHED_AT_ONCE, "password")
        self._waiting = 0

    async def kept(self, password: str) -> str:
        """The hash to store. Raises Crowded."""
        return await self._work(lambda: passwords.kept(password))

    async def right(self, password: str, hash: str | None) -> bool:
        """Raises Crowded."""
        return await self._work(lambda: passwords.right(password, hash))

    async def _work(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= MAY_WAIT:
            raise Crowded("Very many people are signing in just now. Try again in a few seconds.", 5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._workers, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)


def address_of(request: Request) -> str:
    """By what addresses are counted: of the long ones the half that says whose network it is."""
    host = request.client.host if request.client is not None else ""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
