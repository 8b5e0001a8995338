"""Same mistake, same signature: a short text by which a failing answer is put together with others of its kind.

What makes a mistake: the check that fails and the first difference. For code that difference is taken on the author's
own cases, which are the same for everybody, and never on inputs drawn for one grade; a result counts by its values, to
four digits; an exception by its type and its message without numbers. For the other kinds it is what was answered: the
options, the number, the order. In words it is the misconception that was recognised.

The same answer has the same signature at each grade, and a signature tells nothing of a hidden case: it is a word and
a fingerprint. Where an answer fails on drawn inputs alone only the kind of the difference counts.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any

from app.bank.question import CodePart, Part
from app.grading.checks import is_form
from app.grading.compare import Difference
from app.grading.judge import Judged
from app.grading.kinds import BadAnswer
from app.grading.number import Number
from app.grading.predict import Predict
from app.grading.show import kind_of, show_all
from app.grading.verdict import Check, Verdict
from app.sandbox.job import Array, Ending, Thing, Value

ITEMS = 500  # of a value that are looked at
DEEP = 8
TEXT = 200
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
NUMBERS = re.compile(r"[-+]?\d[\d.]*(?:e[-+]?\d+)?(?:,? *[-+]?\d[\d.]*(?:e[-+]?\d+)?)*")


def signature(part: Part, answer: str, verdict: Verdict) -> str | None:
    """None for an answer that has no mistake, or none that is known, and where the grader itself failed."""
    if verdict.passed or verdict.ending is Ending.INTERNAL:
        return None
    if verdict.ending is not Ending.OK and verdict.mark is None:
        return _ended(verdict)
    return MARKS[part.kind](part, answer, verdict)


def _ended(verdict: Verdict) -> str:
    error = verdict.error
    if error is None:
        return _signed(verdict.ending.value, "")
    told = "a prompt" if (error.source or "").startswith(">>>") else _without_numbers(error.message)
    return _signed("raises" if verdict.ending is Ending.ERROR else verdict.ending.value, error.type, told)


def _code(part: Any, answer: str, verdict: Verdict) -> str | None:
    if verdict.mark is not None:
        word, _, rest = verdict.mark.partition(" ")
        return _signed(word, rest)
    return _checks(part, answer, verdict)


def _chosen(part: Any, answer: str, verdict: Verdict) -> str:
    return _signed("chose", *sorted(check.id for check in verdict.checks or () if check.id != "all-of-them"))


def _number(part: Any, answer: str, verdict: Verdict) -> str:
    return _signed("number", f"{Number().read(part, answer)[0]:.6g}")


def _predicted(part: Any, answer: str, verdict: Verdict) -> str:
    try:
        said = Predict().read(part, answer)
    except BadAnswer:
        return _signed("predicts", "what cannot be read")
    return _signed("predicts", "an exception" if said.raises else repr((said.shape, said.pieces)))


def _ordered(part: Any, answer: str, verdict: Verdict) -> str:
    """The steps as they were handed in: the checks stand in that order."""
    return _signed("order", *(check.id for check in verdict.checks or ()))


def _checks(part: Any, answer: str, verdict: Verdict) -> str:
    known = [note.id for note in verdict.notes or ()]
    return _signed("check", *known, *sorted(check.id for check in verdict.checks or () if not check.passed))


def _said(part: Any, answer: str, verdict: Verdict) -> str | None:
    """The first misconception in the text; who has two is told of that one."""
    return _signed("says", verdict.notes[0].id) if verdict.notes else None


MARKS: dict[str, Callable[[Any, str, Verdict], str | None]] = {
    "code": _code,
    "parsons": _code,
    "choice": _chosen,
    "number": _number,
    "predict": _predicted,
    "order": _ordered,
    "draw": _checks,
    "prose": _said,
}


def mark_of_calls(part: CodePart, judged: Sequence[Judged], worst: Judged | None, rules: Sequence[Check]) -> str | None:
    """What a verdict on called code is marked with; `worst` is the failure that it tells."""
    if worst is None:
        return _mark_of_rules(rules)
    alike = [
        one for one in judged[: len(part.cases)] if one.failure == worst.failure and is_form(one) == is_form(worst)
    ]
    told = alike[0] if alike else worst
    if told.fault is not None:
        return f"raises {told.fault.type} {_without_numbers(told.fault.message)}"
    if told.failure == "changed":
        return f"changed {told.argument}"
    if told.difference is None:
        return None
    if not alike and told.difference.property != "type":
        return f"{told.difference.property} of drawn inputs alone"
    return _mark(told.difference, told.got, show_all(told.args, TEXT) if told.difference.property != "type" else "")


def mark_of_variables(found: dict[str, Difference | None], got: dict[str, Value], rules: Sequence[Check]) -> str | None:
    name = next((name for name, wrong in found.items() if wrong is not None), None)
    if name is None:
        return _mark_of_rules(rules)
    wrong = found[name]
    if wrong is None or name not in got:
        return f"missing {name}"
    return _mark(wrong, got[name], name)


def _mark_of_rules(rules: Sequence[Check]) -> str | None:
    broken = next((check for check in rules if not check.passed), None)
    return None if broken is None else f"rule {broken.id} {_without_numbers(broken.says)}"


def _mark(difference: Difference, got: Value, place: str) -> str:
    if difference.property == "type":
        return f"type {place} {len(difference.path)} {kind_of(_inside(got, difference.path))}"
    if isinstance(got, Array) and difference.property in ("shape", "dtype"):
        return f"{difference.property} {place} {got.shape if difference.property == 'shape' else got.dtype}"
    return f"{difference.property} {place} {plain(got)}"


def _inside(value: Value, path: Sequence[int]) -> Value:
    for step in path:
        if not isinstance(value, list | tuple) or step >= len(value):
            return value
        value = value[step]
    return value


def plain(value: Value, depth: int = 0) -> str:
    """A value as a text in which a list, a tuple and a tensor of the same numbers are the same, to four digits."""
    if isinstance(value, bool | None) or depth > DEEP:
        return str(value)[:TEXT] if depth <= DEEP else "…"
    if isinstance(value, int | float | complex):
        return _four(value)
    if isinstance(value, Array):
        return f"{value.shape} {' '.join(plain(number, DEEP) for number in value.data[:ITEMS])}"
    if isinstance(value, Thing):
        return f"<{value.type[:TEXT]}>"
    if isinstance(value, dict):
        pairs = sorted(f"{plain(key, depth + 1)}: {plain(one, depth + 1)}" for key, one in list(value.items())[:ITEMS])
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(plain(one, depth + 1) for one in list(value)[:ITEMS]))}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(plain(one, depth + 1) for one in value[:ITEMS])}]"
    return repr(value)[:TEXT]


def _four(value: Any) -> str:
    try:
        return f"{value:.4g}"
    except OverflowError:  # a whole number beyond every float
        return f"of {value.bit_length()} bits"


def _without_numbers(message: str) -> str:
    """The same for every input: `index 5 is out of bounds for axis 0 with size 3` says nothing but what it is."""
    return NUMBERS.sub("#", ADDRESS.sub("#", message[: 2 * TEXT]))[:TEXT]


def _signed(word: str, *rest: str) -> str:
    digest = hashlib.sha256("\0".join(rest).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{word}-{digest[:16]}"
