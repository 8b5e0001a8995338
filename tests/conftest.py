"""What tests share: one real jail for the whole session, and the folder of material that is not in the repository."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sandbox.job import Runner
from app.sandbox.pool import Pool


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    if sys.platform != "linux":
        pytest.skip("the jail needs Linux")
    with Pool(lanes=2) as made:
        yield made


@pytest.fixture(scope="session")
def runner(pool: Pool) -> Runner:
    return pool.run


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the checkout, with real data and hostile input; it is not part of the repository."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared is not here")
    return folder
