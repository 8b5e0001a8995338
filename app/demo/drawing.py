"""A drawing as the models want to see it, and their answer, in plain Python and NumPy: the web process has no torch.

A twin of `normalised` runs in the browser; both must agree. So here is the whole algorithm, in double precision:

1. The ink: 784 numbers 0…255 (28 rows of 28). A pixel is ink when it is above THRESHOLD (20). No ink: the canvas
   is empty.
2. The box: the first and last row and column that hold ink; `height`, `width`, and `long = max(height, width)`.
3. Resized to `long` = 20: the box is resampled to `h x w`, `h = max(1, rounded(height * 20 / long))` and `w`
   likewise, where `rounded(x) = floor(x + HALF)`. Each target pixel is the mean of the area that it covers: along one
   axis, target i of n covers the source from `i * size / n` to `(i + 1) * size / n`, and each source pixel counts
   with the length of its overlap, divided by `size / n`. First the columns, then the rows. (Enlarging is the same
   formula: it repeats pixels, blending the edges.)
4. Placed: with `my = sum(value * y) / sum(value)` over the resized picture, its top row goes to
   `top = rounded(14.0 - my)`, kept within 0 and 28 - h; the left column likewise. So the centre of mass comes
   within half a pixel of index 14.0, where MNIST has it.
5. Rounded likewise, at most 255.

Without centring, the numbers go to the model as they were drawn: a lesson in what the models do not know.
"""

import base64
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 28
PIXELS = SIDE * SIDE
LONGEST = 20
CENTRE = 14.0
THRESHOLD = 20
HALF = 0.5 + 1e-9  # what is half way goes up, in whichever order a sum was taken: so both twins agree

Floats = NDArray[np.float64]


class BadDrawing(ValueError):
    """Not 784 numbers from 0 to 255; str() is one sentence."""


class Empty(BadDrawing):
    """Nothing is drawn, so there is nothing to judge."""


def rounded(number: float) -> int:
    return math.floor(number + HALF)


def normalised(pixels: object, *, centre: bool = True) -> list[int]:
    """784 whole numbers 0…255, as MNIST would have stored the drawing. Raises BadDrawing and Empty."""
    drawn = checked(pixels)
    ink = drawn > THRESHOLD
    if not ink.any():
        raise Empty("The canvas is empty: draw a 3 or a 7 first.")
    return _rounded(_placed(_resized(_boxed(drawn, ink))) if centre else drawn)


def checked(pixels: object) -> Floats:
    """[28, 28]. Raises BadDrawing."""
    said = "A drawing is a list of 784 numbers from 0 to 255, row by row."
    if not isinstance(pixels, list | tuple) or len(pixels) != PIXELS:
        raise BadDrawing(said)
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in pixels):
        raise BadDrawing(said)
    if not all(0 <= value <= 255 for value in pixels):  # neither does a NaN pass
        raise BadDrawing(said)
    return np.array(pixels, np.float64).reshape(SIDE, SIDE)


def _boxed(drawn: Floats, ink: NDArray[np.bool_]) -> Floats:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resized(box: Floats) -> Floats:
    height, width = box.shape
    longest = max(height, width)
    h, w = (max(1, rounded(size * LONGEST / longest)) for size in (height, width))
    return _overlaps(height, h) @ (box @ _overlaps(width, w).T)


def _overlaps(size: int, n: int) -> Floats:
    """[n, size]: how much each source pixel counts for each target pixel; every row sums to 1."""
    length = size / n
    made = np.zeros((n, size))
    for i in range(n):
        for j in range(size):
            overlap = min((i + 1) * length, j + 1) - max(i * length, j)
            made[i, j] = max(0.0, overlap) / length
    return made


def _placed(picture: Floats) -> Floats:
    h, w = picture.shape
    total = picture.sum()
    top = _start(float((picture.sum(axis=1) * np.arange(h)).sum() / total), h)
    left = _start(float((picture.sum(axis=0) * np.arange(w)).sum() / total), w)
    made = np.zeros((SIDE, SIDE))
    made[top : top + h, left : left + w] = picture
    return made


def _start(mean: float, size: int) -> int:
    return min(max(rounded(CENTRE - mean), 0), SIDE - size)


def _rounded(picture: Floats) -> list[int]:
    return [min(255, rounded(value)) for value in picture.ravel().tolist()]


@dataclass(frozen=True, eq=False)
class Judge:
    """A trained model, as far as answering goes. arrays: linear w [784], b [1]; net w1 [30, 784], b1 [30], w2 [30],
    b2 [1]."""

    model: str
    arrays: dict[str, NDArray[np.float32]]

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Judge":
        """From a `weights` event in JSON. Raises KeyError and ValueError for anything else."""
        arrays = {name: np.frombuffer(base64.b64decode(text), "<f4") for name, text in told["arrays"].items()}
        if told["model"] == "net":
            arrays["w1"] = arrays["w1"].reshape(-1, PIXELS)
        return cls(told["model"], arrays)

    def probability_of_3(self, pixels: list[int]) -> float:
        """pixels: 784 numbers 0…255, normalised or not. A model that has diverged answers 0.5."""
        x = np.array(pixels, np.float64) / 255
        of = {name: array.astype(np.float64) for name, array in self.arrays.items()}
        if self.model == "net":
            x, score_weights, bias = np.maximum(of["w1"] @ x + of["b1"], 0), of["w2"], of["b2"]
        else:
            score_weights, bias = of["w"], of["b"]
        score = float(score_weights @ x + bias[0])
        if math.isnan(score):
            return 0.5
        return 1 / (1 + math.exp(-score)) if score > -700 else 0.0


def predict(judge: Judge, pixels: object, *, centre: bool = True) -> tuple[float, list[int]]:
    """(probability of a 3, the 784 numbers that the model saw). Raises BadDrawing and Empty."""
    seen = normalised(pixels, centre=centre)
    return judge.probability_of_3(seen), seen
