"""Parts that are drawn: a curve over a grid, and the properties by which it is judged.

The vocabulary of properties is closed. Each says in the author's words what was seen in a right curve (`says`) and what
is so of the true one (`says_not`); *where* a drawn curve differs is found and told by the grader.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from app.bank.frozen import Frozen, Slug, Text

DEMANDS = ("covers", "between", "rises", "falls", "passes", "level", "slope", "kink", "smooth")
WITH_SPAN = ("level", "slope")


def _upwards(span: tuple[float, float]) -> tuple[float, float]:
    if not span[0] < span[1]:
        raise ValueError("a range begins with the smaller of two different numbers: [-6, 6]")
    return span


Span = Annotated[tuple[float, float], AfterValidator(_upwards)]


class Property(Frozen):
    """Exactly one demand. `covers`, `rises`, `falls`: from one x to another. `between`: two heights, everywhere.
    `passes`: a point [x, y]. `level` and `slope`: that height or slope, `over` a range of x. `kink`: the x of a corner.
    `smooth`: no corner, no jump. `tolerance` is a height, but a width for `covers` and `kink`, and a slope for `slope`
    and `smooth`; without one the grid decides."""

    id: Slug
    covers: Span | None = None
    between: Span | None = None
    rises: Span | None = None
    falls: Span | None = None
    passes: tuple[float, float] | None = None
    level: float | None = None
    slope: float | None = None
    kink: float | None = None
    smooth: Literal[True] | None = None
    over: Span | None = None
    tolerance: Annotated[float, Field(gt=0)] | None = None
    says: Text
    says_not: Text

    @property
    def demand(self) -> str:
        return next(name for name in DEMANDS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def demands_one_thing(self) -> "Property":
        found = [name for name in DEMANDS if getattr(self, name) is not None]
        if len(found) != 1:
            raise ValueError(f"a property demands exactly one of: {', '.join(DEMANDS)}")
        if (self.over is not None) != (found[0] in WITH_SPAN):
            raise ValueError("`over` is a range of x; it belongs to `level` and `slope`, and they need it")
        return self


class WrongCurve(Frozen):
    """A curve that must fail. `reply` (Markdown) is for students who draw this very curve."""

    curve: Text
    why: Text
    reply: Text | None = None


class DrawPart(Frozen):
    """`curve` is a Python expression in `x` (a tensor of the places), or a function; it runs only in the jail. `x` and
    `y` are the ends of the grid."""

    id: Slug
    kind: Literal["draw"]
    ask: Text
    curve: Text
    x: Span
    y: Span
    properties: Annotated[tuple[Property, ...], Field(min_length=1, max_length=12)]
    wrong: Annotated[tuple[WrongCurve, ...], Field(min_length=1)]
