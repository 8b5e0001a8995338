"""Whatever a child leaves behind, and whatever is handed in, the grade is a verdict that can be stored and sent."""

import random
from pathlib import Path

import pytest

from app.grading.grade import grade
from app.grading.verdict import Verdict
from app.sandbox.job import Call, Ending, Fault, Job, Outcome, Runner
from tests.grading_parts import function_part, prose_part, question_of, variables_part
from tests.test_compare_total import TEXTS, value

FUNCTION = function_part(unchanged=True, rules=[{"uses": "list-comprehension", "avoids": ["map"]}])
VARIABLES = variables_part("a = [1, 2]\nb = 'x'", "a", "b")
NASTY = ["", "a", "\ud800", "\0\x1b[31m", "é" * 5000, "\n" * 200, "`" * 9, "<script>"]


def whole(made: Verdict) -> None:
    text = made.model_dump_json()
    assert Verdict.model_validate_json(text) == made.model_copy(update={"mark": None})  # which stays here
    assert len(text.encode("utf-8")) < 200_000
    assert made.summary.isprintable() and made.summary
    assert made.score is None or 0 <= made.score <= 1
    assert made.how and "\n" not in made.how
    for check in made.checks or ():
        assert check.says.isprintable() and check.says


class Liar:
    """Runs the author's jobs; answers everything else with what it makes up."""

    def __init__(self, run: Runner, seed: int) -> None:
        self.run = run
        self.rng = random.Random(seed)

    def __call__(self, job: Job) -> Outcome:
        if job.source in (FUNCTION.solution, VARIABLES.solution):
            return self.run(job)
        rng = self.rng
        calls = tuple(self.call() for _ in range(rng.choice([len(job.cases)] * 4 + [0, 1, 99])))
        named = {name: value(rng) for name in job.variables if rng.random() < 0.8}
        return Outcome(
            rng.choice([*Ending, *[Ending.OK] * 20]), self.fault(), calls, named, rng.choice(NASTY),
            tuple(rng.choices(NASTY, k=rng.randrange(4))), rng.random(), rng.random(),
        )  # fmt: skip

    def call(self) -> Call:
        rng = self.rng
        args = tuple(value(rng) for _ in range(rng.randrange(3)))
        after = tuple(value(rng) for _ in range(rng.randrange(3)))
        return Call(args, after, value(rng), self.fault() if rng.random() < 0.05 else None, rng.choice(NASTY))

    def fault(self) -> Fault | None:
        rng = self.rng
        texts = [str(text) for text in (*TEXTS, *NASTY)]
        made = Fault(rng.choice(texts), rng.choice(texts), rng.choice([None, 1, 10**9]), rng.choice([None, *texts]))
        return made if rng.random() < 0.5 else None


@pytest.mark.parametrize("seed", range(30))
def test_a_child_that_makes_everything_up_gets_a_verdict(seed: int, runner: Runner) -> None:
    liar = Liar(runner, seed)
    for part in (FUNCTION, VARIABLES):
        made = grade(question_of(part), part, "made up", liar, seed=seed)
        whole(made)
        assert not made.passed or made.ending is Ending.OK


@pytest.mark.no_cover
def test_every_nasty_string_is_a_bad_answer_and_no_more(shared: Path) -> None:
    strings: list[str] = []
    for path in sorted((shared / "data" / "security" / "strings").rglob("*")):
        if path.is_file():
            strings += path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    assert strings
    part = prose_part()
    for text in strings:
        made = grade(question_of(part), part, text, no_jail, seed=1)
        whole(made)
        assert made.ending is (Ending.OK if text.strip() and not unfit(text) else Ending.REFUSED)


@pytest.mark.parametrize("seed", range(4))
def test_nasty_strings_as_programs_are_refused_or_fail(seed: int, shared: Path, runner: Runner) -> None:
    texts = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted((shared / "data" / "security" / "strings").rglob("*"))
        if path.is_file()
    ]
    lines = [line for text in texts for line in text.splitlines()]
    rng = random.Random(seed)
    for answer in rng.sample(lines, min(12, len(lines))):
        made = grade(question_of(FUNCTION), FUNCTION, answer, runner, seed=seed)
        whole(made)
        assert not made.passed and made.ending is not Ending.INTERNAL


def no_jail(job: Job) -> Outcome:
    raise AssertionError("prose needs no jail")


def unfit(text: str) -> bool:
    return "\0" in text or any("\ud800" <= char <= "\udfff" for char in text)
