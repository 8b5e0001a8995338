"""The demo as the web process sees it: a child process that trains, and this side of its pipes. No torch here.

    with Trainer(data_dir) as trainer:                      # starting takes a second or two: keep one ready
        trainer.start(config={"model": "net", "preset": "better"})
        for message in trainer.events():                    # ends after `done` or `error`
            print(message.name, message.text)               # text: the event as one line of JSON
        probability, seen = predict(trainer.judge(), pixels)

A trainer does one training after the other. `pause`, `resume`, `step` and `stop` may be called from any thread; `close`
ends the child whatever it does. Instead of iterating, give a `listen` function: it is called in a thread of this
class with each message and must not block (an asyncio server hands on with `loop.call_soon_threadsafe`). The
`weights` events are kept for `judge` and not passed on.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from app.demo.drawing import Judge
from app.demo.mailbox import Mailbox

ROOT = Path(__file__).resolve().parents[2]
ENDS = ("done", "error")
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
# What the child may know of our environment: where programs and libraries are. No secret and no setting.
HANDED_ON = (
    "PATH LANG LC_ALL HOME TMPDIR TEMP TMP SYSTEMROOT LD_LIBRARY_PATH DYLD_LIBRARY_PATH CUDA_VISIBLE_DEVICES"
).split()
STARTING_S = 120.0
ENDING_S = 2.0


class TrainerGone(Exception):
    """The child process is not there any more."""


class TrainerBusy(Exception):
    """It trains already: stop it, and wait for its end."""


@dataclass(frozen=True)
class Message:
    """An event: its name, and the whole of it as one line of JSON."""

    name: str
    text: str

    @property
    def data(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.text)
        return made


class Trainer:
    def __init__(self, data_dir: Path, listen: Callable[[Message], None] | None = None) -> None:
        self._data_dir = data_dir
        self._mail: Mailbox[Message] = Mailbox()
        self._listen = listen or (lambda message: self._mail.put(message.name, message))
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._writing = threading.Lock()
        self._ready = threading.Event()
        self._weights = ""
        self._silent = False  # it has closed its side: it is dying, if it is not dead
        self.busy = False

    def open(self) -> Self:
        """Start the child; returns at once. `start` needs not wait for it to be ready. Raises OSError."""
        environment = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
        environment |= ONE_THREAD | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "app.demo", str(self._data_dir)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=environment, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        return self

    __enter__ = open

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait_ready(self, timeout: float = STARTING_S) -> bool:
        """Whether it has come up in time."""
        return self._ready.wait(timeout) and self.alive

    @property
    def alive(self) -> bool:
        return self._process is not None and not self._silent and self._process.poll() is None

    def start(
        self,
        config: dict[str, Any],
        *,
        kind: str = "train",
        data: str = "auto",
        rates: Sequence[float] | None = None,
        pace: float | None = None,
    ) -> None:
        """Begin a training; what is wrong with the settings comes back as an `error` event. `config` has the fields of
        `config.Config`, and `preset`. Raises TrainerBusy and TrainerGone."""
        if self.busy:
            raise TrainerBusy("This trainer is busy with another training.")
        self.busy = self.alive
        self._mail = Mailbox()  # whoever left the training before in the middle must not be met here
        self._weights = ""
        self._say(command="start", kind=kind, config=config, data=data, rates=rates, pace=pace)

    def pause(self) -> None:
        self._say(command="pause")

    def resume(self) -> None:
        self._say(command="resume")

    def step(self) -> None:
        """Learn from one batch; pauses if it was running."""
        self._say(command="step")

    def stop(self) -> None:
        """End this training; its `done` event still comes."""
        self._say(command="stop")

    def events(self) -> Iterator[Message]:
        """The messages of the training that was started, up to and with its end. Only without `listen`."""
        while (message := self._mail.get()) is not None:
            yield message
            if message.name in ENDS:
                return

    def judge(self) -> Judge | None:
        """The model as it was last told (within half a second while it runs); None before that."""
        return Judge.of(json.loads(self._weights)) if self._weights else None

    def close(self) -> None:
        """End the child, now. May be called twice."""
        process = self._process
        if process is None:
            return
        assert process.stdin is not None and process.stdout is not None
        with self._writing, contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join()
        process.stdout.close()

    def _say(self, **command: Any) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise TrainerGone("The training process was not started.")
        try:
            with self._writing:
                process.stdin.write(json.dumps(command) + "\n")
                process.stdin.flush()
        except (OSError, ValueError):
            raise TrainerGone("The training process has ended.") from None

    def _read(self, stdout: IO[str]) -> None:
        for text in stdout:
            if not text.endswith("\n"):  # it was killed in the middle of a line
                break
            name = json.loads(text)["event"]
            if name == "ready":
                self._ready.set()
            elif name == "weights":
                self._weights = text
            else:
                self.busy = self.busy and name not in ENDS
                self._listen(Message(name, text.rstrip("\n")))
        self._silent = True
        if self.busy:
            self.busy = False
            said = json.dumps({"event": "error", "message": "The training process ended before it was done."})
            self._listen(Message("error", said))
        self._ready.set()
        self._mail.close()
