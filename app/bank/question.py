"""A question and its parts as frozen values: the schema of a question file, told once.

`load` makes them from YAML, after `sense` has looked where their names lead; every other room only reads them. Unknown
keys are errors here, so a typing mistake in a file is found and never ignored.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.bank.closed import ChoicePart, NumberPart, OrderPart, PredictPart
from app.bank.frozen import Frozen, Name, Slug, Text
from app.bank.sketch import DrawPart


class Case(Frozen):
    """One call: plain YAML values, or `{py: expression}` for what YAML cannot say."""

    args: tuple[Any, ...]
    hidden: bool = False


class Random(Frozen):
    """Fresh inputs for each grade: `make` defines `make(rng)`, which returns a tuple of arguments."""

    count: Annotated[int, Field(ge=1, le=500)] = 40
    make: Text


class Compare(Frozen):
    """How close is equal. `accept` names the kinds that count besides the reference's own."""

    rtol: Annotated[float, Field(ge=0, le=1)] = 1e-5
    atol: Annotated[float, Field(ge=0)] = 1e-6
    dtype: Literal["any", "same"] = "any"
    accept: tuple[Literal["tensor", "array", "number", "list", "tuple"], ...] = ()


class Rule(Frozen):
    """A demand on the source itself. `list-comprehension`: a list comprehension makes the returned value.
    A name in `avoids` must not be used, unless the answer itself gives that name to something."""

    uses: Literal["list-comprehension"] | None = None
    avoids: tuple[str, ...] = ()  # "loop", "comprehension", "@" between two values, or a name
    says: str | None = None  # a sentence of the author's instead of the standard one

    @model_validator(mode="after")
    def demands_something(self) -> "Rule":
        if self.uses is None and not self.avoids:
            raise ValueError("a rule needs `uses` or `avoids`")
        return self


class CaseLimits(Frozen):
    wall_s: Annotated[float, Field(gt=0, le=30)] = 2.0
    memory_mb: Annotated[int, Field(ge=64, le=2048)] = 512


class Wrong(Frozen):
    """An answer that must fail, and the mistake behind it. `reply` (Markdown) is for students whose answer gives the
    same results: same mistake, same note."""

    code: Text
    why: Text
    reply: Text | None = None


class Runs(Frozen):
    """What a program is asked for, and the inputs on which it is compared with the reference."""

    id: Slug
    ask: Text
    function: Name | None = None
    variables: tuple[Name, ...] = ()
    setup: str = ""
    trial: str = ""  # defines `trial(...)`, which meets the cases in the function's place and calls it
    report: str = ""  # defines `report(made, ...)`, which says of a result what is compared, in a child of its own
    cases: tuple[Case, ...] = ()
    random: Random | None = None
    compare: Compare = Compare()
    unchanged: bool = False
    limits: CaseLimits = CaseLimits()

    @model_validator(mode="after")
    def has_one_way_to_be_read(self) -> Self:
        if (self.function is None) == (not self.variables):
            raise ValueError("a code part needs `function` or `variables`, and not both")
        if self.function and not self.cases and self.random is None:
            raise ValueError("a part with `function` needs `cases` or `random`")
        if self.variables and (self.cases or self.random):
            raise ValueError("`cases` and `random` belong to a part with `function`")
        if self.trial and not self.function:
            raise ValueError("`trial` belongs to a part with `function`, which it calls")
        if self.report and not self.function:
            raise ValueError("`report` belongs to a part with `function`, whose results it looks at")
        return self


class CodePart(Runs):
    kind: Literal["code"]
    starter: str = ""
    solution: Text
    rules: tuple[Rule, ...] = ()
    wrong: Annotated[tuple[Wrong, ...], Field(min_length=1)]


Indent = Annotated[int, Field(ge=0, le=8)]


class Line(Frozen):
    """A line of the right program, at its place; `indent` counts steps of four spaces."""

    id: Slug
    text: Annotated[str, StringConstraints(pattern=r"^\S[^\n]*$", max_length=200)]
    indent: Indent = 0


class Distractor(Frozen):
    """A line that the right program does not need, and what somebody hears who uses it."""

    id: Slug
    text: Annotated[str, StringConstraints(pattern=r"^\S[^\n]*$", max_length=200)]
    reply: Text


class WrongArrangement(Frozen):
    """Lines as somebody arranges them who errs: `[id, indent]` each."""

    lines: Annotated[tuple[tuple[Slug, Indent], ...], Field(min_length=1)]
    why: Text
    reply: Text | None = None


class ParsonsPart(Runs):
    """Lines to be arranged and indented into a program, which is then run like any answer in code."""

    kind: Literal["parsons"]
    lines: Annotated[tuple[Line, ...], Field(min_length=2, max_length=30)]
    distractors: Annotated[tuple[Distractor, ...], Field(max_length=30)] = ()
    wrong: Annotated[tuple[WrongArrangement, ...], Field(min_length=1)]


class Point(Frozen):
    """One thing a good answer says."""

    id: Slug
    text: Text
    refs: tuple[Text, ...] = ()
    required_terms: tuple[tuple[str, ...], ...] = ()  # every group needs one of its words
    weight: Annotated[float, Field(gt=0, le=10)] = 1


class Misconception(Frozen):
    id: Slug
    refs: Annotated[tuple[Text, ...], Field(min_length=1)]
    contradicts: Slug | None = None
    reply: Text


class Sample(Frozen):
    """A written answer and the points it covers: a test of the key points."""

    text: Text
    covers: tuple[Slug, ...]


class ProsePart(Frozen):
    id: Slug
    kind: Literal["prose"]
    ask: Text
    points: Annotated[tuple[Point, ...], Field(min_length=2, max_length=5)]
    misconceptions: tuple[Misconception, ...] = ()
    accept_short: tuple[str, ...] = ()
    samples: Annotated[tuple[Sample, ...], Field(min_length=3)]


Part = Annotated[
    CodePart | ProsePart | ChoicePart | NumberPart | PredictPart | OrderPart | ParsonsPart | DrawPart,
    Field(discriminator="kind"),
]


class Question(Frozen):
    id: Slug
    number: Annotated[int, Field(ge=1, le=9999)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    prompt: Text
    topics: Annotated[tuple[Slug, ...], Field(min_length=1)]
    hints: Annotated[tuple[Text, ...], Field(min_length=2)]
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    answer: Text

    def part(self, part_id: str) -> Part | None:
        return next((part for part in self.parts if part.id == part_id), None)
