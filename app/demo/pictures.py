"""Pictures and figures that need no training: what a frame draws, the means, pixel similarity, the worst mistakes."""

import numpy as np
from numpy.typing import NDArray

from app.demo.data import Data
from app.demo.events import Picture, Similarity, Worst

WORST = 12

Floats = NDArray[np.float32]


def picture(numbers: Floats) -> Picture:
    """784 numbers, each rounded to one of the levels -127…127, stored as 1…255. A number that is not finite is zero."""
    finite = np.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0)
    scale = float(np.abs(finite).max())
    levels = np.rint(finite * (127 / scale)) if scale > 0 else finite * 0
    return Picture((levels + 128).astype(np.uint8).tobytes(), scale)


def mean_pictures(data: Data) -> tuple[Floats, Floats]:
    """The mean 3 and the mean 7 of the training set: [784] each, between 0 and 1."""
    threes, sevens = data.train[: data.train_threes], data.train[data.train_threes :]
    return _mean(threes), _mean(sevens)


def _mean(rows: NDArray[np.uint8]) -> Floats:
    made: Floats = (rows.sum(axis=0, dtype=np.int64) / (255 * len(rows))).astype(np.float32)
    return made


def difference_of_means(data: Data) -> Picture:
    three, seven = mean_pictures(data)
    return picture(three - seven)


def similarity(data: Data) -> Similarity:
    """The chapter's first model: a picture is a 3 if it is nearer to the mean 3 than to the mean 7 (L1)."""
    three, seven = mean_pictures(data)
    pixels: Floats = data.valid.astype(np.float32) / np.float32(255)
    says_three = distance(pixels, three) < distance(pixels, seven)
    threes = float(says_three[: data.valid_threes].mean())
    sevens = float(1 - says_three[data.valid_threes :].mean())
    return Similarity(threes, sevens, (threes + sevens) / 2)


def distance(pixels: Floats, other: Floats) -> Floats:
    """The mean absolute difference of each row [n, 784] from a picture [784]."""
    made: Floats = np.abs(pixels - other).mean(axis=1)
    return made


def worst(data: Data, chances: Floats, number: int = WORST) -> tuple[Worst, ...]:
    """The validation pictures whose probability of a 3 is farthest from what they are, the worst first."""
    wrongness = np.abs(data.valid_targets - np.nan_to_num(chances, nan=0.5))
    order = np.argsort(-wrongness, kind="stable")[:number]
    return tuple(
        Worst(int(i), 3 if i < data.valid_threes else 7, float(chances[i]), data.valid[i].tobytes()) for i in order
    )
