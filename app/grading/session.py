"""A session as the Python prompt shows it: `>>>` lines and what each of them gives.

As in doctest, values are echoed, `...` in what is shown stands for anything, and of an exception the last lines count.
White space at the ends of lines, and blank lines around an output, are ignored; `<BLANKLINE>` is a blank line.
"""

import re
from dataclasses import dataclass

from app.sandbox.job import Ending, PieceRun

PROMPT, MORE = ">>>", "..."
TRACEBACK = re.compile(r"Traceback \((most recent call last|innermost last)\):")
BLANK = "<BLANKLINE>"


@dataclass(frozen=True)
class Example:
    """`lines` of code, the first of which stands in line `first`; `shown` is the output below them."""

    first: int
    lines: tuple[str, ...]
    shown: str

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def raises(self) -> bool:
        """An exception is shown."""
        return TRACEBACK.match(self.shown) is not None


def is_session(code: str) -> bool:
    """Its first line that is not blank begins with `>>>`."""
    return code.lstrip("\n").startswith(PROMPT)


def examples(line: int, code: str) -> list[Example]:
    """The examples of a session whose first line stands in `line`."""
    found: list[Example] = []
    lines = code.split("\n")
    at = 0
    while at < len(lines):
        start = at
        source: list[str] = []
        while at < len(lines) and _is(lines[at], MORE if source else PROMPT):
            source.append(lines[at][3:].removeprefix(" "))
            at += 1
        below = at
        while at < len(lines) and not _is(lines[at], PROMPT):
            at += 1
        if source:
            found.append(Example(line + start, tuple(source), _tidy("\n".join(lines[below:at]))))
    return found


def _is(line: str, prompt: str) -> bool:
    return line.startswith(prompt)


def got(run: PieceRun) -> str:
    """What an example gave, written as a page would show it."""
    output = _tidy(run.output)
    if run.ending is Ending.OK:
        return output
    return "\n".join(filter(None, [output, _raised(run)]))


def holds(example: Example, run: PieceRun) -> bool:
    """It gave what is shown. An exception that is not shown is none of that."""
    if not example.raises:
        return run.ending is Ending.OK and _fits(example.shown, _tidy(run.output))
    if run.ending is Ending.OK:
        return False
    shown = re.sub(r"^[\w.]+\.(?=\w+(:|$))", "", _last_lines(example.shown))
    return _fits(shown, _raised(run))


def _last_lines(shown: str) -> str:
    """What stands below the stack of a traceback: the exception's type and message."""
    below = shown.split("\n")[1:]
    start = next((at for at, line in enumerate(below) if re.match(r"\w", line)), len(below))
    return "\n".join(below[start:])


def _raised(run: PieceRun) -> str:
    if run.fault is None:
        return ""
    return _tidy(f"{run.fault.type}: {run.fault.message}" if run.fault.message else run.fault.type)


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.split("\n")]
    return "\n".join("" if line == BLANK else line for line in lines).strip("\n")


def _fits(shown: str, given: str) -> bool:
    """The same, where `...` fits anything. Pieces are looked for from the left, so it takes no time."""
    first, *rest = shown.split(MORE)
    if not rest:
        return shown == given
    *middle, last = rest
    if not given.startswith(first) or not given.endswith(last) or len(given) < len(first) + len(last):
        return False
    at, end = len(first), len(given) - len(last)
    for piece in middle:
        at = given.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
