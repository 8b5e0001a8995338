"""Small questions for the tests of the graders, and a runner that counts its jobs."""

from typing import Any

from app.bank.question import CodePart, Part, ProsePart, Question
from app.sandbox.job import Job, Outcome, Runner

DOUBLE = "def double(xs):\n    return [2 * x for x in xs]\n"
DRAW = "def make(rng):\n    return ([rng.randint(-9, 9) for _ in range(rng.randrange(6))],)\n"
STUB = [{"code": "pass", "why": "does nothing"}]


def function_part(**changes: Any) -> CodePart:
    """`double(xs)`: every number of a list doubled."""
    whole = {
        "id": "write", "kind": "code", "ask": "Write double(xs).", "solution": DOUBLE, "function": "double",
        "cases": [{"args": [[1, 2, 3]]}, {"args": [[]]}, {"args": [[-4]], "hidden": True}],
        "random": {"count": 12, "make": DRAW}, "wrong": STUB,
    }  # fmt: skip
    return CodePart.model_validate({key: value for key, value in (whole | changes).items() if value is not None})


def variables_part(solution: str, *names: str, **changes: Any) -> CodePart:
    whole = {"id": "write", "kind": "code", "ask": "Write it.", "solution": solution, "variables": names, "wrong": STUB}
    return CodePart.model_validate(whole | changes)


LOSS = "The loss measures the difference between predictions and labels."
TRAINING = "Training makes the weights of the network better."


def prose_part(**changes: Any) -> ProsePart:
    whole = {
        "id": "explain", "kind": "prose", "ask": "Explain it.",
        "points": [{"id": "one", "text": LOSS}, {"id": "two", "text": TRAINING, "weight": 3}],
        "samples": [{"text": f"{LOSS} {TRAINING}", "covers": ["one", "two"]}, {"text": LOSS, "covers": ["one"]},
                    {"text": "We had rice for dinner yesterday.", "covers": []}],
    }  # fmt: skip
    return ProsePart.model_validate(whole | changes)


def question_of(*parts: Part, answer: str = "It is so.") -> Question:
    return Question(
        id="test", number=1, title="Test", prompt="Do it.", topics=("python",), hints=("One.", "Two."), parts=parts,
        answer=answer,
    )  # fmt: skip


class Counting:
    """A runner that remembers its jobs."""

    def __init__(self, run: Runner) -> None:
        self.run = run
        self.jobs: list[Job] = []

    def __call__(self, job: Job) -> Outcome:
        self.jobs.append(job)
        return self.run(job)
