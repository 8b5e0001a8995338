"""The examination of a page: what its code does is found out in the jail, and told block by block with the page's
lines."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.bank.question import Question
from app.grading import examination
from app.grading.examination import BlockResult, Examination, State
from app.grading.fences import ANSWERS, PAGE, examine
from app.sandbox.job import Busy, Ending, Job, Limits, Outcome, Runner, Unavailable
from app.wiki.markup import MAX_TEXT
from tests.grading_parts import DOUBLE, Counting, function_part, prose_part, question_of

BROKEN_LOOP = """The training loop:

```python
import torch

w = torch.zeros(2, requires_grad=True)
x, y = torch.eye(2), torch.tensor([1.0, 2.0])
```

Step by step:

```python
for epoch in range(20):
    loss = ((x @ w - y) ** 2).mean()
    loss.backward()
    w -= w.grad * 0.5
```

What comes out:

```python
print(w)
```
"""
FIXED_LOOP = BROKEN_LOOP.replace(
    "    w -= w.grad * 0.5\n", "    with torch.no_grad():\n        w -= w.grad * 0.5\n    w.grad = None\n"
)


def page(*blocks: str, info: str = "python") -> str:
    return "\n".join(f"```{info}\n{block}\n```\n" for block in blocks)


def states(found: Examination) -> list[str]:
    return [block.state.value for block in found.blocks]


def only(found: Examination) -> BlockResult:
    (block,) = found.blocks
    return block


@pytest.fixture(scope="module")
def question() -> Question:
    wrong = [{"code": "def double(xs):\n    return xs", "why": "gives the list as it is"}]
    return question_of(function_part(wrong=wrong), prose_part())


def test_a_broken_training_loop_is_refused_with_its_line_of_the_page(runner: Runner) -> None:
    found = examine(None, BROKEN_LOOP, runner)
    assert states(found) == ["passed", "failed", "not reached"] and not found.passed
    failed = found.failed
    assert failed is not None and failed.fault is not None
    assert BROKEN_LOOP.split("\n")[failed.at - 1] == "    w -= w.grad * 0.5"
    assert (failed.ending, failed.fault.type) == (Ending.ERROR, "RuntimeError")
    assert failed.fault.source == "w -= w.grad * 0.5"
    assert f"`RuntimeError` in line {failed.at}: a leaf Variable" in failed.says


def test_the_mended_loop_passes(runner: Runner) -> None:
    found = examine(None, FIXED_LOOP, runner)
    assert found.passed and states(found) == ["passed"] * 3
    assert found.blocks[2].output == "tensor([1.0000, 2.0000], requires_grad=True)\n"


def test_blocks_share_their_names_and_each_keeps_its_own_output(runner: Runner) -> None:
    found = examine(None, page("x = 1\nprint('one')", ">>> x + 1\n2", "x += 1\nprint(x)"), runner)
    assert [block.output for block in found.blocks] == ["one\n", "2\n", "2\n"] and found.passed


SESSIONS = {
    "values": ">>> 1 + 1\n2\n>>> 'a'\n'a'\n>>> None\n>>> x = 3",
    "a print": ">>> print('a\\nb')\na\nb",
    "blank lines and ends of lines": ">>> print('a  ')\n\na\n\n>>> print('a\\n\\nb')\na\n<BLANKLINE>\nb",
    "a block of lines": ">>> def f(x):\n...     return x\n...\n>>> for i in range(2):\n...     f(i)\n0\n1",
    "a tensor": ">>> import torch\n>>> torch.arange(4.).view(2, 2)\ntensor([[0., 1.],\n        [2., 3.]])",
    "dots for anything": ">>> list(range(99))\n[0, 1, ..., 98]\n>>> object()\n<object object at 0x...>",
    "an exception": (
        ">>> 1 / 0\nTraceback (most recent call last):\n  File ...\nZeroDivisionError: division by zero\n>>> 1\n1"
    ),
    "an exception of a module": (
        ">>> import json\n>>> json.loads('')\nTraceback (most recent call last):\n"
        "json.decoder.JSONDecodeError: Expecting ..."
    ),
    "an exception without a message": ">>> assert False\nTraceback (most recent call last):\nAssertionError",
    "what cannot be read": ">>> 1 +\nTraceback (most recent call last):\nSyntaxError: invalid syntax",
    "an empty prompt": ">>>\n>>> # nothing\n>>> 1\n1",
}


@pytest.mark.parametrize("block", SESSIONS.values(), ids=list(SESSIONS))
def test_a_session_that_gives_what_it_shows_passes(block: str, runner: Runner) -> None:
    found = only(examine(None, page(block), runner))
    assert (found.state, found.differences, found.says) == (State.PASSED, (), "")


DIFFERENT = {
    "another value": (">>> x = 2\n>>> x\n3", 2, "3", "2"),
    "a value where none is shown": (">>> 1\n>>> 2\n2", 1, "", "1"),
    "none where one is shown": (">>> x = 1\n1", 1, "1", ""),
    "no exception": (">>> 1\nTraceback (most recent call last):\nValueError: no", 1, "Traceback (most", "1"),
    "another exception": (">>> {}[1]\nTraceback (most recent call last):\nIndexError", 1, "Trace", "KeyError: 1"),
    "the beginning alone": (">>> print('abc')\nab", 1, "ab", "abc"),
    "dots that overlap": (">>> print('aba')\nab...ba", 1, "ab...ba", "aba"),
    "dots out of order": (">>> print('a-c-b-d')\na...b...c...d", 1, "a...b...c...d", "a-c-b-d"),
}


@pytest.mark.parametrize(("block", "line", "expected", "got"), DIFFERENT.values(), ids=list(DIFFERENT))
def test_a_session_that_gives_something_else_shows_both(
    block: str, line: int, expected: str, got: str, runner: Runner
) -> None:
    found = only(examine(None, "Text.\n\n" + page(block), runner))
    assert (found.state, found.ending) == (State.FAILED, Ending.OK)
    (difference,) = found.differences
    assert difference.line == found.at == line + 3 and f"Line {line + 3}" in found.says
    assert difference.expected.startswith(expected) and difference.got == got


def test_every_wrong_output_is_told_at_once_and_the_page_goes_on(runner: Runner) -> None:
    found = examine(None, page(">>> 1\n2\n>>> 3\n3\n>>> 5\n6", "y = 1"), runner)
    assert states(found) == ["failed", "passed"]
    assert [(one.line, one.expected, one.got) for one in found.blocks[0].differences] == [(2, "2", "1"), (6, "6", "5")]
    assert "2 such lines" in found.blocks[0].says


def test_an_exception_that_is_not_shown_stops_the_page(runner: Runner) -> None:
    found = examine(None, page(">>> 1\n2\n>>> nothing\n3\n>>> 4\n4", "y = 1"), runner)
    assert states(found) == ["failed", "not reached"]
    block = found.blocks[0]
    assert block.fault is not None and (block.fault.type, block.at, len(block.differences)) == ("NameError", 4, 1)


ENDINGS = {
    "a flood": ("while True:\n    print('x' * 1000)", Ending.OUTPUT, "64 KB"),
    "a crash": ("import ctypes\nctypes.string_at(0)", Ending.KILLED, "It crashed"),
    "memory": ("x = bytearray(8 << 30)", Ending.MEMORY, f"{PAGE.memory_mb} MB"),
    "early leave": ("import os\nos._exit(0)", Ending.NO_RESULT, "ended the program"),
    "a fork bomb": ("import os\nwhile True:\n    os.fork()", Ending.ERROR, "in line 8"),
    "no Python": ("for x in", Ending.REFUSED, "cannot read line 6: invalid syntax"),
    "an exit": ("raise SystemExit", Ending.ERROR, "`SystemExit` in line 6"),
}


@pytest.mark.parametrize(("block", "ending", "says"), ENDINGS.values(), ids=list(ENDINGS))
def test_each_ending_of_the_jail_is_told_at_the_block_it_belongs_to(
    block: str, ending: Ending, says: str, runner: Runner
) -> None:
    def patient(job: Job) -> Outcome:  # each ends by itself, however slow the machine is
        return runner(replace(job, limits=replace(job.limits, wall_s=60.0)))

    found = examine(None, page("print('before')", block, "print('behind')"), patient)
    assert states(found) == ["passed", "failed", "not reached"]
    assert (found.blocks[0].output, found.blocks[1].ending) == ("before\n", ending)
    assert says in found.blocks[1].says


def test_an_endless_loop_is_told_at_the_block_it_belongs_to(runner: Runner) -> None:
    def impatient(job: Job) -> Outcome:
        return runner(replace(job, limits=Limits(wall_s=3.0)))

    found = examine(None, page("print('before')", "while True:\n    pass", "print('behind')"), impatient)
    assert states(found) == ["passed", "failed", "not reached"]
    assert found.blocks[1].ending is Ending.TIMEOUT and "loop that never ends" in found.blocks[1].says


def test_no_block_can_change_what_is_known_of_an_earlier_one(runner: Runner) -> None:
    forging = (
        "from app.sandbox import child\n"
        "for _ in range(9):\n"
        "    child.write({'piece': {'ending': 'ok', 'output': 'forged'}})\n"
        "child.send({'ending': 'ok'})"
    )
    found = examine(None, page("print('first')", ">>> 1\n2", forging, "1 / 0"), runner)
    assert states(found)[:2] == ["passed", "failed"]
    assert [block.output for block in found.blocks[:2]] == ["first\n", "1\n"]


@pytest.mark.parametrize(
    "said",
    ["{'piece': 1}", "{'piece': {'ending': 'timeout'}}", "{'piece': {'ending': 'ok', 'output': 1}}",
     "{'piece': {'ending': 'ok', 'fault': []}}", "{'ending': 'internal', 'fault': {'type': 'X', 'message': ''}}",
     "{'ending': 'ok', 'piece': None}"],
)  # fmt: skip
def test_nonsense_from_a_block_fails_it(said: str, runner: Runner) -> None:
    code = f"from app.sandbox import child\nchild.write({said})\nchild._exit(0)"
    found = examine(None, page("x = 1", code, "y = 1"), runner)
    assert states(found) == ["passed", "failed", "not reached"]
    assert found.blocks[1].ending in (Ending.KILLED, Ending.NO_RESULT)


def test_what_all_blocks_print_together_is_bounded(runner: Runner) -> None:
    found = examine(None, page(*["print('x' * 30_000)"] * 3), runner)
    assert states(found) == ["passed", "passed", "failed"] and found.blocks[2].ending is Ending.OUTPUT
    assert all(len(block.output) < 5_000 and "not shown" in block.output for block in found.blocks)


def test_an_answer_has_to_pass_the_grade_of_its_part(question: Question, runner: Runner) -> None:
    right = examine(question, page(DOUBLE, info="python answer=write"), runner)
    assert right.passed and only(right).answers == "write"
    wrong = only(examine(question, page("def double(xs):\n    return xs + xs", info="python answer=write"), runner))
    assert wrong.state is State.FAILED and wrong.says.startswith("As an answer to “write” it does not pass. Not yet:")


def test_an_answer_that_raises_in_its_grade_is_told_with_its_line_of_the_page(
    question: Question, runner: Runner
) -> None:
    code = "Text.\n\n" + page("def double(xs):\n    return [2 * xs[0]]", info="python answer=write")
    block = only(examine(question, code, runner))
    assert block.fault is not None and (block.fault.type, block.at) == ("IndexError", 5)


def test_a_known_wrong_answer_must_still_fail_beside_the_new_one(runner: Runner) -> None:
    lax = function_part(
        cases=[{"args": [[0]]}, {"args": [[]], "hidden": True}], random=None,
        wrong=[{"code": "def double(xs):\n    return xs", "why": "gives the list as it is"}],
    )  # fmt: skip
    block = only(examine(question_of(lax), page(DOUBLE, info="python answer=write"), runner))
    assert block.state is State.FAILED and "would pass (gives the list as it is)" in block.says


UNANSWERABLE = {
    "unknown part": ("answer=other", "has no part “other”. Its parts in code: “write”."),
    "prose": ("answer=explain", "“explain” is not answered by code"),
    "no name": ("answer=", "has no part “”"),
    "unknown word": ("anwser=write", "“anwser=write” behind the fence is not known"),
    "two words": ("answer=write norun", "Only one word"),
}


@pytest.mark.parametrize(("word", "says"), UNANSWERABLE.values(), ids=list(UNANSWERABLE))
def test_what_stands_behind_the_fence_has_to_make_sense(
    word: str, says: str, question: Question, runner: Runner
) -> None:
    block = only(examine(question, page(DOUBLE, info=f"python {word}"), runner))
    assert block.state is State.FAILED and says in block.says


def test_a_page_of_no_question_has_no_answers(runner: Runner) -> None:
    assert "answers no question" in only(examine(None, page("x = 1", info="python answer=write"), runner)).says


def test_a_block_marked_norun_is_not_run_and_the_page_passes(runner: Runner) -> None:
    found = examine(None, page("x = 1") + page("no python at all", info="python norun") + page("assert x"), runner)
    assert found.passed and states(found) == ["passed", "not run", "passed"]


def test_a_page_without_python_passes_without_a_run() -> None:
    def never(job: Job) -> Outcome:
        raise AssertionError("nothing is to be run")

    for text in ("", "Text.", page("1 +", info="text"), page("1 +", info=""), page("x", info="python norun")):
        assert examine(None, text, never).passed


HOSTILE = {
    "in a quote and a list": "> 1. x\n>\n>    ```python\n>    a = 1\n>    b = nothing\n>    ```\n",
    "never closed": "Text\n\n\n\n```python\nb = nothing",
    "carriage returns": "Text\r\n\r```python\r\n\rb = nothing\r\n```",
    "form feeds and separators": "```python\nx = '\u2028\u2029\x85'\n\x0c\n\nb = nothing\n```",
    "tildes": "x\n\ny\n~~~~py\nb = nothing\n~~~~",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_lines_are_the_page_s_wherever_a_block_stands(text: str, runner: Runner) -> None:
    block = only(examine(None, text, runner))
    assert block.fault is not None and block.fault.source == "b = nothing"
    assert "b = nothing" in re.split("\r\n|\r|\n", text)[block.at - 1]


@pytest.mark.parametrize(
    "text", [page("\ud800"), page("x = '\0'"), page(""), "```python", page("(" * 5000), page("-" * 15000 + "1")]
)
def test_a_bad_page_is_judged_like_any_other(text: str, runner: Runner) -> None:
    found = only(examine(None, text, runner))
    assert found.state in (State.PASSED, State.FAILED) and found.ending is not Ending.INTERNAL


def test_stored_attacks_do_not_break_the_examination(shared: Path, runner: Runner) -> None:
    text = (shared / "data/security/xss/payloadbox.json").read_text(encoding="utf-8")[:15_000]
    found = examine(None, page(text.replace("```", ""), "x = 1") + text, runner)
    assert states(found)[0] == "failed"


@pytest.mark.parametrize("block", ["```python\nx=1\n```\n", "```py\n>>> 1\n1\n```\n", "```python\n```\n"])
def test_a_page_as_long_as_it_may_be_is_examined_like_a_short_one(block: str, runner: Runner) -> None:
    text = (block * (MAX_TEXT // len(block) + 1))[:MAX_TEXT].rpartition("```py")[0]
    found = examine(None, text, runner)
    assert found.passed and len(found.blocks) > 1000


def test_one_job_is_enough_for_a_page(runner: Runner) -> None:
    counting = Counting(runner)
    assert examine(None, FIXED_LOOP, counting).passed
    assert len(counting.jobs) == 1


@pytest.mark.parametrize("error", [Busy(3), Unavailable("The jail is not whole.")])
def test_a_busy_or_missing_jail_is_no_verdict_on_the_page(error: Exception) -> None:
    def refuse(job: Job) -> Outcome:
        raise error

    with pytest.raises(type(error)):
        examine(None, page("x = 1"), refuse)


def test_our_own_failure_is_not_blamed_on_the_page() -> None:
    found = examine(None, page("x = 1", "y = 1"), lambda job: Outcome(Ending.INTERNAL, output="gone"))
    assert states(found) == ["failed", "not reached"]
    assert "our fault" in found.blocks[0].says and found.blocks[0].ending is Ending.INTERNAL


def test_what_is_kept_says_when_and_with_which_torch() -> None:
    found = Examination(blocks=(BlockResult(line=2, state=State.PASSED), BlockResult(line=6, state=State.NOT_RUN)))
    kept = found.tested(date(2026, 11, 26), torch="2.13.0")
    assert examination.Tested.model_validate_json(kept.model_dump_json()) == kept
    assert list(kept.lines()) == ["Tested on torch 2.13.0, 26 November 2026", "This code was not run"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", found.tested(date(2026, 1, 1)).torch)


def test_only_so_many_blocks_of_a_page_are_graded_as_answers(runner: Runner) -> None:
    """Each is graded several times, and anybody may send a page."""
    run = Counting(runner)
    found = examine(None, "```python answer=write\nx = 1\n```\n\n" * (ANSWERS + 3), run)
    refused = [block.says.startswith("A page can have at most") for block in found.blocks]
    assert refused == [False] * ANSWERS + [True] * 3


def test_a_block_never_shares_a_process_with_the_authors_code(runner: Runner) -> None:
    """There it could read the generator and the hidden cases, and tell them in a message to whoever sent it."""
    spy = """import gc

def double(xs):
    jobs = [one for one in gc.get_objects() if type(one) is dict and "draw" in one]
    made = [job["draw"] for job in jobs if job["draw"]]
    if made:
        raise ValueError(made)
    return [2 * x for x in xs]"""
    block = only(examine(question_of(function_part()), page(spy, info="python answer=write"), runner))
    assert block.state is State.PASSED
