"""What an examination of a page's code has found: frozen values, block by block, for the editor and for the page.

`examine` in app/grading/fences.py makes an `Examination`; of one that holds, a `Tested` is kept with the revision.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from importlib.metadata import version

from app.grading.verdict import Fault, Frozen
from app.sandbox.job import Ending


class State(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not reached"  # a block before it stopped the program
    NOT_RUN = "not run"  # marked `norun` by its author


class Difference(Frozen):
    """A `>>>` line that does not give what the page shows; `line` and `source` are of that line."""

    line: int
    source: str
    expected: str
    got: str

    @property
    def both(self) -> tuple[str, str]:
        return self.expected, self.got


class BlockResult(Frozen):
    """One fenced Python block. `line` is the page's line of the first line of code, counted from 1, and so are all
    lines here. `says` is one sentence for the editor (empty if passed)."""

    line: int
    state: State
    says: str = ""
    ending: Ending | None = None  # None: not run at all
    output: str = ""  # what it printed, printable, cut with a note
    fault: Fault | None = None
    differences: tuple[Difference, ...] = ()
    answers: str | None = None  # the id of the part that it declares itself an answer to

    @property
    def at(self) -> int:
        """The line to look at first."""
        if self.fault is not None and self.fault.line is not None:
            return self.fault.line
        return self.differences[0].line if self.differences else self.line


class Examination(Frozen):
    """All Python blocks of a page, in their order. A page without any passes."""

    blocks: tuple[BlockResult, ...] = ()

    @property
    def passed(self) -> bool:
        return all(block.state in (State.PASSED, State.NOT_RUN) for block in self.blocks)

    @property
    def failed(self) -> BlockResult | None:
        """The first block that failed: what the editor is told first."""
        return next((block for block in self.blocks if block.state is State.FAILED), None)

    def tested(self, on: date, torch: str | None = None) -> "Tested":
        """What is kept of it. `torch` is the installed version unless given; torch itself is not imported."""
        states = tuple(block.state for block in self.blocks)
        return Tested(torch=torch or version("torch").partition("+")[0], on=on, states=states)


class Tested(Frozen):
    """When a page's blocks were run and with which torch: one state for each block, in order.

    As JSON: `tested.model_dump_json()` and `Tested.model_validate_json(text)`.
    """

    torch: str
    on: date
    states: tuple[State, ...] = ()

    @property
    def says(self) -> str:
        """For example “Tested on torch 2.13.0, 26 November 2026”."""
        return f"Tested on torch {self.torch}, {self.on.day} {self.on:%B %Y}"

    def lines(self) -> Iterator[str]:
        """What stands under each block of the page, in order."""
        for state in self.states:
            yield self.says if state is State.PASSED else f"This code was {state.value}"
