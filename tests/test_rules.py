"""Rules on the source, judged in the jail: a comprehension makes the returned list, or a sentence says what does."""

import ast
from pathlib import Path

import pytest

from app.grading import rules
from app.grading.verdict import Check
from app.sandbox.job import Ending, Outcome, Runner
from tests.grading_parts import function_part

FORMS = Path(__file__).parent / "forms"


def forms(name: str) -> dict[str, str]:
    """Ways to write the same function, each under a heading `### name`."""
    blocks = (FORMS / name).read_text(encoding="utf-8").removeprefix("### ").split("\n### ")
    return {heading: source for heading, _, source in (block.partition("\n") for block in blocks)}


ACCEPTED = forms("comprehension.txt")  # a list comprehension makes the returned list
REJECTED = forms("other.txt")  # something else does: `### reason: name`
COMPREHENSION = function_part(function="f", rules=[{"uses": "list-comprehension"}])


def judged(source: str, run: Runner, values_right: bool = True, **changes: object) -> list[Check]:
    part = function_part(**changes) if changes else COMPREHENSION
    job = rules.job(part, source)
    assert job is not None
    made = rules.checks(part, run(job), values_right)
    assert made is not None
    return made


@pytest.mark.parametrize("source", ACCEPTED.values(), ids=list(ACCEPTED))
def test_a_comprehension_makes_the_list(source: str, runner: Runner) -> None:
    (check,) = judged(source, runner)
    assert check.passed, check.says
    assert check.id == "uses-list-comprehension"


@pytest.mark.parametrize("name", REJECTED)
def test_something_else_makes_the_list(name: str, runner: Runner) -> None:
    why = name.split(":")[0]
    (check,) = judged(REJECTED[name], runner)
    assert not check.passed
    assert check.says.startswith("The values are right, but ")
    told = "hides what really runs" if why == "hidden" else rules.MADE.get(why, rules.UNCLEAR).split("{")[0]
    assert told in check.says


def test_the_sentence_names_the_loop_and_its_line(runner: Runner) -> None:
    (check,) = judged(REJECTED["loop: append"], runner)
    assert check.says == (
        "The values are right, but a `for` loop builds the list (line 3); "
        "use a list comprehension: [… for x in xs if …]"
    )


def test_a_comprehension_that_is_not_returned_is_pointed_out(runner: Runner) -> None:
    (check,) = judged(REJECTED["loop: thrown away"], runner)
    assert "the list comprehension in line 2 is not what makes the returned list" in check.says


def test_wrong_values_are_not_called_right(runner: Runner) -> None:
    (check,) = judged(REJECTED["loop: append"], runner, values_right=False)
    assert check.says.startswith("A `for` loop builds the list")


def test_the_authors_own_sentence_replaces_ours(runner: Runner) -> None:
    rule = {"uses": "list-comprehension", "says": "Brackets, please."}
    (check,) = judged(REJECTED["map: map"], runner, False, function="f", rules=[rule])
    assert check.says == "Brackets, please."


AVOIDED = {
    "for": ("loop", "def f(xs):\n    for x in xs:\n        pass\n", "a `for` loop is used (line 2)"),
    "while": ("loop", "def f(xs):\n    while xs:\n        xs = xs[1:]\n", "a `while` loop is used (line 2)"),
    "comprehension": ("comprehension", "def f(xs):\n    return {x for x in xs}\n", "a comprehension is used (line 2)"),
    "generator": ("comprehension", "def f(xs):\n    return sum(x for x in xs)\n", "a generator expression is used"),
    "name": ("sum", "def f(xs):\n    return sum(xs)\n", "`sum` is used (line 2)"),
    "attribute": ("ndim", "def f(t):\n    return t.ndim\n", "`ndim` is used (line 2)"),
    "by its name": ("ndim", "def f(t):\n    return getattr(t, 'ndim')\n", "`ndim` is used (line 2)"),
    "import": ("reduce", "from functools import reduce as r\n", "`reduce` is used (line 1)"),
    "operator": ("@", "def f(a, b):\n    return a @ b\n", "`@` is used (line 2)"),
    "operator with an equals sign": ("@", "def f(a, b):\n    a @= b\n    return a\n", "`@` is used (line 2)"),
    "dotted": ("torch.relu", "import torch\n\ndef f(t):\n    return torch.relu(t)\n", "`relu` is used (line 4)"),
    "attribute alone": ("ndim", "def f(t):\n    return t.ndim\n", "`ndim` is used (line 2)"),
    "attribute by import": ("ndim", "from numpy import ndim as f\n", "`ndim` is used (line 1)"),
    "another name for it": ("sum", "sum = sum\n\ndef f(xs):\n    return sum(xs)\n", "`sum` is used"),
    "a default": ("sum", "def f(xs, sum=sum):\n    return sum(xs)\n", "`sum` is used"),
    "beside a helper": ("dot", "import torch\n\ndef dot(a, b):\n    return torch.dot(a, b)\n", "`dot` is used (line"),
    "hidden": ("ndim", "def f(t):\n    return eval('t.nd' + 'im')\n", "`eval` (line 2) hides what really runs"),
    "a name made as it runs": ("ndim", "def f(t):\n    return getattr(t, 'nd' + 'im')\n", "`getattr` (line 2) hides"),
    "a getter of such a name": ("ndim", "import operator as o\nf = o.attrgetter(g())\n", "`attrgetter` (line 2)"),
    "every class there is": ("sum", "f = object.__subclasses__()[0]\n", "`__subclasses__` (line 1) hides"),
    "a library's own function replaced": (
        "sum", "import torch as t\n\ndef f(x):\n    t.Tensor.item = len\n", "`t.Tensor.item` (line 4) hides",
    ),
    "a library's own function deleted": ("sum", "from torch import nn\ndel nn.Linear.forward\n", "`nn.Linear.forward`"),
}


@pytest.mark.parametrize(("what", "source", "says"), AVOIDED.values(), ids=list(AVOIDED))
def test_what_is_to_be_avoided_is_found(what: str, source: str, says: str, runner: Runner) -> None:
    (check,) = judged(source, runner, function="f", rules=[{"avoids": [what]}])
    assert not check.passed and says in check.says
    assert check.id == f"avoids-{what}"


UNUSED = {
    "another name": ("sum", "def f(xs):\n    return summary(xs)\n"),
    "behind a return": ("loop", "def f(xs):\n    return xs\n    for x in xs:\n        pass\n"),
    "never taken": ("loop", "def f(xs):\n    if False:\n        for x in xs:\n            pass\n"),
    "a variable of that name": ("ndim", "def f(t):\n    ndim = len(t.shape)\n    return ndim\n"),
    "a function of that name": ("f", "def f(t):\n    return 1 + f(t[0]) if len(t) else 0\n"),
    "a decorator": ("@", "@staticmethod\ndef f(xs):\n    return xs\n"),
    "in a text": ("ndim", "def f(t):\n    return 'ndim'\n"),
    "a helper of one's own": ("dot", "def dot(a, b):\n    return (a * b).sum()\n\ndef f(a):\n    return dot(a, a)\n"),
    "a variable": ("inner", "def f(xs):\n    inner = 0\n    inner = inner + xs[0]\n    return inner\n"),
    "an argument": ("dim", "def f(x, dim):\n    return x.sum(dim)\n"),
    "an attribute of one's own": ("sum", "from torch import tensor\ntensor = tensor(1.)\ntensor.grad = None\n"),
    "a getter with a plain name": ("sum", "def f(t):\n    return getattr(t, 'grad', None)\n"),
    "a comprehension is no loop": ("loop", "def f(xs):\n    return [x for x in xs]\n"),
}


@pytest.mark.parametrize(("what", "source"), UNUSED.values(), ids=list(UNUSED))
def test_what_is_not_used_is_not_found(what: str, source: str, runner: Runner) -> None:
    (check,) = judged(source, runner, function="f", rules=[{"avoids": [what]}])
    assert check.passed, check.says


def test_several_names_in_one_rule_are_one_check(runner: Runner) -> None:
    source = "def f(a, b):\n    return (a * b).sum()\n"
    (kept,) = judged(source, runner, function="f", rules=[{"avoids": ["@", "matmul", "loop"]}])
    assert kept.passed and kept.says == "None of `@`, `matmul` and a loop is used."
    (many,) = judged(source, runner, function="f", rules=[{"avoids": ["@", "a1", "a2", "a3", "a4"]}])
    assert many.passed and many.says == "None of `@`, `a1`, `a2` and 2 others is used."
    (two,) = judged(source, runner, function="f", rules=[{"avoids": ["loop", "comprehension"]}])
    assert two.passed and two.says == "Neither a loop nor a comprehension is used."
    (broken,) = judged(source, runner, function="f", rules=[{"avoids": ["@", "sum", "loop"]}])
    assert not broken.passed and broken.id == "avoids-@" and "`sum` is used (line 2)" in broken.says


HOSTILE = {
    "deep brackets": "def f(xs):\n    return " + "(" * 150 + "xs" + ")" * 150,
    "deep calls": "x = " + "f(" * 5000 + ")" * 5000,
    "a long sum": "x = " + " + ".join(["1"] * 9000),
    "deep ifs": "\n".join(" " * depth + "if 1:" for depth in range(90)) + "\n" + " " * 90 + "pass",
    "no python": "def f(:",
    "nothing": "",
    "a thousand helpers": "\n".join(f"def f{n}(xs):\n    return f{n + 1}(xs)" for n in range(999)) + "\nf = f0",
    "calls that double": "\n".join(f"def f{n}(x):\n    return f{n+1}(x) + f{n+1}(x)" for n in range(30)) + "\nf = f0",
    "many branches": "def f(xs):\n" + "    if xs: a = [1]\n    else: a = [2]\n" * 500 + "    return a",
}  # fmt: skip


@pytest.mark.parametrize("source", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_source_fails_its_rule_and_nothing_else(source: str, runner: Runner) -> None:
    (check,) = judged(source, runner)
    assert not check.passed and check.says


@pytest.mark.parametrize("ending", [Ending.TIMEOUT, Ending.MEMORY, Ending.KILLED])
def test_source_that_is_too_much_for_the_jail_fails_its_rule(ending: Ending) -> None:
    made = rules.checks(COMPREHENSION, Outcome(ending), True)
    assert made is not None and not made[0].passed
    assert "write it more simply" in made[0].says


@pytest.mark.parametrize("outcome", [Outcome(Ending.INTERNAL), Outcome(Ending.OK), Outcome(Ending.ERROR)])
def test_a_fault_of_ours_is_no_verdict(outcome: Outcome) -> None:
    assert rules.checks(COMPREHENSION, outcome, True) is None


def test_a_part_without_rules_asks_nothing() -> None:
    assert rules.job(function_part(), "x = 1") is None


def test_the_program_in_the_jail_knows_none_of_our_files() -> None:
    tree = ast.parse(rules.program())
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [module for module in modules if module.startswith("app")]
