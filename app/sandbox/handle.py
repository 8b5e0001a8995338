"""The trusted side's hold on one zygote: its spares, how they ended, and one exchange with a child.

What the zygote says is trusted (it runs nothing untrusted after its fork); what comes over a spare's channel is not.
"""

import contextlib
import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from app.sandbox.job import Ending, Unavailable
from app.sandbox.wire import FRAME_BYTES, HEADER, Malformed

START_S = 120.0
SPARE_S = 20.0  # a spare takes milliseconds
ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1",
}  # fmt: skip


@dataclass
class Spare:
    pid: int
    pidfd: int
    channel: socket.socket
    ended: threading.Event = field(default_factory=threading.Event)
    status: int | None = None  # as of waitpid, once `ended`

    def has_ended(self, within_ms: int = 0) -> bool:
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(within_ms))

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        self.channel.close()
        os.close(self.pidfd)


class Gone(Exception):
    """The child, or its zygote, was ended from outside under a job; the job may be run again."""

    def __init__(self, ending: Ending = Ending.INTERNAL) -> None:
        super().__init__(ending)
        self.ending = ending  # what it means when it happens every time


class Zygote:
    """One zygote process, its ready spares, and the thread that hears from it."""

    def __init__(self, skip: str = "") -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control = ours
        self.layers: tuple[str, ...] = ()
        self.gone = threading.Event()
        self.spares: queue.SimpleQueue[Spare | None] = queue.SimpleQueue()
        self.forks: queue.SimpleQueue[int] = queue.SimpleQueue()  # nanoseconds, for the benchmark
        self._asked: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self._asking = threading.Lock()
        self._alive: dict[int, Spare] = {}
        self._listener = threading.Thread(target=self._listen, name="zygote", daemon=True)
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from app.sandbox.zygote import main; "
        code += f"main({theirs.fileno()}, {skip!r})"
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", code],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT, cwd="/", pass_fds=[theirs.fileno()], start_new_session=True,
        )  # fmt: skip
        theirs.close()

    def wait_ready(self) -> None:
        """Wait for the lock; raises Unavailable with the zygote's own words."""
        self.control.settimeout(START_S)
        try:
            message = self.control.recv(65536)
        except OSError:
            message = b""
        if not message.startswith(b"R"):
            self.close()
            says = message[1:].decode("utf-8", "replace") or "the sandbox process ended before it was ready"
            raise Unavailable(says)
        self.layers = tuple(json.loads(message[1:]))
        self.control.settimeout(None)
        self._listener.start()

    @property
    def ready(self) -> int:
        """How many spares wait, more or less."""
        return self.spares.qsize()

    def ask(self) -> None:
        """Ask for one more spare."""
        ours, theirs = socket.socketpair()
        with self._asking, theirs:
            if self.gone.is_set():  # nobody would close it any more
                ours.close()
                return
            self._asked.put(ours)
            with contextlib.suppress(OSError):
                socket.send_fds(self.control, [b"F"], [theirs.fileno()])

    def take(self, timeout: float) -> Spare:
        """A ready spare that is still alive. Raises Gone."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                spare = self.spares.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:  # it is stopped, or stuck: another takes its place
                self.process.kill()
                self.gone.wait(5)
                raise Gone from None
            if spare is None or self.gone.is_set():
                self.spares.put(None)
                raise Gone
            if not spare.has_ended():
                return spare
            spare.close()
            self.ask()

    def _listen(self) -> None:
        try:
            while True:
                message, descriptors, _, _ = socket.recv_fds(self.control, 64, 1)
                if not message:
                    break
                words = message[1:].split()
                if message[:1] == b"T":
                    self.forks.put(int(words[0]))
                elif message[:1] == b"P":
                    spare = Spare(int(words[0]), descriptors[0], self._asked.get_nowait())
                    self._alive[spare.pid] = spare
                    self.spares.put(spare)
                elif (ended := self._alive.pop(int(words[0]), None)) is not None:
                    ended.status = int(words[1])
                    ended.ended.set()
        except OSError:
            pass
        self.gone.set()
        for spare in list(self._alive.values()):
            spare.ended.set()
        self.spares.put(None)

    def close(self) -> None:
        with self._asking:
            self.gone.set()
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        self.process.kill()
        self.process.wait()
        if self._listener.is_alive():  # a spare that it has just heard of is closed below with the others
            self._listener.join(5)
        while True:
            try:
                spare = self.spares.get_nowait()
            except queue.Empty:
                break
            if spare is not None:
                spare.close()
        while not self._asked.empty():
            self._asked.get().close()
        self.control.close()


def tell(channel: socket.socket, message: bytes, deadline: float) -> None:
    """Write the job before the deadline (monotonic). Raises TimeoutError, and Malformed when the child has closed."""
    channel.setblocking(False)
    view = memoryview(message)
    poll = select.poll()
    poll.register(channel, select.POLLOUT)
    while view:
        _wait(poll, deadline)
        try:
            view = view[channel.send(view) :]
        except BlockingIOError:
            continue
        except OSError:
            raise Malformed("closed before it read its job") from None


def hear(channel: socket.socket, deadline: float, room: int = FRAME_BYTES) -> bytes:
    """The body of the next frame, of at most `room` bytes, before the deadline. Raises TimeoutError, and Malformed
    when the child closed or wrote no frame. Nothing behind the frame is read."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    received = bytearray()
    wanted = HEADER.size
    while len(received) < wanted:
        _wait(poll, deadline)
        try:
            part = channel.recv(min(wanted - len(received), 1 << 20))
        except BlockingIOError:
            continue
        except OSError:
            part = b""
        if not part:
            raise Malformed("closed without an answer")
        received += part
        if len(received) == HEADER.size and wanted == HEADER.size:
            wanted += HEADER.unpack(received)[0]
            if wanted > room + HEADER.size:
                raise Malformed("too long a frame")
    return bytes(received[HEADER.size :])


def _wait(poll: "select.poll", deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError
