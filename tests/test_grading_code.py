"""Code answers, graded in the real jail: what passes, what each ending says, what a score is worth."""

from typing import Any

import pytest

from app.grading.code import grade_code
from app.grading.grade import grade
from app.grading.verdict import Verdict
from app.sandbox.job import Busy, Call, Ending, Job, Outcome, Runner, Unavailable
from tests.grading_parts import DOUBLE, Counting, function_part, question_of, variables_part

CORNER = "import torch\na = torch.arange(1, 10).view(3, 3)\nb = 2 * a\ncorner = b[1:, 1:]\n"
TENSORS = variables_part(CORNER, "a", "b", "corner", compare={"accept": ["tensor", "array"]})
FUNCTION = function_part(unchanged=True)


def verdict(answer: object, run: Runner, part: Any = FUNCTION, seed: int = 1) -> Verdict:
    return grade(question_of(part), part, answer, run, seed=seed)


def test_a_right_function_passes(runner: Runner) -> None:
    made = verdict(DOUBLE, runner)
    assert (made.passed, made.score, made.ending) == (True, 1.0, Ending.OK)
    assert made.checks is not None and [check.id for check in made.checks] == ["returns", "values", "unchanged"]
    assert made.counterexample is None and made.error is None
    assert made.timing_ms.run > 0 and made.how.endswith(".")


@pytest.mark.parametrize(
    "answer",
    [
        "def double(xs):\n    return list(map(lambda x: x * 2, xs))",
        "def double(numbers, /):\n    return [n + n for n in numbers]",
        "double = lambda xs: [2.0 * x for x in xs]",
        "if __name__ == '__main__':\n    def double(xs):\n        return [2 * x for x in xs]",
        "import numpy as np\ndef double(xs):\n    return [x for x in np.array(xs, dtype=int) * 2]",
        "class D:\n    def __call__(self, xs):\n        return [2 * x for x in xs]\ndouble = D()",
        DOUBLE + "print('a forgotten print', double([1]))",
        DOUBLE + "raise SystemExit",
        "\ufeff" + DOUBLE.replace("\n", "\r\n"),
    ],
)
def test_another_way_of_writing_it_passes(answer: str, runner: Runner) -> None:
    assert verdict(answer, runner).passed


def test_right_variables_pass(runner: Runner) -> None:
    answer = "import numpy\na = numpy.arange(1, 10.).reshape(3, 3)\nb = a * 2\ncorner = b[-2:, -2:]"
    made = verdict(answer, runner, TENSORS)
    assert made.passed and made.score == 1.0
    assert made.checks is not None and [check.id for check in made.checks] == ["a", "b", "corner"]


def test_a_flat_slice_is_told_its_shape(runner: Runner) -> None:
    made = verdict(CORNER + "corner = corner.flatten()", runner, TENSORS)
    assert not made.passed and made.score == 0.67
    assert made.checks is not None
    assert made.checks[2].says == "corner has shape (4,); it should be (2, 2): two rows of two."
    assert made.counterexample is not None and made.counterexample.args is None
    assert made.counterexample.got == "corner = tensor([10, 12, 16, 18])"
    assert made.counterexample.picture is not None and made.counterexample.picture["expected"]["form"] == "grid"


def test_a_missing_variable_is_named(runner: Runner) -> None:
    made = verdict(CORNER.replace("corner =", "korner ="), runner, TENSORS)
    assert made.ending is Ending.OK and made.score == 0.67
    assert made.checks is not None and made.checks[2].says == "there is no variable called corner."


ENDINGS = {
    "syntax": ("def double(xs:\n    pass", Ending.REFUSED, "Python cannot read line 1: '(' was never closed."),
    "blank": (" \n\t", Ending.REFUSED, "There is no answer yet: it is blank."),
    "too long": ("#" * 65537, Ending.REFUSED, "longer than 64 KiB"),
    "nul": (DOUBLE + "\0", Ending.REFUSED, "NUL character"),
    "surrogate": (DOUBLE + "# \ud800", Ending.REFUSED, "lone surrogate"),
    "no text": (7, Ending.REFUSED, "The answer has to be text."),
    "raises": ("x = 1\nprint(y)", Ending.ERROR, "It stopped with a `NameError` in line 2: name 'y' is not defined."),
    "raises when called": (
        "def double(xs):\n    return [xs[0]]", Ending.ERROR,
        "It stopped with an `IndexError` in line 2, when called as `double([])`: list index out of range.",
    ),
    "endless": ("while True:\n    pass", Ending.TIMEOUT, "It did not finish within 1 second: is there a loop that"),
    "hungry": ("x = []\nwhile True:\n    x.append(bytearray(10**7))", Ending.MEMORY, "more memory than the 512 MB"),
    "chatty": ("while True:\n    print('a' * 1000)", Ending.OUTPUT, "It printed more than 64 KB"),
    "crash": ("import os\nos.abort()", Ending.KILLED, "It crashed, or was stopped"),
    "left early": (DOUBLE + "import os\nos._exit(0)", Ending.NO_RESULT, "It ended before `double` had given"),
    "no function": ("x = 1", Ending.NO_RESULT, "called `double`; what your program defines is `x`."),
    "nothing at all": ("1 + 1", Ending.NO_RESULT, "called `double`: define it with `def double(…):`"),
    "near miss": (
        "def Double(xs):\n    return xs", Ending.NO_RESULT,
        "There is no function called `double`; did you mean `Double`? The name has to be exactly `double`.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "ending", "says"), ENDINGS.values(), ids=list(ENDINGS))
def test_each_ending_has_its_own_sentence(answer: object, ending: Ending, says: str, runner: Runner) -> None:
    wall_s = 1 if ending is Ending.TIMEOUT else 30  # all else ends by itself, however slow the machine
    part = function_part(limits={"wall_s": wall_s, "memory_mb": 512})
    made = verdict(answer, runner, part)
    assert made.ending is ending and not made.passed and made.score == 0.0
    assert says in made.summary


def test_an_exception_is_shown_with_the_students_own_line(runner: Runner) -> None:
    made = verdict("def double(xs):\n    return [2 * y for x in xs]", runner)
    assert made.error is not None
    assert (made.error.type, made.error.line, made.error.source) == ("NameError", 2, "return [2 * y for x in xs]")
    assert made.counterexample is not None and made.counterexample.got.startswith("raised NameError")


def test_only_what_may_be_seen_is_shown_of_the_output(runner: Runner) -> None:
    made = verdict("print('body')\n" + DOUBLE.replace("    ret", "    print('called with', xs)\n    ret"), runner)
    assert made.output is not None
    assert "body" in made.output and "[1, 2, 3]" in made.output
    assert "-4" not in made.output and made.output.count("called") == 2


def test_long_output_is_cut_with_a_note(runner: Runner) -> None:
    made = verdict(DOUBLE + "print('a' * 5000)", runner)
    assert made.passed and made.output is not None
    assert made.output.endswith("(1,001 more characters are not shown)")


def test_hostile_output_is_made_printable(runner: Runner) -> None:
    made = verdict(DOUBLE + "print('\\x1b[31m\\ud800 \\x00')\nraise ValueError('\\ud800\\x07')", runner)
    assert made.output == "\\x1b[31m\\ud800 \\x00\n"
    made.model_dump_json().encode("utf-8")


SCORES = {
    "nothing right": ("def double(xs):\n    return ['a']", 0.0, 0.0),
    "only empty lists right": ("def double(xs):\n    return [x + 1 for x in xs]", 0.01, 0.6),
    "None now and then": ("def double(xs):\n    return [2 * x for x in xs] or None", 0.0, 0.0),
    "raises once": ("def double(xs):\n    return [2 * x for x in xs] if xs else 1 / 0", 0.0, 0.0),
    "changes its argument": ("def double(xs):\n    ys = [2 * x for x in xs]\n    xs.clear()\n    return ys", 0.5, 0.99),
    "a stub": ("def double(xs):\n    ...", 0.0, 0.0),
    "wrong type": ("def double(xs):\n    return tuple(2 * x for x in xs)", 0.0, 0.0),
}


@pytest.mark.parametrize(("answer", "least", "most"), SCORES.values(), ids=list(SCORES))
def test_a_score_is_for_what_is_right(answer: str, least: float, most: float, runner: Runner) -> None:
    made = verdict(answer, runner)
    assert not made.passed and made.score is not None
    assert least <= made.score <= most


def test_a_right_answer_that_breaks_a_rule_does_not_pass(runner: Runner) -> None:
    part = function_part(rules=[{"uses": "list-comprehension"}])
    made = verdict("def double(xs):\n    return list(2 * x for x in xs)", runner, part)
    assert not made.passed and made.ending is Ending.OK and made.error is None
    assert made.summary.startswith("The values are right, but the list is made from a generator (line 2)")
    assert made.score == 0.83
    assert verdict(DOUBLE, runner, part).passed


def test_state_that_survives_a_call_is_recognised(runner: Runner) -> None:
    answer = "def double(xs, made=[]):\n    for x in xs:\n        made.append(2 * x)\n    return made"
    made = verdict(answer, runner)
    assert not made.passed
    assert "survives from one call to the next" in made.summary


def test_a_changed_argument_is_told_before_and_after(runner: Runner) -> None:
    answer = "def double(xs):\n    ys = [2 * x for x in xs]\n    xs.append(0)\n    return ys"
    made = verdict(answer, runner)
    assert made.checks is not None and not made.checks[2].passed and made.checks[1].passed
    assert made.checks[2].says == "`double([])` changes `xs`: it was [] and is [0] afterwards."
    assert made.counterexample is not None
    assert (made.counterexample.expected, made.counterexample.got) == ("xs = [], as before", "xs = [0]")


def test_the_answers_child_sees_no_solution_no_draw_and_no_expected_value(runner: Runner) -> None:
    counting = Counting(runner)
    assert verdict(DOUBLE, counting).passed
    author, student = counting.jobs
    assert author.source == FUNCTION.solution and author.draw is not None
    assert student.source == DOUBLE and student.draw is None
    assert student.seed == author.seed != author.draw.seed
    assert len(student.cases) == 15 and all(len(case) == 1 for case in student.cases)


def test_inputs_are_fresh_for_each_seed_and_the_same_for_one(runner: Runner) -> None:
    counting = Counting(runner)
    for seed in (1, 2, 1):
        verdict(DOUBLE, counting, seed=seed)
    first, second, third = (job.cases for job in counting.jobs[1::2])
    assert first == third != second


def test_the_same_seed_gives_the_same_verdict(runner: Runner) -> None:
    answer = "def double(xs):\n    return [2 * x for x in xs if x != -3]"
    one, two = (verdict(answer, runner).model_dump(exclude={"timing_ms"}) for _ in range(2))
    assert one == two


def test_a_forged_outcome_with_calls_missing_does_not_pass(runner: Runner) -> None:
    def forge(job: Job) -> Outcome:
        return runner(job) if job.source == DOUBLE else Outcome(Ending.OK, calls=(Call((), (), []),))

    made = verdict("forged", forge)
    assert made.ending is Ending.NO_RESULT and not made.passed


BROKEN = {
    "setup": {"setup": "1 / 0"},
    "solution": {"solution": "def double(xs):\n    return xs[0]"},
    "make": {"random": {"count": 3, "make": "def make(rng):\n    return 1"}},
    "expression": {"cases": [{"args": [{"py": "nothing"}]}]},
    "no plain data": {"solution": "def double(xs):\n    return iter(xs)"},
    "drawn object": {"random": {"count": 3, "make": "def make(rng):\n    return (object(),)"}},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=list(BROKEN))
def test_a_fault_of_the_author_is_never_the_students(changes: dict[str, Any], runner: Runner) -> None:
    made = verdict(DOUBLE, runner, function_part(**changes))
    assert made.ending is Ending.INTERNAL and not made.passed
    assert "not yours" in made.summary
    assert made.how.startswith("Not graded: ") and made.error is None and made.output is None


def test_an_expression_keeps_what_a_value_would_lose(runner: Runner) -> None:
    part = function_part(
        solution="def flat(t):\n    return t.is_contiguous()", function="flat", random=None,
        cases=[{"args": [{"py": "torch.arange(6).view(2, 3).t()"}]}, {"args": [{"py": "torch.zeros(2)"}]}],
    )  # fmt: skip
    assert verdict(part.solution, runner, part).passed
    assert not verdict("def flat(t):\n    return True", runner, part).passed


def test_an_argument_that_is_no_plain_data_is_made_in_the_answers_child(runner: Runner) -> None:
    part = function_part(
        solution="def go(layer, x):\n    return layer(x)", function="go", random=None, unchanged=True,
        cases=[{"args": [{"py": "torch.nn.Linear(2, 1)"}, {"py": "torch.ones(1, 2)"}]}],
    )  # fmt: skip
    assert verdict(part.solution, runner, part).passed
    made = verdict("def go(layer, x):\n    return layer(x) + 1", runner, part)
    assert not made.passed and made.counterexample is not None
    assert made.counterexample.args == "torch.nn.Linear(2, 1), tensor([[1.0, 1.0]])"


def test_drawn_ranges_are_sent_as_ranges(runner: Runner) -> None:
    make = "def make(rng):\n    return (range(rng.randrange(4)),)"
    part = function_part(random={"count": 5, "make": make})
    assert verdict(DOUBLE, runner, part).passed
    answer = "def double(xs):\n    assert type(xs) is list\n    return [2 * x for x in xs]"
    made = verdict(answer, runner, part)
    assert made.ending is Ending.ERROR and made.counterexample is not None
    assert made.counterexample.args is not None and made.counterexample.args.startswith("range(0, ")


@pytest.mark.parametrize("refusal", [Busy(), Unavailable("no jail")])
def test_a_busy_or_missing_jail_is_told_to_the_caller(refusal: Exception, runner: Runner) -> None:
    part = function_part(rules=[{"uses": "list-comprehension"}])

    def refuse(job: Job) -> Outcome:
        if job.function == "facts":
            raise refusal
        return runner(job)

    with pytest.raises(type(refusal)):
        verdict(DOUBLE, refuse, part)


def test_without_explaining_no_smaller_input_is_looked_for(runner: Runner) -> None:
    counting = Counting(runner)
    part = FUNCTION
    made = grade_code(question_of(part), part, "def double(xs):\n    return xs", counting, seed=1, explain=False)
    assert not made.passed and made.counterexample is not None
    assert len(counting.jobs) == 2
