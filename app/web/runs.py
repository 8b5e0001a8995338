"""The demo's runs: one trains at a time, a few wait their turn, the last ones are kept. No torch here: the training is
in a process of its own (`app.demo.process`), which is started at the first use and ended after ten idle minutes.

All of this happens on the server's event loop, so nothing is locked. A run remembers its start, its epochs and its
newest frame, and whoever watches reads them from there at their own pace (`stream`): nothing is queued for anybody. A
run that nobody watches any more is given up after some seconds, time enough for a page to be loaded again.
"""

import asyncio
import contextlib
import json
import os
import secrets
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from app.demo.config import Config
from app.demo.drawing import Judge
from app.demo.process import ENDS, Message, Trainer, TrainerGone
from app.web.metrics import Metrics
from app.web.problems import Crowded, KeyReused, NoRun, NotYet, NotYourRun

WAITING = 6  # runs in the queue
OF_ONE = 3  # runs that one address may have in it, with the one that trains
KEPT = 40  # runs that have ended and can still be shown and asked
GRACE_S = 10.0  # without a watcher
HOLD_S = 60.0  # how long one may keep the others waiting, by a slow pace or a pause
LONGEST_S = 600.0
STUCK_S = 10.0  # between being told to stop and being killed
IDLE_S = 600.0
TIDY_S = 0.5
SURE = 1000  # pictures that every set of data has; what a larger batch needs is known once data were read
READ_S = 60.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Order:
    """What is to be trained, for whom."""

    config: Config
    kind: str = "train"
    pace: float | None = None  # epochs a second; None: as fast as it goes
    owner: str = ""
    address: str = ""


class Run:
    def __init__(self, order: Order) -> None:
        self.id = secrets.token_hex(16)
        self.order = order
        self.start: Message | None = None
        self.epochs: list[Message] = []
        self.frame: Message | None = None
        self.frames = 0
        self.end: Message | None = None
        self.judge: Judge | None = None
        self.paused = False
        self.hung_up = False  # the server goes away
        self.watchers = 0
        self.lonely = time.monotonic()  # since when, if nobody watches
        self.began: float | None = None
        self.stopping: float | None = None
        self.changed = asyncio.Event()  # another one after each change: take it before looking

    def take(self, message: Message) -> None:
        if message.name == "start":
            self.start = message
        elif message.name == "epoch":
            self.epochs.append(message)
        elif message.name == "frame":
            self.frame = message
            self.frames += 1
        elif message.name in ENDS:
            self.end = message
        self.tell()

    def tell(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        self.watchers += 1
        try:
            yield
        finally:
            self.watchers -= 1
            self.lonely = time.monotonic()

    async def over(self, timeout: float) -> bool:
        """Wait for its end, watching. False if it did not come in time."""
        with self.watched(), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.end is None and not self.hung_up:
                    await self.changed.wait()
        return self.end is not None


class Runs:
    def __init__(self, data_dir: Path, metrics: Metrics) -> None:
        self._data_dir = data_dir
        self._folder = json.dumps(f"{data_dir}{os.sep}")[1:-1]
        self._waiting: deque[Run] = deque()
        self._current: Run | None = None
        self._known: dict[str, Run] = {}  # the oldest first
        self._keys: dict[tuple[str, str], tuple[str, Run]] = {}
        self._trainer: Trainer | None = None
        self._begun: asyncio.Task[None] | None = None
        self._read = asyncio.Event()
        self._used = time.monotonic()
        self.about: dict[str, Any] = {}  # the last start event: the data and where they came from
        metrics.watch("selfgrad_demo_waiting", "Trainings that wait for their turn", lambda: len(self._waiting))
        metrics.watch("selfgrad_demo_watchers", "Open streams of trainings", lambda: self.watchers)

    @property
    def watchers(self) -> int:
        return sum(run.watchers for run in self._known.values())

    def warm(self) -> None:
        """Somebody may want to train soon: start the process, and let it read its pictures in a first, unseen run."""
        self._used = time.monotonic()
        if self._trainer is None and self._current is None:
            self._current = Run(Order(Config.of(epochs=1)))
            self._begin(self._current)

    async def start(self, order: Order, key: tuple[str, str] | None = None) -> Run:
        """`key`: an Idempotency-Key and what it was used for. Raises BadConfig, Crowded and KeyReused."""
        if key is not None and (known := self._keys.get((order.owner, key[0]))) is not None:
            if known[0] != key[1]:
                raise KeyReused
            return known[1]
        self._admit(order)
        if order.config.batch_size > SURE and not self.about:
            await self._pictures_read()
            self._admit(order)
        if self.about:
            order.config.fitting(self.about["train"])
        run = Run(order)
        self._known[run.id] = run
        if key is not None:
            self._keys[order.owner, key[0]] = (key[1], run)
        self._waiting.append(run)
        self._next()
        return run

    def _admit(self, order: Order) -> None:
        """Raises Crowded."""
        now_busy = [run for run in (*self._waiting, self._current) if run is not None]
        if sum(run.order.address == order.address for run in now_busy) >= OF_ONE:
            raise Crowded(f"{OF_ONE} runs from your address are not done yet. Let one end, or stop it.", 5)
        if len(self._waiting) >= WAITING:
            says = f"{WAITING} runs already wait for their turn; one trains at a time. Try again in a moment."
            raise Crowded(says, 5 + 5 * len(self._waiting))

    async def _pictures_read(self) -> None:
        self.warm()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READ_S):
                await self._read.wait()

    def get(self, run_id: str) -> Run:
        """Raises NoRun."""
        run = self._known.get(run_id)
        if run is None:
            raise NoRun
        if not run.watchers:
            run.lonely = time.monotonic()  # whoever asks for it is still there
        return run

    def ahead(self, run: Run) -> int:
        """How many end before it begins."""
        return self._waiting.index(run) + (self._current is not None) if run in self._waiting else 0

    def judge(self, run: Run) -> Judge:
        """Its model as it is now. Raises NotYet."""
        trainer = self._trainer
        training = run is self._current and run.start is not None and trainer is not None
        judge = trainer.judge() if training and trainer is not None else run.judge
        if judge is None:
            raise NotYet("This run has no model yet. Wait for its first picture; a sweep of many rates never has one.")
        return judge

    def control(self, run: Run, word: str, owner: str) -> None:
        """pause, resume, step or stop. After the end it does nothing. Raises NotYourRun."""
        if run.order.owner != owner:
            raise NotYourRun
        if run.end is not None:
            return
        if word == "stop":
            self._give_up(run, "It was stopped before it began.")
        elif run is self._current and self._trainer is not None:
            run.paused = word != "resume"
            with contextlib.suppress(TrainerGone):
                {"pause": self._trainer.pause, "resume": self._trainer.resume, "step": self._trainer.step}[word]()

    def _give_up(self, run: Run, says: str) -> None:
        if run in self._waiting:
            self._waiting.remove(run)
            run.take(failed(says))
        elif run.stopping is None:
            run.stopping = time.monotonic()
            if run.began is not None and self._trainer is not None:
                with contextlib.suppress(TrainerGone):
                    self._trainer.stop()

    def _next(self) -> None:
        if self._current is None and self._waiting:
            self._current = self._waiting.popleft()
            self._begin(self._current)

    def _begin(self, run: Run) -> None:
        self._used = time.monotonic()
        self._begun = asyncio.create_task(self._start_training(run))

    async def _start_training(self, run: Run) -> None:
        try:
            try:
                await self._tell_to_start(run)
            except TrainerGone:  # it has died since it was last looked at
                await self._close_trainer()
                await self._tell_to_start(run)
        except (OSError, TrainerGone) as error:
            log.warning("the trainer did not start", why=str(error))
            self._ended(run, failed("The process that trains could not be started. Try again in a moment."))

    async def _tell_to_start(self, run: Run) -> None:
        """Raises OSError and TrainerGone."""
        trainer = await self._open()
        order = run.order
        trainer.start(order.config.to_json(), kind=order.kind, pace=order.pace)
        run.began = time.monotonic()
        if run.stopping is not None:
            trainer.stop()

    async def _open(self) -> Trainer:
        """The process that trains; a new one where there is none, or none any more. Raises OSError."""
        if self._trainer is not None and not self._trainer.alive:
            await self._close_trainer()
        if self._trainer is None:
            loop = asyncio.get_running_loop()

            def listen(message: Message) -> None:
                loop.call_soon_threadsafe(self._take, trainer, message)

            trainer = Trainer(self._data_dir, listen)
            await asyncio.to_thread(trainer.open)
            self._trainer = trainer
        return self._trainer

    def _take(self, trainer: Trainer, message: Message) -> None:
        run = self._current
        if trainer is not self._trainer or run is None:
            return
        if message.name in ("start", "error"):  # they name files: the visitor need not know in which folder of ours
            message = Message(message.name, message.text.replace(self._folder, ""))
        if message.name == "start":
            self.about = message.data
            self._read.set()
        if message.name in ENDS:
            self._ended(run, message)
        else:
            run.take(message)

    def _ended(self, run: Run, message: Message) -> None:
        with contextlib.suppress(KeyError, ValueError):
            run.judge = self._trainer.judge() if self._trainer is not None else None
        self._current = None
        self._used = time.monotonic()
        run.take(message)
        self._forget()
        self._next()

    def _forget(self) -> None:
        old = [run for run in self._known.values() if run.end is not None and not run.watchers]
        for run in old[:-KEPT]:
            del self._known[run.id]
        self._keys = {key: kept for key, kept in self._keys.items() if kept[1].id in self._known}

    async def keep_house(self) -> None:
        while True:
            await asyncio.sleep(TIDY_S)
            try:
                await self._tidy(time.monotonic())
            except Exception:
                log.exception("the demo's house is not kept")

    async def _tidy(self, now: float) -> None:
        for run in [*self._waiting, *([self._current] if self._current and self._current.id in self._known else [])]:
            if not run.watchers and now - run.lonely > GRACE_S:
                self._give_up(run, "It was given up before it began, since nobody was watching.")
        run_now = self._current
        if run_now is not None and run_now.began is not None:
            if now - run_now.began > (HOLD_S if self._waiting else LONGEST_S):
                self._give_up(run_now, "")
            stuck = run_now.stopping is not None and now - run_now.stopping > STUCK_S
            if stuck or (self._trainer is not None and not self._trainer.alive):
                await self._close_trainer()
        elif run_now is None and now - self._used > IDLE_S:
            await self._close_trainer()

    async def _close_trainer(self) -> None:
        trainer, self._trainer = self._trainer, None
        run = self._current
        training = run is not None and run.began is not None
        if trainer is not None:
            await asyncio.to_thread(trainer.close)
            if training and run is not None and run is self._current:
                self._ended(run, failed("The process that trains has ended before it was done."))

    def hang_up(self) -> None:
        """The server stops: no stream may keep it."""
        for run in self._known.values():
            run.hung_up = True
            run.tell()

    async def close(self) -> None:
        self.hang_up()
        if self._begun is not None:
            await asyncio.gather(self._begun, return_exceptions=True)
        self._waiting.clear()
        self._current = None
        await self._close_trainer()


def failed(says: str) -> Message:
    return Message("error", json.dumps({"event": "error", "message": says}))


