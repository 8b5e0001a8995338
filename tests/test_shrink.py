"""The smallest counterexample: small, inside what the question allows, and the same each time."""

import random
from typing import Any

import pytest

from app.bank.question import CodePart
from app.grading.domain import Domain
from app.grading.grade import grade
from app.grading.shrink import A_ROUND, ROUNDS
from app.grading.smaller import Smaller, size_of, take
from app.grading.verdict import Counterexample
from app.sandbox.job import Array, Busy, Expression, Job, Outcome, Runner
from tests.grading_parts import Counting, function_part, question_of


def counterexample(part: CodePart, answer: str, run: Runner, seed: int = 1) -> Counterexample:
    made = grade(question_of(part), part, answer, run, seed=seed)
    assert not made.passed and made.counterexample is not None
    return made.counterexample


def part_of(solution: str, make: str, *cases: list[Any], **changes: Any) -> CodePart:
    name = solution.split("(")[0].removeprefix("def ")
    written = [{"args": case} for case in cases]
    return function_part(solution=solution, function=name, cases=written, random={"count": 40, "make": make}, **changes)


NUMBERS = "def make(rng):\n    return ([rng.randint(-25, 25) for _ in range(rng.randrange(9))],)"
DOUBLED = part_of("def odd(xs):\n    return [2 * x for x in xs if x % 2]", NUMBERS, [[1, 2, 3, 4]], [[]])

LISTS = {
    "drops negatives": ("def odd(xs):\n    return [2 * x for x in xs if x % 2 and x > 0]", "[-1]"),
    "does not double": ("def odd(xs):\n    return [x for x in xs if x % 2]", "[1]"),
    "keeps the even": ("def odd(xs):\n    return [2 * x for x in xs]", "[0]"),
    "sorts": ("def odd(xs):\n    return sorted(2 * x for x in xs if x % 2)", "[1, -1]"),
    "loses repeats": ("def odd(xs):\n    return list(dict.fromkeys(2 * x for x in xs if x % 2))", "[1, 1]"),
    "fails on nothing": ("def odd(xs):\n    return [2 * x for x in xs if x % 2] if xs else 1", "[]"),
    "three at most": ("def odd(xs):\n    return [2 * x for x in xs if x % 2][:3]", "[1, 1, 1, 1]"),
    "wrong above ten": ("def odd(xs):\n    return [2 * x if x < 11 else 0 for x in xs if x % 2]", "[11]"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "args"), LISTS.values(), ids=list(LISTS))
def test_the_smallest_list_is_found(answer: str, args: str, runner: Runner) -> None:
    assert counterexample(DOUBLED, answer, runner).args == args


@pytest.mark.parametrize("seed", range(5))
def test_it_does_not_depend_on_the_draw(seed: int, runner: Runner) -> None:
    assert counterexample(DOUBLED, LISTS["drops negatives"][0], runner, seed).args == "[-1]"


def test_an_exception_counts_and_is_told(runner: Runner) -> None:
    found = counterexample(DOUBLED, "def odd(xs):\n    return [2 * xs[0]] + [2 * x for x in xs[1:] if x % 2]", runner)
    assert (found.args, found.expected, found.got) == ("[]", "[]", "raised IndexError: list index out of range")


MATRICES = "def make(rng):\n    return (torch.randint(-9, 10, (rng.randint(1, 5), rng.randint(1, 5))),)"
SUMS = part_of("def total(t):\n    return t.sum(1)", MATRICES, [{"py": "torch.arange(6).view(2, 3)"}])


def test_a_tensor_loses_rows_and_columns(runner: Runner) -> None:
    found = counterexample(SUMS, "def total(t):\n    return t.sum(0)", runner)
    assert found.args is not None and found.args.count(",") <= 1
    assert counterexample(SUMS, "def total(t):\n    return t[:, :2].sum(1)", runner).args == "tensor([[0, 0, 1]])"


def test_a_string_becomes_short(runner: Runner) -> None:
    make = "def make(rng):\n    return (''.join(rng.choice('aeixyz') for _ in range(rng.randrange(9))),)"
    part = part_of("def back(s):\n    return s[::-1]", make, ["exy"])
    assert counterexample(part, "def back(s):\n    return s", runner).args in ("'ae'", "'ea'")


def test_lengths_that_are_always_equal_stay_equal(runner: Runner) -> None:
    make = (
        "def make(rng):\n    n = rng.randint(1, 6)\n"
        "    return [rng.randint(0, 9) for _ in range(n)], [rng.randint(0, 9) for _ in range(n)]"
    )
    part = part_of("def dot(a, b):\n    return sum(x * y for x, y in zip(a, b, strict=True))", make, [[1, 2], [3, 4]])
    assert counterexample(part, "def dot(a, b):\n    return a[0] * b[0]", runner).args == "[0, 1], [0, 1]"


def test_tensors_that_always_have_one_shape_keep_one(runner: Runner) -> None:
    make = (
        "def make(rng):\n    shape = [rng.randint(1, 3) for _ in range(rng.randint(0, 3))]\n"
        "    return torch.randint(-9, 10, shape), torch.randint(-9, 10, shape)"
    )
    part = part_of("def dot(a, b):\n    return (a * b).sum()", make, [{"py": "torch.ones(2)"}, {"py": "torch.ones(2)"}])
    of_rows = "def dot(a, b):\n    return (a * b).sum() if a.ndim < 2 else (a * b)[0].sum()"
    found = counterexample(part, of_rows, runner)
    assert found.args == "tensor([[0], [1]]), tensor([[0], [1]])"


def test_an_index_stays_inside_its_list(runner: Runner) -> None:
    make = (
        "def make(rng):\n    xs = [rng.randint(0, 9) for _ in range(rng.randint(1, 6))]\n"
        "    return xs, rng.randrange(len(xs))"
    )
    part = part_of("def pick(xs, i):\n    return xs[i]", make, [[4, 5], 1], [[7], 0])
    assert counterexample(part, "def pick(xs, i):\n    return xs[0]", runner).args in ("[0, 1], 1", "[1, 0], 1")


def test_sorted_inputs_stay_sorted(runner: Runner) -> None:
    make = "def make(rng):\n    return (sorted(rng.sample(range(20), rng.randint(1, 6))),)"
    part = part_of("def last(xs):\n    return xs[-1]", make, [[1, 2, 9]])
    found = counterexample(part, "def last(xs):\n    return xs[0]", runner)
    assert found.args == "[0, 1]"


def test_a_search_that_ends_badly_keeps_the_best_so_far(runner: Runner) -> None:
    answer = "import time\ndef odd(xs):\n    if len(xs) == 1:\n        time.sleep(9)\n    return xs"
    part = function_part(
        solution=DOUBLED.solution, function="odd", random=None, cases=[{"args": [[4, 7, 2]]}, {"args": [[]]}],
        limits={"wall_s": 0.3},
    )  # fmt: skip
    assert counterexample(part, answer, runner).args == "[4, 7, 2]"


def test_a_search_takes_a_few_children_only(runner: Runner) -> None:
    counting = Counting(runner)
    counterexample(DOUBLED, LISTS["three at most"][0], counting)
    assert len(counting.jobs) <= 2 + 2 * ROUNDS + 1
    assert max(len(job.cases) for job in counting.jobs[2:]) <= A_ROUND


def test_a_busy_jail_ends_the_search_and_not_the_grade(runner: Runner) -> None:
    jobs: list[Job] = []

    def busy(job: Job) -> Outcome:
        jobs.append(job)
        if len(jobs) > 2:
            raise Busy
        return runner(job)

    assert counterexample(DOUBLED, LISTS["does not double"][0], busy).args


# the domain, without a jail

INPUTS = [([3, 5, 9], "ab"), ([4, 8], "b"), ([5, 6, 7, 8], "aab"), ([3], "")]


@pytest.mark.parametrize("allowed", [([3], "ab"), ([4, 6], ""), ([5], "b")])
def test_inside_what_was_seen(allowed: tuple[Any, ...]) -> None:
    assert Domain(INPUTS).allows(allowed)


@pytest.mark.parametrize(
    "args",
    [
        ([], "a"), ([2], "a"), ([10], "a"), ([3.0], "a"), ([3], "c"), ([3], "aaaa"), ([3, 4, 5, 6, 7], "a"),
        ((3,), "a"),
        ([3], None), ([3],), ([3], "a", 1), ([True], "a"), ([[3]], "a"), ([9, 3], "a"), ([0], "a"),
    ],
)  # fmt: skip
def test_outside_what_was_seen(args: tuple[Any, ...]) -> None:
    assert not Domain(INPUTS).allows(args)


def test_a_zero_that_was_never_seen_is_not_allowed() -> None:
    domain = Domain([(n,) for n in (-7, -3, 2, 9, 4, -1, 1, 3, 5, 6)])
    assert domain.allows((7,)) and not domain.allows((0,))


def test_a_choice_of_few_numbers_stays_one() -> None:
    domain = Domain([(n,) for n in (-1, 1) * 8])
    assert domain.allows((-1,)) and not domain.allows((0,))


def test_a_step_is_kept() -> None:
    domain = Domain([(n,) for n in (4, 8, 16, 12, 20, 24, 28, 32, 36, 40)])
    assert domain.allows((4,)) and not domain.allows((6,))


def test_rows_of_equal_length_stay_equal() -> None:
    rows = [([[1, 2], [3, 4]],), ([[1, 2, 3], [4, 5, 6], [7, 8, 9]],), ([[5], [6]],)]
    domain = Domain(rows)
    assert domain.allows(([[1, 2], [3, 4]],)) and not domain.allows(([[1, 2], [3]],))


def test_an_expression_is_only_used_as_it_was() -> None:
    domain = Domain([(Expression("range(3)"), 1), (Expression("range(9)"), 2)])
    assert domain.allows((Expression("range(3)"), 1)) and not domain.allows((Expression("range(4)"), 1))


def test_rows_are_taken_out_of_a_tensor() -> None:
    tensor = Array("tensor", "int64", (3, 2), (1, 2, 3, 4, 5, 6))
    assert take(tensor, 0, [0, 2]) == Array("tensor", "int64", (2, 2), (1, 2, 5, 6))
    assert take(tensor, 1, [1]) == Array("tensor", "int64", (3, 1), (2, 4, 6))


def drawn(rng: random.Random) -> tuple[Any, ...]:
    size = rng.randrange(1, 5)
    numbers = [rng.choice([rng.randint(-9, 9), rng.random()]) for _ in range(size)]
    matrix = Array("tensor", "float32", (size, 2), tuple(rng.uniform(-3, 3) for _ in range(2 * size)))
    text = "".join(rng.choices("abc", k=rng.randrange(4)))
    return numbers, matrix, text, [(1, "a")] * rng.randrange(3), rng.random() < 0.5


@pytest.mark.parametrize("seed", range(10))
def test_every_candidate_is_allowed_smaller_and_new(seed: int) -> None:
    rng = random.Random(seed)
    inputs = [drawn(rng) for _ in range(20)]
    domain = Domain(inputs)
    assert all(domain.allows(args) for args in inputs)
    smaller = Smaller(domain)
    args = max(inputs, key=size_of)
    for _ in range(4):
        found = smaller.give(smaller.than(args))
        sizes = [size_of(made) for made in found]
        assert sizes == sorted(sizes) and len(set(sizes)) == len(sizes)
        assert all(domain.allows(made) and size < size_of(args) for made, size in zip(found, sizes, strict=True))
        assert not smaller.than(args)
        if not found:
            break
        args = rng.choice(found)
