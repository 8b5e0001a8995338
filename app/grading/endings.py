"""What each ending means, in one plain sentence: a closed table, in which a missing cell is an error."""

import difflib
import re
from collections.abc import Callable

from app.bank.question import CodePart
from app.grading.show import clean
from app.grading.verdict import Fault
from app.sandbox import job
from app.sandbox.job import Ending, Outcome

MAX_BYTES = 64 * 1024
NAMES_SHOWN = 3
HALF = re.compile("[\ud800-\udfff]")


def refusal(answer: object) -> str:
    """Why an answer is not even run; empty when it may be."""
    if not isinstance(answer, str):
        return "The answer has to be text."
    if not answer.strip():
        return "There is no answer yet: it is blank."
    if HALF.search(answer):
        return "The answer holds half a character (a lone surrogate), which is no text: type that place again."
    if "\0" in answer:
        return "The answer holds a NUL character, which no program and no text may hold: type that place again."
    if len(answer.encode("utf-8")) > MAX_BYTES:
        return f"The answer is longer than {MAX_BYTES // 1024} KiB: keep to what the question asks for."
    return ""


def fault_of(fault: job.Fault | None) -> Fault | None:
    """A child's fault for the verdict, made printable."""
    if fault is None:
        return None
    source = None if fault.source is None else clean(fault.source, 300, lines=False)
    return Fault(
        type=clean(fault.type, 100, lines=False), message=clean(fault.message, 1000), line=fault.line, source=source
    )


def _ok(part: CodePart, outcome: Outcome, answer: str) -> str:
    return "It ran to its end."


def _error(part: CodePart, outcome: Outcome, answer: str) -> str:
    return raised(fault_of(outcome.fault))


def raised(fault: Fault | None, called: str = "") -> str:
    """What stopped the program, and where."""
    if fault is None:
        return "It stopped with an exception."
    line = f" in line {fault.line}" if fault.line else ""
    when = f", when called as `{called}`" if called else ""
    message = f": {_first_line(fault.message)}" if fault.message else ""
    return _sentence(f"It stopped with {_article(fault.type)} `{fault.type}`{line}{when}{message}")


def _refused(part: CodePart, outcome: Outcome, answer: str) -> str:
    fault = fault_of(outcome.fault)
    if fault is None:
        return "Python cannot read it."
    if (fault.source or "").startswith(">>>"):
        return (
            f"Python cannot read line {fault.line}: it begins with `>>>`, which the Python prompt prints. "
            "Remove every `>>>`, and the lines that Python answered."
        )
    return unreadable(fault)


def unreadable(fault: Fault) -> str:
    """What Python stumbles over, and where."""
    where = f"line {fault.line}" if fault.line else "it"
    return _sentence(f"Python cannot read {where}: {_first_line(fault.message) or fault.type}")


def _timeout(part: CodePart, outcome: Outcome, answer: str) -> str:
    seconds = f"{part.limits.wall_s:g} second{'' if part.limits.wall_s == 1 else 's'}"
    return f"It did not finish within {seconds}: is there a loop that never ends?"


def _memory(part: CodePart, outcome: Outcome, answer: str) -> str:
    return f"It needed more memory than the {part.limits.memory_mb} MB that it may have: does something grow for ever?"


def _output(part: CodePart, outcome: Outcome, answer: str) -> str:
    return "It printed more than 64 KB: is there a print in a loop that never ends?"


def _killed(part: CodePart, outcome: Outcome, answer: str) -> str:
    return "It crashed, or was stopped for doing something that an answer may not do."


def _no_result(part: CodePart, outcome: Outcome, answer: str) -> str:
    name = part.function
    if name is None:
        return "It ended before its variables could be read: does it leave early, by something like os._exit()?"
    if not is_missing(name, outcome, answer):
        return f"It ended before `{name}` had given its results: does it leave early, by something like os._exit()?"
    return f"There is no function called `{name}`{_near(name, outcome.names)}."


def is_missing(name: str, outcome: Outcome, answer: str) -> bool:
    """The program has no such function; otherwise it left before the function had given its results."""
    return outcome.fault is None and (bool(outcome.names) or not _defines(name, answer))


def _defines(name: str, answer: str) -> bool:
    return re.search(rf"\bdef\s+{name}\b|^\s*{name}\s*=", answer, re.MULTILINE) is not None


def _near(name: str, names: tuple[str, ...]) -> str:
    """Names that the program has instead."""
    tidy = {clean(other, 60, lines=False): other for other in names}
    lower = {other.lower(): other for other in tidy}
    near = [lower[found] for found in difflib.get_close_matches(name.lower(), list(lower), n=2, cutoff=0.6)]
    if near:
        return f"; did you mean `{'` or `'.join(near)}`? The name has to be exactly `{name}`"
    if not tidy:
        return ": define it with `def " + name + "(…):`"
    few = list(tidy)[:NAMES_SHOWN]
    return f"; what your program defines is `{'`, `'.join(few)}`{' and more' if len(tidy) > len(few) else ''}"


def _internal(part: CodePart, outcome: Outcome, answer: str) -> str:
    return "The grader failed. That is our fault and not yours: it does not count as an attempt, so please try again."


def _article(word: str) -> str:
    return "an" if word[:1].lower() in tuple("aeiou") else "a"


def _first_line(text: str) -> str:
    return clean(text.strip().split("\n")[0], 200, lines=False)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else text + "."


MEANING: dict[Ending, Callable[[CodePart, Outcome, str], str]] = {
    Ending.OK: _ok,
    Ending.ERROR: _error,
    Ending.REFUSED: _refused,
    Ending.TIMEOUT: _timeout,
    Ending.MEMORY: _memory,
    Ending.OUTPUT: _output,
    Ending.KILLED: _killed,
    Ending.NO_RESULT: _no_result,
    Ending.INTERNAL: _internal,
}


def meaning(part: CodePart, outcome: Outcome, answer: str) -> str:
    return MEANING[outcome.ending](part, outcome, answer)


def how(part: CodePart, ending: Ending, compared: bool) -> str:
    """One line that says how the answer was graded; `compared` says that it came to comparing results."""
    if not compared:
        return HOW[ending].format(seconds=f"{part.limits.wall_s:g}", memory=part.limits.memory_mb)
    near = f"whole numbers exactly, other numbers to a relative {part.compare.rtol:g}"
    rule = ", and its source against the rules" if part.rules else ""
    if part.variables:
        names = ", ".join(part.variables)
        return f"The program ran by itself in a sandbox; {names} were compared with a reference: {near}{rule}."
    drawn = f" and {part.random.count} random ones" if part.random else ""
    hidden = sum(case.hidden for case in part.cases)
    given = f"{len(part.cases)} given inputs ({hidden} of them hidden)" if part.cases else "no given inputs"
    ran = f"The function ran by itself in a sandbox on {given}{drawn}"
    return f"{ran}; results were compared with a reference: {near}{rule}."


def how_asked(part: CodePart) -> str:
    """What will be done with an answer, as the page says it beforehand."""
    if part.variables:
        return f"run in a sandbox; {' and '.join(part.variables)} are compared with those of a reference."
    count = len(part.cases) + (part.random.count if part.random else 0)
    unseen = part.random is not None or any(case.hidden for case in part.cases)
    some = ", some of them not shown or drawn anew each time" if unseen else ""
    return f"run in a sandbox on {count} inputs{some}; the results are compared with those of a reference."


HOW: dict[Ending, str] = {
    Ending.OK: "The answer ran by itself in a sandbox; nothing was compared.",
    Ending.ERROR: "The program ran by itself in a sandbox until the exception; no result was compared.",
    Ending.REFUSED: "The answer was not run, so no result was compared.",
    Ending.TIMEOUT: "The program ran by itself in a sandbox and was stopped after {seconds} s; no result was compared.",
    Ending.MEMORY: "The program ran by itself in a sandbox, with {memory} MB of memory; no result was compared.",
    Ending.OUTPUT: "The program ran by itself in a sandbox until it had printed 64 KB; no result was compared.",
    Ending.KILLED: "The program ran by itself in a sandbox and was ended there; no result was compared.",
    Ending.NO_RESULT: "The program ran by itself in a sandbox; there was no result to compare.",
    Ending.INTERNAL: "Not graded: the reference or its inputs failed. This is our fault.",
}
