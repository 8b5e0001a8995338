"""What goes into the sandbox and what comes out of it: plain frozen values, and nothing that runs.

A `Job` is one program for one child process; an `Outcome` is all that the child left behind. What a child says is
untrusted *data*: nothing here is a verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Array:
    """A tensor or a NumPy array, flattened in row-major order: `len(data)` is the product of `shape`."""

    kind: str  # "tensor" or "array"
    dtype: str  # the name without its module: "float32", "int64", "bool"
    shape: tuple[int, ...]
    data: tuple[Any, ...]  # bool, int, float or complex
    requires_grad: bool = False
    # Whether the fields above are all of it: no order of its own in memory, and no `.grad` yet.
    bare: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class Thing:
    """A value that is not plain data (a generator, a zip object, a class): only the name of its type is kept."""

    type: str


# None, bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, nested; Array; Thing.
# Named tuples and torch.Size arrive as tuples, NumPy numbers as Python numbers.
Value = Any


def holds_thing(value: Value) -> bool:
    """Something in the value is no plain data."""
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(holds_thing, value))
    if isinstance(value, dict):
        return any(map(holds_thing, value)) or any(map(holds_thing, value.values()))
    return isinstance(value, Thing) and not isinstance(value, Array)


@dataclass(frozen=True)
class Expression:
    """An argument that the author wrote as Python (`{py: …}`): evaluated in the child, after the setup."""

    text: str


@dataclass(frozen=True)
class Draw:
    """Random cases: `make` is source that defines `make(rng)`; it is called `count` times with a `random.Random(seed)`
    (torch and numpy are seeded too) and returns a tuple of arguments each time."""

    make: str
    seed: int
    count: int


@dataclass(frozen=True)
class Limits:
    wall_s: float = 2.0
    memory_mb: int = 512


@dataclass(frozen=True)
class Piece:
    """The lines `first … last` of a job's source, counted from 1. With `echo` values are printed, as at the prompt;
    with `may_raise` an exception does not keep the next piece from being run."""

    first: int
    last: int
    echo: bool = False
    may_raise: bool = False


@dataclass(frozen=True)
class Job:
    """One program to run in one fresh child.

    The child runs `setup`, then `source` as `__main__`, then calls `function` once for each case and each draw, and
    reads `variables` (names that are missing are simply absent from the outcome). With `trial`, source that defines
    `trial(...)` in names of its own beside the function, that is called instead.

    With `pieces` the source is run piece by piece, all in the same names; each reports for itself as soon as it has
    ended, and there is no function and no variable.
    """

    source: str
    setup: str = ""
    function: str | None = None
    variables: tuple[str, ...] = ()
    cases: tuple[tuple[Value | Expression, ...], ...] = ()
    trial: str = ""
    draw: Draw | None = None  # drawn cases come after `cases`
    seed: int = 0  # torch, numpy and random are seeded with it before the setup
    limits: Limits = field(default_factory=Limits)
    pieces: tuple[Piece, ...] = ()


class Ending(StrEnum):
    """How a run ended: the closed list of the contract."""

    OK = "ok"
    ERROR = "error"  # the program raised
    REFUSED = "refused"  # it does not compile, or was refused before it ran
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"  # printed more than the limit
    KILLED = "killed"  # crashed or was stopped by the jail
    NO_RESULT = "no-result"  # ended without an answer: left early, or the function is missing
    INTERNAL = "internal"  # our fault, never the program's


@dataclass(frozen=True)
class Fault:
    """An exception, seen from the program's own source: `line` (from 1) and its text, when it has one there."""

    type: str
    message: str
    line: int | None = None
    source: str | None = None


@dataclass(frozen=True)
class Call:
    """One call of the function. `args` are as they were before the call and `after` as they were left; an argument
    that is no plain data is a `Thing` in both."""

    args: tuple[Value, ...]
    after: tuple[Value, ...]
    value: Value = None
    fault: Fault | None = None
    output: str = ""


@dataclass(frozen=True)
class PieceRun:
    """A piece that came to its end: OK, ERROR, REFUSED or MEMORY."""

    ending: Ending
    output: str = ""
    fault: Fault | None = None


@dataclass(frozen=True)
class Outcome:
    """What a child left behind. `fault` is set for ERROR and REFUSED (and may be for MEMORY and NO_RESULT); a call
    that raised carries its own fault while `ending` stays OK, and the later calls still ran. Of a job in pieces those
    that came to their end are told; where there are fewer than were asked for, `ending` is about the next one."""

    ending: Ending
    fault: Fault | None = None
    calls: tuple[Call, ...] = ()
    variables: dict[str, Value] = field(default_factory=dict)
    output: str = ""  # of the program's body; each call has its own
    names: tuple[str, ...] = ()  # public names that the program left behind, for "did you mean"
    queue_ms: float = 0.0
    run_ms: float = 0.0
    pieces: tuple[PieceRun, ...] = ()


Runner = Callable[[Job], Outcome]


class Busy(Exception):
    """Too many jobs wait already; try again in `retry_after` seconds."""

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__("The grader is busy.")
        self.retry_after = retry_after


class Unavailable(Exception):
    """The jail is not whole on this machine, so nothing is run; the message says what is missing."""
