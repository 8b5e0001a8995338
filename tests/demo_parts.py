"""What the demo's tests share: real MNIST where ../shared has it, the program's own handwriting, and small pictures."""

from functools import cache
from pathlib import Path

import numpy as np

from app.demo.config import Config
from app.demo.data import Data, assembled, from_path, synthetic
from app.demo.events import Epoch
from app.demo.strokes import draw_sample
from app.demo.train import Training


@cache
def real(archive: Path) -> Data:
    return from_path(archive)


@cache
def drawn(folder: Path) -> Data:
    return synthetic(folder)


@cache
def few() -> Data:
    """300 training pictures, of which one batch of 64 is not whole."""
    return assembled(draw_sample(7, train=150, valid=50), "few", "drawn", "ours")


def trained(config: Config, data: Data) -> tuple[Training, list[Epoch]]:
    training = Training(config, data)
    return training, [event for event in training.events() if isinstance(event, Epoch)]


def right_about(training: Training, pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], threes: int) -> float:
    """The share of other pictures, first the 3s, that a training is right about."""
    import torch

    rows = torch.from_numpy(pixels.astype(np.float32)).to(training.fast.device)
    scores, _ = training.fast.valid_scores(rows)
    return float(((scores.cpu().numpy() > 0) == (np.arange(len(pixels)) < threes)).mean())
