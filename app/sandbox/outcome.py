"""From what a child wrote, or how it died, to an Outcome. Total: bad data raises Malformed and nothing else."""

import os
import re
import signal
from collections.abc import Sequence
from typing import Any

from app.sandbox.job import Call, Ending, Fault, Job, Outcome, PieceRun, Value
from app.sandbox.wire import Malformed, unpack

OUTPUT_CHARACTERS = 64 * 1024
MAX_CALLS = 2_000
LINE_END = re.compile("\r\n?|\n")  # as Python counts them

# What a child may say of itself; anything else is not believed.
SAID = {
    ending.value: ending
    for ending in (
        Ending.OK, Ending.ERROR, Ending.REFUSED, Ending.MEMORY, Ending.OUTPUT, Ending.NO_RESULT, Ending.INTERNAL
    )
}  # fmt: skip
SAID_OF_PIECE = (Ending.OK, Ending.ERROR, Ending.REFUSED, Ending.MEMORY)


def read(message: dict[str, Any], job: Job) -> Outcome:
    """The outcome in a child's message. Raises Malformed."""
    ending = SAID.get(_text(message.get("ending")))
    calls = message.get("calls", [])
    variables = message.get("variables", {})
    names = message.get("names", [])
    if ending is None or type(calls) is not list or type(variables) is not dict or type(names) is not list:
        raise Malformed("not an outcome")
    if len(calls) > MAX_CALLS or not set(variables) <= set(job.variables):
        raise Malformed("more than was asked for")
    return Outcome(
        ending=ending,
        fault=_fault(message.get("fault"), job.source),
        calls=tuple(_call(call, job.source) for call in calls),
        variables={name: unpack(value) for name, value in variables.items()},
        output=_output(message.get("output")),
        names=tuple(_text(name)[:100] for name in names[:100]),
    )


def read_piece(data: Any, job: Job, before: Sequence[PieceRun]) -> PieceRun:
    """What is said of the piece after those `before`; all of them together print no more than one run may. Raises
    Malformed."""
    ending = SAID.get(_text(data.get("ending"))) if type(data) is dict else None
    if ending not in SAID_OF_PIECE or len(before) >= len(job.pieces):
        raise Malformed("not a piece")
    room = OUTPUT_CHARACTERS - sum(len(piece.output) for piece in before)
    return PieceRun(ending, _output(data.get("output"))[:room], _fault(data.get("fault"), job.source))


def ending_of(status: int) -> Ending:
    """The meaning of a child's death without an answer; `status` as of waitpid."""
    if os.WIFEXITED(status):
        return Ending.INTERNAL if os.WEXITSTATUS(status) == 70 else Ending.NO_RESULT
    return Ending.TIMEOUT if os.WTERMSIG(status) == signal.SIGXCPU else Ending.KILLED


def _call(data: Any, source: str) -> Call:
    if type(data) is not dict:
        raise Malformed("not a call")
    return Call(
        args=_values(data.get("args")),
        after=_values(data.get("after")),
        value=unpack(data.get("value")),
        fault=_fault(data.get("fault"), source),
        output=_output(data.get("output")),
    )


def _values(data: Any) -> tuple[Value, ...]:
    if type(data) is not list:
        raise Malformed("not a list of values")
    return tuple(unpack(item) for item in data)


def _fault(data: Any, source: str) -> Fault | None:
    """A fault; the text of its line is taken from our own copy of the source."""
    if data is None:
        return None
    if type(data) is not dict:
        raise Malformed("not a fault")
    line = data.get("line")
    lines = LINE_END.split(source)
    if type(line) is not int or not 1 <= line <= len(lines):
        line = None
    text = lines[line - 1].strip()[:500] if line else None
    return Fault(_text(data.get("type"))[:100], _text(data.get("message"))[:2000], line, text)


def _output(data: Any) -> str:
    return _text(data or "")[:OUTPUT_CHARACTERS]


def _text(data: Any) -> str:
    if type(data) is not str:
        raise Malformed("not a text")
    return data
