"""What a training may be told: one frozen value, its presets, and the sentence for each value that makes no sense.

"book" repeats the chapter: batches in order (all 3s, then all 7s) and the chapter's own loss. "better" is what works
best here: shuffled, with the usual loss. Nothing in this module needs torch.
"""

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Self, get_type_hints

MODELS = ("linear", "net")
LOSSES = ("book", "bce", "accuracy")
STARTS = ("normal", "torch", "zeros")
DEVICES = ("auto", "cpu", "cuda")

MOST_EPOCHS = 1000
MOST_LR = 1000.0
MOST_SEED = 2**32 - 1
HIDDEN = 30


class BadConfig(ValueError):
    """A setting that cannot be used; str() is one sentence that says which and what is possible."""


@dataclass(frozen=True)
class Config:
    """One training. Raises BadConfig when made with a value that makes no sense."""

    model: str = "linear"  # linear: 784-1; net: 784-30-1
    lr: float = 1.0
    batch_size: int = 256
    epochs: int = 21
    seed: int = 1
    shuffle: bool = False
    loss: str = "book"  # bce: binary cross-entropy; accuracy: its gradient is zero, so that nothing moves
    start: str = "normal"  # weights at first: a normal distribution, torch's own way for its layers, or zeros
    forget_zero: bool = False  # leave out "set the gradients to zero", so that they add up
    device: str = "auto"

    def __post_init__(self) -> None:
        for name, kind in get_type_hints(type(self)).items():
            _check_kind(name, getattr(self, name), kind)
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise BadConfig(f"{_said(name)} is one of {', '.join(known)}, not {getattr(self, name)!r}.")
        if not (math.isfinite(self.lr) and 0 < self.lr <= MOST_LR):
            raise BadConfig(f"The learning rate is a number above 0 and at most {MOST_LR:g}, not {self.lr:g}.")
        for name, least, most in RANGES:
            if not least <= getattr(self, name) <= most:
                number = getattr(self, name)
                raise BadConfig(f"{_said(name)} is a whole number from {least} to {most}, not {number}.")

    @classmethod
    def of(cls, model: str = "linear", preset: str = "book", **said: Any) -> Self:
        """A preset with what was said otherwise; None means not said. Raises BadConfig."""
        if model not in MODELS:
            raise BadConfig(f"The model is one of {', '.join(MODELS)}, not {model!r}.")
        if preset not in PRESETS:
            raise BadConfig(f"The preset is one of {', '.join(PRESETS)}, not {preset!r}.")
        given = {name: value for name, value in said.items() if value is not None}
        unknown = set(given) - {field.name for field in fields(cls)}
        if unknown:
            raise BadConfig(f"There is no setting {sorted(unknown)[0]!r}.")
        return cls(**({"model": model} | PRESETS[preset][model] | given))

    def fitting(self, pictures: int) -> Self:
        """Itself. Raises BadConfig when a batch would be larger than the training set."""
        if self.batch_size > pictures:
            raise BadConfig(f"A batch of {self.batch_size} is larger than the {pictures} pictures there are.")
        return self

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "book": {
        "linear": {"lr": 1.0, "epochs": 21, "loss": "book", "shuffle": False, "start": "normal"},
        "net": {"lr": 0.1, "epochs": 40, "loss": "book", "shuffle": False, "start": "torch"},
    },
    "better": {
        "linear": {"lr": 0.5, "epochs": 20, "loss": "bce", "shuffle": True, "start": "torch"},
        "net": {"lr": 0.5, "epochs": 12, "batch_size": 64, "loss": "bce", "shuffle": True, "start": "torch"},
    },
}
CHOICES = {"model": MODELS, "loss": LOSSES, "start": STARTS, "device": DEVICES}
RANGES = (("batch_size", 1, 1_000_000), ("epochs", 1, MOST_EPOCHS), ("seed", 0, MOST_SEED))
NAMES = {"lr": "The learning rate", "batch_size": "The batch size", "epochs": "The number of epochs"}


def _said(name: str) -> str:
    return NAMES.get(name, f"The {name.replace('_', ' ')}")


def _check_kind(name: str, value: object, kind: type) -> None:
    allowed = (int, float) if kind is float else kind
    if not isinstance(value, allowed) or (kind is not bool and isinstance(value, bool)):
        what = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}[kind]
        raise BadConfig(f"{_said(name)} is {what}, not {value!r}.")
