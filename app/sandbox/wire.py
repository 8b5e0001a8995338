"""Values on the wire, seen from the trusted side: `pack` for what we send, `unpack` for what a child claims.

JSON, one frame each way, four bytes of length before it. Plain JSON values stand for themselves; everything else is a
list that begins with a tag. `unpack` is total: whatever a child wrote, it gives values or raises `Malformed`, within
bounded time and memory. The child's half, which knows live tensors, is app/sandbox/live.py.
"""

import array
import base64
import binascii
import json
import math
import struct
from collections.abc import Callable
from typing import Any

from app.sandbox.job import Array, Expression, Thing, Value

FRAME_BYTES = 9_000_000
HEADER = struct.Struct(">I")
MAX_NODES = 400_000  # brackets and commas in a frame: bounds the objects json.loads can make
MAX_DEPTH = 60
MAX_HASHED = 2_000  # items of a dict or set: colliding hashes cost their square
MAX_DIMENSIONS = 16

# dtype → code of the numbers in its payload; half precision travels as float32 and complex numbers as pairs.
PAYLOAD = {
    "float64": "d", "float32": "f", "float16": "f", "bfloat16": "f", "complex64": "f", "complex128": "d",
    "int64": "q", "int32": "i", "int16": "h", "int8": "b", "uint8": "B", "uint16": "H", "uint32": "I",
    "uint64": "Q", "bool": "B",
}  # fmt: skip


class Malformed(Exception):
    """A frame that is not what a well-behaved child writes."""


def frame(message: dict[str, Any]) -> bytes:
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    if len(body) > FRAME_BYTES:
        raise Malformed(f"a frame of {len(body)} bytes is too long")
    return HEADER.pack(len(body)) + body


def read_body(body: bytes) -> dict[str, Any]:
    """The object in the body of a frame."""
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MAX_NODES:
        raise Malformed("too many values")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError, OverflowError, MemoryError) as error:
        raise Malformed(f"not JSON: {type(error).__name__}") from None
    if not isinstance(message, dict):
        raise Malformed("not an object")
    return message


def pack(value: Value | Expression) -> Any:
    """A value as JSON data. Raises TypeError for what is no Value."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    packer = PACKERS.get(type(value))
    if packer is None:
        raise TypeError(f"{type(value).__name__} cannot be sent to the sandbox")
    return packer(value)


def _pack_array(value: Array) -> list[Any]:
    numbers: Any = value.data
    if value.dtype.startswith("complex"):
        numbers = [part for number in value.data for part in (number.real, number.imag)]
    payload = array.array(PAYLOAD[value.dtype], numbers).tobytes()
    encoded = base64.b64encode(payload).decode("ascii")
    return ["a", value.kind, value.dtype, list(value.shape), encoded, value.requires_grad]


PACKERS: dict[type, Callable[[Any], Any]] = {
    list: lambda value: ["l", [pack(item) for item in value]],
    tuple: lambda value: ["t", [pack(item) for item in value]],
    set: lambda value: ["s", [pack(item) for item in value]],
    frozenset: lambda value: ["z", [pack(item) for item in value]],
    dict: lambda value: ["d", [[pack(key), pack(item)] for key, item in value.items()]],
    bytes: lambda value: ["y", base64.b64encode(value).decode("ascii")],
    complex: lambda value: ["c", value.real, value.imag],
    Array: _pack_array,
    Expression: lambda value: ["x", value.text],
}


def unpack(data: Any, depth: int = 0) -> Value:
    """JSON data as a value. Raises Malformed."""
    if data is None or type(data) in (bool, int, float, str):
        return data
    if type(data) is not list or not data or type(data[0]) is not str or depth > MAX_DEPTH:
        raise Malformed("not a value")
    unpacker = UNPACKERS.get(data[0])
    if unpacker is None:
        raise Malformed("an unknown tag")
    try:
        return unpacker(depth + 1, *data[1:])
    except (TypeError, ValueError, OverflowError, RecursionError, binascii.Error):
        raise Malformed(f"a bad value of tag {data[0][:8]!r}") from None


def _items(depth: int, data: Any) -> list[Value]:
    if type(data) is not list:
        raise Malformed("not a list of values")
    return [unpack(item, depth) for item in data]


def _hashed(depth: int, data: Any) -> list[Value]:
    if type(data) is not list or len(data) > MAX_HASHED:
        raise Malformed("too many items to hash")
    return _items(depth, data)


def _unpack_dict(depth: int, data: Any) -> dict[Value, Value]:
    if type(data) is not list or len(data) > MAX_HASHED:
        raise Malformed("too many items to hash")
    return {unpack(key, depth): unpack(item, depth) for key, item in data}


def _unpack_array(
    _: int, kind: Any, dtype: Any, shape: Any, payload: Any, requires_grad: Any, bare: Any = True
) -> Array:  # fmt: skip
    if kind not in ("tensor", "array") or dtype not in PAYLOAD or type(payload) is not str:
        raise Malformed("a bad array")
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS or {type(requires_grad), type(bare)} != {bool}:
        raise Malformed("a bad shape")
    if not all(type(size) is int and 0 <= size <= FRAME_BYTES for size in shape):
        raise Malformed("a bad shape")
    numbers = array.array(PAYLOAD[dtype])
    numbers.frombytes(base64.b64decode(payload, validate=True))
    data: tuple[Any, ...] = tuple(numbers)
    if dtype == "bool":
        data = tuple(number != 0 for number in data)
    elif dtype.startswith("complex"):
        data = tuple(complex(*pair) for pair in zip(data[::2], data[1::2], strict=True))
    if math.prod(shape) != len(data):
        raise Malformed("a shape that does not fit its numbers")
    return Array(kind, dtype, tuple(shape), data, requires_grad, bare)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Malformed("not a text")
    return value


def _unpack_complex(_: int, real: Any, imaginary: Any) -> complex:
    return complex(float(real), float(imaginary))


UNPACKERS: dict[str, Callable[..., Value]] = {
    "l": _items,
    "t": lambda depth, data: tuple(_items(depth, data)),
    "s": lambda depth, data: set(_hashed(depth, data)),
    "z": lambda depth, data: frozenset(_hashed(depth, data)),
    "d": _unpack_dict,
    "y": lambda _, data: base64.b64decode(_text(data), validate=True),
    "c": _unpack_complex,
    "a": _unpack_array,
    "o": lambda _, name: Thing(_text(name)[:200]),
}
