"""What students do not see of a question before they have answered: for its author, part by part."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.bank.closed import ChoicePart, NumberPart, OrderPart, PredictPart
from app.bank.question import Case, CodePart, ParsonsPart, ProsePart, Question, Runs
from app.bank.sketch import DrawPart
from app.grading.exams import as_argument
from app.grading.parsons import as_code
from app.grading.show import show_all


@dataclass(frozen=True)
class Secret:
    """`code` is shown as a program, `reply` as Markdown, and `says` as it is."""

    label: str
    says: str = ""
    code: str = ""
    reply: str = ""


@dataclass(frozen=True)
class HiddenPart:
    id: str
    kind: str
    secrets: list[Secret]


def hidden(question: Question) -> list[HiddenPart]:
    return [HiddenPart(part.id, part.kind, list(SECRETS[part.kind](part))) for part in question.parts]


def _runs(part: Runs) -> Iterator[Secret]:
    for name, code in (("Setup", part.setup), ("Trial", part.trial), ("Report", part.report)):
        if code:
            yield Secret(name, code=code)
    for case in part.cases:
        if case.hidden:
            yield Secret("Hidden case", code=f"{part.function}({_arguments(case)})")
    if part.random is not None:
        yield Secret(f"{part.random.count} drawn inputs", code=part.random.make)


def _arguments(case: Case) -> str:
    return show_all([as_argument(value) for value in case.args])


def _code(part: CodePart) -> Iterator[Secret]:
    yield Secret("Solution", code=part.solution)
    yield from _runs(part)
    for wrong in part.wrong:
        yield Secret("Wrong answer", wrong.why, wrong.code, wrong.reply or "")


def _parsons(part: ParsonsPart) -> Iterator[Secret]:
    whole = as_code(part)
    yield Secret("The right program", code=whole.solution)
    for line in part.distractors:
        yield Secret("Line that does not belong", code=line.text, reply=line.reply)
    yield from _runs(part)
    for wrong in whole.wrong:
        yield Secret("Wrong arrangement", wrong.why, wrong.code, wrong.reply or "")


def _choice(part: ChoicePart) -> Iterator[Secret]:
    for option in part.options:
        yield Secret("Right" if option.right else "Wrong", option.text, reply=option.reply or "")


def _number(part: NumberPart) -> Iterator[Secret]:
    near = f", to within {part.tolerance:g}" if part.tolerance else ""
    yield Secret("Value", f"{part.value:.10g}{near}", code=part.py or "")
    for wrong in part.wrong:
        yield Secret("Wrong number", f"{wrong.value:.10g}", reply=wrong.reply)


def _predict(part: PredictPart) -> Iterator[Secret]:
    yield Secret("Right", "what the snippet really does; “Prove it” shows it")
    for wrong in part.wrong:
        yield Secret("Wrong prediction", wrong.answer, reply=wrong.reply)


def _order(part: OrderPart) -> Iterator[Secret]:
    texts = {step.id: step.text for step in part.steps}
    yield Secret("The right order", " → ".join(texts.values()))
    for wrong in part.wrong:
        yield Secret("Wrong order", " → ".join(texts.get(id, id) for id in wrong.order), reply=wrong.reply)


def _draw(part: DrawPart) -> Iterator[Secret]:
    yield Secret("The curve", code=part.curve)
    for one in part.properties:
        yield Secret(f"Property: {one.demand}", f"{one.says} / {one.says_not}")
    for wrong in part.wrong:
        yield Secret("Wrong curve", wrong.why, wrong.curve, wrong.reply or "")


def _prose(part: ProsePart) -> Iterator[Secret]:
    for point in part.points:
        yield Secret(f"Key point {point.id}", " / ".join((point.text, *point.refs)))
    for one in part.misconceptions:
        yield Secret(f"Misconception {one.id}", " / ".join(one.refs), reply=one.reply)
    for sample in part.samples:
        yield Secret("Sample", f"{sample.text} (covers: {', '.join(sample.covers) or 'nothing'})")


SECRETS: dict[str, Callable[[Any], Iterator[Secret]]] = {
    "code": _code, "parsons": _parsons, "choice": _choice, "number": _number, "predict": _predict, "order": _order,
    "draw": _draw, "prose": _prose,
}  # fmt: skip
