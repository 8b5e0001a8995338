"""The checks of a code answer and what they are worth.

Values are most of the score. Form, arguments left alone and rules only count once at least one value is right, and an
answer that raised or returned None gets nothing, so that nobody earns points for a stub.
"""

from app.bank.question import CodePart
from app.grading.compare import Difference, difference
from app.grading.exams import Exam
from app.grading.judge import Judged, says
from app.grading.show import a_kind, kind_of
from app.grading.verdict import Check
from app.grading.words import RESULT, too_large, upper
from app.sandbox.job import Outcome, Value

VALUES_WEIGHT = 2  # against all other checks together


def variable_differences(part: CodePart, exam: Exam, outcome: Outcome) -> dict[str, Difference | None]:
    """What is wrong with each variable; None where it is right."""
    found: dict[str, Difference | None] = {}
    for name in part.variables:
        if name in outcome.variables:
            found[name] = difference(exam.variables[name], outcome.variables[name], part.compare, name=name)
        else:
            found[name] = Difference("type", (), f"there is no variable called {name}")
    return found


def variable_checks(found: dict[str, Difference | None], expected: dict[str, Value]) -> list[Check]:
    return [
        Check(id=name, passed=wrong is None, says=_ended(wrong.says if wrong else f"{name} is right"))
        for name, wrong in found.items()
    ]


def variable_score(checks: list[Check]) -> float:
    return _rounded(sum(check.passed for check in checks) / len(checks))


def call_checks(
    part: CodePart, judged: list[Judged], rules: list[Check], names: tuple[str, ...], worst: Judged | None
) -> list[Check]:
    """`worst` is the counterexample. Its failure is told once, in the check that it breaks; the other checks only
    count, so that one verdict speaks of one input."""
    made = [_returns(part, judged, worst, names), _values(part, judged, worst, names)]
    if part.unchanged:
        changed = [one for one in judged if one.failure == "changed"]
        told = "The arguments are left as they were."
        if worst is not None and worst.failure == "changed":
            told = _ended(upper(says(part, worst, names)))
        elif changed:
            told = f"{_of(changed, judged)} change an argument."
        made.append(Check(id="unchanged", passed=not changed, says=told))
    return made + rules


def is_form(judged: Judged) -> bool:
    """What came is of another type, shape or dtype, so its values do not matter yet."""
    if judged.failure != "differs" or judged.difference is None:
        return False
    long = too_large(judged.got) and kind_of(judged.got).split()[0] == kind_of(judged.expected)
    return judged.difference.property != "values" and not long


def is_whole(difference: Difference) -> bool:
    """It is about the result as a whole, so it is true of other inputs too."""
    return not difference.path and difference.says.startswith((RESULT, "it returned"))


def _returns(part: CodePart, judged: list[Judged], worst: Judged | None, names: tuple[str, ...]) -> Check:
    if worst is not None and is_form(worst) and worst.difference is not None:
        told = worst.difference.says if is_whole(worst.difference) else says(part, worst, names)
        return Check(id="returns", passed=False, says=_ended(upper(told)))
    if worst is not None and worst.failure == "raised":
        return Check(id="returns", passed=False, says=_ended(upper(says(part, worst, names))))
    formed, raised = [one for one in judged if is_form(one)], [one for one in judged if one.failure == "raised"]
    if formed or raised:
        counted = [f"{_of(formed, judged)} give a result of another form"] if formed else []
        counted += [f"{_of(raised, judged)} raise an exception"] if raised else []
        return Check(id="returns", passed=False, says=_ended("; ".join(counted)))
    kinds = {a_kind(one.expected) for one in judged}
    return Check(
        id="returns", passed=True, says=f"It returns {kinds.pop() if len(kinds) == 1 else 'what was asked for'}."
    )


def _values(part: CodePart, judged: list[Judged], worst: Judged | None, names: tuple[str, ...]) -> Check:
    right = sum(one.failure in (None, "changed") for one in judged)
    if right == len(judged):
        told = f"All {len(judged)} results are right." if len(judged) > 1 else "The result is right."
        return Check(id="values", passed=True, says=told)
    wrong = worst is not None and worst.failure == "differs" and not is_form(worst)
    told = f"{_ended(upper(says(part, worst, names)))} " if wrong and worst is not None else ""
    return Check(id="values", passed=False, says=f"{told}{right} of {len(judged)} results are right.")


def _of(some: list[Judged], judged: list[Judged]) -> str:
    return f"{len(some)} of {len(judged)} calls"


def call_score(checks: list[Check], judged: list[Judged]) -> float:
    right = sum(one.failure in (None, "changed") for one in judged)
    stub = any(one.failure == "raised" or (one.got is None and one.expected is not None) for one in judged)
    if not right or stub:
        return 0.0
    if all(check.passed for check in checks):
        return 1.0
    others = [check for check in checks if check.id != "values"]
    weight = VALUES_WEIGHT * len(others)
    score = (weight * right / len(judged) + sum(check.passed for check in others)) / (weight + len(others))
    return min(_rounded(score), 0.99)


def _rounded(score: float) -> float:
    return round(score, 2)


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else text + "."
