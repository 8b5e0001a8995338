"""A failing input for the verdict: as text that can be read anywhere, and as a picture for the page."""

import ast
import functools

from app.bank.question import CodePart
from app.grading.checks import variable_differences
from app.grading.compare import EXACT
from app.grading.exams import Arguments, Exam
from app.grading.judge import Judged, called, name_of, says
from app.grading.picture import alone, error, pair
from app.grading.show import clean, show, show_all
from app.grading.verdict import Check, Counterexample
from app.sandbox.job import Fault, Outcome, Value

SHOWN = 300


@functools.lru_cache(maxsize=256)
def argument_names(solution: str, function: str) -> tuple[str, ...]:
    """The names of the function's arguments in the author's solution; empty when it cannot be read."""
    try:
        tree = ast.parse(solution)
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):  # the last by a bug of Python 3.11
        return ()
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return tuple(argument.arg for argument in (*node.args.posonlyargs, *node.args.args))
    return ()


def names_of(part: CodePart) -> tuple[str, ...]:
    if part.trial:
        return argument_names(part.trial, "trial")
    return argument_names(part.solution, part.function) if part.function else ()


def of_call(part: CodePart, exam: Exam, judged: Judged) -> Counterexample:
    """What one failing call was given, should have done and did."""
    names = names_of(part)
    args = judged.args
    path = judged.difference.path if judged.difference else ()
    if judged.failure == "changed" and judged.argument is not None:
        return _of_changed(part, exam, judged, names)
    expected, got = judged.expected, judged.got
    first, second = pair(expected, got, path, part.compare)
    shown = show(got, SHOWN)
    if judged.fault is not None:
        shown = raised_text(judged.fault)
        second = error(shown.removeprefix("raised "))
    return Counterexample(
        args=show_all(args, SHOWN),
        expected=show(expected, SHOWN),
        got=shown,
        first_difference=judged.difference.says
        if judged.difference and judged.failure == "differs"
        else says(part, judged, names),
        seed=exam.seed,
        picture={"args": _named(args, names), "expected": first, "got": second, "caption": called(part, args)},
    )


def seen(
    part: CodePart, args: Arguments, expected: Value, got: str, names: tuple[str, ...]
) -> dict[str, object]:  # fmt: skip
    """The picture of a call that gave nothing; `got` says what it did instead."""
    caption = called(part, args)
    result = {"expected": alone(expected), "got": error(got, "no result")}
    return {"args": _named(args, names), "caption": caption, **result}


def _of_changed(part: CodePart, exam: Exam, judged: Judged, names: tuple[str, ...]) -> Counterexample:
    """An argument that was not left as it was; the result was right, and is not shown."""
    name = name_of(names, judged.argument or 0)
    path = judged.difference.path if judged.difference else ()
    first, second = pair(judged.before, judged.after, path, EXACT)
    caption = f"{name} after {called(part, judged.args)}"
    return Counterexample(
        args=show_all(judged.args, SHOWN),
        expected=f"{name} = {show(judged.before, SHOWN)}, as before",
        got=f"{name} = {show(judged.after, SHOWN)}",
        first_difference=says(part, judged, names),
        seed=exam.seed,
        picture={"args": _named(judged.args, names), "expected": first, "got": second, "caption": caption},
    )


def _named(args: Arguments, names: tuple[str, ...]) -> list[dict[str, object]]:
    return [{"name": name_of(names, place), "picture": alone(value)} for place, value in enumerate(args)]


def smallest_seen(exam: Exam) -> tuple[str, Value] | None:
    """The smallest input that may be seen, as text, and what should come of it."""
    known = list(zip(exam.written, exam.expected, strict=True))[: exam.shown]
    if not known:
        return None
    args, value = min(known, key=lambda case: len(show_all(case[0], SHOWN)))
    return show_all(args, SHOWN), value


def of_rule(exam: Exam, broken: Check) -> Counterexample | None:
    """Every input fails an answer that is right and made in the wrong way."""
    found = smallest_seen(exam)
    if found is None:
        return None
    args, value = found
    kind, _, what = broken.id.partition("-")
    wanted = f"made by a {what.replace('-', ' ')}" if kind == "uses" else f"made without {what}"
    return Counterexample(
        args=args,
        expected=f"{show(value, SHOWN)}, {wanted}",
        got=f"{show(value, SHOWN)}, made in another way",
        first_difference=broken.says,
        seed=exam.seed,
    )


def of_nothing(exam: Exam, says: str) -> Counterexample | None:
    """Every input fails an answer whose function is not there."""
    found = smallest_seen(exam)
    if found is None:
        return None
    args, value = found
    return Counterexample(
        args=args, expected=show(value, SHOWN), got="no such function", first_difference=says, seed=exam.seed
    )


def raised_text(fault: Fault) -> str:
    message = clean(fault.message, 200, lines=False)
    return f"raised {clean(fault.type, 80, lines=False)}{': ' + message if message else ''}"


def of_variables(part: CodePart, exam: Exam, outcome: Outcome) -> Counterexample | None:
    """The first variable that is wrong."""
    found = variable_differences(part, exam, outcome)
    for name, wrong in found.items():
        if wrong is not None:
            expected = exam.variables[name]
            missing = name not in outcome.variables
            got = outcome.variables.get(name)
            first, second = pair(expected, got, wrong.path, part.compare)
            if missing:
                second = {"form": "text", "text": "(not there)", "different": True, "says": "no such variable"}
            return Counterexample(
                args=None,
                expected=f"{name} = {show(expected, SHOWN)}",
                got=f"no variable called {name}" if missing else f"{name} = {show(got, SHOWN)}",
                first_difference=wrong.says,
                picture={"args": None, "expected": first, "got": second, "caption": name},
            )
    return None
