"""How often somebody may do something: so many times within so many seconds, counted in this process.

A window slides: each time is forgotten when it is as old as the window is long.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from math import ceil

from app.web.problems import Crowded

KEYS = 10_000  # of people and addresses; those who have not come for long are forgotten then
Window = tuple[int, float]  # times, seconds


class TooOften(Crowded):
    """Somebody does this too often; the message says so."""


class Pace:
    def __init__(self, windows: Sequence[Window], says: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._windows = windows
        self._longest = max(seconds for _, seconds in windows)
        self._most = max(times for times, _ in windows)
        self._says = says
        self._clock = clock
        self._lock = threading.Lock()
        self._times: dict[str, deque[float]] = {}
        self._room = KEYS

    def step(self, key: str) -> None:
        """Once more. Raises TooOften, and then it does not count."""
        with self._lock:
            now = self._clock()
            if len(self._times) > self._room:
                self._times = {one: times for one, times in self._times.items() if times[-1] > now - self._longest}
                self._room = max(KEYS, 2 * len(self._times))  # or many at once would have all looked through each time
            times = self._times.setdefault(key, deque(maxlen=self._most))
            wait = max((self._wait(times, now, window) for window in self._windows), default=0.0)
            if wait > 0:
                raise TooOften(self._says, ceil(wait))
            times.append(now)

    def _wait(self, times: deque[float], now: float, window: Window) -> float:
        """Seconds until the window has room."""
        most, seconds = window
        return times[-most] + seconds - now if len(times) >= most else 0.0
