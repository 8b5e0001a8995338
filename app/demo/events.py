"""What a training tells, as plain frozen values and as JSON. Nothing in this module needs torch.

    start    once: the settings, the data and where they came from, the device, the mean 3 less the mean 7
    step     after each batch, or after more where a card takes many in one piece; not sent to anybody, it only gives
             the consumer a moment to pause, step or stop
    frame    what to draw now: pictures of the weights and of the last gradient
    epoch    after each epoch: loss, accuracy, computing time
    weights  every number of the model, so that drawings can be judged without torch
    done     the last: why it ended, totals, the twelve worst pictures
    error    in place of what could not be done

A picture of numbers is 784 bytes, one a pixel, row by row: byte 128 is zero, 1 is -scale and 255 is +scale. In JSON
it is base64. A number that is not finite becomes null.
"""

import base64
import json
import math
from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True)
class Provenance:
    """Which pictures, where they came from, and what is known about their licence."""

    name: str
    source: str
    licence: str
    sha256: str


@dataclass(frozen=True)
class Picture:
    """784 numbers, each rounded to one of 255 levels between -scale and +scale."""

    levels: bytes
    scale: float


@dataclass(frozen=True)
class Similarity:
    """How often comparing with the mean 3 and the mean 7 (mean absolute difference) is right; mean of both classes."""

    threes: float
    sevens: float
    mean: float


@dataclass(frozen=True)
class Start:
    event: ClassVar[str] = "start"
    config: dict[str, Any]
    provenance: Provenance
    train: int
    valid: int
    device: str
    note: str  # what is different from what was asked for; else empty
    means: Picture  # the mean 3 less the mean 7: what the linear model's weights grow to look like
    similarity: Similarity


@dataclass(frozen=True)
class Step:
    event: ClassVar[str] = "step"
    step: int
    epoch: int


@dataclass(frozen=True)
class Frame:
    event: ClassVar[str] = "frame"
    step: int
    epoch: int  # the epoch it is in, counted from 1; 0 before the first step
    loss: float  # of the last batch, before its step
    accuracy: float  # correct / all of the validation set, now
    weights: Picture  # of the net: the first layer's weights, each unit's times its weight in the second layer
    gradient: Picture  # of the last batch, drawn likewise


@dataclass(frozen=True)
class Epoch:
    event: ClassVar[str] = "epoch"
    epoch: int
    step: int
    loss: float  # mean over the epoch's pictures, each as its batch met it
    accuracy: float  # correct / all of the validation set (the chapter averages over batches, a little different)
    correct: int
    valid: int
    compute_ms: float  # this epoch's training and validation alone
    says_3: int  # validation pictures that it takes for a 3; 0 or all of them: it says the same to everything
    alive: int | None  # of the net: hidden units that answer at least one validation picture


@dataclass(frozen=True)
class Weights:
    """arrays: name -> float32 numbers in base64, little-endian, row by row; shapes as in `drawing`."""

    event: ClassVar[str] = "weights"
    step: int
    model: str
    arrays: dict[str, str]


@dataclass(frozen=True)
class Worst:
    """A validation picture with its loss among the largest."""

    index: int
    label: int  # 3 or 7
    probability_of_3: float
    pixels: bytes  # 784, 0…255


@dataclass(frozen=True)
class Done:
    event: ClassVar[str] = "done"
    why: str  # finished, stopped, time (the limit of computing is reached), diverged
    epoch: int
    step: int
    loss: float
    accuracy: float
    compute_ms: float  # of all epochs
    worst: tuple[Worst, ...]
    done: bool = True


@dataclass(frozen=True)
class SweepEpoch:
    """An epoch of many learning rates at once: one number for each rate, in the order of the start's `rates`."""

    event: ClassVar[str] = "epoch"
    epoch: int
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    says_3: tuple[int, ...]
    alive: tuple[int, ...] | None
    compute_ms: float


@dataclass(frozen=True)
class SweepStart:
    event: ClassVar[str] = "start"
    config: dict[str, Any]
    rates: tuple[float, ...]
    provenance: Provenance
    train: int
    valid: int
    device: str
    note: str


@dataclass(frozen=True)
class SweepDone:
    event: ClassVar[str] = "done"
    why: str
    epoch: int
    best: float  # the rate with the highest accuracy at the end
    compute_ms: float
    done: bool = True


@dataclass(frozen=True)
class Failed:
    event: ClassVar[str] = "error"
    message: str


Event = Start | Step | Frame | Epoch | Weights | Done
SweepEvent = SweepStart | SweepEpoch | SweepDone
Told = Event | SweepEvent | Failed


def to_json(event: Told) -> dict[str, Any]:
    """The event's name under `event`, then its fields."""
    return {"event": event.event, **plain(event)}


def line(event: Told) -> str:
    """One line of JSON."""
    return json.dumps(to_json(event), allow_nan=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """What JSON can say: a dataclass as a dict, bytes as base64, a number that is not finite as None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value
