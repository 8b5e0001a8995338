"""The program that reads a source, called directly: the same forms as in the jail, and the corners of Python."""

import ast

import pytest

from app.grading.rules_program import facts
from app.grading.rules_syntax import truth
from tests.test_rules import ACCEPTED, HOSTILE, REJECTED


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_comprehension_is_seen(name: str) -> None:
    found = facts(ACCEPTED[name], "f", [])
    assert found["made"][0] == "" and found["hidden"] is None


@pytest.mark.parametrize("name", REJECTED)
def test_the_reason_is_seen(name: str) -> None:
    found = facts(REJECTED[name], "f", [])
    assert name.split(":")[0] == ("hidden" if found["hidden"] else found["made"][0])


@pytest.mark.parametrize("source", HOSTILE.values(), ids=list(HOSTILE))
def test_any_source_gives_facts(source: str) -> None:
    found = facts(source, "f", ["loop"])
    assert "fault" in found or found["made"][0]


ALWAYS = ("True", "1", "'a'", "not 0", "[0]", "{1: 2}", "1 == 1", "1 < 2", "2 >= 2", "1 or x", "__name__ == '__main__'")
NEVER = ("False", "0", "''", "None", "not 1", "[]", "()", "{}", "1 != 1", "2 < 1", "1 > 2", "0 and x", "TYPE_CHECKING")
DEPENDS = ("x", "x > 1", "not x", "[*x]", "x and 1", "x or 0", "1 < x", "1 < 'a'", "1 < 2 < 3", "1 in (1, 2)", "f()")


@pytest.mark.parametrize(
    ("test", "decided"), [(t, True) for t in ALWAYS] + [(t, False) for t in NEVER] + [(t, None) for t in DEPENDS]
)
def test_a_test_that_never_changes_is_known(test: str, decided: bool | None) -> None:
    assert truth(ast.parse(test, mode="eval").body) is decided


LOOP = "    r = []\n    for x in xs:\n        r.append(2 * x)\n"
CORNERS = {
    "async": (
        "async def f(xs):\n    async for x in xs:\n"
        "        pass\n    async with xs as y:\n        return y",
        "unclear",
    ),
    "del": (f"def f(xs):\n{LOOP}    s = [x for x in xs]\n    s = [2 * x for x in xs]\n    del s\n    return r", "loop"),
    "del item": ("def f(xs):\n    r = [2 * x for x in xs]\n    del r[0]\n    return r", "changed"),
    "clear": ("def f(xs):\n    r = [2 * x for x in xs]\n    r.clear()\n    return r", "changed"),
    "subtract": ("def f(xs):\n    r = 1\n    r -= 1\n    return r", "value"),
    "continue": ("def f(xs):\n    while xs:\n        continue\n    else:\n        return [2 * x for x in xs]", ""),
    "match any": (
        "def f(xs):\n    match xs:\n"
        "        case [a, *b]:\n            return b\n    return [x + 1 for x in xs]",
        "unclear",
    ),
    "dict get": ("def f(xs):\n    d = {'r': [2 * x for x in xs]}\n    return d.get('r')", ""),
    "negative index": ("def f(xs):\n    return (1, [2 * x for x in xs])[-1]", ""),
    "property": (
        "class A:\n    @property\n    def r(self):\n"
        "        return [2 * x for x in (1,)]\n\ndef f(xs):\n    return A().r",
        "",
    ),
    "class method": (
        "class A:\n    @classmethod\n    def go(cls, xs):\n"
        "        return [2 * x for x in xs]\n\ndef f(xs):\n    return A.go(xs)",
        "",
    ),
    "operator": ("from operator import add\n\ndef f(xs):\n    return add([2 * x for x in xs], [])", ""),
    "dunder add": ("def f(xs):\n    return [2 * x for x in xs].__add__([])", ""),
    "dunder iadd": ("def f(xs):\n    r = []\n    return r.__iadd__([2 * x for x in xs])", ""),
    "heap": ("import heapq\n\ndef f(xs):\n    r = []\n    [heapq.heappush(r, x) for x in xs]\n    return r", "append"),
    "handed away": ("import filler\n\ndef f(xs):\n    r = []\n    filler.fill(r, xs)\n    return r", "unclear"),
    "getter": ("def f(xs):\n    return min([[2 * x for x in xs]])", ""),
    "times": ("def f(xs):\n    return 1 * [2 * x for x in xs]", ""),
    "nothing kept": ("def f(xs):\n    return [x for x in xs if False]", "nothing"),
    "both ways": ("def f(xs):\n    return [2 * x for x in xs] if True else xs", ""),
    "and False": ("def f(xs):\n    return False and [2 * x for x in xs]", "value"),
    "only keywords": ("def g(*, xs):\n    return xs\n\ndef f(xs):\n    return g(xs=[2 * x for x in xs])", ""),
    "keywords in a dict": ("def g(**k):\n    return k['xs']\n\ndef f(xs):\n    return g(xs=[2 * x for x in xs])", ""),
    "deleted": ("def f(xs):\n    return [2 * x for x in xs]\ndel f", "missing"),
    "try star": (
        "def f(xs):\n    try:\n        return [2 * x for x in xs]\n"
        "    except* OSError:\n        pass\n    return []",
        "",
    ),
    "global at the top": ("global f\nf = lambda xs: [2 * x for x in xs]", ""),
    "class body": ("class A:\n    ys = [1]\n    r = [2 * x for x in ys]\n\ndef f(xs):\n    return A.r", ""),
    "set": ("def f(xs):\n    return {2 * x for x in xs}", "set"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "why"), CORNERS.values(), ids=list(CORNERS))
def test_a_corner_of_python(source: str, why: str) -> None:
    assert facts(source, "f", [])["made"][0] == why
