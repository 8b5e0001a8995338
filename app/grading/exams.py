"""Exams: the inputs of one grade, with what the reference makes of them.

The author's code and the answer never share a process: one child runs the reference and gives inputs and expected
values, and another child meets the inputs alone. Each exam is drawn from a seed that the answer's child does not see,
and is used once. `Exams` draws them ahead of time, so that a warm grade costs one child.
"""

import contextlib
import hashlib
import queue
import re
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any

from app.bank.question import CodePart
from app.grading.reports import reporting
from app.grading.show import clean, show
from app.sandbox.job import (
    Array,
    Busy,
    Call,
    Draw,
    Ending,
    Expression,
    Job,
    Limits,
    Outcome,
    Runner,
    Thing,
    Unavailable,
    Value,
    holds_thing,
)  # fmt: skip

SPELLED = re.compile(r"(range|slice)\([-\w, ]+\)")
WAIT_S = 10.0  # for an exam that is being drawn
Arguments = tuple[Value | Expression, ...]


@dataclass(frozen=True)
class Exam:
    """`inputs` are sent to the answer's child; `args` are the same as plain values, and `written` is what a reader is
    shown: values where they are plain, else the expression. First come the cases that a student may see (`shown` of
    them), then the hidden ones, then the drawn ones. `fault` says what is wrong on our side."""

    seed: int
    inputs: tuple[Arguments, ...] = ()
    args: tuple[tuple[Value, ...], ...] = ()
    written: tuple[Arguments, ...] = ()
    expected: tuple[Value, ...] = ()
    variables: dict[str, Value] = field(default_factory=dict)
    shown: int = 0
    fault: str = ""
    mistakes: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # see app/grading/mistakes.py


def part_of_seed(seed: int, use: str) -> int:
    """A number for one use, from which no other use can be worked out."""
    return int.from_bytes(hashlib.sha256(f"{use}/{seed}".encode()).digest()[:6], "big")


def given_cases(part: CodePart) -> tuple[list[Arguments], int]:
    """The written cases, those to be seen first, and how many those are."""
    ordered = sorted(part.cases, key=lambda case: case.hidden)
    shown = sum(not case.hidden for case in ordered)
    return [tuple(as_argument(value) for value in case.args) for case in ordered], shown


def as_argument(value: object) -> Value | Expression:
    """`{py: text}`, also inside lists, becomes an expression; all else is a plain value."""
    if isinstance(value, dict) and set(value) == {"py"} and isinstance(value["py"], str):
        return Expression(value["py"])
    return [as_argument(item) for item in value] if isinstance(value, list) else value


def author_job(part: CodePart, seed: int, cases: tuple[Arguments, ...], draw: Draw | None = None) -> Job:
    limits = Limits(wall_s=max(10.0, 3 * part.limits.wall_s), memory_mb=max(1024, part.limits.memory_mb))
    return Job(
        source=part.solution, setup=part.setup, function=part.function, variables=part.variables, cases=cases,
        trial=part.trial, draw=draw, seed=part_of_seed(seed, "job"), limits=limits,
    )  # fmt: skip


def answer_job(part: CodePart, seed: int, source: str, cases: tuple[Arguments, ...]) -> Job:
    limits = Limits(wall_s=part.limits.wall_s, memory_mb=part.limits.memory_mb)
    return Job(
        source=source, setup=part.setup, function=part.function, variables=part.variables, cases=cases,
        trial=part.trial, seed=part_of_seed(seed, "job"), limits=limits,
    )  # fmt: skip


def draw_exam(part: CodePart, seed: int, run: Runner) -> Exam:
    """Run the reference. What goes wrong is told in `fault`. Raises Busy and Unavailable."""
    cases, shown = given_cases(part)
    draw = Draw(part.random.make, part_of_seed(seed, "draw"), part.random.count) if part.random else None
    outcome = reporting(part, run)(author_job(part, seed, tuple(cases), draw))
    fault = outcome_fault(part, outcome)
    if not fault and part.function is not None and len(outcome.calls) != len(cases) + (draw.count if draw else 0):
        fault = "the reference was not called with every input"
    if fault:
        return Exam(seed, fault=fault)
    if part.variables:
        return Exam(seed, variables=dict(outcome.variables))
    drawn: list[Arguments] = [call.args for call in outcome.calls[len(cases) :]]
    if draw and any(holds_thing(value) for args in drawn for value in args):
        drawn = _spelled(part, seed, draw, drawn, run)
        if not drawn:
            return Exam(seed, fault=f"make(rng) gives what cannot be sent: {_first_thing(outcome.calls)}")
    # A written expression is sent as it is, since a value would lose strides and sharing.
    inputs = [*cases, *drawn]
    args = [call.args for call in outcome.calls]
    pairs = zip(inputs, args, strict=True)
    return Exam(
        seed=seed, inputs=tuple(inputs), args=tuple(args),
        written=tuple(tuple(map(_readable, sent, known)) for sent, known in pairs),
        expected=tuple(call.value for call in outcome.calls), shown=shown,
    )  # fmt: skip


def _first_thing(calls: tuple[Call, ...]) -> str:
    """What the first thing is; a large tensor is one too, since all inputs together must fit into 6 MB."""
    found = next((show(value, 80) for call in calls for value in call.args if holds_thing(value)), "")
    return f"{found} (neither plain data nor a range, or too large)"


def _readable(sent: Value | Expression, known: Value) -> Value | Expression:
    """What cannot be made again from its plain value is shown, and sent again, as its author wrote it."""
    return sent if holds_thing(known) or (isinstance(sent, Expression) and not _bare(known)) else known


def _bare(value: Value) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_bare, value))
    return value.bare if isinstance(value, Array) else True


def _spelled(part: CodePart, seed: int, draw: Draw, drawn: list[Arguments], run: Runner) -> list[Arguments]:
    """The drawn inputs again, with ranges and slices, which are no plain data, as expressions; empty if others stay."""
    job = replace(
        author_job(part, seed, (), draw), trial="",
        source=f"def {part.function}(*args):\n    return list(map(repr, args))",
    )  # fmt: skip
    outcome = run(job)
    if outcome.ending is not Ending.OK or len(outcome.calls) != len(drawn):
        return []
    made: list[Arguments] = []
    for args, call in zip(drawn, outcome.calls, strict=True):
        texts = call.value if isinstance(call.value, list) else []
        made.append(
            tuple(
                Expression(str(text)) if SPELLED.fullmatch(str(text)) and isinstance(value, Thing) else value
                for value, text in zip(args, texts, strict=False)
            )
        )
    return [] if any(holds_thing(value) for args in made for value in args) else made


def outcome_fault(part: CodePart, outcome: Outcome) -> str:
    """What went wrong when the reference ran; empty when nothing did."""
    if outcome.ending is not Ending.OK:
        told = f"{outcome.fault.type}: {outcome.fault.message}" if outcome.fault else outcome.output
        return clean(f"the author's code ended as {outcome.ending.value}: {told}", 500)
    for call in outcome.calls:
        if call.fault is not None:
            return clean(f"the reference raised {call.fault.type}: {call.fault.message}", 500)
        if holds_thing(call.value):
            return clean(f"the reference returns something that is no plain data: {call.value!r}", 300)
    for name in part.variables:
        if name not in outcome.variables or holds_thing(outcome.variables[name]):
            return f"the reference leaves no plain data in {name}"
    return ""


def good_call(call: Call) -> bool:
    """The reference can be asked about this input."""
    return call.fault is None and not holds_thing(call.value)


class Exams:
    """Exams drawn ahead of time. One with drawn inputs is for one grade; one without any is the same for all, so it is
    kept. Safe from any thread; at most `parts` exams wait."""

    def __init__(self, run: Runner, parts: int = 64) -> None:
        self._run = run
        self._parts = parts
        self._ready: OrderedDict[str, tuple[CodePart, Exam]] = OrderedDict()
        self._drawing: set[str] = set()
        self._changed = threading.Condition()
        self._wanted: queue.Queue[tuple[str, CodePart] | None] = queue.Queue(parts)
        self._worker: threading.Thread | None = None

    def take(self, key: str, part: CodePart) -> Exam:
        """An exam that no answer has met: a prepared one, or one drawn now. Raises Busy and Unavailable."""
        with self._changed:
            self._changed.wait_for(lambda: key not in self._drawing, timeout=WAIT_S)
            waiting = self._ready.get(key)
            if waiting is not None and waiting[0] == part:  # not of an older text of the question
                if part.random is not None:
                    del self._ready[key]
                return waiting[1]
        if part.random is None:
            self.prepare(key, part)
            with self._changed:
                waiting = self._ready.get(key)
                if waiting is not None and waiting[0] == part:
                    return waiting[1]
        return self._draw(part)

    def prepare(self, key: str, part: CodePart) -> None:
        """Draw the next exam of a part now, if none waits. One with a fault is not kept. Raises Busy and
        Unavailable."""
        with self._changed:
            waiting = self._ready.get(key)
            if key in self._drawing or (waiting is not None and waiting[0] == part):
                return
            self._drawing.add(key)
        exam = Exam(0, fault="not drawn")
        try:
            exam = self._draw(part)
        finally:
            with self._changed:
                self._drawing.discard(key)
                if not exam.fault:
                    self._ready[key] = (part, exam)
                    self._ready.move_to_end(key)
                    if len(self._ready) > self._parts:
                        self._ready.popitem(last=False)
                self._changed.notify_all()

    def prepare_soon(self, key: str, part: CodePart) -> None:
        """The same in a thread of its own, when it gets round to it."""
        with self._changed:
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="exams", daemon=True)
                self._worker.start()
        with contextlib.suppress(queue.Full):
            self._wanted.put_nowait((key, part))

    def close(self) -> None:
        """End the thread; exams can still be taken."""
        with self._changed:
            worker, self._worker = self._worker, None
        if worker is not None:
            self._wanted.put(None)
            worker.join()

    def _work(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            with contextlib.suppress(Busy, Unavailable):  # whoever takes the exam will see that too
                self.prepare(*wanted)

    def _draw(self, part: CodePart) -> Exam:
        return draw_exam(part, secrets.randbits(48), self._run)
