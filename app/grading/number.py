"""`number`: a value within a tolerance, written as people write numbers: `1e-3`, `0,5`, `½`, `1/3`, `12 %`, `2·10⁻³`.

A comma may stand before decimals or between thousands, so `6,131` has two readings, and counts if either is right.
"""

import math
import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from app.bank.closed import NumberPart
from app.bank.question import Question
from app.grading.endings import refusal
from app.grading.kinds import BadAnswer, ProofFault, closed_verdict, fault
from app.grading.verdict import Check, Note, Verdict
from app.sandbox.job import Ending, Job, Runner

LONGEST = 60
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
SIGNS = str.maketrans({"−": "-", "–": "-", "＋": "+", "⁄": "/", "÷": "/", "×": "*", "·": "*", "⋅": "*", "\u00a0": " ",
                       "\u202f": " ", "\u2009": " ", "'": "", "’": "", "_": ""})  # fmt: skip
BEFORE = re.compile(r"^(?:about|approximately|approx\.?|circa|ca\.?|[a-z]{1,3}\s*=|=|≈|~)\s*", re.IGNORECASE)
DECIMAL = r"(?:\d[\d,. ]*|[.,]\d+)"
WRITTEN = re.compile(
    rf"(?P<sign>[+-]?)\s*(?P<top>{DECIMAL})"
    r"(?:\s*[eE]\s*(?P<power>[+-]?\d{1,4})|\s*[*xX]\s*10\s*(?:\^|\*\*)?\s*(?P<ten>[+-]?\d{1,4}))?"
    rf"(?:\s*/\s*(?P<bottom>{DECIMAL}))?\s*(?P<rest>.*)",
    re.DOTALL,
)
UNREADABLE = "That could not be read as a number: write it like 0.5, 1e-3, 1/2 or ½."


class Number:
    runs = False

    def how(self, part: NumberPart) -> str:
        near = f"to within {part.tolerance:g}" if part.tolerance else "exactly, but for rounding"
        return f"Graded by comparing numbers {near}; 0.5, 0,5, ½ and 5e-1 are the same."

    def read(self, part: NumberPart, value: object) -> list[float]:
        """Every reading of what was written."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise BadAnswer("The answer has to be a number.")
        if isinstance(value, str):
            return readings(value, part.units)
        if isinstance(value, int) and abs(value) > 10**300 or not math.isfinite(value):
            raise BadAnswer("The answer has to be a finite number.")
        return [float(value)]

    def grade(self, question: Question, part: NumberPart, answer: list[float], *_: Any) -> Verdict:
        right = any(near(part, reading, part.value) for reading in answer)
        known = next(
            ((index, wrong) for index, wrong in enumerate(part.wrong)
             for reading in answer if near(part, reading, wrong.value)), None
        )  # fmt: skip
        notes = [Note(id=f"wrong-{known[0] + 1}", says=known[1].reply)] if known and not right else []
        said = f"{answer[0]:.10g}"
        hint = "" if notes else _hint(answer[0], part.value)
        check = Check(id="value", passed=right, says=f"{said} is right." if right else f"{said} is not it.{hint}")
        summary = "Right." if right else f"Not yet: {said} is not it.{hint}"
        return closed_verdict(question, part, self.how(part), summary, [check], notes=notes)

    def prove(self, question: Question, part: NumberPart, run: Runner) -> Iterator[ProofFault]:
        if not self.grade(question, part, [part.value]).passed:
            yield fault("the value does not pass its own grade", "value")
        for index, wrong in enumerate(part.wrong):
            if self.grade(question, part, [wrong.value]).passed:
                yield fault("this number is meant to be wrong, but it passes", "wrong", index, "value")
        if part.py is None:
            return
        made, told = worked_out(part, run)
        if made is None:
            yield fault(f"the expression gives no number: {told}", "py")
        elif not near(part, made, part.value):
            yield fault(f"the expression gives {made:.10g}, and `value` is {part.value:.10g}", "value")


def worked_out(part: NumberPart, run: Runner) -> tuple[float | None, str]:
    """What `py` gives in the jail, or None and why it gives no number."""
    outcome = run(Job(source=f"import math, torch\nvalue = float({part.py}\n)", variables=("value",)))
    made = outcome.variables.get("value")
    if outcome.ending is Ending.OK and isinstance(made, float):
        return made, ""
    return None, outcome.fault.message if outcome.fault else outcome.ending.value


def near(part: NumberPart, reading: float, value: float) -> bool:
    return abs(reading - value) <= max(part.tolerance, part.relative * abs(value), 1e-12)


def _hint(said: float, value: float) -> str:
    """What kind of difference it is, where that teaches and does not give the number away."""
    if value and math.isclose(said, -value, rel_tol=1e-9):
        return " Look at the sign."
    if value and said and abs(said / value) > 0 and _power_of_ten(said / value):
        return " It is off by a power of ten."
    return ""


def _power_of_ten(ratio: float) -> bool:
    if ratio <= 0 or math.isinf(ratio):
        return False
    power = math.log10(ratio)
    return abs(power) > 0.5 and abs(power - round(power)) < 1e-9


def readings(text: str, units: tuple[str, ...] = ()) -> list[float]:
    """What a written number may mean, the likelier reading first. Raises BadAnswer."""
    unfit = refusal(text)
    if unfit:
        raise BadAnswer(unfit)
    if len(text) > LONGEST:
        raise BadAnswer(f"That is longer than {LONGEST} characters: write the number alone.")
    written = BEFORE.sub("", _plain(text))
    found = WRITTEN.fullmatch(written)
    if found is None:
        raise BadAnswer(UNREADABLE)
    scale = _scale(found["rest"].strip().rstrip(".!"), units)
    power = int(found["power"] or found["ten"] or 0)
    values = []
    for top in _decimals(found["top"]):
        for bottom in _decimals(found["bottom"] or "1"):
            values.append(_value(top, bottom, power, scale, found["sign"] == "-"))
    return list(dict.fromkeys(values))


def _plain(text: str) -> str:
    """Fractions such as ½ as `1/2`, raised digits after a ten as a power, and one kind of minus."""
    pieces: list[str] = []
    for char in text.strip():
        vulgar = unicodedata.decomposition(char).startswith("<fraction>")
        if vulgar:
            top, bottom = unicodedata.normalize("NFKC", char).split("⁄")
            pieces.append(f" {top}/{bottom}" if pieces and pieces[-1].isdigit() else f"{top}/{bottom}")
        else:
            pieces.append(char)
    plain = "".join(pieces)
    mixed = re.fullmatch(r"([+-]?)(\d{1,9}) (\d)/(\d{1,2})", plain.translate(SIGNS))
    if mixed:
        whole = int(mixed[2]) * int(mixed[4]) + int(mixed[3])
        plain = f"{mixed[1]}{whole}/{mixed[4]}"
    raised = re.sub(r"10\s*([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: "10^" + found[1].translate(RAISED), plain)
    alone = re.sub(r"^([+-]?)10\^", r"\g<1>1*10^", raised.translate(SIGNS).strip())
    return "".join(unicodedata.normalize("NFKC", char) if char.isdigit() else char for char in alone)


def _decimals(written: str) -> list[Fraction]:
    """`1,234.5` → 1234.5; `0,5` → 0.5; `6,131` → 6131 and 6.131. Raises BadAnswer."""
    digits = written.strip().replace(" ", "")
    if digits.endswith((",", ".")):
        digits = digits[:-1]
    commas, points = digits.count(","), digits.count(".")
    forms = [digits]
    if commas and points:
        last = max(digits.rindex(","), digits.rindex("."))
        forms = [digits[:last].replace(",", "").replace(".", "") + "." + digits[last + 1 :]]
    elif commas == 1 or points == 1:
        grouped = re.fullmatch(r"[1-9]\d{0,2}[,.]\d{3}", digits) is not None
        decimal = digits.replace(",", ".")
        thousands = [re.sub("[,.]", "", digits)] if grouped else []
        forms = thousands + [decimal] if commas else [decimal] + thousands
    elif commas or points:
        if not re.fullmatch(r"\d{1,3}([,.]\d{3})+", digits):
            raise BadAnswer(UNREADABLE)
        forms = [re.sub("[,.]", "", digits)]
    try:
        return [Fraction(form) for form in forms]
    except ValueError:
        raise BadAnswer(UNREADABLE) from None


def _scale(rest: str, units: tuple[str, ...]) -> Fraction:
    if not rest or rest.casefold() in (unit.casefold() for unit in units):
        return Fraction(1)
    if rest in ("%", "percent", "per cent"):
        return Fraction(1, 100)
    if units:
        raise BadAnswer(f"Only a unit may stand behind the number here: {' or '.join(units)}, or none.")
    raise BadAnswer("Write the number alone, without words behind it.")


def _value(top: Fraction, bottom: Fraction, power: int, scale: Fraction, negative: bool) -> float:
    if not bottom:
        raise BadAnswer("Nothing can be divided by 0.")
    if abs(power) > 300:
        raise BadAnswer("That number is too large or too small to be meant.")
    try:
        made = float(top / bottom * Fraction(10) ** power * scale)
    except OverflowError:
        raise BadAnswer("That number is too large or too small to be meant.") from None
    return -made if negative else made
