"""A difference in words that a beginner understands: what it is, what it should be, and what to do about it.

No type tags and no tuples of internals; values are written as Python writes them.
"""

from collections.abc import Callable
from typing import Any

from app.grading.show import SIZED, a_kind, clean, count, kind_of, show, size_words
from app.sandbox.job import Array, Thing, Value

RESULT = "the result"  # the name of what a function returns
SHOWN = 60

# What to do about a value of the wrong type: by the type's own name.
LAZY = "which can be walked only once; wrap it in list(...)"
VIEW = "which is only a view; wrap it in list(...)"
ADVICE = {
    "zip": LAZY, "map": LAZY, "filter": LAZY, "enumerate": LAZY, "reversed": LAZY, "list_iterator": LAZY,
    "generator": "which can be walked only once; wrap it in list(...), or use square brackets",
    "range": "which only describes numbers; wrap it in list(...)",
    "dict_keys": VIEW, "dict_values": VIEW, "dict_items": VIEW,
    "function": "which was not called: are the brackets () missing?",
    "builtin_function_or_method": "which was not called: are the brackets () missing?",
    "method": "which was not called: are the brackets () missing?",
    "type": "which is a class and not a value: are the brackets () missing?",
    "module": "which is a whole module and not a value",
    "coroutine": "which was never awaited; define the function with def and not with async def",
    "ellipsis": "which stands for a gap to fill in",
}  # fmt: skip
CALLED = {
    "function": "a function", "builtin_function_or_method": "a built-in function", "method": "a method",
    "type": "a class", "module": "a module", "generator": "a generator", "ellipsis": "the placeholder ...",
    "int": "a whole number", "float": "a number",
}  # fmt: skip


def shown(value: Value) -> str:
    return show(value, SHOWN)


def sentence(
    kind: str, why: str, expected: Value, got: Value, path: tuple[int, ...], name: str, *, root: Value = None
) -> str:
    """The difference in one sentence. `path` says where inside the value called `name`, which as a whole is `root`."""
    place = where(path[:-1] if why == "length" else path, name, root)
    if why == "deep":
        return f"{place} is nested too deeply to be compared"
    if why == "broken":
        return f"{place} is {a_kind(got)} whose shape does not fit its numbers"
    if why == "length":
        return _length(place, expected, got, path[-1], where(path, name, root))
    if why == "missing key":
        return f"{place} has no key {shown(expected)}"
    if why == "extra key":
        return f"{place} has the key {shown(got)}, which should not be there"
    if why.startswith("key "):
        return f"the value of key {why[4:]} in {place} is {shown(got)}, it should be {shown(expected)}"
    return SENTENCES[kind](place, expected, got)


def where(path: tuple[int, ...], name: str, root: Value = None) -> str:
    """The place as Python writes it: `b[0, 1]` in a tensor, `rows[1][0]` in lists, `result[1]` in what a function
    returned."""
    steps: list[str] = []
    value = root
    rest = path
    while rest and not isinstance(value, Array):
        steps.append(str(rest[0]))
        inside = isinstance(value, list | tuple) and rest[0] < len(value)
        value, rest = (value[rest[0]] if inside else None), rest[1:]
        if value is None and rest:
            break
    index = f"[{', '.join(str(number) for number in rest)}]" if rest else ""
    if not path:
        return name
    return ("result" if name == RESULT else name) + "".join(f"[{step}]" for step in steps) + index


def _type(place: str, expected: Value, got: Value) -> str:
    if got is None:
        return _none(place, expected)
    if isinstance(got, Thing):
        return f"{place} is {_thing(got, expected)}"
    should = f"it should be {a_kind(expected)}"
    if isinstance(got, bool) and not isinstance(expected, Array | list | tuple | dict | set | str):
        return f"{place} is {got}, a boolean; {should}{_example(expected)}"
    if isinstance(expected, Array) and type(got) in (int, float, complex):
        return f"{place} is {a_kind(got)}, {shown(got)}; {should} {_sizes(expected)}"
    if isinstance(got, Array) and type(expected) in (int, float, complex, bool):
        return f"{place} is {a_kind(got)} {_sizes(got)}; {should}{_example(expected)} (.item() takes it out)"
    if isinstance(expected, Array):
        return f"{place} is {a_kind(got)}; {should} {_sizes(expected)}"
    if isinstance(got, Array):
        return f"{place} is {a_kind(got)} {_sizes(got)}; {should}{_example(expected)}"
    return f"{place} is {a_kind(got)}{_example(got)}, {should}{_example(expected)}"


def _none(place: str, expected: Value) -> str:
    if place == RESULT:
        return "it returned None: is a `return` missing?"
    return f"{place} is None; it should be {a_kind(expected)}{_example(expected)}"


def _thing(got: Thing, expected: Value) -> str:
    kind = kind_of(got)
    if SIZED.fullmatch(kind):
        return f"{a_kind(got)}, which is too large to look at"
    if kind.startswith("ndarray of "):
        return "an array that holds text or objects; it should hold numbers"
    if kind.startswith("Tensor (torch.sparse"):
        return "a sparse tensor; .to_dense() makes it an ordinary one"
    if "(" in kind:
        return f"something that cannot be looked at: {clean(kind, 80, lines=False)}"
    called = CALLED.get(kind) or a_kind(got)
    advice = ADVICE.get(kind)
    lazy = advice is not None and "list(...)" in advice
    if advice is None or (lazy and not isinstance(expected, list)):
        return f"{called}; it should be {a_kind(expected)}{_example(expected)}"
    return f"{called}, {advice}"


def too_large(value: Value) -> bool:
    """The value came as its size alone, so nobody here knows whether it is right."""
    return isinstance(value, Thing) and SIZED.fullmatch(value.type) is not None


def _example(value: Value) -> str:
    text = shown(value)
    return f" {text}" if len(text) <= SHOWN and not isinstance(value, Array | Thing | type(None)) else ""


def _shape(place: str, expected: Value, got: Value) -> str:
    if not isinstance(expected, Array) or not isinstance(got, Array):
        return f"{place} is {shown(got)}, it should be {shown(expected)}"
    says = f"{place} has shape {show(got.shape)}; it should be {show(expected.shape)}"
    meaning = size_words(expected.shape)
    return f"{says}: {meaning}" if meaning else says


def _dtype(place: str, expected: Value, got: Value) -> str:
    if not isinstance(expected, Array) or not isinstance(got, Array):
        return f"{place} is {a_kind(got)}, {shown(got)}; it should be {a_kind(expected)}, {shown(expected)}"
    if "bool" in (expected.dtype, got.dtype) or expected.dtype.startswith("complex") != got.dtype.startswith("complex"):
        return f"{place} holds {_held(got.dtype)}; it should hold {_held(expected.dtype)}"
    return f"{place} holds numbers of type {clean(got.dtype, 40)}; it should hold {expected.dtype}"


def _held(dtype: str) -> str:
    return "booleans (True and False)" if dtype == "bool" else "complex numbers" if "complex" in dtype else "numbers"


def _values(place: str, expected: Value, got: Value) -> str:
    first, second = shown(got), shown(expected)
    if isinstance(expected, str) and isinstance(got, str) and expected != got and expected.strip() == got.strip():
        return f"{place} is {first}, it should be {second}: mind the spaces"
    return f"{place} is {first}, it should be {second}"


def _length(place: str, expected: Any, got: Any, index: int, last: str) -> str:
    """`index` is the first place that only one of the two has; `last` is its name."""
    if not got:
        return f"{place} is empty, it should have {count(len(expected), 'item')}: {shown(expected)}"
    if not expected:
        return f"{place} should be empty, but it has {count(len(got), 'item')}: {shown(got)}"
    says = f"{place} has {count(len(got), 'item')}, it should have {count(len(expected), 'item')}"
    if len(got) > len(expected):
        return f"{says}: {last}, which is {shown(got[index])}, is too many"
    return f"{says}: {last}, which should be {shown(expected[index])}, is missing"


def _sizes(value: Array) -> str:
    return "with a single number" if value.shape == () else f"of shape {show(value.shape, 40)}"


SENTENCES: dict[str, Callable[[str, Value, Value], str]] = {
    "type": _type,
    "shape": _shape,
    "dtype": _dtype,
    "values": _values,
}


def upper(text: str) -> str:
    """The sentence with a capital, unless it begins with code."""
    return text[:1].upper() + text[1:]
