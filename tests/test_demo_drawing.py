"""A visitor's drawing: its place and size do not matter, and it is judged as torch would, without torch."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from app.demo.config import MODELS, Config
from app.demo.drawing import BadDrawing, Empty, Judge, normalised, predict
from app.demo.events import to_json
from tests.demo_parts import few, real, trained
from tests.demo_vectors import FILE, drawings, placed

Canvas = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def numbers(canvas: Canvas) -> list[int]:
    return [int(value) for value in np.rint(canvas).ravel()]


def test_the_vectors_for_the_browser_are_what_this_program_computes() -> None:
    rows = json.loads(FILE.read_text(encoding="ascii"))
    assert len(rows) == 2 * len(drawings())
    for row in rows:
        assert normalised(row["pixels"], centre=row["centre"]) == row["normalised"], row["name"]


def test_where_it_is_drawn_does_not_matter() -> None:
    three = np.rint(placed(drawings()["a 3 as it is"], 12, 0, 0))
    seen = [normalised(numbers(np.roll(three, (down, right), (0, 1)))) for down, right in ((0, 0), (9, 3), (16, 16))]
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("name", [name for name in drawings() if name not in ("all ink", "one dot")])
def test_the_longest_side_becomes_20_and_the_centre_of_mass_14(name: str) -> None:
    seen = np.array(normalised(numbers(drawings()[name])), float).reshape(28, 28)
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    for axis in (0, 1):
        assert abs((seen.sum(1 - axis) * np.arange(28)).sum() / seen.sum() - 14) <= 0.51


def test_without_centring_the_model_sees_what_was_drawn() -> None:
    pixels = numbers(drawings()["a small 3 in a corner"])
    assert normalised(pixels, centre=False) == pixels != normalised(pixels)


def test_an_empty_canvas_is_said() -> None:
    for canvas in ([0] * 784, [20] * 784):
        for centre in (True, False):
            with pytest.raises(Empty, match="empty"):
                normalised(canvas, centre=centre)


@pytest.mark.parametrize(
    "pixels",
    [[], [0] * 783, [0] * 785, [256] * 784, [-1] * 784, [math.nan] * 784, [math.inf] * 784, ["1"] * 784, [None] * 784]
    + [[True] * 784, "0" * 784, 784, None, {"pixels": []}, [[0] * 28] * 28, [10**400] * 784],
)
def test_what_is_no_drawing_is_told_in_one_sentence(pixels: object) -> None:
    with pytest.raises(BadDrawing, match="784 numbers from 0 to 255"):
        normalised(pixels)


@pytest.mark.parametrize("model", MODELS)
def test_the_judgement_is_that_of_torch(model: str) -> None:
    training, _ = trained(Config.of(model, epochs=3, device="cpu"), few())
    judge = Judge.of(json.loads(json.dumps(to_json(training.weights()))))
    wanted, _ = training.fast.valid_scores(torch.from_numpy(few().valid.astype(np.float32)))
    found = [judge.probability_of_3(row.tolist()) for row in few().valid]
    np.testing.assert_allclose(found, wanted.sigmoid().numpy(), rtol=1e-4, atol=1e-6)


def test_a_model_that_diverged_still_answers_a_probability() -> None:
    for weight in (math.nan, math.inf, 1e38, -1e38):
        judge = Judge("linear", {"w": np.full(784, weight, np.float32), "b": np.zeros(1, np.float32)})
        assert 0 <= judge.probability_of_3([255] * 784) <= 1


def test_drawings_of_any_size_at_any_place_are_judged_as_well_as_the_data(shared: Path) -> None:
    data = real(shared / "data" / "mnist_sample.tgz")
    random = np.random.default_rng(5)
    chosen = random.choice(len(data.valid), 300, replace=False)
    for model in MODELS:
        training, _ = trained(Config.of(model, "better", epochs=8), data)
        judge = Judge.of(to_json(training.weights()))
        right = {True: 0, False: 0}
        for index in chosen:
            size = int(random.integers(10, 27))
            top, left = random.integers(0, 29 - size, 2)
            drawn = numbers(placed(data.valid[index].reshape(28, 28).astype(float), size, int(top), int(left)))
            for centre in right:
                chance, _ = predict(judge, drawn, centre=centre)
                right[centre] += (chance > 0.5) == (index < data.valid_threes)
        assert right[True] / 300 >= 0.97 and right[False] / 300 <= 0.85
