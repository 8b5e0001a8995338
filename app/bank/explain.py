"""A validation error of the schema as a sentence for the file's author, at the value or key it is about."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from app.bank.fault import FileFault, Place, shown
from app.bank.question import Question
from app.bank.yaml import Node

# The error's type -> what must be so; {…} are pydantic's own limits.
DEMANDS = {
    "string_type": "must be text{quoting}",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list: [a, b], or each item on its own line after a dash",
    "model_type": "must be a mapping: lines of `key: value`",
    "model_attributes_type": "must be a mapping: lines of `key: value`",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "needs {min_length} or more, and has {items}",
    "too_long": "may have at most {max_length}, and has {items}",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge:g}",
    "greater_than": "must be more than {gt:g}",
    "less_than_equal": "must be at most {le:g}",
    "less_than": "must be less than {lt:g}",
}
PATTERNS = {  # the first letters of the pattern tell which it is
    "^[a-z": "must be lower-case words joined by dashes, such as `list-comprehension`",
    "^[A-Z": "must be a name that Python knows, such as `odd_doubled`",
    "^\\S[^": "must be one line, without the blanks before it (`indent` says them)",
}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _known_keys(model: type[BaseModel], where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    yield where, list(model.model_fields)
    for name, described in model.model_fields.items():
        for inner in _models(described.annotation):
            kind = inner.model_fields.get("kind")
            yield from _known_keys(inner, (*where, name, *(get_args(kind.annotation) if kind else ())))


KNOWN = dict(_known_keys(Question))  # the keys of each mapping, by the way to it without the places in lists
KINDS = [where[1] for where in KNOWN if len(where) == 2 and where[0] == "parts"]


def explain(path: Path, root: Node, error: ValidationError) -> list[FileFault]:
    errors = error.errors(include_url=False)
    guesses = {(*found["loc"][:-1], _guess(found["loc"])) for found in errors if found["type"] == "extra_forbidden"}
    return [
        _fault(path, root, found["type"], found["loc"], found.get("ctx", {}))
        for found in errors
        if not (found["type"] == "missing" and found["loc"] in guesses or _only_seems_short(root, found))
    ]


def _only_seems_short(root: Node, found: Any) -> bool:
    """Pydantic does not count the items that are at fault themselves."""
    items = root.at(_in_file(found["loc"])).value
    return bool(found["type"] == "too_short" and len(items) >= found["ctx"]["min_length"])


def _fault(path: Path, root: Node, kind: str, loc: tuple[str | int, ...], limits: dict[str, Any]) -> FileFault:
    where = _in_file(loc)
    name = _name(where)
    node = root.at(where)
    place = node.place
    if kind == "missing":
        says = f"{name} is missing; add it"
    elif kind == "extra_forbidden":
        place, says = root.at(where[:-1]).keys[str(where[-1])], _unknown(loc)
    elif kind == "union_tag_not_found":
        says = f"`kind` is missing; write `kind: ` and one of: {', '.join(KINDS)}"
    elif kind == "union_tag_invalid":
        place, says = root.at((*where, "kind")).place, f"`kind` must be one of: {', '.join(KINDS)}"
    elif kind == "value_error":
        says = str(limits["error"])
    else:
        says = f"{name} {_demand(kind, limits, node)}"
    return FileFault(path, place.line, place.column, says)


def _name(where: Sequence[str | int]) -> str:
    """What an author calls it, who sees the place: `wall_s`, or item 2 of `topics`."""
    key = next((str(step) for step in reversed(where) if isinstance(step, str)), "")
    if where and isinstance(where[-1], int):
        return f"item {where[-1] + 1} of `{key}`"
    return f"`{key}`" if key else "the question"


def _in_file(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Pydantic names the kind of a part on the way into it; the file does not."""
    return (*loc[:2], *loc[3:]) if loc[:1] == ("parts",) and len(loc) > 2 else loc


def _guess(loc: Sequence[str | int]) -> str | None:
    known = KNOWN[tuple(str(step) for step in loc[:-1] if isinstance(step, str))]
    return next(iter(get_close_matches(str(loc[-1]), known, n=1)), None)


def _unknown(loc: Sequence[str | int]) -> str:
    guess = _guess(loc)
    known = KNOWN[tuple(str(step) for step in loc[:-1] if isinstance(step, str))]
    hint = f"did you mean `{guess}`?" if guess else f"known here: {', '.join(known)}"
    return f"unknown key `{shown(str(loc[-1]))}`; {hint}"


def _demand(kind: str, limits: dict[str, Any], node: Node) -> str:
    if kind == "string_pattern_mismatch":
        return PATTERNS[limits["pattern"][:5]]
    if node.value is None and kind.endswith("_type"):
        return "is empty; write its value, or delete the key"
    nested = isinstance(node.value, list | dict)
    more = {"quoting": "" if nested else "; put it in quotes", "items": len(node.value) if nested else 1}
    demand = DEMANDS.get(kind)
    return demand.format(**more, **limits) if demand else f"is not right ({kind.replace('_', ' ')})"


def place_in_text(node: Node, lines: Sequence[str], line: int, column: int = 1) -> Place:
    """Where line `line` of a text stands in its file. Exact for `|` blocks; else where the text begins."""
    number = node.place.line + line
    if not node.literal or number > len(lines):
        return node.place
    indent = len(lines[number - 1]) - len(node.value.split("\n")[line - 1])
    return Place(number, max(indent, 0) + column)
