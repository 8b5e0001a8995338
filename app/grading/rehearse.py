"""A rehearsal of a question for whoever writes it: what its code really gives, and what its wrong answers fail on.

Nothing here decides anything, that is the proof's. An `Offer` is a value that the question file states, and that what
was run says otherwise: the author may take it over as it is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from app.bank.closed import ChoicePart, NumberPart, OrderPart, PredictPart
from app.bank.question import CodePart, ParsonsPart, Part, ProsePart, Question
from app.bank.sketch import DrawPart
from app.grading.curves import NoCurves, curves_of
from app.grading.exams import draw_exam
from app.grading.fences import examine
from app.grading.grade import grade
from app.grading.kinds import Where
from app.grading.number import near, worked_out
from app.grading.parsons import as_code
from app.grading.predict import happened
from app.grading.prose import grade_prose
from app.grading.session import MORE, PROMPT
from app.grading.show import CUT, show, show_all
from app.grading.trace import between
from app.grading.verdict import Verdict
from app.sandbox.job import Ending, Runner

SEED = 1
LONG = 300
BELOW = (PROMPT, "```", "~~~")  # what ends the output of a line
RAISED = "Traceback (most recent call last):"
ALONE = re.compile(r"\w*(Error|Exception|Exit|Interrupt|Iteration)(: .*)?")


@dataclass(frozen=True)
class Tried:
    """An answer that is meant to be wrong (or to say only some of the points), as it is graded."""

    part: str
    where: Where
    answer: str
    why: str
    passed: bool
    says: str


@dataclass(frozen=True)
class Given:
    """What the reference, a snippet or an expression gives; of drawn inputs only the first few."""

    part: str
    asked: str
    got: str
    hidden: bool = False


@dataclass(frozen=True)
class Offer:
    """`value` is YAML of one line, to be put in the place of what stands at `where`. With `lines` (the first, and how
    many) it is the lines of a text there that take their place."""

    where: Where
    value: str
    says: str
    lines: tuple[int, int] | None = None


@dataclass(frozen=True)
class Rehearsal:
    tried: tuple[Tried, ...]
    given: tuple[Given, ...]
    offers: tuple[Offer, ...]


def rehearse(question: Question, run: Runner) -> Rehearsal:
    """Raises Busy and Unavailable, and nothing over a question that is at fault."""
    tried: list[Tried] = []
    given: list[Given] = []
    offers: list[Offer] = []
    for index, part in enumerate(question.parts):
        where = ("parts", index)
        tried += (_graded(question, part, where, one, run) for one in WRONG[part.kind](part, run))
        given += GIVEN[part.kind](part, run) if part.kind in GIVEN else ()
        offers += OFFERS[part.kind](question, part, where, run) if part.kind in OFFERS else ()
    offers += _output_offers(question, run)
    return Rehearsal(tuple(tried), tuple(given), tuple(offers))


Wrong = tuple[Where, object, str, str]  # its place in the part, the answer, how it is written, and why it is wrong


def _graded(question: Question, part: Part, above: Where, wrong: Wrong, run: Runner) -> Tried:
    where, answer, text, why = wrong
    verdict = grade(question, part, answer, run, seed=SEED)
    says = _points(part, verdict) if isinstance(part, ProsePart) else _first_failure(verdict)
    return Tried(part.id, (*above, *where), text[:LONG], why, verdict.passed, says)


def _first_failure(verdict: Verdict) -> str:
    if verdict.ending is Ending.INTERNAL:  # which a student is told differently
        return "Not known: there is nothing to compare it with while the solution or its inputs fail."
    said = next((check.says for check in verdict.checks or () if not check.passed), "")
    return verdict.summary if not said or said in verdict.summary else f"{verdict.summary} ({said})"


def _points(part: ProsePart, verdict: Verdict) -> str:
    words = {"covered": "seems to be there", "maybe": "perhaps", "not_found": "not found", None: "not assessed"}
    return "; ".join(f"{point.id}: {words[point.state]}" for point in verdict.points or ()) or "nothing is assessed"


def _code_wrong(part: CodePart, run: Runner) -> Iterator[Wrong]:
    for at, wrong in enumerate(part.wrong):
        yield ("wrong", at, "code"), wrong.code, wrong.code, wrong.why


def _parsons_wrong(part: ParsonsPart, run: Runner) -> Iterator[Wrong]:
    texts: dict[str, str] = {line.id: line.text for line in part.lines}
    texts |= {line.id: line.text for line in part.distractors}
    for at, wrong in enumerate(part.wrong):
        lines = [list(line) for line in wrong.lines]
        text = "\n".join("    " * indent + texts.get(id, id) for id, indent in wrong.lines)
        yield ("wrong", at, "lines"), lines, text, wrong.why


def _choice_wrong(part: ChoicePart, run: Runner) -> Iterator[Wrong]:
    for at, option in enumerate(part.options):
        if not option.right:
            yield ("options", at), [option.id] if part.several else option.id, option.text, option.reply or ""


def _number_wrong(part: NumberPart, run: Runner) -> Iterator[Wrong]:
    for at, wrong in enumerate(part.wrong):
        yield ("wrong", at, "value"), wrong.value, f"{wrong.value:.10g}", wrong.reply


def _predict_wrong(part: PredictPart, run: Runner) -> Iterator[Wrong]:
    for at, wrong in enumerate(part.wrong):
        yield ("wrong", at, "answer"), wrong.answer, wrong.answer, wrong.reply


def _order_wrong(part: OrderPart, run: Runner) -> Iterator[Wrong]:
    texts = {step.id: step.text for step in part.steps}
    for at, wrong in enumerate(part.wrong):
        text = "\n".join(texts.get(id, id) for id in wrong.order)
        yield ("wrong", at, "order"), list(wrong.order), text, wrong.reply


def _draw_wrong(part: DrawPart, run: Runner) -> Iterator[Wrong]:
    try:
        curves = curves_of(part, run)
    except NoCurves:
        return
    for at, (wrong, spots) in enumerate(zip(part.wrong, curves.wrong, strict=True)):
        yield ("wrong", at, "curve"), [list(spot) for spot in spots], wrong.curve, wrong.why


def _prose_tried(part: ProsePart, run: Runner) -> Iterator[Wrong]:
    for at, sample in enumerate(part.samples):
        yield ("samples", at, "text"), sample.text, sample.text, f"a sample that covers: {', '.join(sample.covers)}"
    for at, one in enumerate(part.misconceptions):
        for place, ref in enumerate(one.refs):
            yield ("misconceptions", at, "refs", place), ref, ref, f"the misconception `{one.id}`"


WRONG: dict[str, Callable[[Any, Runner], Iterator[Wrong]]] = {
    "code": _code_wrong, "parsons": _parsons_wrong, "choice": _choice_wrong, "number": _number_wrong,
    "predict": _predict_wrong, "order": _order_wrong, "draw": _draw_wrong, "prose": _prose_tried,
}  # fmt: skip


def _code_given(part: CodePart, run: Runner) -> Iterator[Given]:
    exam = draw_exam(part, SEED, run)
    if part.variables:
        yield from (Given(part.id, name, show(value, LONG)) for name, value in exam.variables.items())
    few = len(part.cases) + 3
    for at, (args, value) in enumerate(zip(exam.written[:few], exam.expected, strict=False)):
        yield Given(part.id, f"{part.function}({show_all(args, LONG)})", show(value, LONG), at >= exam.shown)


def _parsons_given(part: ParsonsPart, run: Runner) -> Iterator[Given]:
    return _code_given(as_code(part), run)


def _predict_given(part: PredictPart, run: Runner) -> Iterator[Given]:
    really = happened(part, run)
    if really is not None:
        yield Given(part.id, f"the shape of {part.shape}" if part.shape else "what it prints", really.text, True)


def _number_given(part: NumberPart, run: Runner) -> Iterator[Given]:
    made = worked_out(part, run)[0] if part.py else None
    if made is not None:
        yield Given(part.id, part.py or "", f"{made:.10g}", True)


GIVEN: dict[str, Callable[[Any, Runner], Iterator[Given]]] = {
    "code": _code_given, "parsons": _parsons_given, "predict": _predict_given, "number": _number_given,
}  # fmt: skip


def _number_offers(question: Question, part: NumberPart, above: Where, run: Runner) -> Iterator[Offer]:
    made = worked_out(part, run)[0] if part.py else None
    if made is not None and not near(part, made, part.value):
        yield Offer((*above, "value"), f"{made:.10g}", f"`py` gives {made:.10g}, and `value` is {part.value:.10g}")


def _prose_offers(question: Question, part: ProsePart, above: Where, run: Runner) -> Iterator[Offer]:
    for at, sample in enumerate(part.samples):
        points = grade_prose(question, part, sample.text).points or ()
        seen = [point.id for point in points if point.state == "covered"]
        if points and set(seen) != set(sample.covers):
            says = f"sample {at + 1} is seen to cover {', '.join(seen) or 'nothing'}"
            yield Offer((*above, "samples", at, "covers"), f"[{', '.join(seen)}]", says)


def _draw_offers(question: Question, part: DrawPart, above: Where, run: Runner) -> Iterator[Offer]:
    try:
        true = curves_of(part, run).true
    except NoCurves:
        return
    xs, ys = [x for x, _ in true], [y for _, y in true]
    for at, one in enumerate(part.properties):
        if one.passes is None:
            continue
        x, y = one.passes
        really = between(xs, ys, x)
        if abs(really - y) > (one.tolerance or 0.05 * (part.y[1] - part.y[0])):
            says = f"at x = {x:g} the curve is at {really:.4g}, and `passes` says {y:g}"
            yield Offer((*above, "properties", at, "passes"), f"[{x!r}, {float(f'{really:.4g}')!r}]", says)


OFFERS: dict[str, Callable[[Question, Any, Where, Runner], Iterator[Offer]]] = {
    "number": _number_offers, "prose": _prose_offers, "draw": _draw_offers,
}  # fmt: skip


def _output_offers(question: Question, run: Runner) -> Iterator[Offer]:
    """What the sessions of the answer really print."""
    page = question.answer.split("\n")
    for block in examine(question, question.answer, run).blocks:
        for one in block.differences:
            if one.got.endswith(CUT):
                continue
            first = one.line + 1
            while first <= len(page) and page[first - 1].startswith(MORE):
                first += 1
            shown = takewhile(lambda line: line.strip() and not line.startswith(BELOW), page[first - 1 :])
            value = f"{RAISED}\n{one.got}" if ALONE.fullmatch(one.got) else one.got
            yield Offer(("answer",), value, f"`{one.source}` gives something else", (first, len(list(shown))))
