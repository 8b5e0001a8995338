"""Rules on the source itself: the jail reads the source and tells facts, and here they become checks with a sentence.

The source is never parsed in this process, and no student's code runs in the process that judges its rules: the
program is rules_program.py with its parts, and the answer is only an argument of it.
"""

import base64
import functools
import marshal
from pathlib import Path
from typing import Any

from app.bank.question import CodePart, Rule
from app.grading.show import clean
from app.grading.verdict import Check
from app.sandbox.job import Ending, Job, Limits, Outcome

PARTS = ("rules_syntax", "rules_values", "rules_calls", "rules_flow", "rules_program")
LIMITS = Limits(wall_s=5.0, memory_mb=512)

# How a returned value can be made instead of by a list comprehension. {line} is " (line 3)" or nothing.
MADE = {
    "loop": "a `{loop}` loop builds the list{line}",
    "append": "the list is filled by calls such as `append`{line}",
    "changed": "the list is changed after it was made{line}",
    "generator": "the list is made from a generator{line}",
    "map": "`map` makes the values{line}",
    "filter": "`filter` makes the values{line}",
    "reduce": "`reduce` makes the value{line}",
    "set": "a set is made first{line}",
    "dict": "a dict is made{line}",
    "literal": "the list is written out item by item{line}",
    "argument": "the list that came in goes out again",
    "copy": "the list is only copied{line}",
    "zip": "`zip` or `enumerate` makes the items{line}",
    "range": "`range` makes the numbers{line}",
    "hidden": "the value comes out of code that is made while the program runs{line}",
    "item": "a single item is returned{line}",
    "nothing": "the function never returns a list that it made: is a `return` missing?",
    "missing": "the function could not be found in the source",
}  # fmt: skip
NAMES_TOLD = 4  # of those that a rule forbids
UNCLEAR = "it cannot be seen in the source that a list comprehension makes the returned list{line}"
SHAPE = "use a list comprehension: [… for x in xs if …]"
FOUND = {
    "for": "a `for` loop", "while": "a `while` loop", "comprehension": "a comprehension",
    "generator": "a generator expression",
}  # fmt: skip
FAULTS = {
    "syntax": "Python cannot read the source, so its rules were not looked at",
    "complex": "the source is too deeply nested or too long for its rules to be looked at; write it more simply",
}


@functools.cache
def program() -> str:
    """The text of the program that runs in the jail: its parts, without their imports of one another."""
    texts = [Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8") for name in PARTS]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("from app.")]
    return "\n".join(lines) + "\n"


@functools.cache
def loader() -> str:
    """The same, compiled here once: each child would spend longer on compiling it than on all the rest."""
    code = base64.b64encode(marshal.dumps(compile(program(), "rules.py", "exec"))).decode("ascii")
    return f"import base64, marshal\nexec(marshal.loads(base64.b64decode({code!r})))\n"


def job(part: CodePart, source: str) -> Job | None:
    """The job that finds the facts for the part's rules; None when it has no rules."""
    if not part.rules:
        return None
    avoids = [name for rule in part.rules for name in rule.avoids]
    function = part.function if part.function and any(rule.uses for rule in part.rules) else ""
    return Job(source=loader(), function="facts", cases=((source, function, avoids),), limits=LIMITS)


def checks(part: CodePart, outcome: Outcome, values_right: bool) -> list[Check] | None:
    """One check for each demand; None when the facts could not be found through a fault of ours."""
    facts = _facts(outcome)
    if facts is None:
        return None
    made: list[Check] = []
    for rule in part.rules:
        if rule.uses is not None:
            made.append(
                _check(f"uses-{rule.uses}", rule, _uses(facts), "A list comprehension makes the returned list.")
            )
        if rule.avoids:
            found = next(filter(None, (_avoids(facts, name) for name in rule.avoids)), "")
            made.append(_check(f"avoids-{rule.avoids[0]}", rule, found, _without(rule.avoids)))
    return [_with_values(check, values_right) for check in made]


def _facts(outcome: Outcome) -> dict[str, Any] | None:
    if outcome.ending in (Ending.TIMEOUT, Ending.MEMORY, Ending.KILLED):  # it was the source that was too much
        return {"fault": "complex"}
    if outcome.ending is not Ending.OK or len(outcome.calls) != 1 or not isinstance(outcome.calls[0].value, dict):
        return None
    facts: dict[str, Any] = outcome.calls[0].value
    return facts if "fault" in facts or {"made", "avoids", "hidden"} <= set(facts) else None


def _check(name: str, rule: Rule, wrong: str, right: str) -> Check:
    if not wrong:
        return Check(id=name, passed=True, says=right)
    return Check(id=name, passed=False, says=rule.says or wrong)


def _with_values(check: Check, values_right: bool) -> Check:
    """A failed rule beside right values says first that they are right."""
    says = check.says if check.says.startswith("`") else check.says[:1].upper() + check.says[1:]
    if not check.passed and values_right:
        says = f"The values are right, but {check.says}"
    return check.model_copy(update={"says": says if says.endswith((".", "!", "?", "]")) else says + "."})


def _fault(facts: dict[str, Any]) -> str:
    """What hides the source from every rule; empty when nothing does."""
    if "fault" in facts:
        return FAULTS.get(str(facts["fault"]), FAULTS["complex"])
    if facts["hidden"]:
        name, line = facts["hidden"]
        return f"`{clean(str(name), 60, lines=False)}`{_line(line)} hides what really runs; write the answer without it"
    return ""


def _uses(facts: dict[str, Any]) -> str:
    """Why the returned value is not made by a list comprehension; empty when it is."""
    fault = _fault(facts)
    if fault:
        return fault
    why, line, loop = facts["made"]
    if not why:
        return ""
    says = MADE.get(str(why), UNCLEAR).format(line=_line(line), loop=loop)
    written = [number for number in facts.get("comprehensions", []) if number]
    if why == "nothing":
        return says
    if written and why not in ("missing", "copy"):
        return f"{says}; the list comprehension in line {written[0]} is not what makes the returned list"
    return f"{says}; {SHAPE}"


def _avoids(facts: dict[str, Any], name: str) -> str:
    fault = _fault(facts)
    if fault:
        return fault
    found = facts["avoids"].get(name)
    if found is None:
        return ""
    what, line = found
    return f"{FOUND.get(str(what), f'`{clean(str(what), 60, lines=False)}`')} is used{_line(line)}; write it without"


def _without(names: tuple[str, ...]) -> str:
    called = [{"loop": "a loop", "comprehension": "a comprehension"}.get(name, f"`{name}`") for name in names]
    if len(called) == 1:
        return f"{called[0]} is not used."
    if len(called) == 2:
        return f"Neither {called[0]} nor {called[1]} is used."
    last = called[-1] if len(called) <= NAMES_TOLD else f"{len(called) - NAMES_TOLD + 1} others"
    return f"None of {', '.join(called[: min(len(called), NAMES_TOLD) - 1])} and {last} is used."


def _line(line: Any) -> str:
    return f" (line {line})" if isinstance(line, int) and line > 0 else ""
