"""Handwriting drawn by the program itself: 3s and 7s as somebody might write them, made without a byte of MNIST.

Each picture begins as one of a few skeletons, the points through which a pen goes. Every point is moved a little at
random, the points are joined by Catmull-Rom curves, and the whole is sheared, turned and stretched. A pen whose width
changes along the way draws it, and the picture is normalised as MNIST is: the longest side 20 pixels, the centre of
mass at index 14.0. The same seed gives the same pictures. What made the models right about real digits is variation,
not number: points that move by 7 or 8 hundredths of the box, wide ranges of slant, width and pen. (At 10 hundredths
real digits are told apart no better, and some of our own can hardly be read.) The edge of the ink is soft: it lets the
linear model, which sees single pixels, learn from one stroke about its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

VERSION = 2  # goes up whenever the pictures change, so that kept ones are drawn again
TRAIN, VALID = 3500, 700  # pictures of each digit
SIDE = 28
LONGEST = 20.0
CENTRE = 14.0
MARGIN = 4  # pixels between the ink's box and the border, before the centre of mass is put in its place
CURVE = 12  # points on each piece of a curve
CHUNK = 100  # pictures drawn at once

Floats = NDArray[np.float32]
Skeleton = tuple[tuple[tuple[float, float], ...], ...]  # strokes of points (x to the right, y down), in a box of side 1

THREES: tuple[Skeleton, ...] = (
    # round, with a flat top, with a loop in the middle
    (((0.1, 0.15), (0.5, 0.0), (0.85, 0.2), (0.42, 0.46), (0.9, 0.72), (0.5, 1.0), (0.04, 0.88)),),
    (((0.05, 0.05), (0.45, 0.04), (0.82, 0.05), (0.62, 0.24), (0.4, 0.42), (0.86, 0.68), (0.45, 1.0), (0.02, 0.86)),),
    (((0.1, 0.2), (0.45, 0), (0.8, 0.2), (0.5, 0.48), (0.32, 0.46), (0.52, 0.42), (0.9, 0.7), (0.5, 1), (0, 0.84)),),
    # leaning, with a short tail, narrow, with a wide top
    (((0.2, 0.06), (0.65, 0.02), (0.8, 0.22), (0.5, 0.42), (0.8, 0.6), (0.7, 0.9), (0.3, 1.0), (0.0, 0.95)),),
    (
        (
            (0, 0.1),
            (0.4, 0.02),
            (0.8, 0.06),
            (0.6, 0.3),
            (0.42, 0.44),
            (0.72, 0.58),
            (0.66, 0.85),
            (0.4, 1),
            (0.22, 0.98),
        ),
    ),
    (((0.15, 0.12), (0.5, 0.0), (0.78, 0.16), (0.5, 0.4), (0.68, 0.58), (0.5, 0.86), (0.1, 1.0)),),
    (
        (
            (0.02, 0.12),
            (0.4, 0),
            (0.85, 0.12),
            (0.55, 0.42),
            (0.3, 0.46),
            (0.75, 0.6),
            (0.7, 0.9),
            (0.3, 1),
            (0.05, 0.92),
        ),
    ),
)
SEVENS: tuple[Skeleton, ...] = (
    # plain, with a hook, with a bar, round
    (((0.0, 0.08), (0.4, 0.06), (0.85, 0.04), (0.66, 0.35), (0.5, 0.68), (0.38, 1.0)),),
    (((0.02, 0.26), (0.04, 0.08), (0.45, 0.06), (0.9, 0.04), (0.68, 0.4), (0.5, 0.7), (0.42, 1.0)),),
    (
        ((0.0, 0.1), (0.4, 0.08), (0.85, 0.05), (0.62, 0.4), (0.46, 0.7), (0.36, 1.0)),
        ((0.22, 0.54), (0.5, 0.5), (0.8, 0.46)),
    ),
    (((0.0, 0.2), (0.3, 0.04), (0.7, 0.06), (0.8, 0.25), (0.68, 0.6), (0.6, 1.0)),),
)


@dataclass(frozen=True)
class Hand:
    """How much writing varies: standard deviations, and ranges in pixels of the finished picture."""

    jitter: float = 0.075  # of the skeleton's box; radians for the turn
    shear: float = 0.24
    turn: float = 0.1
    widths: tuple[float, float] = (0.6, 1.05)  # of the box, its height being 1
    pens: tuple[float, float] = (0.7, 1.9)  # radius
    blur: float = 1.3


HAND = Hand()


def draw_sample(seed: int, train: int = TRAIN, valid: int = VALID, hand: Hand = HAND) -> dict[str, NDArray[np.uint8]]:
    """Group -> pixels [n, 784], named as MNIST_SAMPLE's folders."""
    random = np.random.default_rng(seed)
    made = {}
    for group, number in (("train", train), ("valid", valid)):
        for digit, skeletons in (("3", THREES), ("7", SEVENS)):
            made[f"{group}/{digit}"] = draw(skeletons, number, random, hand)
    return made


def draw(skeletons: Sequence[Skeleton], number: int, random: np.random.Generator, hand: Hand) -> NDArray[np.uint8]:
    """`number` pictures, about equally many of each skeleton, mixed."""
    shares = np.array_split(np.arange(number), len(skeletons))
    parts = [
        _drawn(skeleton, min(CHUNK, len(share) - at), random, hand)
        for skeleton, share in zip(skeletons, shares, strict=True)
        for at in range(0, len(share), CHUNK)
    ]
    return random.permutation(np.concatenate(parts))


def _drawn(skeleton: Skeleton, number: int, random: np.random.Generator, hand: Hand) -> NDArray[np.uint8]:
    strokes = [_curves(np.array(stroke, np.float32), number, random, hand) for stroke in skeleton]
    path = _bent(np.concatenate(strokes, axis=1), random, hand)
    pen = _pen(number, [stroke.shape[1] for stroke in strokes], random, hand)
    return _centred(_inked(_sized(path, pen), pen, hand))


def _curves(points: Floats, number: int, random: np.random.Generator, hand: Hand) -> Floats:
    """[number, samples, 2]: Catmull-Rom curves through the points, each moved at random."""
    moved = points + random.normal(0, hand.jitter, (number, *points.shape)).astype(np.float32)
    first, last = 2 * moved[:, :1] - moved[:, 1:2], 2 * moved[:, -1:] - moved[:, -2:-1]
    ends = np.concatenate([first, moved, last], axis=1)
    before, here, there, after = (ends[:, i : ends.shape[1] - 3 + i, None] for i in range(4))
    t = np.linspace(0, 1, CURVE, endpoint=False, dtype=np.float32)[:, None]
    curve = 0.5 * (
        2 * here
        + (there - before) * t
        + (2 * before - 5 * here + 4 * there - after) * t**2
        + (3 * here - before - 3 * there + after) * t**3
    )
    return np.concatenate([curve.reshape(number, -1, 2), moved[:, -1:]], axis=1)


def _bent(path: Floats, random: np.random.Generator, hand: Hand) -> Floats:
    """Stretched, sheared and turned."""
    number = len(path)
    x, y = path[..., 0] - 0.5, path[..., 1] - 0.5
    x = x * random.uniform(*hand.widths, (number, 1))
    x = x - y * random.normal(0.12, hand.shear, (number, 1))
    angle = random.normal(0, hand.turn, (number, 1))
    turned = np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)], axis=-1)
    return np.asarray(turned, np.float32)


def _pen(number: int, lengths: Sequence[int], random: np.random.Generator, hand: Hand) -> Floats:
    """[number, samples]: the pen's radius, wider or thinner towards one end."""
    radius = random.uniform(*hand.pens, (number, 1))
    along = np.concatenate([np.linspace(-1, 1, length) for length in lengths])
    return np.asarray(radius * (1 + random.normal(0, 0.12, (number, 1)) * along), np.float32)


def _sized(path: Floats, pen: Floats) -> Floats:
    """In pixels: the longest side of the ink is 20, the middle of its box the middle of the picture."""
    low, high = path.min(axis=1), path.max(axis=1)
    ink = 2 * pen.mean(axis=1)
    scale = (LONGEST - ink) / np.maximum((high - low).max(axis=1), 1e-3)
    middle = (low + high) / 2
    return np.asarray((path - middle[:, None]) * scale[:, None, None] + (SIDE - 1) / 2, np.float32)


def _inked(path: Floats, pen: Floats, hand: Hand) -> Floats:
    """[number, 28, 28] between 0 and 1: dark where a point of the path is nearer than the pen's radius.

    The squared distance of each pixel from each point, over the radius squared, is one product of four numbers."""
    number = len(path)
    grid = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), axis=-1).reshape(-1, 2).astype(np.float32)
    pixels = np.concatenate([-2 * grid, np.ones((len(grid), 1), np.float32), (grid**2).sum(1, keepdims=True)], axis=1)
    points = np.concatenate([path, (path**2).sum(-1, keepdims=True), np.ones_like(path[..., :1])], axis=-1)
    squared = (points / (pen**2)[..., None]) @ pixels.T
    nearest = np.sqrt(np.maximum(squared.min(axis=1), 0))
    radius = pen.mean(axis=1, keepdims=True)
    edge = radius * (1 - nearest) / hand.blur
    return np.asarray(np.clip(0.5 + edge / 2, 0, 1), np.float32).reshape(number, SIDE, SIDE)


def _centred(pictures: Floats) -> NDArray[np.uint8]:
    """Bytes [number, 784], each moved by whole pixels so that its centre of mass comes to 14.0."""
    mass = np.maximum(pictures.sum(axis=(1, 2)), 1e-6)
    steps = np.arange(SIDE)
    down, right = (
        np.rint(CENTRE - (pictures.sum(axis=axis) * steps).sum(axis=1) / mass).clip(-MARGIN, MARGIN).astype(int)
        for axis in (2, 1)
    )
    rows = (steps[None, :] - down[:, None]) % SIDE
    columns = (steps[None, :] - right[:, None]) % SIDE
    moved = pictures[np.arange(len(pictures))[:, None, None], rows[:, :, None], columns[:, None, :]]
    return np.asarray(np.rint(moved * 255), np.uint8).reshape(-1, SIDE * SIDE)
