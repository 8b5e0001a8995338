"""Runs an untrusted program in a jailed child and brings back its values: `Pool.run(job) -> Outcome`.

Theory of operation
    This process (trusted: it has the database and the secrets) execs a *zygote* with an empty environment. The zygote
    imports torch once, locks itself in (jail.py) and forks *spares*: children that lock themselves further, touch
    their memory and wait. `run` takes a spare, writes one job on its socket, reads at most one frame back, kills the
    child through its pidfd and asks for a new spare. Each child serves one job. Of a job in pieces it writes a frame at
    the end of each piece, before the last: no piece can change what is known of an earlier one. A second zygote stands
    by, since importing torch takes seconds.
    Rights: a child has four descriptors (null three times, its socket), no files, network, processes or signals
    (seccomp; and Landlock, namespaces, an own user where they may be had), and hard limits on memory and time. Time is
    measured here, outside. Its answer is untrusted values, decoded by a total decoder (wire.py).
    Before the first job a self-test tries to break out along each way; if one is open, nothing is ever run.

Not covered
    Leaks through timing and the caches of the processor; bugs of the kernel within the allowed calls; a child
    that burns its whole time and memory allowance (it is charged to its lane, and lanes are bounded); that an answer's
    report about *itself* (its values, "my arguments are unchanged") is honest; nor that nobody lies to a `trial`,
    which runs beside the answer: so a trial hands values on, and what is right is found elsewhere. Only Linux on
    x86_64 and aarch64.
"""

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from app.sandbox import handle, outcome
from app.sandbox.handle import START_S, Gone, Spare, Zygote, hear, tell
from app.sandbox.job import Busy, Ending, Fault, Job, Outcome, PieceRun, Unavailable
from app.sandbox.wire import FRAME_BYTES, Malformed, frame, pack, read_body

REST_S = 0.006
LONG_S = 2.0  # a child that lived so long was not dying already when it got its job, however busy the machine
LEFT = Fault("SystemExit", "the program left before it was done")
WAITING = 200  # jobs that may wait for a lane; one more is told to come back


@dataclass(frozen=True)
class Level:
    """How far this machine's jail goes, for people and for /readyz."""

    ready: bool
    layers: tuple[str, ...]
    says: str


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
        self._used: queue.SimpleQueue[Zygote | None] = queue.SimpleQueue()  # each lacks a spare

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
        threading.Thread(target=self._refill, name="spares", daemon=True).start()
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

    def time_a_fork(self) -> float:
        """Milliseconds of the zygote's bare fork and exit: no grade can be faster than its share of this."""
        zygote = self._living()
        zygote.control.send(b"T")
        return zygote.forks.get(timeout=START_S) / 1e6

    def _run_once(self, job: Job) -> Outcome:
        try:
            message = frame(_message(job))
        except (Malformed, TypeError, ValueError, UnicodeError, OverflowError) as error:
            return Outcome(Ending.INTERNAL, output=f"the job cannot be sent: {error}")
        ending, long_ones = Ending.INTERNAL, 0
        for _ in range(2 * self.lanes + 3):  # all spares may have been killed at once, and each is met once
            zygote = self._living()
            try:
                spare = zygote.take(timeout=handle.SPARE_S)
            except Gone:
                continue
            started = time.monotonic()
            try:
                return self._converse(zygote, spare, message, job)
            except Gone as gone:
                ending = gone.ending
                long_ones += time.monotonic() - started > LONG_S
                if long_ones == 2:  # one silent retry for a job that had really begun
                    break
            finally:
                spare.close()
                self._replace(zygote)
        return Outcome(ending, output="the sandbox ended again and again under this job")

    def _replace(self, zygote: Zygote) -> None:
        """Ask for a new spare: at once when few are left, else after a rest, since a fork right behind a verdict would
        take the processor from whoever stores and shows it."""
        if zygote.ready < self.lanes:
            zygote.ask()
        else:
            self._used.put(zygote)

    def _refill(self) -> None:
        while (zygote := self._used.get()) is not None:
            time.sleep(REST_S)
            zygote.ask()

    def _converse(self, zygote: Zygote, spare: Spare, message: bytes, job: Job) -> Outcome:
        started = time.perf_counter()
        deadline = time.monotonic() + job.limits.wall_s
        pieces: list[PieceRun] = []
        heard, room = False, FRAME_BYTES  # for all frames together
        try:
            tell(spare.channel, message, deadline)
            while True:
                body = hear(spare.channel, deadline, room)
                heard, room = True, room - len(body)
                said = read_body(body)
                if "piece" not in said:
                    break
                pieces.append(outcome.read_piece(said["piece"], job, pieces))
                heard = False
            made = outcome.read(said, job)
        except TimeoutError:
            made = Outcome(Ending.TIMEOUT)
        except Malformed:
            ending = Ending.KILLED if heard else self._without_answer(zygote, spare)
            made = Outcome(ending, fault=LEFT if ending is Ending.NO_RESULT else None)
        return replace(made, pieces=tuple(pieces), run_ms=(time.perf_counter() - started) * 1000)

    def _without_answer(self, zygote: Zygote, spare: Spare) -> Ending:
        by_itself = spare.has_ended(within_ms=1000)
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
            self._used.put(None)
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


def _message(job: Job) -> dict[str, object]:
    draw = job.draw and {"make": job.draw.make, "seed": job.draw.seed, "count": job.draw.count}
    return {
        "source": job.source, "setup": job.setup, "function": job.function, "variables": list(job.variables),
        "trial": job.trial,
        "cases": [[pack(argument) for argument in case] for case in job.cases], "draw": draw, "seed": job.seed,
        "memory_mb": job.limits.memory_mb,
        "pieces": [[piece.first, piece.last, piece.echo, piece.may_raise] for piece in job.pieces],
    }  # fmt: skip
