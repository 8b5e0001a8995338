"""The verdict: what a grader says of one answer, exactly as the API, the page and the terminal show it.

A field that has no meaning for a kind is null. `passed` implies `ending == "ok"`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from app.sandbox.job import Ending


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Frozen):
    """One property that was looked at, and one sentence about it that a beginner understands."""

    id: str
    passed: bool
    says: str


class Counterexample(Frozen):
    """The smallest failing input found. The strings are for reading anywhere; `picture` holds the same values as
    tables for the page (see app/grading/picture.py)."""

    args: str | None
    expected: str
    got: str
    first_difference: str
    seed: int | None = None
    picture: dict[str, Any] | None = None


class Fault(Frozen):
    type: str
    message: str
    line: int | None = None
    source: str | None = None


class PointState(Frozen):
    id: str
    state: Literal["covered", "maybe", "not_found"] | None
    evidence: tuple[int, int] | None = None


class Note(Frozen):
    """What the author says to a mistake that was recognised: a wrong option, a misconception, a known wrong program.
    `says` is Markdown; `evidence` is the place in the answer, in characters from its beginning."""

    id: str
    says: str
    evidence: tuple[int, int] | None = None


class Timing(Frozen):
    queue: float = 0.0
    run: float = 0.0
    compare: float = 0.0


class Verdict(Frozen):
    question: str
    part: str
    kind: str
    passed: bool
    score: float | None  # 0…1; None while a prose answer waits for the student's own grade
    ending: Ending
    summary: str  # the one sentence in plain words that a verdict begins with
    checks: tuple[Check, ...] | None = None
    counterexample: Counterexample | None = None
    output: str | None = None
    error: Fault | None = None
    points: tuple[PointState, ...] | None = None
    notes: tuple[Note, ...] | None = None
    reference: Any | None = None  # the reference's own answer, in the form of an answer, where it may be shown now
    assessed: bool = True
    how: str
    timing_ms: Timing = Timing()
    # What app/grading/signature.py knows the mistake by. It is of hidden cases too, so it is never shown or stored.
    mark: Annotated[SkipJsonSchema[str | None], Field(exclude=True, repr=False)] = None

    @model_validator(mode="after")
    def passes_only_when_it_ended_well(self) -> "Verdict":
        if self.passed and self.ending is not Ending.OK:
            raise ValueError("an answer that did not end well cannot pass")
        return self
