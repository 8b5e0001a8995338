"""The chapter's figures on its own data, where it is here; and how well our own handwriting teaches real digits.

Ranges, since the first weights are drawn at random and processors round differently.
"""

from pathlib import Path

import numpy as np
import pytest

from app.demo.config import Config
from app.demo.data import Data
from app.demo.pictures import distance, mean_pictures, similarity
from tests.demo_parts import drawn, real, right_about, trained


@pytest.fixture(scope="module")
def mnist(shared: Path) -> Data:
    return real(shared / "data" / "mnist_sample.tgz")


def test_pixel_similarity_is_right_as_often_as_in_the_chapter(mnist: Data) -> None:
    found = similarity(mnist)
    assert [round(share, 4) for share in (found.threes, found.sevens, found.mean)] == [0.9168, 0.9854, 0.9511]


def test_the_first_3_is_as_far_from_the_means_as_in_the_chapter(mnist: Data) -> None:
    first = mnist.train[1:2].astype(np.float32) / np.float32(255)  # train/3/10000.png
    three, seven = mean_pictures(mnist)
    near, far = float(distance(first, three)[0]), float(distance(first, seven)[0])
    near_squared, far_squared = (float(((first - mean) ** 2).mean() ** 0.5) for mean in (three, seven))
    found = [round(value, 4) for value in (near, near_squared, far, far_squared)]
    assert found == [0.1114, 0.2021, 0.1586, 0.3021]


def test_the_linear_model_made_by_hand_does_as_well_as_in_the_chapter(mnist: Data) -> None:
    for seed in (1, 2):
        _, epochs = trained(Config.of("linear", seed=seed), mnist)
        assert len(epochs) == 21 and 0.955 <= epochs[-1].accuracy <= 0.98


def test_a_linear_layer_of_torch_begins_and_ends_as_in_the_chapter(mnist: Data) -> None:
    _, epochs = trained(Config.of("linear", start="torch", epochs=20), mnist)
    assert 0.48 <= epochs[0].accuracy <= 0.51  # it says 7 to everything: the 7s came last
    assert 0.9765 <= epochs[-1].accuracy <= 0.98


def test_the_net_does_as_well_as_in_the_chapter(mnist: Data) -> None:
    _, epochs = trained(Config.of("net"), mnist)
    assert len(epochs) == 40 and 0.98 <= epochs[-1].accuracy <= 0.985


def test_shuffled_batches_come_to_98_percent_in_fewer_epochs(mnist: Data) -> None:
    in_order, shuffled = (
        [epoch.accuracy >= 0.98 for epoch in trained(Config.of("linear", start="torch", shuffle=shuffle), mnist)[1]]
        for shuffle in (False, True)
    )
    assert True in shuffled and (True not in in_order or shuffled.index(True) < in_order.index(True))


@pytest.mark.parametrize(("model", "epochs", "reaches"), [("linear", 20, 0.98), ("net", 4, 0.985)])
def test_the_better_settings_are_better(mnist: Data, model: str, epochs: int, reaches: float) -> None:
    _, seen = trained(Config.of(model, "better", epochs=epochs), mnist)
    assert max(epoch.accuracy for epoch in seen) >= reaches


def test_our_own_handwriting_teaches_real_digits(mnist: Data, tmp_path_factory: pytest.TempPathFactory) -> None:
    ours = drawn(tmp_path_factory.mktemp("drawn"))
    for model, reaches in (("linear", 0.974), ("net", 0.98)):
        training, _ = trained(Config.of(model, "better"), ours)
        assert right_about(training, mnist.valid, mnist.valid_threes) >= reaches
