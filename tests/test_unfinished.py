"""A run that does not come to its end tells the smallest input on which that happens, and only what was seen."""

import pytest

from app.grading.grade import grade
from app.grading.verdict import Verdict
from app.sandbox.job import Ending, Runner
from tests.grading_parts import DOUBLE, Counting, function_part, question_of

PART = function_part(limits={"wall_s": 1, "memory_mb": 512}, cases=[{"args": [[1, 2, 3]]}, {"args": [[7, 7]]}])
SEVENS = "def double(xs):\n    if xs[:2] == [7, 7]:\n        {}\n    return [2 * x for x in xs]\n"
DOES = {
    "loops": ("while True: pass", Ending.TIMEOUT, "still running after 0.5 s"),
    "takes memory": ("x = [bytes(10**7) for _ in range(1000)]", Ending.MEMORY, "needed more memory"),
    "prints": ("while True: print('a' * 1000)", Ending.OUTPUT, "printed without end"),
    "crashes": ("import os; os.abort()", Ending.KILLED, "crashed"),
    "leaves": ("import os; os._exit(0)", Ending.NO_RESULT, "ended the program"),
}


def verdict(answer: str, run: Runner) -> Verdict:
    return grade(question_of(PART), PART, answer, run, seed=1)


@pytest.mark.parametrize(("does", "ending", "got"), DOES.values(), ids=list(DOES))
def test_the_call_that_does_not_come_back_is_told(does: str, ending: Ending, got: str, runner: Runner) -> None:
    made = verdict(SEVENS.format(does), runner)
    found = made.counterexample
    assert made.ending is ending and found is not None
    assert (found.args, found.expected) == ("[7, 7]", "[14, 14]") and found.got.startswith(got)
    assert made.summary.endswith("It happens with `double([7, 7])`.")


def test_the_smallest_of_several_is_told(runner: Runner) -> None:
    made = verdict("def double(xs):\n    while xs: pass\n    return []\n", runner)
    assert made.counterexample is not None and made.counterexample.args is not None
    assert made.counterexample.args.count(",") == 0 and made.counterexample.args != "[]"


def test_a_program_that_hangs_by_itself_blames_no_call(runner: Runner) -> None:
    made = verdict(DOUBLE + "while True: pass\n", runner)
    assert made.ending is Ending.TIMEOUT and made.counterexample is None and "It happens" not in made.summary


def test_many_calls_that_are_slow_together_blame_none(runner: Runner) -> None:
    made = verdict("import time\ndef double(xs):\n    time.sleep(0.15)\n    return [2 * x for x in xs]\n", runner)
    assert made.ending is Ending.TIMEOUT and made.counterexample is None


def test_looking_takes_few_runs(runner: Runner) -> None:
    counting = Counting(runner)
    verdict(SEVENS.format("import os; os.abort()"), counting)
    assert len(counting.jobs) <= 9  # the reference, the answer, the program alone, and four halvings of 14 inputs
