"""`predict`: say what a snippet prints, or which shape a variable has. The snippet is really run, in the jail, and what
it does there is what counts; blanks, kinds of quotes, `2` or `2.`, and the way a shape is written do not.
"""

import logging
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.bank.closed import PredictPart
from app.bank.question import Question
from app.grading.endings import refusal
from app.grading.kinds import BadAnswer, ProofFault, closed_verdict, failed, fault
from app.grading.verdict import Check, Note, Verdict
from app.grading.words import upper
from app.sandbox.job import Array, Ending, Job, Limits, Outcome, Runner

log = logging.getLogger(__name__)
LONGEST = 4_000
SNIPPET = Limits(wall_s=10.0, memory_mb=1024)
RAISES = re.compile(
    r"\b(raises?|raised|throws?|throwing|fails?|failed|crash(es)?|exceptions?|errors?|[a-z]{1,40}Error)\b",
    re.IGNORECASE,
)
DENIES = re.compile(r"\b(no|not|without|never)\b|n['’]t\b", re.IGNORECASE)
LONGEST_SHAPE = 200
SHAPE = re.compile(  # words are taken for good: where they could be parted in many ways, trying all takes for ever
    r"(?>(?:\w{1,20}\.)?shape|torch\.Size|size|tuple|=|:|\s)*+([(\[{]*)([\d\s,x×*by]*)([)\]}]*)\.?", re.IGNORECASE
)
PRINTED_SHAPE = re.compile(r"torch\.Size\(\[[\d, ]*\]\)|\([\d, ]*\)")
TOKENS = re.compile(r"[A-Za-z_][\w.]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|\S")
WORDS_BETWEEN = {",", ";", "and", "then"}
SHAPE_HELP = "That could not be read as a shape: write it like (2, 3), or say that it raises."


@dataclass(frozen=True)
class Predicted:
    """What was written, and what it says: that the snippet raises, a shape, or the pieces of what is printed."""

    text: str
    raises: bool
    shape: tuple[int, ...] | None = None
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Really:
    """What the snippet did. `text` is for reading."""

    text: str
    raises: str = ""  # the exception's type
    shape: tuple[int, ...] | None = None
    pieces: tuple[str, ...] = ()
    lines: int = 0


class Predict:
    runs = True

    def how(self, part: PredictPart) -> str:
        what = f"the shape of `{part.shape}`" if part.shape else "what it prints"
        return f"Graded by running the snippet in a sandbox and comparing {what} with your prediction, blanks aside."

    def read(self, part: PredictPart, value: object) -> Predicted:
        unfit = refusal(value)
        if unfit or not isinstance(value, str):
            raise BadAnswer(unfit)
        if len(value) > LONGEST:
            raise BadAnswer(f"A prediction has at most {LONGEST:,} characters.")
        return read(value, part.shape is not None)

    def grade(self, question: Question, part: PredictPart, answer: Predicted, run: Runner, *_: Any) -> Verdict:
        outcome = run(_job(part))
        really = what_happened(part, outcome)
        if really is None:
            log.error("%s/%s: the snippet ended as %s", question.id, part.id, outcome.ending.value)
            return failed(question, part)
        right = fits(answer, really)
        notes = [] if right else _notes(part, answer)
        summary = f"Right: {_said(really)}." if right else f"Not yet: {_near(answer, really)}"
        check = Check(id="prediction", passed=right, says=upper(summary.partition(": ")[2]))
        return closed_verdict(
            question, part, self.how(part), summary, [check], notes=notes, output=really.text if right else None
        )

    def prove(self, question: Question, part: PredictPart, run: Runner) -> Iterator[ProofFault]:
        outcome = run(_job(part))
        really = what_happened(part, outcome)
        if really is None:
            found = outcome.fault
            told = f"{found.type}: {found.message}" if found else outcome.ending.value
            yield fault(f"the snippet gives nothing to predict: {told}", "snippet", line=found.line if found else None)
            return
        said = really.raises or really.text
        try:
            if not fits(self.read(part, said), really):
                yield fault(f"what the snippet really does does not pass: {said}", "snippet")
        except BadAnswer as error:
            yield fault(f"what the snippet really does cannot be handed in: {error}", "snippet")
        for index, wrong in enumerate(part.wrong):
            try:
                passes = fits(self.read(part, wrong.answer), really)
            except BadAnswer as error:
                yield fault(str(error), "wrong", index, "answer")
                continue
            if passes:
                yield fault("this prediction is meant to be wrong, but it passes", "wrong", index, "answer")
            elif _told_in(wrong.reply, really):
                yield fault(f"this reply gives the answer away: {said}", "wrong", index, "reply")


def happened(part: PredictPart, run: Runner) -> Really | None:
    """The same from a run of its own."""
    return what_happened(part, run(_job(part)))


def _job(part: PredictPart) -> Job:
    return Job(source=part.snippet, variables=(part.shape,) if part.shape else (), limits=SNIPPET)


def what_happened(part: PredictPart, outcome: Outcome) -> Really | None:
    """None where there is nothing to predict: it did not end well, or the variable has no shape."""
    if outcome.ending is Ending.ERROR and outcome.fault is not None:
        return Really(f"{outcome.fault.type}: {outcome.fault.message}", raises=outcome.fault.type)
    if outcome.ending is not Ending.OK:
        return None
    if part.shape is None:
        text = outcome.output.strip("\n")
        return Really(text, pieces=pieces_of(text), lines=text.count("\n") + 1) if text.strip() else None
    value = outcome.variables.get(part.shape)
    if not isinstance(value, Array):
        return None
    return Really(f"({', '.join(map(str, value.shape))}{',' if len(value.shape) == 1 else ''})", shape=value.shape)


def read(text: str, shape: bool) -> Predicted:
    """Raises BadAnswer for what is no shape where one is asked for."""
    plain = text.strip()
    bracketed = plain.startswith(("[", "(", "{", "tensor"))
    if RAISES.search(plain) and not DENIES.search(plain) and not bracketed:
        return Predicted(plain, raises=True)
    if not shape:
        return Predicted(plain, raises=False, pieces=pieces_of(plain))
    if plain.lower().strip(" .") in ("scalar", "a scalar", "empty"):
        return Predicted(plain, raises=False, shape=())
    found = _shape(plain)
    if found is None:
        raise BadAnswer(SHAPE_HELP)
    return Predicted(plain, raises=False, shape=found)


def _shape(text: str) -> tuple[int, ...] | None:
    """The shape that is written, in whatever way; None if it is none."""
    found = SHAPE.fullmatch(text) if len(text) <= LONGEST_SHAPE else None
    digits = re.findall(r"\d+", found[2]) if found else []
    empty = found is not None and found[1] and found[3]
    if not (digits or empty) or len(digits) > 20 or any(len(one) > 9 for one in digits):
        return None
    return tuple(map(int, digits))


def pieces_of(text: str) -> tuple[str, ...]:
    """Names, numbers and signs, without the blanks between them."""
    quotes = text.translate(str.maketrans('“”„‘’‚"', "''''''" + "'")).replace("−", "-")
    return tuple(TOKENS.findall(quotes))


def fits(said: Predicted, really: Really) -> bool:
    if said.raises or really.raises:
        return said.raises and bool(really.raises)
    if really.shape is not None:
        return said.shape == really.shape
    if _same(said.pieces, really.pieces) or _same(said.pieces, _bare(really.pieces)):
        return True
    if PRINTED_SHAPE.fullmatch(really.text):
        return _shape(said.text) == _shape(really.text)
    return really.lines > 1 and _same(_loose(said.pieces), _loose(really.pieces))


def _same(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return len(some) == len(others) and all(map(_equal, some, others))


def _equal(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-4, abs_tol=5e-5)
    except ValueError:
        return False


def _bare(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """`tensor([1, 2], dtype=…)` as `[1, 2]`: some people write the numbers alone."""
    if pieces[:2] != ("tensor", "(") or pieces.count("tensor") > 1:
        return pieces
    inner = pieces[2:-1]
    for index, piece in enumerate(inner):
        if piece in ("dtype", "requires_grad", "grad_fn", "size"):
            return inner[: index - 1]
    return inner


def _loose(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """Several lines are sometimes told in one, with words or commas between them."""
    return tuple(piece for piece in pieces if piece not in WORDS_BETWEEN)


def _told_in(reply: str, really: Really) -> bool:
    """What the snippet does stands in the reply, piece by piece. A single digit may stand anywhere."""
    wanted, given = pieces_of(really.text), pieces_of(reply)
    if really.raises or len(really.text) < 2:
        return False
    return any(_same(given[at : at + len(wanted)], wanted) for at in range(len(given)))


def _said(really: Really) -> str:
    if really.raises:
        return f"it raises `{really.raises}`"
    return f"the shape is `{really.text}`" if really.shape is not None else "that is what it prints"


def _near(said: Predicted, really: Really) -> str:
    """How the prediction is wrong, without giving the answer away."""
    if said.raises:
        return "it runs to its end, without an exception."
    if really.raises:
        return "it does not get that far. Go through it line by line: which of them cannot work?"
    if really.shape is not None and said.shape is not None:
        return _shape_hint(said.shape, really.shape)
    wanted = [piece for piece in really.pieces if piece[:1].isdigit()]
    given = [piece for piece in said.pieces if piece[:1].isdigit()]
    hits = sum(map(_equal, given, wanted))
    if len(wanted) == len(given) > 1 and hits < len(wanted):
        none = "neither" if len(wanted) == 2 else "none"
        return f"{hits or none} of the {len(wanted)} numbers {'is' if hits < 2 else 'are'} right."
    if len(wanted) == len(given) == hits and wanted:
        return "the numbers are right, but something around them is not: look at brackets, signs and words."
    return "it prints something else."


def _shape_hint(said: tuple[int, ...], really: tuple[int, ...]) -> str:
    if len(said) != len(really):
        return f"it does not have {len(said)} {'axis' if len(said) == 1 else 'axes'}. How many has it?"
    wrong = [index for index, (one, other) in enumerate(zip(said, really, strict=True)) if one != other]
    if len(wrong) == 1:
        return f"the number of axes is right, but the size of axis {wrong[0]} is not."
    return "the number of axes is right, but their sizes are not."


def _notes(part: PredictPart, said: Predicted) -> list[Note]:
    """The author's reply to a prediction that says the same as a wrong one in the file."""
    for index, wrong in enumerate(part.wrong):
        try:
            known = read(wrong.answer, part.shape is not None)
        except BadAnswer:
            continue
        if known.raises == said.raises and known.shape == said.shape and _same(_bare(known.pieces), _bare(said.pieces)):
            return [Note(id=f"wrong-{index + 1}", says=wrong.reply)]
    return []
