"""The checks of a code answer and what they are worth.

Values are most of the score. Form, arguments left alone and rules only count once at least one value is right, and an
answer that raised or returned None gets nothing, so that nobody earns points for a stub.
"""

from app.bank.question import CodePart
from app.grading.compare import Difference, difference
from app.grading.exams import Exam
from app.grading.judge import Judged, says
from app.grading.show import a_kind
from app.grading.verdict import Check
from app.grading.words import RESULT, upper
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
    """`worst` is the smallest counterexample, whose failure is told before any other of its kind."""
    ordered = [worst, *judged] if worst else judged
    differing = [one for one in ordered if one.failure == "differs" and one.difference]
    form = next((one for one in differing if one.difference and one.difference.property != "values"), None)
    wrong = next((one for one in differing if one.difference and one.difference.property == "values"), None)
    raised = next((one for one in ordered if one.failure == "raised"), None)
    made = [_returns(part, judged, form, raised, names), _values(part, judged, wrong, raised or form, names)]
    if part.unchanged:
        changed = next((one for one in ordered if one.failure == "changed"), None)
        told = upper(says(part, changed, names)) + "." if changed else "The arguments are left as they were."
        made.append(Check(id="unchanged", passed=changed is None, says=told))
    return made + rules


def _returns(
    part: CodePart, judged: list[Judged], form: Judged | None, raised: Judged | None, names: tuple[str, ...]
) -> Check:
    if form is not None and form.difference is not None:
        whole = not form.difference.path and form.difference.says.startswith((RESULT, "it returned"))
        told = form.difference.says if whole else says(part, form, names)
        return Check(id="returns", passed=False, says=_ended(upper(told)))
    if raised is not None:
        return Check(id="returns", passed=False, says=_ended(upper(says(part, raised, names))))
    kinds = {a_kind(one.expected) for one in judged}
    return Check(
        id="returns", passed=True, says=f"It returns {kinds.pop() if len(kinds) == 1 else 'what was asked for'}."
    )


def _values(
    part: CodePart, judged: list[Judged], wrong: Judged | None, raised: Judged | None, names: tuple[str, ...]
) -> Check:
    right = sum(one.failure in (None, "changed") for one in judged)
    if wrong is None and raised is None:
        told = f"All {len(judged)} results are right." if len(judged) > 1 else "The result is right."
        return Check(id="values", passed=True, says=told)
    first = wrong or raised
    told = f"{_ended(upper(says(part, first, names)))} " if first else ""
    return Check(id="values", passed=False, says=f"{told}{right} of {len(judged)} results are right.")


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
