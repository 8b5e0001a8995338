"""Live objects in a child ↔ JSON data: the child's half of app/sandbox/wire.py.

Runs beside the untrusted program, so nothing here is trusted by anybody; it only has to be honest for honest programs.
Objects are taken by exact type and measured *before* they are copied, since an expanded or sparse tensor can claim far
more elements than it has memory. Every function the encoder needs is bound here once, before any answer runs.
"""

import base64
from collections.abc import Callable
from typing import Any

import numpy
import torch

from app.sandbox.wire import MAX_DEPTH, MAX_HASHED, PAYLOAD

MAX_ITEMS = 100_000
MAX_BYTES = 6_000_000
MAX_DIGITS = 4_000
# Kept back from large values, so that one of them never hides the small ones that come after it.
KEPT_ITEMS, SMALL_ITEMS = 25_000, 500
KEPT_BYTES, SMALL_BYTES = 1_000_000, 20_000

_b64encode = base64.b64encode
_strided = torch.strided
# Taken now: an answer may put something else in their place.
_size, _numel, _item_bytes = torch.Tensor.size, torch.Tensor.numel, torch.Tensor.element_size
_detach, _contiguous, _to, _numpy = torch.Tensor.detach, torch.Tensor.contiguous, torch.Tensor.to, torch.Tensor.numpy
_is_contiguous = torch.Tensor.is_contiguous
_resolve_conj, _resolve_neg = torch.Tensor.resolve_conj, torch.Tensor.resolve_neg
_float32 = torch.float32
_ascontiguousarray = numpy.ascontiguousarray
_TENSORS = (torch.Tensor, torch.nn.Parameter)
_DTYPES = {f"torch.{name}": name for name in PAYLOAD}


class Encoder:
    """Encodes all values of one run within one budget of items and bytes. A value that does not fit becomes, as a
    whole, the name of its type with its size; the last quarter of the budget is for small values alone."""

    def __init__(self) -> None:
        self.items = MAX_ITEMS
        self.bytes = MAX_BYTES
        self.fits = True

    def encode(self, value: Any) -> Any:
        """One whole value."""
        items, room = self.items, self.bytes
        self.items = given_items = max(items - KEPT_ITEMS, min(items, SMALL_ITEMS))
        self.bytes = given_bytes = max(room - KEPT_BYTES, min(room, SMALL_BYTES))
        self.fits = True
        made = self._value(value, 0)
        self.items, self.bytes = items - given_items + self.items, room - given_bytes + self.bytes
        if self.fits:
            return made
        # The work is paid for, but not out of what is kept for others.
        self.items, self.bytes = max(self.items, min(items, KEPT_ITEMS)), max(self.bytes, min(room, KEPT_BYTES))
        return ["o", _size_told(value)]

    def _too_much(self) -> Any:
        self.fits = False
        return None

    def _value(self, value: Any, depth: int) -> Any:
        kind = type(value)
        self.items -= 1
        if self.items < 0:
            return self._too_much()
        if depth >= MAX_DEPTH:
            return ["o", f"{_name(kind)} (nested too deeply)"]
        if value is None or kind is bool or kind is float:
            return value
        encoder = self.ENCODERS.get(kind)
        if encoder is not None:
            return encoder(self, value, depth)
        if isinstance(value, numpy.generic):
            return self._value(value.item(), depth) if value.dtype.kind in "biufcU" else ["o", _name(kind)]
        if kind.__mro__[1:2] == (tuple,):  # a named tuple, torch.Size
            return self._sequence("t", tuple(tuple.__iter__(value)), depth)
        return ["o", _name(kind)]

    def _int(self, value: int, _: int) -> Any:
        return value if value.bit_length() < MAX_DIGITS * 3 else ["o", "int (thousands of digits)"]

    def _str(self, value: str, _: int) -> Any:
        return self._paid(len(value) * 2, lambda: value)

    def _bytes(self, value: bytes, _: int) -> Any:
        return self._paid(len(value) * 2, lambda: ["y", _b64encode(value).decode("ascii")])

    def _paid(self, cost: int, make: Callable[[], Any]) -> Any:
        if cost > self.bytes:
            return self._too_much()
        self.bytes -= cost
        return make()

    def _list(self, value: list[Any], depth: int) -> Any:
        return self._sequence("l", value, depth)

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Any:
        return self._sequence("t", value, depth)

    def _sequence(self, tag: str, value: Any, depth: int) -> Any:
        if len(value) > self.items:
            return self._too_much()
        return [tag, [self._value(item, depth + 1) if self.fits else None for item in value]]

    def _set(self, value: Any, depth: int) -> Any:
        if len(value) > MAX_HASHED:
            return ["o", f"{_name(type(value))} of {len(value)} items"]
        return ["s" if type(value) is set else "z", [self._value(item, depth + 1) for item in value]]

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        if len(value) > MAX_HASHED:
            return ["o", f"dict of {len(value)} items"]
        return ["d", [[self._value(key, depth + 1), self._value(item, depth + 1)] for key, item in value.items()]]

    def _complex(self, value: complex, _: int) -> Any:
        return ["c", value.real, value.imag]

    def _tensor(self, value: torch.Tensor, _: int) -> Any:
        dtype = _DTYPES.get(str(value.dtype))
        if value.layout is not _strided or value.device.type != "cpu" or dtype is None:
            return ["o", f"{_name(type(value))} ({value.layout}, {value.device}, {value.dtype})"]
        if _numel(value) * max(_item_bytes(value), 4) * 4 // 3 > self.bytes:
            return self._too_much()
        plain = _resolve_neg(_resolve_conj(_detach(value)))
        if dtype in ("float16", "bfloat16"):
            plain = _to(plain, _float32)
        bare = _is_contiguous(value) and not (value.is_leaf and value.grad is not None)
        return self._array("tensor", dtype, list(_size(value)), _numpy(_contiguous(plain)), value.requires_grad, bare)

    def _ndarray(self, value: Any, _: int) -> Any:
        if type(value) is not numpy.ndarray:  # a matrix
            value = numpy.asarray(value)
        if value.dtype.kind == "O" and value.size <= self.items and {type(item) for item in value.flat} <= {int, float}:
            value = numpy.array(value.tolist())  # plain numbers that were only kept as objects
        dtype = value.dtype.name
        if dtype not in PAYLOAD:
            return ["o", f"ndarray of {dtype}"]
        if value.size * max(value.itemsize, 4) * 4 // 3 > self.bytes:
            return self._too_much()
        plain = value.astype("float32") if dtype == "float16" else value
        bare = bool(value.flags.c_contiguous)
        return self._array("array", dtype, list(value.shape), _ascontiguousarray(plain), False, bare)

    def _array(self, kind: str, dtype: str, shape: list[int], plain: Any, requires_grad: bool, bare: bool) -> Any:
        payload = _b64encode(plain.tobytes()).decode("ascii")
        self.bytes -= len(payload)
        return ["a", kind, dtype, shape, payload, requires_grad, bare]

    ENCODERS: dict[type, Callable[..., Any]] = {
        int: _int,
        str: _str,
        bytes: _bytes,
        list: _list,
        tuple: _tuple,
        set: _set,
        frozenset: _set,
        dict: _dict,
        complex: _complex,
        numpy.ndarray: _ndarray,
        numpy.matrix: _ndarray,
        **dict.fromkeys(_TENSORS, _tensor),
    }


def _name(kind: type) -> str:
    name = type.__getattribute__(kind, "__name__")
    return name[:100] if type(name) is str else "object"


def _size_told(value: Any) -> str:
    """The type and size of what is too large: "list of 20000 items"."""
    kind = type(value)
    if kind in _TENSORS:
        return f"tensor of {_numel(value)} elements"
    if kind is numpy.ndarray:
        return f"ndarray of {value.size} elements"
    if kind is str or kind is bytes:
        return f"{_name(kind)} of {len(value)} {'characters' if kind is str else 'bytes'}"
    known = kind in (list, tuple, set, frozenset, dict) or kind.__mro__[1:2] == (tuple,)
    length = (tuple.__len__(value) if isinstance(value, tuple) else len(value)) if known else 0
    return f"{_name(kind)} of {length} items" if known else f"{_name(kind)} (too large)"


def decode(data: Any, evaluate: Callable[[str], Any]) -> Any:
    """JSON data from the trusted side as a live object; `evaluate` runs an author's expression."""
    if type(data) is not list:
        return data
    tag = data[0]
    if tag == "x":
        return evaluate(data[1])
    if tag == "a":
        return _decode_array(*data[1:])
    if tag == "d":
        return {decode(key, evaluate): decode(item, evaluate) for key, item in data[1]}
    if tag == "y":
        return base64.b64decode(data[1])
    if tag == "c":
        return complex(data[1], data[2])
    made = [decode(item, evaluate) for item in data[1]]
    return {"l": list, "t": tuple, "s": set, "z": frozenset}[tag](made)


def _decode_array(kind: str, dtype: str, shape: list[int], payload: str, requires_grad: bool) -> Any:
    travelled = {"float16": "float32", "bfloat16": "float32"}.get(dtype, dtype)
    plain = numpy.frombuffer(base64.b64decode(payload), dtype=travelled).reshape(shape).copy()
    if kind == "array":
        return plain.astype(dtype) if travelled != dtype else plain
    tensor = torch.from_numpy(plain).to(getattr(torch, dtype))
    return tensor.requires_grad_(requires_grad)
