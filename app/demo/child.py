"""The process that trains, on its own side of the pipes. Commands come in, events go out, each one line of JSON.

    in    {"command": "start", "kind": "train", "config": {"model": "net", "preset": "better", …}, "data": "auto"}
          {"command": "start", "kind": "sweep", "config": {…}, "rates": […]}     rates may be left out
          start also takes "pace": epochs a second at most, as a person wants to watch, with the batches evenly spread;
          the computing time stays true
          {"command": "pause" | "resume" | "step" | "stop"}      step learns from one batch and pauses again
    out   {"event": "ready"} once, then the events of `events`; each start ends with one `done` or one `error`

It runs niced and on one thread, and a training ends after 20 s of computing. A frame goes out at most 25 times a second
by the clock, and replaces one that still waits for a slow reader. The weights go out twice a second at most, at each
pause and at the end. A closed stdin ends the process at once, in the middle of whatever it does.
"""

import contextlib
import json
import math
import os
import signal
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

import torch

from app.demo.archive import BadData
from app.demo.config import BadConfig, Config
from app.demo.data import AUTO, SYNTHETIC, Data, load
from app.demo.events import Done, Failed, Step, SweepDone, Told, line
from app.demo.mailbox import Mailbox
from app.demo.sweep import RATES, Sweep
from app.demo.train import FRAME_S, Training

COMPUTE_S = 20.0  # of one training
WEIGHTS_S = 0.5
NICE = 10
MOST_PACE = 1000.0


def main(data_dir: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the web process, which then closes our stdin
    if hasattr(os, "nice"):
        os.nice(NICE)
    torch.set_num_threads(1)
    inbox: Mailbox[dict[str, Any]] = Mailbox()
    outbox: Mailbox[str] = Mailbox()
    threading.Thread(target=read, args=(inbox,), daemon=True).start()
    threading.Thread(target=write, args=(outbox,), daemon=True).start()
    outbox.put("ready", '{"event":"ready"}')
    Child(inbox, outbox, data_dir).serve()


def read(inbox: Mailbox[dict[str, Any]]) -> None:
    """Commands, until stdin closes: nobody is left then who would want what we do."""
    for text in sys.stdin:
        with contextlib.suppress(ValueError):
            command = json.loads(text)
            if isinstance(command, dict):
                inbox.put("command", command)
    os._exit(0)


def write(outbox: Mailbox[str]) -> None:
    try:
        while (text := outbox.get()) is not None:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
    except OSError:
        os._exit(0)


class Child:
    def __init__(self, inbox: Mailbox[dict[str, Any]], outbox: Mailbox[str], data_dir: Path) -> None:
        self.inbox = inbox
        self.outbox = outbox
        self.data = cache(lambda choice: load(choice, data_dir))

    def serve(self) -> None:
        """One request after the other; commands that come between two of them mean nothing."""
        while (command := self.inbox.get()) is not None:
            if command.get("command") == "start":
                self._start(command)

    def _start(self, request: dict[str, Any]) -> None:
        try:
            Showing(self.inbox, self.outbox, *self._made(request)).run()
        except (BadConfig, BadData) as error:
            self._tell(Failed(str(error)))
        except Exception as error:  # the process must outlive a fault in one training
            self._tell(Failed(f"The training failed: {type(error).__name__}: {error}"))

    def _made(self, request: dict[str, Any]) -> tuple[Training | Sweep, float | None]:
        """Raises BadConfig and BadData."""
        said = request.get("config") or {}
        if not isinstance(said, dict):
            raise BadConfig("The config is an object with the settings of a training.")
        config = Config.of(**said)
        data = self._data(request.get("data", AUTO))
        pace = checked_pace(request.get("pace"))
        if request.get("kind", "train") == "train":
            return Training(config, data, compute_s=COMPUTE_S), pace
        if request["kind"] != "sweep":
            raise BadConfig("The kind is train or sweep.")
        rates = RATES if request.get("rates") is None else request["rates"]
        if not isinstance(rates, list | tuple):
            raise BadConfig("The rates are a list of numbers.")
        return Sweep(config, data, rates, compute_s=COMPUTE_S), pace

    def _data(self, choice: object) -> Data:
        if choice not in (AUTO, SYNTHETIC):
            raise BadConfig(f"The data are {AUTO} or {SYNTHETIC}.")
        return self.data(choice)

    def _tell(self, event: Told) -> None:
        self.outbox.put(event.event, line(event))


def checked_pace(pace: object) -> float | None:
    """Epochs a second, or None for as fast as it goes. Raises BadConfig."""
    if pace is None:
        return None
    if isinstance(pace, bool) or not isinstance(pace, int | float) or not 0 < pace <= MOST_PACE:
        raise BadConfig(f"The pace is a number of epochs a second, above 0 and at most {MOST_PACE:g}.")
    return float(pace)


class Stopped(Exception):
    """The reader asked for the end."""


class Showing:
    """One training being watched: tells its events, and obeys commands between two batches."""

    def __init__(
        self, inbox: Mailbox[dict[str, Any]], outbox: Mailbox[str], training: Training | Sweep, pace: float | None
    ) -> None:
        self.inbox = inbox
        self.outbox = outbox
        self.training = training
        self.pace_s = 0.0 if pace is None else 1 / pace
        self.batch_s = self.pace_s / training.course.plan.batches
        self.framed = self.weighed = -math.inf
        self.seen = 0  # batches
        self.due = time.monotonic()
        self._pause(False)

    def run(self) -> None:
        try:
            for event in self.training.events():
                if isinstance(event, Done | SweepDone):
                    self._end(event)
                elif isinstance(event, Step):
                    self._after(event)
                else:
                    self._tell(event)
        except Stopped:
            self._end(self.training.done("stopped"))

    def _after(self, step: Step) -> None:
        """Show what was learned, then wait until the next batch is due, listening."""
        now = time.monotonic()
        self.due = max(self.due + self.batch_s * (step.step - self.seen), now - self.pace_s)
        self.seen = step.step
        if now - self.framed >= FRAME_S or self.paused:
            self._show()
        while self.inbox or self.paused or self.due > time.monotonic():
            if self._obey(self.inbox.get(None if self.paused else max(0.0, self.due - time.monotonic()))):
                return

    def _pause(self, paused: bool) -> None:
        """A card may take an epoch in one piece only while nobody wants to see the batches in it."""
        self.paused = paused
        watched = isinstance(self.training, Training) and self.pace_s > FRAME_S
        self.training.course.walking = paused or watched

    def _obey(self, command: dict[str, Any] | None) -> bool:
        """Whether one batch is to be learned now, though paused. Raises Stopped."""
        word = command.get("command") if command else None
        if word == "stop":
            raise Stopped
        if word in ("pause", "step") and not self.paused:
            self._pause(True)
            self._show(all_of_it=True)
        elif word == "resume":
            self._pause(False)
            self.due = time.monotonic()
        return word == "step"

    def _show(self, all_of_it: bool = False) -> None:
        """A frame, and now and then the weights."""
        if isinstance(self.training, Sweep):
            return
        now = time.monotonic()
        self.framed = now
        self._tell(self.training.frame())
        if all_of_it or now - self.weighed >= WEIGHTS_S:
            self.weighed = now
            self._tell(self.training.weights())

    def _end(self, done: Done | SweepDone) -> None:
        self._show(all_of_it=True)
        self._tell(done)

    def _tell(self, event: Told) -> None:
        self.outbox.put(event.event, line(event))
