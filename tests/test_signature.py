"""Same mistake, same signature: whatever was drawn, however it is written, and however busy the machine is."""

import pytest

from app.bank.load import Source, read_source
from app.grading.grade import grade
from app.grading.signature import plain, signature
from app.grading.verdict import Verdict
from app.sandbox.job import Array, Ending, Runner, Thing
from tests.question_text import QUESTION, put

CLOSED = """
  - id: pick
    kind: choice
    ask: Which?
    several: true
    options:
      - {id: a, text: A, right: true}
      - {id: b, text: B, right: true}
      - {id: c, text: C, reply: No.}
  - id: count
    kind: number
    ask: How many?
    value: 4
    wrong: [{value: 5, reply: One too many.}]
  - id: say
    kind: predict
    ask: What is printed?
    snippet: print([1, 2])
    wrong: [{answer: "3", reply: No.}]
  - id: sort
    kind: order
    ask: Sort.
    steps: [{id: one, text: One}, {id: two, text: Two}, {id: three, text: Three}]
    wrong: [{order: [three, two, one], reply: Backwards.}]
"""
WRONG = "def double(xs):\n    return xs + xs\n"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    text = QUESTION.replace('      - args: [[{py: "math.pi"}, {plain: 1.5}]]\n', "")
    path = put(tmp_path_factory.mktemp("bank"), text.replace("\nanswer: |", CLOSED + "answer: |", 1))
    found = read_source(path, path.read_bytes())
    assert isinstance(found, Source), found
    return found


def signed(source: Source, part_id: str, answer: str, run: Runner, seed: int = 1) -> str | None:
    part = source.question.part(part_id)
    assert part is not None
    return signature(part, answer, grade(source.question, part, answer, run, seed=seed))


def test_what_was_drawn_makes_no_difference(source: Source, runner: Runner) -> None:
    assert len({signed(source, "write", WRONG, runner, seed) for seed in range(4)}) == 1


def test_how_it_is_written_makes_no_difference(source: Source, runner: Runner) -> None:
    other = "def double(numbers):\n    numbers = list(numbers)\n    return [*numbers, *numbers]\n"
    assert signed(source, "write", WRONG, runner) == signed(source, "write", other, runner)


@pytest.mark.parametrize(
    "answers",
    [
        ("xs + xs", "xs", "[3 * x for x in xs]", "None", "(2 * x for x in xs)", "xs[99]", "xs.shape", "1 / 0", "yy"),
    ],
)
def test_other_mistakes_have_other_signatures(source: Source, runner: Runner, answers: tuple[str, ...]) -> None:
    found = [signed(source, "write", f"def double(xs):\n    return {answer}\n", runner) for answer in answers]
    assert None not in found and len(set(found)) == len(answers)


def test_the_numbers_in_an_exception_make_no_difference(source: Source, runner: Runner) -> None:
    found = {
        signed(source, "write", f"def double(xs):\n    raise ValueError('no place {place} for {id}')\n", runner)
        for place, id in ((1, "0x7f12ab"), (22, "0x7eff01"))
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    ("answer", "begins"),
    [
        ("def double(xs:\n", "refused-"),
        ("while True: pass\n", "timeout-"),
        ("import os\nos._exit(0)\n", "no-result-"),
        ("def other(xs): pass\n", "no-result-"),
        ("1 / 0\n", "raises-"),
    ],
)
def test_a_program_that_does_not_end_well_is_known_by_its_ending(
    source: Source, runner: Runner, answer: str, begins: str
) -> None:
    found = signed(source, "write", answer, runner)
    assert found is not None and found.startswith(begins) and len(found) <= 40


def test_what_is_right_has_none_and_neither_has_our_own_fault(source: Source, runner: Runner) -> None:
    assert signed(source, "write", "def double(xs):\n    return [2 * x for x in xs]\n", runner) is None
    part = source.question.part("write")
    assert part is not None
    ours = Verdict(
        question="doubling", part="write", kind="code", passed=False, score=None, ending=Ending.INTERNAL,
        summary="It broke.", how="not",
    )  # fmt: skip
    assert signature(part, WRONG, ours) is None


@pytest.mark.parametrize(
    ("part", "same", "other"),
    [
        ("pick", ('["a", "c"]', '["c", "a"]'), '["c"]'),
        ("count", ("5", "5.0"), "6"),
        ("say", ("[1,3]", "[ 1, 3 ]"), "it raises"),
        ("sort", ('["three", "two", "one"]', '["three","two","one"]'), '["two", "one", "three"]'),
        ("explain", ("The list is repeated.", "The list is repeated!"), "Nothing at all happens to the numbers there."),
    ],
)
def test_other_kinds_are_known_by_what_was_answered(
    source: Source, runner: Runner, part: str, same: tuple[str, str], other: str
) -> None:
    found = [signed(source, part, answer, runner) for answer in (*same, other)]
    assert found[0] is not None and found[0] == found[1] != found[2]


def test_a_verdict_shows_nothing_of_its_mark(source: Source, runner: Runner) -> None:
    part = source.question.part("write")
    assert part is not None
    verdict = grade(source.question, part, WRONG, runner, seed=1)
    assert verdict.mark and "mark" not in verdict.model_dump() and "mark" not in Verdict.model_json_schema()


def test_a_value_is_known_by_its_numbers_to_four_digits() -> None:
    assert plain([1.00001, 2]) == plain((1, 2.0)) != plain([1.01, 2])
    assert plain(Array("tensor", "float32", (2,), (1.0, 2.0))) == plain(Array("array", "int64", (2,), (1, 2)))
    assert plain(True) != plain(1) and plain(None) != plain(0) and plain(Thing("zip")) == "<zip>"


def test_any_value_has_a_short_form() -> None:
    deep: object = 1
    for _ in range(900):
        deep = [deep]
    for value in (10**5000, float("nan"), {1: {2: {3}}}, deep, "\ud800", b"\0" * 999, [0] * 10**5):
        assert len(plain(value)) < 10_000
