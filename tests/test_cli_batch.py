"""`selfgrad grade --batch`: order, bounds and bad lines, with a grader that needs no sandbox."""

import io
import itertools
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.grading.verdict import Verdict
from app.marking import AHEAD, LINE_BYTES, answered, in_order, lines_of
from app.sandbox.job import Ending, Unavailable
from app.terminal import Usage

LANES = 3
GOOD = {"id": 1, "question": "zip-pairs", "part": "write", "answer": "def pair(a, b): ..."}


def mark(question: str, part: str, answer: Any) -> Verdict:
    if question != "zip-pairs":
        raise Usage(f"There is no question {question!r}.")
    said = {"summary": "Right.", "how": "Read.", "ending": Ending.OK}
    return Verdict(question=question, part=part, kind="code", passed=True, score=1.0, **said)


def say(line: Any) -> dict[str, Any]:
    data = line if isinstance(line, bytes) else json.dumps(line).encode()
    made: dict[str, Any] = json.loads(answered(mark, data))
    return made


def test_results_come_in_the_order_of_the_input_whatever_is_ready_first() -> None:
    def work(line: bytes) -> str:
        time.sleep(0.001 * (int(line) % 7))
        return line.decode()

    lines = [str(number).encode() for number in range(100)]
    assert list(in_order(lines, work, LANES)) == [str(number) for number in range(100)]


def test_all_lanes_work_at_the_same_time() -> None:
    together = threading.Barrier(LANES, timeout=30)  # passes only when every lane has come

    def work(line: bytes) -> str:
        together.wait()
        return line.decode()

    assert list(in_order([b"a"] * LANES, work, LANES)) == ["a"] * LANES


def test_it_looks_only_a_few_lines_ahead_of_what_was_taken() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for number in itertools.count():
            read = number
            yield b"x"

    results = in_order(endless(), bytes.decode, LANES)
    for _ in range(50):
        next(results)
    assert read <= 50 + LANES * AHEAD + 2
    results.close()  # type: ignore[attr-defined]


def test_a_result_does_not_wait_for_the_next_line_of_input() -> None:
    seen = threading.Event()

    def lines() -> Iterator[bytes]:
        yield b"first"
        assert seen.wait(30)
        yield b"second"

    results = in_order(lines(), bytes.decode, LANES)
    assert next(results) == "first"
    seen.set()
    assert list(results) == ["second"]


def test_an_input_that_breaks_off_is_told() -> None:
    def lines() -> Iterator[bytes]:
        yield b"first"
        raise OSError("the disk is gone")

    results = in_order(lines(), bytes.decode, LANES)
    assert next(results) == "first"
    with pytest.raises(OSError, match="the disk is gone"):
        next(results)


def test_blank_lines_are_passed_over_and_the_last_needs_no_end() -> None:
    assert list(lines_of(io.BytesIO(b"\n  \na\n\r\nb"))) == [b"a", b"b"]


def test_of_an_endless_line_only_the_beginning_is_kept() -> None:
    lines = list(lines_of(io.BytesIO(b"x" * (5 * LINE_BYTES) + b"\nnext\n")))
    assert [len(line) for line in lines] == [LINE_BYTES + 1, 4]


def test_a_good_line_gives_its_own_id_and_a_verdict() -> None:
    said = say(GOOD)
    assert said["id"] == 1 and said["verdict"]["passed"] is True


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"[1, 2]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"id": NaN}',
        b'{"id": 1e999}',
        b'{"id": {"deep": 1}, "question": "q", "part": "p", "answer": "a"}',
        b'{"id": ' + b"9" * 10_000 + b"}",
        b'{"question": "zip-pairs", "part": "write", "answer": "x"}',
        b"x" * (LINE_BYTES + 1),
    ],
    ids=lambda line: repr(line[:20]),
)
def test_a_line_that_asks_for_nothing_gives_an_error_without_an_id(line: bytes) -> None:
    said = say(line)
    assert said["id"] is None and said["error"] and set(said) == {"id", "error"}


@pytest.mark.parametrize("missing", ["question", "part", "answer"])
def test_a_line_that_lacks_something_keeps_its_id(missing: str) -> None:
    said = say({key: value for key, value in GOOD.items() if key != missing})
    assert said == {"id": 1, "error": f"the line has no {missing}"}


def test_a_question_is_named_by_a_text() -> None:
    assert say(GOOD | {"question": ["zip-pairs"]}) == {"id": 1, "error": "the question and the part are texts"}


def test_an_unknown_question_is_an_error_of_that_line_alone() -> None:
    assert say(GOOD | {"question": "nowhere"}) == {"id": 1, "error": "There is no question 'nowhere'."}


def test_half_a_character_goes_out_as_it_came_in() -> None:
    line = b'{"id": "\\ud800", "question": "\\udfff", "part": "write", "answer": ""}'
    out = answered(mark, line)
    assert out.isascii() and json.loads(out)["id"] == "\ud800"


def test_a_fault_of_the_grader_costs_one_line() -> None:
    def broken(question: str, part: str, answer: Any) -> Verdict:
        raise ZeroDivisionError("somewhere")

    said = json.loads(answered(broken, json.dumps(GOOD).encode()))
    assert said == {"id": 1, "error": "the grader failed: ZeroDivisionError: somewhere"}


def test_a_missing_sandbox_ends_the_batch() -> None:
    def nowhere(question: str, part: str, answer: Any) -> Verdict:
        raise Unavailable("Code is not graded here.")

    with pytest.raises(Unavailable):
        answered(nowhere, json.dumps(GOOD).encode())
