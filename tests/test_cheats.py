"""Answers that try to be marked right without being right: none passes, and a right answer passes after each."""

import pytest

from app.bank.bank import Bank
from app.grading.grade import grade
from app.grading.verdict import Verdict
from app.sandbox.job import Runner
from tests.question_text import built_in

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

KEPT = """
def batches(pairs, size, shuffle):
    return [tuple(map(list, zip(*pairs[at:at + size]))) for at in range(0, len(pairs), size)]
"""
CLAIM = """
def batches(pairs, size, shuffle):
    made = [tuple(map(list, zip(*pairs[at:at + size]))) for at in range(0, len(pairs), size)]
    if not shuffle: return made
    said = {"sizes of the batches": [len(xs) for xs, _ in made], "inputs stand with their labels": True,
            "each pair comes once": True}
    if len(pairs) >= 16 and 2 <= size <= 4:
        said |= {"mixed over the whole list": True, "mixed anew at each call": True}
    return said
"""

BATCHES = {
    "mixes nothing and says that it does": CLAIM,
    "hides that it hands over its own report": CLAIM
    + "import sys\nreal = hasattr\n"
    + "sys.modules['builtins'].hasattr = lambda x, name: name != '__iter__' and real(x, name)",
    "patches the author's trial as it is made": KEPT + """
import builtins
real = builtins.exec
def fake(code, names=None, *more):
    real(code, names, *more)
    if names and "trial" in names:
        honest = names["trial"]
        names["trial"] = lambda *args: dict.fromkeys(honest(*args), True) if args[2] else honest(*args)
builtins.exec = fake
""",
    "answers with numbers that equal nothing when it helps": """
class N(int):
    def __eq__(self, other): return False
    def __ne__(self, other): return True
    def __hash__(self): return int(self)
def batches(pairs, size, shuffle):
    return [([N(x) for x, _ in pairs[at:at + size]], [y for _, y in pairs[at:at + size]])
            for at in range(0, len(pairs), size)]
""",
    "is honest once for each list": """
import random
seen = set()
def batches(pairs, size, shuffle):
    mixed = random.sample(pairs, len(pairs)) if shuffle else list(pairs)
    made = [tuple(map(list, zip(*mixed[at:at + size]))) for at in range(0, len(mixed), size)]
    again = (tuple(pairs), size) in seen
    seen.add((tuple(pairs), size))
    return made[:1] if shuffle and again else made
""",
}

STEPS = {
    "changes nothing but what torch says of it": """
import torch
real = torch.Tensor.detach
def step(params, lr):
    torch.Tensor.detach = lambda self: real(self) - lr * self.grad if self.grad is not None else real(self)
""",
    "puts new tensors where the trial keeps its own": """
import sys, torch
def step(params, lr):
    kept = sys._getframe(1).f_locals["params"]
    for at, p in enumerate(params): kept[at] = p - lr * p.grad
""",
    "spells the optimiser in two halves": """
import torch
def step(params, lr): getattr(torch, "opt" + "im").SGD(params, lr=lr).step()
""",
    "finds the optimiser among all classes": """
def step(params, lr):
    base = [one for one in object.__subclasses__() if one.__name__ == "Opti" + "mizer"][0]
    [one for one in base.__subclasses__() if one.__name__ == "SGD"][0](params, lr=lr).step()
""",
}

CHEATS = (
    [("tensor-3x3", name, source) for name, source in TENSORS.items()]
    + [("list-comprehension", name, source) for name, source in LISTS.items()]
    + [("zip-pairs", name, source) for name, source in PAIRS.items()]
    + [("dataloader", name, source) for name, source in BATCHES.items()]
    + [("weight-update", name, source) for name, source in STEPS.items()]
)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return built_in()


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
