"""Parts with a closed answer: choose, give a number, predict what a snippet does, put steps in order.

Each says what is wrong as carefully as what is right: a wrong option, a likely wrong number, a typical wrong prediction
or order carries the reply that teaches whoever gives it.
"""

from typing import Annotated, Literal

from pydantic import Field

from app.bank.frozen import Frozen, Name, Slug, Text

Line = Annotated[str, Field(min_length=1, max_length=500)]


class Option(Frozen):
    """`reply` is what somebody hears who chooses it; a wrong option needs one."""

    id: Slug
    text: Text
    right: bool = False
    reply: Text | None = None


class ChoicePart(Frozen):
    """`several`: any number of options may be right, and all of them have to be chosen."""

    id: Slug
    kind: Literal["choice"]
    ask: Text
    several: bool = False
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=12)]


class WrongNumber(Frozen):
    value: float
    reply: Text


class NumberPart(Frozen):
    """An answer counts if it is `tolerance` or less away from `value`, or within its `relative` share of it. `units`
    are the spellings that may stand behind the number. `py` is an expression that has to give the value in the jail."""

    id: Slug
    kind: Literal["number"]
    ask: Text
    value: float
    tolerance: Annotated[float, Field(ge=0)] = 0.0
    relative: Annotated[float, Field(ge=0, lt=1)] = 1e-6
    units: tuple[Line, ...] = ()
    py: Text | None = None
    wrong: Annotated[tuple[WrongNumber, ...], Field(min_length=1)]


class WrongPrediction(Frozen):
    answer: Line
    reply: Text


class PredictPart(Frozen):
    """Say what `snippet` prints, or, with `shape`, which shape that variable has afterwards. What it really does is
    found out in the jail; a snippet that raises is predicted by saying so."""

    id: Slug
    kind: Literal["predict"]
    ask: Text
    snippet: Text
    shape: Name | None = None
    wrong: Annotated[tuple[WrongPrediction, ...], Field(min_length=1)]


class Step(Frozen):
    id: Slug
    text: Line


class WrongOrder(Frozen):
    order: tuple[Slug, ...]
    reply: Text


class OrderPart(Frozen):
    """The steps stand here in their right order, and are shown in another one."""

    id: Slug
    kind: Literal["order"]
    ask: Text
    steps: Annotated[tuple[Step, ...], Field(min_length=3, max_length=20)]
    wrong: Annotated[tuple[WrongOrder, ...], Field(min_length=1)]
