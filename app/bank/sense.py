"""What no type can say about a question and needs no run to be seen: do its names lead somewhere, can it be graded?"""

import ast
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from app.bank.fault import shown
from app.bank.question import CodePart, ProsePart, Question
from app.bank.sense_closed import CLOSED, Doubt, repeats
from app.bank.sense_sketch import draw

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def doubts(question: Question) -> Iterator[Doubt]:
    for index in repeats([part.id for part in question.parts]):
        yield ("parts", index, "id"), f"two parts have the same id `{question.parts[index].id}`; change one"
    for index, part in enumerate(question.parts):
        for where, message in SENSE[part.kind](part):
            yield ("parts", index, *where), message


def _guess(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"did you mean `{shown(close[0])}`?" if close else f"there are: {', '.join(map(shown, known[:8])) or 'none'}"


def _prose(part: ProsePart) -> Iterator[Doubt]:
    ids = [point.id for point in part.points]
    for index in repeats(ids):
        yield ("points", index, "id"), f"two points have the same id `{ids[index]}`; change one"
    yield from _samples(part, ids)
    for index, point in enumerate(part.points):
        for number, group in enumerate(point.required_terms):
            if not any(term.strip() for term in group):
                yield ("points", index, "required_terms", number), "this group has no word, so nothing could cover it"
    for index in repeats([wrong.id for wrong in part.misconceptions]):
        yield ("misconceptions", index, "id"), f"two misconceptions have the id `{part.misconceptions[index].id}`"
    for index, wrong in enumerate(part.misconceptions):
        if wrong.contradicts is not None and wrong.contradicts not in ids:
            says = f"`{wrong.contradicts}` is no point of this part; {_guess(wrong.contradicts, ids)}"
            yield ("misconceptions", index, "contradicts"), says


def _samples(part: ProsePart, ids: Sequence[str]) -> Iterator[Doubt]:
    lost = False
    for index, sample in enumerate(part.samples):
        for number, covered in enumerate(sample.covers):
            if covered not in ids:
                lost = True
                says = f"`{covered}` is no point of this part; {_guess(covered, ids)}"
                yield ("samples", index, "covers", number), says
    if lost:
        return
    covered_points = [len(set(sample.covers)) for sample in part.samples]
    if len(set(ids)) not in covered_points:
        yield ("samples",), "no sample covers every point; add a full answer"
    if not any(0 < count < len(set(ids)) for count in covered_points):
        yield ("samples",), "no sample covers some of the points; add a partial answer"
    if 0 not in covered_points:
        yield ("samples",), "no sample is wrong; add one with `covers: []`"


def _code(part: CodePart) -> Iterator[Doubt]:
    bound = _bound(f"{part.setup}\n{part.solution}")
    if bound is not None and part.function is not None and part.function not in bound:
        yield ("function",), f"the solution defines no function `{part.function}`; {_guess(part.function, bound)}"
    for index, name in enumerate(part.variables):
        if bound is not None and name not in bound:
            yield ("variables", index), f"the solution makes no variable `{name}`; {_guess(name, bound)}"
    tried = _bound(part.trial) if part.trial else None
    if tried is not None and "trial" not in tried:
        yield ("trial",), f"`trial` has to define a function `trial(...)`, which calls `{part.function}`"
    said = _bound(part.report) if part.report else None
    if said is not None and "report" not in said:
        yield ("report",), "`report` has to define a function `report(made, ...)`, which says what is compared"
    made = _bound(part.random.make) if part.random is not None else None
    if made is not None and "make" not in made:
        yield ("random", "make"), "`make` has to define a function `make(rng)`, which returns a tuple of arguments"


def _bound(source: str) -> list[str] | None:
    """The names that a program gives to something at its top level; None where that cannot be seen."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # told already, at its own line
    names: list[str] = []
    nodes: list[ast.AST] = list(reversed(tree.body))
    while nodes:
        node = nodes.pop()
        if isinstance(node, SCOPES):
            names.append(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names += [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append(node.id)
        elif isinstance(node, ast.Name) and node.id in ("exec", "globals"):
            return None
        else:
            nodes += reversed(list(ast.iter_child_nodes(node)))
    return None if "*" in names else list(dict.fromkeys(names))


SENSE: dict[str, Callable[[Any], Iterator[Doubt]]] = {"code": _code, "prose": _prose, "draw": draw, **CLOSED}
