"""The Python in a question, looked at without running it: a solution that does not even parse has an exact line.

Whether code does what it should is proved in the sandbox, elsewhere.
"""

import ast
from collections.abc import Iterator, Sequence

from app.bank.yaml import Node

Where = tuple[str | int, ...]
Complaint = tuple[Where, int, int, str]  # the way to the text, then line and column in it, and a sentence


def complaints(root: Node) -> Iterator[Complaint]:
    for index, part in enumerate(_list(root, "parts")):
        for key in (("setup",), ("solution",), ("trial",), ("report",), ("random", "make")):
            yield from _unparsable(part, ("parts", index), key, "exec")
        for number, case in enumerate(_list(part, "cases")):
            yield from _arguments(case.at(("args",)), ("parts", index, "cases", number, "args"))
        yield from _unparsable(part, ("parts", index), ("curve",), "eval")
        for number, wrong in enumerate(_list(part, "wrong")):
            yield from _unparsable(wrong, ("parts", index, "wrong", number), ("curve",), "eval")


def _list(node: Node, key: str) -> list[Node]:
    found = node.value.get(key) if isinstance(node.value, dict) else None
    return found.value if found and isinstance(found.value, list) else []


def _unparsable(node: Node, above: Where, key: Sequence[str], mode: str) -> Iterator[Complaint]:
    text = node.value
    for step in key:
        text = text[step].value if isinstance(text, dict) and step in text else None
    if not isinstance(text, str):
        return
    where = (*above, *key)
    try:
        ast.parse(text, mode=mode)
    except SyntaxError as error:
        yield where, error.lineno or 1, error.offset or 1, f"`{key[-1]}` is not valid Python: {error.msg}"
    except (ValueError, RecursionError, MemoryError):
        yield where, 1, 1, f"`{key[-1]}` is too deeply nested for Python"


def _arguments(node: Node, where: Where) -> Iterator[Complaint]:
    if isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield from _arguments(item, (*where, index))
    elif isinstance(node.value, dict) and "py" not in node.value:
        for key, item in node.value.items():
            yield from _arguments(item, (*where, key))
    elif isinstance(node.value, dict):
        if len(node.value) > 1 or not isinstance(node.value["py"].value, str):
            yield where, 1, 1, '`py` stands alone and is text in quotes: {py: "torch.zeros(2, 3)"}'
        else:
            yield from _unparsable(node, where, ("py",), "eval")
