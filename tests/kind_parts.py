"""Small parts of every closed kind for the tests of their graders, and a short way to grade one answer."""

from typing import Any

from app.bank.closed import ChoicePart, NumberPart, OrderPart, PredictPart
from app.bank.question import ParsonsPart
from app.grading.grade import grade
from app.grading.verdict import Verdict
from app.sandbox.job import Job, Outcome
from tests.grading_parts import question_of

ONE = ChoicePart.model_validate(
    {
        "id": "pick", "kind": "choice", "ask": "Which?",
        "options": [{"id": "a", "text": "A", "right": True}, {"id": "b", "text": "B", "reply": "No: `b` is not."},
                    {"id": "c", "text": "C", "reply": "Nor c."}],
    }
)  # fmt: skip
SOME = ChoicePart.model_validate(
    {
        "id": "tick", "kind": "choice", "ask": "Which?", "several": True,
        "options": [{"id": "a", "text": "A", "right": True}, {"id": "b", "text": "B", "right": True},
                    {"id": "c", "text": "C", "reply": "Not c."}, {"id": "d", "text": "D", "reply": "Not d."}],
    }
)  # fmt: skip
ORDER = OrderPart.model_validate(
    {
        "id": "sort", "kind": "order", "ask": "Sort.",
        "steps": [{"id": id, "text": f"Do {id}."} for id in ("one", "two", "three", "four", "five")],
        "wrong": [{"order": ["two", "one", "three", "four", "five"], "reply": "One comes first."}],
    }
)  # fmt: skip
PARSONS = ParsonsPart.model_validate(
    {
        "id": "arrange", "kind": "parsons", "ask": "Arrange.", "function": "total",
        "lines": [{"id": "def", "text": "def total(xs):"}, {"id": "start", "text": "found = 0", "indent": 1},
                  {"id": "loop", "text": "for x in xs:", "indent": 1}, {"id": "add", "text": "found += x", "indent": 2},
                  {"id": "return", "text": "return found", "indent": 1}],
        "distractors": [{"id": "times", "text": "found *= x", "reply": "That multiplies."}],
        "cases": [{"args": [[1, 2, 3]]}, {"args": [[5, 5]], "hidden": True}],
        "wrong": [{"lines": [["def", 0], ["start", 1], ["loop", 1], ["add", 2], ["return", 2]],
                   "why": "returns early"}],
    }
)  # fmt: skip
ARRANGED: list[list[Any]] = [["def", 0], ["start", 1], ["loop", 1], ["add", 2], ["return", 1]]


def number(value: float, **more: Any) -> NumberPart:
    whole = {"id": "say", "kind": "number", "ask": "How much?", "value": value,
             "wrong": [{"value": -99.0, "reply": "Far off."}]}  # fmt: skip
    return NumberPart.model_validate(whole | more)


def predict(snippet: str, **more: Any) -> PredictPart:
    whole = {"id": "guess", "kind": "predict", "ask": "What?", "snippet": snippet,
             "wrong": [{"answer": "99", "reply": "Why 99?"}]}  # fmt: skip
    return PredictPart.model_validate(whole | more)


def nothing_runs(job: Job) -> Outcome:
    raise AssertionError("this kind needs no jail")


def graded(part: Any, answer: object, run: Any = nothing_runs) -> Verdict:
    return grade(question_of(part), part, answer, run, seed=1)
