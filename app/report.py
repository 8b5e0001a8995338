"""Verdicts and faults as text for a terminal and as JSON for programs. Makes strings and prints nothing.

An answer's own output may hold anything: control characters (a terminal would obey them) are shown, never sent, and
the JSON is plain ASCII, so that no locale and no half of a character can break it.
"""

import json
import textwrap
from typing import Any

from app.grading.verdict import Counterexample, Fault, Verdict

STATES = {"covered": "covered", "maybe": "maybe", "not_found": "not found", None: "not looked at"}


def as_json(value: Any) -> str:
    """One line. Raises ValueError for what JSON cannot say."""
    return json.dumps(value, allow_nan=False, separators=(", ", ": "))


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    made: dict[str, Any] = verdict.model_dump(mode="json")
    return made


def verdict_text(verdict: Verdict) -> str:
    """The summary first, then a known mistake, the smallest failing input, the error, the checks, and how."""
    blocks = [harmless(verdict.summary), _score(verdict)]
    for note in verdict.notes or ():
        begun = "A common mistake: " if note.id.startswith("wrong-") else ""
        blocks.append(begun + harmless(note.says.strip()))
    if verdict.counterexample is not None:
        blocks.append(_counterexample(verdict.counterexample))
    if verdict.error is not None:
        blocks.append(_error(verdict.error))
    if verdict.checks:
        lines = (f"[{'ok' if check.passed else 'no'}] {harmless(check.says)}" for check in verdict.checks)
        blocks.append("\n".join(lines))
    if verdict.points:
        blocks.append("\n".join(f"{point.id}: {STATES[point.state]}" for point in verdict.points))
    if verdict.output:
        blocks.append("printed:\n" + textwrap.indent(harmless(verdict.output), "  "))
    blocks.append(harmless(verdict.how))
    return "\n\n".join(block for block in blocks if block)


def _score(verdict: Verdict) -> str:
    said = "passed" if verdict.passed else "not passed"
    if verdict.score is not None:
        said += f", score {verdict.score:.2f}"
    elif not verdict.passed:
        said = "waits for your own grade"
    return f"{verdict.question}/{verdict.part}: {said} (ended: {verdict.ending.value})"


def _counterexample(found: Counterexample) -> str:
    rows = [
        ("called with", found.args),
        ("expected", found.expected),
        ("got", found.got),
        ("difference", found.first_difference),
        ("seed", None if found.seed is None else str(found.seed)),
    ]
    return "\n".join(_row(name, text) for name, text in rows if text)


def _row(name: str, text: str) -> str:
    first, *more = harmless(text).split("\n")
    return "\n".join([f"{name:<12}{first}", *(" " * 12 + line for line in more)])


def _error(fault: Fault) -> str:
    where = "" if fault.line is None else f"line {fault.line}: "
    source = "" if not fault.source else f"\n  {harmless(fault.source.strip())}"
    return f"{where}{harmless(fault.type)}: {harmless(fault.message)}{source}"


def harmless(text: str) -> str:
    """Line ends and tabs stay; any other character that does not print is shown as its escape."""
    kept = (
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape", "surrogatepass").decode("ascii")
        for char in text
    )
    return "".join(kept)
