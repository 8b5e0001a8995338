"""What waits between a thread that makes messages and one that takes them. Of frames only the newest waits: whoever is
slow sees fewer pictures, and nothing grows."""

import threading
from collections import deque
from typing import Generic, TypeVar

NEWEST_ONLY = {"frame", "weights"}

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    def __init__(self) -> None:
        self._waiting: deque[tuple[str, Item]] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, name: str, item: Item) -> None:
        """Never waits. An older message of the same name is dropped if it has not been taken and is one to drop."""
        with self._changed:
            if name in NEWEST_ONLY:
                self._waiting = deque(pair for pair in self._waiting if pair[0] != name)
            self._waiting.append((name, item))
            self._changed.notify()

    def get(self, timeout: float | None = None) -> Item | None:
        """The oldest; None when nothing came in time, or when nothing will come any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, timeout)
            return self._waiting.popleft()[1] if self._waiting else None

    def close(self) -> None:
        """What waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._waiting)
