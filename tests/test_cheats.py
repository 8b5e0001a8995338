"""Answers that try to be marked right without being right: none passes, and a right answer passes after each."""

import pytest

from app.bank.bank import Bank
from app.grading.grade import grade
from app.grading.verdict import Verdict
from app.sandbox.job import Runner
from app.settings import BUILT_IN_QUESTIONS

FLAT = "import torch\na = torch.arange(1, 10).view(3, 3)\nb = a * 2\ncorner = b[1:, 1:].flatten()\n"

TENSORS = {
    "patches torch's comparisons": FLAT + "torch.equal = torch.allclose = lambda *a, **k: True",
    "patches numpy's comparisons": FLAT + "import numpy\nnumpy.array_equal = numpy.allclose = lambda *a, **k: True",
    "patches equality of tensors": FLAT + "torch.Tensor.__eq__ = lambda a, b: True",
    "patches the shape of tensors": FLAT + "torch.Tensor.shape = property(lambda self: torch.Size([2, 2]))",
    "patches the size of tensors": FLAT + "torch.Tensor.size = lambda self: torch.Size([2, 2])",
    "answers with a tensor class that agrees with everything": FLAT
    + "class Yes(torch.Tensor):\n    def __eq__(self, other): return True\ncorner = corner.as_subclass(Yes)",
    "answers with an object that equals everything": FLAT
    + "class Yes:\n    shape = (2, 2)\n    def __eq__(self, other): return True\ncorner = Yes()",
    "patches the built-ins": FLAT + "import builtins\nbuiltins.all = builtins.any = lambda x: True",
    "patches JSON": FLAT + "import json\njson.dumps = lambda *a, **k: '{\"passed\": true}'",
    "patches its own encoder": FLAT
    + "import sys\nlive = sys.modules['app.sandbox.live']\n"
    + "live.Encoder.encode = lambda self, value, depth=0: ['l', [['l', [10, 12]], ['l', [16, 18]]]]",
    "walks the frames for an expected value": FLAT
    + "import sys\nframe = sys._getframe()\nwhile frame:\n"
    + "    for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):\n"
    + "        if isinstance(value, torch.Tensor) and value.shape == (2, 2): corner = value\n    frame = frame.f_back",
    "searches memory for an expected value": FLAT
    + "import gc\nfor value in gc.get_objects():\n"
    + "    if type(value) is torch.Tensor and value.shape == (2, 2): corner = value",
    "searches memory for the solution": FLAT
    + "import gc\nfound = [value for value in gc.get_objects() if isinstance(value, dict) and 'solution' in value]\n"
    + "exec(found[0]['solution'])",
    "prints a verdict": FLAT + 'print(\'{"passed": true, "score": 1.0}\')',
    "writes a verdict to its channel": FLAT
    + "import os, struct\nbody = b'{\"passed\":true,\"score\":1.0,\"ending\":\"ok\"}'\n"
    + "os.write(3, struct.pack('>I', len(body)) + body)\nos._exit(0)",
    "raises the exception of success": FLAT + "raise SystemExit(0)",
    "leaves in the middle": "import os\nos._exit(0)\n" + FLAT,
    "declares itself passed": FLAT + "passed = True\nscore = 1.0",
}

LISTS = {
    "answers with a list that equals everything": """
class Yes(list):
    def __eq__(self, other): return True
def odd_doubled(xs): return Yes([0 for x in xs])
""",
    "hides the loop behind eval": """
def odd_doubled(xs):
    return eval("[2 * x for x in xs if x % 2]", {"xs": xs})
""",
    "swaps the function after it was looked at": """
def odd_doubled(xs):
    return [2 * x for x in xs if x % 2]
def other(xs):
    out = []
    for x in xs:
        if x % 2:
            out.append(2 * x)
    return out
globals()["odd_doubled"] = other
""",
    "makes a comprehension that is never reached": """
def odd_doubled(xs):
    out = []
    for x in xs:
        if x % 2:
            out.append(2 * x)
    return out
    return [2 * x for x in xs if x % 2]
""",
    "throws the comprehension away": """
def odd_doubled(xs):
    [2 * x for x in xs if x % 2]
    return list(map(lambda x: 2 * x, filter(lambda x: x % 2, xs)))
""",
    "changes its argument into the answer": """
def odd_doubled(xs):
    xs[:] = [2 * x for x in xs if x % 2]
    return xs
""",
    "knows the visible cases by heart": """
def odd_doubled(xs):
    known = {(1, 2, 3, 4): [2, 6], (-3, -2, 7): [-6, 14], (): []}
    return [x for x in known.get(tuple(xs), [])]
""",
}

PAIRS = {
    "knows the example by heart": "def pair(a, b): return [(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')]",
    "answers with tuples that are lists": """
class T(tuple):
    def __class_getitem__(cls, x): return cls
def pair(a, b): return [list(x) for x in zip(a, b)]
""",
    "patches zip": """
import builtins
builtins.zip = lambda a, b: []
def pair(a, b): return zip(a, b)
""",
}

CHEATS = (
    [("tensor-3x3", name, source) for name, source in TENSORS.items()]
    + [("list-comprehension", name, source) for name, source in LISTS.items()]
    + [("zip-pairs", name, source) for name, source in PAIRS.items()]
)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank(BUILT_IN_QUESTIONS)


def mark(bank: Bank, run: Runner, question_id: str, answer: str) -> Verdict:
    question = bank.get(question_id)
    assert question is not None
    part = question.part("write")
    assert part is not None
    return grade(question, part, answer, run, seed=7)


@pytest.mark.parametrize(("question", "name", "source"), CHEATS, ids=[name for _, name, _ in CHEATS])
def test_no_answer_passes_that(question: str, name: str, source: str, bank: Bank, runner: Runner) -> None:
    verdict = mark(bank, runner, question, source)
    assert not verdict.passed, name
    assert verdict.ending.value != "internal"
    found = bank.get(question)
    assert found is not None
    part = found.part("write")
    assert part is not None and part.kind == "code"
    assert mark(bank, runner, question, part.solution).passed


def test_an_answer_that_blames_the_setup_is_counted_all_the_same(bank: Bank, runner: Runner) -> None:
    forged = b'{"ending":"internal","fault":{"type":"E","message":"m","line":null}}'
    source = f"import os, struct\nos.write(3, struct.pack('>I', {len(forged)}) + {forged!r})\nos._exit(0)"
    assert mark(bank, runner, "tensor-3x3", source).ending.value == "killed"


def test_a_right_answer_made_in_the_wrong_way_is_shown_on_a_small_input(bank: Bank, runner: Runner) -> None:
    verdict = mark(bank, runner, "list-comprehension", "def odd_doubled(xs): return list(2 * x for x in xs if x % 2)")
    assert not verdict.passed
    assert verdict.counterexample is not None
    assert verdict.counterexample.expected == "[], made by a list comprehension"
    assert "generator" in verdict.counterexample.first_difference
