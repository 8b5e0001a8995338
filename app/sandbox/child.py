"""One job in one locked child: read it, run it, write one frame (and one for each piece before it), leave.

Covered here: the honest program's values, faults and prints. **Not** covered: trust. From the first line of the answer
on, this process belongs to the answer, and the trusted side (pool.py) believes nothing it writes.
"""

import ast
import builtins
import linecache
import math
import os
import random
import resource
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy
import torch

from app.sandbox.live import Encoder, decode
from app.sandbox.wire import HEADER, frame, read_body

CHANNEL = 3
OUTPUT_CHARACTERS = 64 * 1024
ANSWER = "answer.py"
HELP = {"torch": torch, "numpy": numpy, "np": numpy, "math": math}  # what the author's code has without an import
_exit = os._exit


class AuthorFault(Exception):
    """The author's part of a job failed (setup, an expression, a draw): never the answer's fault."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


class Output:
    """What stands in for stdout and stderr: keeps text up to the limit, then ends the run."""

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, flood: Callable[[str], None]) -> None:
        self.kept: list[str] = []
        self.room = OUTPUT_CHARACTERS
        self.flood = flood

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.kept.append(text[: self.room])
        self.room -= len(text)
        if self.room < 0:
            self.flood(self.take())
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError("this output has no descriptor")

    def take(self) -> str:
        text = "".join(self.kept)
        self.kept.clear()
        return text


def receive() -> dict[str, Any]:
    """The job's frame from the channel; leaves when the other side is gone."""
    (length,) = HEADER.unpack(_read(HEADER.size))
    return read_body(_read(length))


def _read(length: int) -> bytes:
    parts = []
    while length:
        part = os.read(CHANNEL, min(length, 1 << 20))
        if not part:
            _exit(0)
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def send(message: dict[str, Any]) -> None:
    """Write the last frame and leave. What is too long or cannot be encoded leaves without an answer."""
    try:
        write(message)
    finally:
        _exit(0)


def write(message: dict[str, Any]) -> None:
    data = memoryview(frame(message))
    while data:
        data = data[os.write(CHANNEL, data) :]


def fault(error: BaseException) -> dict[str, Any]:
    """An exception as plain data, with the last line of the answer that it came through."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == ANSWER else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == ANSWER:
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:
        message = ""
    return {"type": type(error).__name__[:100], "message": str(message)[:2000], "line": line}


def ran_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error)


class Run:
    """The state of one job in a child."""

    def __init__(self, job: dict[str, Any], virtual_bytes: int) -> None:
        self.job = job
        self.calls: list[dict[str, Any]] = []
        self.encoder = Encoder()
        self.output = Output(lambda text: send({"ending": "output", "output": text, "calls": self.calls}))
        space = virtual_bytes + (job["memory_mb"] << 20)
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
        self.module = types.ModuleType("__main__")
        self.names = self.module.__dict__
        self.names["__builtins__"] = builtins

    def __call__(self) -> None:
        sys.stdout = sys.stderr = self.output
        sys.modules["__main__"] = self.module
        try:
            send(self.answer())
        except AuthorFault as failed:
            send({"ending": "internal", "fault": fault(failed.error), "output": self.output.take()})
        except BaseException as error:
            ending = "memory" if ran_out_of_memory(error) else "error"
            send({"ending": ending, "fault": fault(error), "output": self.output.take(), "calls": self.calls})

    def answer(self) -> dict[str, Any]:
        job = self.job
        seed_everything(job["seed"])
        cases = self.prepare()
        if job["pieces"]:
            return self.in_pieces(job["source"].split("\n"))
        try:
            code = compile(job["source"], ANSWER, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return {"ending": "refused", "fault": fault(error)}
        remember_lines(job["source"])
        try:
            exec(code, self.names)
        except SystemExit as left:  # the end of the program, as anywhere; with a code it is a failure
            if left.code not in (None, 0, False):
                raise
        body = self.output.take()
        if job["function"] is not None:
            function = self.names.get(job["function"])
            if function is None:
                return {"ending": "no-result", "output": body, "names": self.defined()}
            if job["trial"]:
                function = self.trial(function)
            for case in cases:
                self.calls.append(self.call(function, *case))
        return {
            "ending": "ok",
            "output": body,
            "calls": self.calls,
            "variables": self.read(job["variables"]),
            "names": self.defined(),
        }

    def in_pieces(self, lines: list[str]) -> dict[str, Any]:
        """Each piece is written as soon as it has ended, while it cannot be changed any more."""
        remember_lines(self.job["source"])
        for first, last, echo, may_raise in self.job["pieces"]:
            said = self.piece("\n" * (first - 1) + "\n".join(lines[first - 1 : last]) + "\n", echo)
            write({"piece": said | {"output": self.output.take()}})
            if said["ending"] != "ok" and not (may_raise and said["ending"] in ("error", "refused")):
                break
        return {"ending": said["ending"]}

    def piece(self, source: str, echo: bool) -> dict[str, Any]:
        """Run one, whose lines are numbered as in the whole source."""
        try:
            tree = ast.parse(source, ANSWER)
            code = (
                compile(ast.Interactive(tree.body), ANSWER, "single", dont_inherit=True)
                if echo
                else compile(tree, ANSWER, "exec", dont_inherit=True)
            )
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return {"ending": "refused", "fault": fault(error)}
        try:
            exec(code, self.names)
        except BaseException as error:
            return {"ending": "memory" if ran_out_of_memory(error) else "error", "fault": fault(error)}
        return {"ending": "ok"}

    def read(self, names: list[str]) -> dict[str, Any]:
        return {name: self.encoder.encode(self.names[name]) for name in names if name in self.names}

    def defined(self) -> list[str]:
        return [name for name in self.names if type(name) is str and not name.startswith("_")][:100]

    def prepare(self) -> list[tuple[list[Any], list[Any]]]:
        """The author's part: setup, expressions, draws. Gives (arguments as data, live arguments) for each case."""
        try:
            exec(compile(self.job["setup"], "setup.py", "exec", dont_inherit=True), self.names)
            live = [[decode(argument, self.evaluate) for argument in case] for case in self.job["cases"]]
            if self.job["draw"]:
                live += self.draw(**self.job["draw"])
            seed_everything(self.job["seed"])  # whatever the author's part consumed, the program starts from here
            return [([self.encoder.encode(argument) for argument in case], case) for case in live]
        except BaseException as error:
            raise AuthorFault(error) from error

    def evaluate(self, text: str) -> Any:
        names = {**HELP, **self.names}
        return eval(compile(text.strip(), "case.py", "eval", dont_inherit=True), names)

    def draw(self, make: str, seed: int, count: int) -> list[list[Any]]:
        names = {**HELP, **self.names}
        exec(compile(make, "make.py", "exec", dont_inherit=True), names)
        seed_everything(seed)
        generator = random.Random(seed)
        drawn = [names["make"](generator) for _ in range(count)]
        for case in drawn:
            if type(case) is not tuple:
                raise TypeError(f"make(rng) must return a tuple of arguments; it returned a {type(case).__name__}")
        return [list(case) for case in drawn]

    def trial(self, function: Any) -> Any:
        """The author's function that calls the answer's. The answer's other names are not in its way."""
        try:
            names = {**HELP, self.job["function"]: function}
            exec(compile(self.job["trial"], "trial.py", "exec", dont_inherit=True), names)
            return names["trial"]
        except BaseException as error:
            raise AuthorFault(error) from error

    def call(self, function: Any, arguments: list[Any], live: list[Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"args": arguments}
        try:
            made["value"] = self.encoder.encode(function(*live))
        except SystemExit:
            made["fault"] = {"type": "SystemExit", "message": "the function ended the program", "line": None}
        except BaseException as error:
            if ran_out_of_memory(error):
                raise
            made["fault"] = fault(error)
        made["after"] = [self.encoder.encode(argument) for argument in live]
        made["output"] = self.output.take()
        return made


def seed_everything(seed: int) -> None:
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def remember_lines(source: str) -> None:
    """Let tracebacks and inspect see the answer's lines."""
    linecache.cache[ANSWER] = (len(source), None, source.splitlines(keepends=True), ANSWER)


def warm_up() -> None:
    """Touch the pages that an ordinary job writes to, so that they are copied before the clock runs."""
    weight = torch.ones(3, 3, requires_grad=True)
    (torch.arange(9.0).view(3, 3) @ weight).sum().backward()  # type: ignore[no-untyped-call]
    names: dict[str, Any] = {}
    exec(compile("import torch\na = (torch.arange(1, 10).reshape(3, 3) * 2)[1:, 1:]", "warm.py", "exec"), names)
    frame({"value": Encoder().encode([names["a"], (1, "a"), 2.0])})
    seed_everything(0)


def serve(virtual_bytes: int) -> None:
    """The life of a spare: wait locked, run one job, leave."""
    warm_up()
    Run(receive(), virtual_bytes)()
