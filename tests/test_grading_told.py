"""What a verdict tells is true of the answer, understandable, and about one input."""

import logging
from typing import Any

import pytest

from app.grading.grade import grade
from app.grading.proof import proof_faults
from app.grading.verdict import Verdict
from app.sandbox.job import Ending, Job, Runner, Thing
from app.sandbox.live import KEPT_ITEMS, MAX_ITEMS, Encoder
from app.sandbox.wire import unpack
from tests.grading_parts import DOUBLE, STUB, function_part, question_of, variables_part

FUNCTION = function_part(unchanged=True)
PAIRS = function_part(
    solution="def pair(a, b):\n    return list(zip(a, b))", function="pair", unchanged=True,
    cases=[{"args": [[1, 2, 3, 4], "abcd"]}, {"args": [[10, 20], "xy"]}, {"args": [[], "abc"]},
           {"args": [[[1], [2]], "ab"], "hidden": True}],
    random={"count": 30, "make": "def make(rng):\n    n = rng.randrange(6)\n    return list(range(n)), 'abcdef'[:n]"},
)  # fmt: skip
SURVIVES = "survives from one call to the next"


def verdict(answer: str, run: Runner, part: Any = PAIRS) -> Verdict:
    return grade(question_of(part), part, answer, run, seed=1)


def told(made: Verdict) -> str:
    found = made.counterexample
    return " ".join(
        [made.summary, *(check.says for check in made.checks or ()), found.first_difference if found else ""]
    )


def says(made: Verdict, check_id: str) -> str:
    assert made.checks is not None
    return next(check.says for check in made.checks if check.id == check_id)


FORGETFUL = {
    "wrong from the first call on": "def pair(a, b):\n    return list(zip(a, b)) * 5000",
    "by chance": "import random\ndef pair(a, b):\n    return list(zip(a, b)) if random.random() < .5 else []",
    "by rare chance": "import random\ndef pair(a, b):\n    return list(zip(a, b)) if random.random() < .9 else []",
    "too large to look at, later": "def pair(a, b):\n    return list(zip(a, b)) * (1 if a[2:] else 99999) if a else []",
    "wrong from the first call on, right alone": (
        "calls = []\ndef pair(a, b):\n    calls.append(1)\n"
        "    return list(zip(a, b)) if len(calls) > 1 or len(a) < 4 else []"
    ),
}


@pytest.mark.parametrize("answer", FORGETFUL.values(), ids=list(FORGETFUL))
def test_nothing_survives_where_the_first_call_is_wrong_or_chance_decides(answer: str, runner: Runner) -> None:
    made = verdict(answer, runner)
    assert not made.passed and SURVIVES not in told(made)


def test_what_survives_is_still_told(runner: Runner) -> None:
    answer = "seen = []\ndef pair(a, b):\n    seen.extend(zip(a, b))\n    return list(seen)"
    assert SURVIVES in verdict(answer, runner).summary


def test_a_large_result_does_not_hide_the_right_ones_after_it(runner: Runner) -> None:
    answer = "def pair(a, b):\n    return list(zip(a, b)) * (30000 if len(a) == 4 else 1)"
    part = PAIRS.model_copy(update={"random": None})
    made = verdict(answer, runner, part)
    assert "3 of 4 results are right." in says(made, "values")
    assert "0000 items, which is too large to look at" in told(made)
    assert "object" not in told(made) and says(made, "returns") == "It returns a list."


LARGE: list[tuple[Any, str]] = [
    ([0] * 200_000, "list of 200000 items"),
    ([[0] * 1000] * 200, "list of 200 items"),
    ("a" * 10_000_000, "str of 10000000 characters"),
]


@pytest.mark.parametrize(("value", "size"), LARGE, ids=[size for _, size in LARGE])
def test_a_value_that_does_not_fit_becomes_its_size_as_a_whole(value: Any, size: str) -> None:
    encoder = Encoder()
    assert all(unpack(encoder.encode(value)) == Thing(size) for _ in range(300))
    assert unpack(encoder.encode([(1, "a")] * 40)) == [(1, "a")] * 40


def test_large_values_that_fit_leave_room_for_small_ones() -> None:
    encoder = Encoder()
    large = [0] * ((MAX_ITEMS - KEPT_ITEMS) // 2 - 1)
    assert [unpack(encoder.encode(large)) == large for _ in range(3)] == [True, True, False]
    assert all(unpack(encoder.encode([1, 2, 3])) == [1, 2, 3] for _ in range(1000))


def test_a_changed_argument_is_drawn_as_the_argument(runner: Runner) -> None:
    made = verdict("def double(xs):\n    xs[:] = [2 * x for x in xs]\n    return xs", runner, FUNCTION)
    found = made.counterexample
    assert found is not None and found.picture is not None
    assert found.picture["caption"] == f"xs after double({found.args})"
    assert found.expected == f"xs = {found.args}, as before" and found.got.startswith("xs = [")
    assert "changes `xs`" in found.first_difference


HOW = {
    "refused": ("def (", FUNCTION, "was not run"),
    "blank": ("", FUNCTION, "was not run"),
    "error": ("1 / 0", FUNCTION, "until the exception"),
    "timeout": ("while True: pass", function_part(limits={"wall_s": 1, "memory_mb": 512}), "stopped after 1 s"),
    "no-result": ("x = 1", FUNCTION, "no result to compare"),
    "killed": ("import os\nos.abort()", variables_part("a = 1", "a"), "no result was compared"),
}


@pytest.mark.parametrize(("answer", "part", "words"), HOW.values(), ids=list(HOW))
def test_how_says_only_what_happened(answer: str, part: Any, words: str, runner: Runner) -> None:
    made = verdict(answer, runner, part)
    assert words in made.how and "were compared" not in made.how


def test_a_type_that_most_calls_get_wrong_is_told_before_an_exception_of_a_few(runner: Runner) -> None:
    made = verdict("def pair(a, b):\n    return dict(zip(a, b))", runner)
    assert made.ending is Ending.OK and made.error is None and made.score == 0.0
    assert made.summary == "Not yet: the result is a dict {}, it should be a list []."


def test_an_exception_is_told_once_and_every_check_speaks_of_its_input(runner: Runner) -> None:
    answer = "def pair(a, b):\n    return [(a[i], b[i]) for i in range(len(b))]"
    made = verdict(answer, runner)
    assert made.ending is Ending.ERROR and made.counterexample is not None
    assert says(made, "returns") == f"`pair({made.counterexample.args})` raises IndexError."
    assert says(made, "values").endswith("results are right.") and "pair(" not in says(made, "values")


def test_the_checks_speak_of_no_other_input_than_the_counterexample(runner: Runner) -> None:
    answer = "def pair(a, b):\n    return list(zip(a, a)) if len(a) < 3 else None"
    made = verdict(answer, runner)
    assert made.counterexample is not None
    calls = {text.split("`")[1] for text in (check.says for check in made.checks or ()) if "`pair(" in text}
    assert calls <= {f"pair({made.counterexample.args})"}


def test_a_bare_object_and_pasted_prompts_are_told_plainly(runner: Runner) -> None:
    made = verdict("a = object()", runner, variables_part("a = [1]", "a"))
    assert "a is a bare object(); it should be a list [1]" in told(made)
    made = verdict(">>> a = [1]\n>>> a", runner, variables_part("a = [1]", "a"))
    assert made.ending is Ending.REFUSED and "Remove every `>>>`" in made.summary


def test_a_comprehension_that_is_only_printed_lacks_a_return(runner: Runner) -> None:
    part = function_part(rules=[{"uses": "list-comprehension"}])
    made = verdict("def double(xs):\n    print([2 * x for x in xs])", runner, part)
    assert says(made, "uses-list-comprehension").endswith("is a `return` missing?")
    assert "is not what makes" not in told(made)


def test_the_references_own_exception_is_for_the_log_and_the_author(
    runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    part = function_part(solution="def double(xs):\n    raise ValueError('secret')", wrong=STUB)
    with caplog.at_level(logging.ERROR):
        made = verdict(DOUBLE, runner, part)
    assert made.ending is Ending.INTERNAL and "secret" not in made.model_dump_json()
    assert "secret" in caplog.text
    assert any("secret" in fault.message for fault in proof_faults(question_of(part), runner))


def test_chance_is_looked_for_with_another_seed(runner: Runner) -> None:
    jobs: list[Job] = []

    def watched(job: Job) -> Any:
        jobs.append(job)
        return runner(job)

    answer = "seen = []\ndef pair(a, b):\n    seen.extend(zip(a, b))\n    return list(seen)"
    verdict(answer, watched)
    assert len({job.seed for job in jobs if job.source == answer and len(job.cases) == 1}) == 4


def test_a_long_wrong_result_is_told_by_its_first_difference(runner: Runner) -> None:
    made = verdict("def pair(a, b):\n    return list(zip(a, b)) * 50", runner)
    assert "is too many" in made.summary and len(made.summary) < 250


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("np.array([['1'] * 3] * 3)", "a is an array that holds text or objects; it should hold numbers."),
        ("torch.ones(3, 3).to_sparse()", "a is a sparse tensor; .to_dense() makes it an ordinary one."),
        ("torch.ones(3, 3) + 0j", "a holds complex numbers; it should hold numbers."),
    ],
)
def test_an_unusual_tensor_is_told_in_plain_words(value: str, says: str, runner: Runner) -> None:
    part = variables_part("import torch\na = torch.ones(3, 3)", "a", compare={"accept": ["array"]})
    made = grade(question_of(part), part, f"import torch, numpy as np\na = {value}", runner, seed=1)
    assert made.checks is not None and made.checks[0].says == says
