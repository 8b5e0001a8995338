"""What the tests of the pages and the API stand on: the real app over a real database file, with a small bank."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from app.main import create_app
from app.sandbox.pool import Pool
from app.settings import Settings
from tests.question_text import changed, put

RIGHT = "def double(xs):\n    return [2 * x for x in xs]\n"
WRONG = "def double(xs):\n    return xs + xs\n"
PAGE = "/questions/doubling"
WRITE = "/api/v1/questions/doubling/parts/write/attempts"
EXPLAIN = "/api/v1/questions/doubling/parts/explain/attempts"
DRAFT = "/api/v1/questions/doubling/parts/write/draft"
FORM = "/questions/doubling/parts/write"
SECRET = "a secret for the tests that is long enough"


def bank_folder(folder: Path) -> Path:
    """Three questions; the second gives answers ten seconds, and the reference of the third breaks."""
    one = changed(('      - args: [[{py: "math.pi"}, {plain: 1.5}]]\n', ""))
    put(folder, one)
    again = one.replace("id: doubling", "id: again", 1).replace("number: 7", "number: 8", 1)
    put(folder, again.replace("    compare:", "    limits: {wall_s: 10}\n    compare:", 1), "08-again.yaml")
    broken = one.replace("id: doubling", "id: broken", 1).replace("number: 7", "number: 9", 1)
    put(folder, broken.replace("return [2 * x for x in xs]", "return 1 / 0", 1), "09-broken.yaml")
    return folder


def settings(folder: Path, **more: Any) -> Settings:
    """One folder holds the bank and the database."""
    questions = folder / "questions"
    if not questions.exists():
        bank_folder(questions)
    said = {"data_dir": folder, "questions": questions, "secret_key": SECRET, "lanes": 2} | more
    return Settings.read(**said)


@contextmanager
def site(folder: Path, pool: Pool, **more: Any) -> Iterator[TestClient]:
    """The app, started and stopped; a request that ends in a 500 raises what went wrong."""
    with TestClient(create_app(settings(folder, **more), pool=pool)) as client:
        yield client


def browser(client: TestClient) -> TestClient:
    """Another browser at the same app: it has no cookie yet."""
    other = TestClient(client.app)
    other.portal = client.portal
    return other
