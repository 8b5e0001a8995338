"""`selfgrad grade`: one answer, or a stream of them, graded exactly as the web app does.

A batch keeps the order of its input, works on all lanes and looks only a few lines ahead, so its memory does not grow
with the file; each result is written as soon as it and all before it are there. A bad line gives an error in its place.
"""

import json
import math
import queue
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from io import BufferedReader, FileIO
from typing import Any, Protocol

from app.bank.bank import Bank
from app.grading.exams import Exams
from app.grading.grade import KINDS, grade
from app.grading.kinds import TEXTS
from app.grading.verdict import Verdict
from app.report import as_json, verdict_json, verdict_text
from app.sandbox.job import Job, Outcome, Unavailable
from app.sandbox.pool import Pool
from app.settings import Settings
from app.shelf import served_bank
from app.terminal import Usage, progress

CHUNK_BYTES = 1 << 16
LINE_BYTES = 1 << 20  # an answer of 64 KiB with every character escaped needs under half of it
AHEAD = 4  # lines read ahead for each lane


class BadLine(ValueError):
    """A line of a batch that asks for nothing that can be graded."""


Mark = Callable[[str, str, Any], Verdict]


class Readable(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


class Lanes:
    """A pool that starts with the first job, since starting it takes seconds and prose needs none. With it the exams,
    which are drawn ahead of time as in the web app."""

    def __init__(self, lanes: int) -> None:
        self._pool = Pool(lanes)
        self.exams = Exams(self.run)
        self._starting = threading.Lock()
        self._started = False

    def run(self, job: Job) -> Outcome:
        self.start()
        return self._pool.run(job)

    def start(self) -> None:
        """Raises Unavailable where code cannot be graded."""
        with self._starting:
            if not self._started:
                self._pool.start()
                self._started = True

    def close(self) -> None:
        self._pool.close()
        self.exams.close()


@contextmanager
def marker(settings: Settings, seed: int | None) -> Iterator[Mark]:
    """Gives `mark(question, part, answer)`, which raises Usage and Unavailable."""
    bank = served_bank(settings)
    lanes = Lanes(settings.lanes)
    try:
        yield partial(_mark, bank, lanes, seed)
    finally:
        lanes.close()


def _mark(bank: Bank, lanes: Lanes, seed: int | None, question_id: str, part_id: str, answer: Any) -> Verdict:
    question = bank.get(question_id)
    if question is None:
        hint = " Some files have faults: see selfgrad check." if bank.faults else ""
        raise Usage(f"There is no question {question_id!r}.{hint}")
    part = question.part(part_id)
    if part is None:
        known = ", ".join(part.id for part in question.parts)
        raise Usage(f"{question_id!r} has no part {part_id!r}; its parts are: {known}.")
    if KINDS[part.kind].runs:
        lanes.start()
    if not isinstance(answer, str) and part.kind in TEXTS:
        raise Usage(f"The answer to a {part.kind} part is a text.")
    if seed is not None:
        return grade(question, part, answer, lanes.run, seed=seed)
    return grade(question, part, answer, lanes.run, seed=secrets.randbits(32), exams=lanes.exams)


def grade_one(settings: Settings, target: str, file: str, seed: int | None, *, json_wanted: bool) -> None:
    """Print the verdict on one answer. Raises Usage and Unavailable."""
    question_id, slash, part_id = target.partition("/")
    if not slash:
        raise Usage(f"Name the part too, as in {target}/write.")
    with opened(file) as stream, BufferedReader(stream) as whole:
        answer = text_of(whole.read(LINE_BYTES), file)
    with progress("grading"), marker(settings, secrets.randbits(32) if seed is None else seed) as mark:
        verdict = mark(question_id, part_id, answer)
    print(as_json(verdict_json(verdict)) if json_wanted else verdict_text(verdict))


def text_of(data: bytes, name: str) -> str:
    """The text; a character cut in half by our own limit is dropped, and the grader refuses what is too long."""
    try:
        return data.decode("utf-8-sig", errors="ignore" if len(data) == LINE_BYTES else "strict")
    except UnicodeDecodeError as error:
        raise Usage(f"{name} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from None


@contextmanager
def opened(file: str) -> Iterator[FileIO]:
    """The file, or stdin for `-`, without a buffer: its lock would be held by a reader that waits, and the end of the
    program would wait for the lock. Raises Usage."""
    try:
        stream = FileIO(0, closefd=False) if file == "-" else FileIO(file)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Usage(f"{file!r} cannot be read ({why}).") from None
    with stream:
        yield stream


def grade_lines(settings: Settings, file: str, seed: int | None) -> None:
    """Print one line for each line of the batch. Raises Usage and Unavailable."""
    with opened(file) as stream, marker(settings, seed) as mark, progress("graded", hidden=sys.stdout.isatty()) as done:
        for line in in_order(lines_of(stream), partial(answered, mark), settings.lanes):
            print(line, flush=True)
            done()


def lines_of(stream: Readable) -> Iterator[bytes]:
    """Lines that are not blank; of one that is too long only its beginning, which is longer than a line may be."""
    kept = b""
    while data := stream.read(CHUNK_BYTES):
        *lines, kept = (kept + data).split(b"\n")
        yield from (line[: LINE_BYTES + 1] for line in lines if line.strip())
        kept = kept[: LINE_BYTES + 1]
    if kept.strip():
        yield kept


def in_order(lines: Iterable[bytes], work: Callable[[bytes], str], lanes: int) -> Iterator[str]:
    """work(line) for each line, in order, `lanes` at a time. A slow input never holds back what is done already:
    reading has its own thread."""
    waiting: queue.Queue[Future[str] | Exception | None] = queue.Queue(lanes * AHEAD)
    workers = ThreadPoolExecutor(lanes)

    def read() -> None:
        end: Exception | None = None
        try:
            for line in lines:
                waiting.put(workers.submit(work, line))
        except Exception as error:  # handed to the one who waits; nobody else would hear of it
            end = error
        waiting.put(end)

    threading.Thread(target=read, name="batch reader", daemon=True).start()
    try:
        while (done := waiting.get()) is not None:
            if isinstance(done, Exception):
                raise done
            yield done.result()
    finally:
        workers.shutdown(wait=False, cancel_futures=True)


def answered(mark: Mark, line: bytes) -> str:
    """The output line for an input line. Raises only what stops the whole batch."""
    name: str | int | float | None = None
    try:
        request = parsed(line)
        name = identity(request.get("id"))
        missing = [key for key in ("id", "question", "part", "answer") if request.get(key) is None]
        if missing:
            raise BadLine(f"the line has no {' and no '.join(missing)}")
        if not isinstance(request["question"], str) or not isinstance(request["part"], str):
            raise BadLine("the question and the part are texts")
        verdict = mark(request["question"], request["part"], request["answer"])
        return as_json({"id": name, "verdict": verdict_json(verdict)})
    except Unavailable:
        raise
    except (BadLine, Usage) as error:
        return as_json({"id": name, "error": str(error)})
    except Exception as error:  # a fault of ours in one answer must not cost the others their grade
        return as_json({"id": name, "error": f"the grader failed: {type(error).__name__}: {error}"})


def parsed(line: bytes) -> dict[str, Any]:
    """Raises BadLine in plain words for anything but one JSON object."""
    if len(line) > LINE_BYTES:
        raise BadLine(f"the line is longer than {LINE_BYTES} bytes")
    try:
        request = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise BadLine("the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise BadLine("the line is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadLine(f"the line is not JSON (at character {error.pos + 1})") from None
    except ValueError:
        raise BadLine("the line holds a number that is too long") from None
    if not isinstance(request, dict):
        raise BadLine("the line is not a JSON object")
    return request


def _no_number(name: str) -> float:
    raise BadLine(f"{name} is no JSON number")


def identity(value: object) -> str | int | float | None:
    """The line's own name, if it can be given back. Raises BadLine."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise BadLine("the id must be a string or a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadLine("the id must be a string or a number")
    return value
