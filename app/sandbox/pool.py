"""Runs an untrusted program in a jailed child and brings back its values: `Pool.run(job) -> Outcome`.

Theory of operation
    This process (trusted: it has the database and the secrets) execs a *zygote* with an empty environment. The zygote
    imports torch once, locks itself in (jail.py) and forks *spares*: children that lock themselves further, touch
    their memory and wait. `run` takes a spare, writes one job on its socket, reads at most one frame back, kills the
    child through its pidfd and asks for a new spare. Each child serves one job. A second zygote stands by, since
    importing torch takes seconds.
    Rights: a child has four descriptors (null three times, its socket), no files, network, processes or signals
    (seccomp; and Landlock, namespaces, an own user where they may be had), and hard limits on memory and time. Time is
    measured here, outside. Its answer is untrusted values, decoded by a total decoder (wire.py).
    Before the first job a self-test tries to break out along each way; if one is open, nothing is ever run.

Not covered
    Leaks through timing and the caches of the processor; bugs of the kernel within the allowed calls; a child
    that burns its whole time and memory allowance (it is charged to its lane, and lanes are bounded); that an answer's
    report about *itself* (its values, "my arguments are unchanged") is honest. Only Linux on x86_64 and aarch64.
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
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from app.sandbox import outcome
from app.sandbox.job import Busy, Ending, Job, Outcome, Unavailable
from app.sandbox.wire import FRAME_BYTES, HEADER, Malformed, frame, pack, read_body

START_S = 120.0
WAITING = 200  # jobs that may wait for a lane; one more is told to come back
_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Level:
    """How far this machine's jail goes, for people and for /readyz."""

    ready: bool
    layers: tuple[str, ...]
    says: str


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
        self._asked: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self._asking = threading.Lock()
        self._alive: dict[int, Spare] = {}
        code = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from app.sandbox.zygote import main; "
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
        threading.Thread(target=self._listen, name="zygote", daemon=True).start()

    def ask(self) -> None:
        """Ask for one more spare."""
        ours, theirs = socket.socketpair()
        with self._asking, theirs:
            self._asked.put(ours)
            with contextlib.suppress(OSError):
                socket.send_fds(self.control, [b"F"], [theirs.fileno()])

    def take(self, timeout: float) -> Spare:
        """A ready spare that is still alive. Raises Gone."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                spare = self.spares.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
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
                if message[:1] == b"P":
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
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        self.process.kill()
        self.process.wait()
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


class Pool:
    """The lanes: at most `lanes` jobs run at a time, the others wait their turn."""

    def __init__(self, lanes: int = 2, standby: bool = False, skip: str = "") -> None:
        self.lanes = lanes
        self._with_standby = standby
        self._skip = skip
        self._zygote: Zygote | None = None
        self._standby: Zygote | None = None
        self._level = Level(False, (), "The sandbox is starting.")
        self._free = threading.Semaphore(lanes)
        self._count = threading.Lock()
        self._changing = threading.RLock()
        self._waiting = 0
        self.running = 0
        self._closed = False

    def start(self) -> None:
        """Start, lock and self-test. Raises Unavailable, and then nothing is ever run."""
        from app.sandbox.selftest import check

        try:
            if sys.platform != "linux":
                raise Unavailable("grading code needs Linux: run selfgrad in Docker, or in WSL on Windows")
            with self._changing:
                self._zygote = self._open()
            faults = check(self._run_once)
            if faults:
                raise Unavailable("the self-test found a way out: " + ", ".join(faults))
        except Unavailable as error:
            self._level = Level(False, (), f"Code is not graded here: {error}.")
            if self._zygote is not None:
                self._zygote.close()
                self._zygote = None
            raise
        layers = ("clean process", "closed descriptors", "limits", "seccomp", *self._zygote.layers)
        self._level = Level(True, layers, "The jail is whole: " + ", ".join(layers) + ".")
        if self._with_standby:
            threading.Thread(target=self._fill_standby, daemon=True).start()

    def level(self) -> Level:
        return self._level

    @property
    def waiting(self) -> int:
        return self._waiting

    @property
    def standing_by(self) -> bool:
        return self._standby is not None

    @property
    def zygote_pid(self) -> int | None:
        return None if self._zygote is None else self._zygote.process.pid

    def run(self, job: Job) -> Outcome:
        """Run one job in one fresh child. Blocks; safe from any thread. Raises Busy and Unavailable."""
        if not self._level.ready:
            raise Unavailable(self._level.says)
        with self._count:
            if self._waiting >= WAITING:
                raise Busy
            self._waiting += 1
        asked = time.perf_counter()
        self._free.acquire()
        with self._count:
            self._waiting -= 1
            self.running += 1
        try:
            queued = (time.perf_counter() - asked) * 1000
            return replace(self._run_once(job), queue_ms=queued)
        finally:
            with self._count:
                self.running -= 1
            self._free.release()

    def _run_once(self, job: Job) -> Outcome:
        try:
            message = frame(_message(job))
        except (Malformed, TypeError, ValueError, UnicodeError, OverflowError) as error:
            return Outcome(Ending.INTERNAL, output=f"the job cannot be sent: {error}")
        ending = Ending.INTERNAL
        for _ in range(3):
            zygote = self._living()
            try:
                spare = zygote.take(timeout=START_S)
            except Gone:
                continue
            try:
                return self._converse(zygote, spare, message, job)
            except Gone as gone:
                ending = gone.ending
            finally:
                spare.close()
                zygote.ask()  # after the run: a fork beside it would slow it down
        return Outcome(ending, output="the sandbox ended three times under this job")

    def _converse(self, zygote: Zygote, spare: Spare, message: bytes, job: Job) -> Outcome:
        started = time.perf_counter()
        body = b""
        try:
            body = exchange(spare.channel, message, time.monotonic() + job.limits.wall_s)
            made = outcome.read(read_body(body), job)
        except TimeoutError:
            made = Outcome(Ending.TIMEOUT)
        except Malformed:
            made = Outcome(Ending.KILLED if body else self._without_answer(zygote, spare))
        return replace(made, run_ms=(time.perf_counter() - started) * 1000)

    def _without_answer(self, zygote: Zygote, spare: Spare) -> Ending:
        by_itself = spare.has_ended(within_ms=200)
        spare.kill()
        spare.ended.wait(5)
        if zygote.gone.is_set() or spare.status is None:
            raise Gone
        if by_itself and os.WIFSIGNALED(spare.status) and os.WTERMSIG(spare.status) == signal.SIGKILL:
            raise Gone(Ending.KILLED)  # no answer can do that to itself: the kernel or an operator did
        return outcome.ending_of(spare.status)

    def _living(self) -> Zygote:
        """The zygote in use; a dead one is replaced by the standby, or by a new one."""
        with self._changing:
            if self._closed:
                raise Unavailable("The sandbox is closed.")
            zygote = self._zygote
            if zygote is not None and not zygote.gone.is_set():
                return zygote
            if zygote is not None:
                zygote.close()
            self._zygote, self._standby = self._standby, None
            if self._zygote is None or self._zygote.gone.is_set():
                self._zygote = self._open()
            if self._with_standby:
                threading.Thread(target=self._fill_standby, daemon=True).start()
            return self._zygote

    def _open(self) -> Zygote:
        zygote = Zygote(self._skip)
        zygote.wait_ready()
        for _ in range(2 * self.lanes):
            zygote.ask()
        return zygote

    def _fill_standby(self) -> None:
        with contextlib.suppress(Unavailable, OSError):
            made = self._open()
            with self._changing:
                if self._closed or self._standby is not None:
                    made.close()
                else:
                    self._standby = made

    def close(self) -> None:
        with self._changing:
            self._closed = True
            self._level = Level(False, (), "The sandbox is closed.")
            for zygote in (self._zygote, self._standby):
                if zygote is not None:
                    zygote.close()
            self._zygote = self._standby = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def exchange(channel: socket.socket, message: bytes, deadline: float) -> bytes:
    """Write the job and read the body of one frame before the deadline (monotonic). Raises TimeoutError, and Malformed
    when the child closed or wrote no frame. Nothing behind the frame is read."""
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
    poll.modify(channel, select.POLLIN)
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
            if wanted > FRAME_BYTES + HEADER.size:
                raise Malformed("too long a frame")
    return bytes(received[HEADER.size :])


def _wait(poll: select.poll, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError


def _message(job: Job) -> dict[str, object]:
    draw = job.draw and {"make": job.draw.make, "seed": job.draw.seed, "count": job.draw.count}
    return {
        "source": job.source, "setup": job.setup, "function": job.function, "variables": list(job.variables),
        "cases": [[pack(argument) for argument in case] for case in job.cases], "draw": draw, "seed": job.seed,
        "memory_mb": job.limits.memory_mb,
    }  # fmt: skip
