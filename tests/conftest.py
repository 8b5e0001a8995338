"""What tests share: one real jail for the whole session, one served program for all browsers, and the folder of
material that is not in the repository."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from starlette.testclient import TestClient

from app.grading import mistakes
from app.sandbox.job import Runner
from app.sandbox.pool import Pool
from tests.browsing import BROWSER, CHROMIUM, Site, Watch, started_once
from tests.client import browser
from tests.client import site as served

# The files that take longest stand first: of several processes none is then left alone with one of them at the end.
LONGEST = (
    "browser browser_kinds api_hostile browser_sketch browser_typing browser_demo pool bench_prose attacks cli "
    "web_kill markup_hostile cheats"
).split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {f"test_{name}.py": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    if sys.platform != "linux":
        pytest.skip("the jail needs Linux")
    with Pool(lanes=2) as made:
        yield made


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Known mistakes are looked for until the end, however slow the machine is just now."""
    for name in ("SPENT_S", "WALL_S", "BUSY_MS"):
        monkeypatch.setattr(mistakes, name, 1e6)


@pytest.fixture(scope="session")
def runner(pool: Pool) -> Runner:
    return pool.run


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    """The app over an empty database and the small bank of `tests.client`."""
    with served(tmp_path_factory.mktemp("app"), pool) as made:
        yield made


@pytest.fixture
def client(app: TestClient) -> TestClient:
    """A browser that nobody has used."""
    return browser(app)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the checkout, with real data and hostile input; it is not part of the repository."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared is not here")
    return folder


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": BROWSER, "args": CHROMIUM}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = started_once(tmp_path_factory.getbasetemp() / "site")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    return site.url


@pytest.fixture
def graded(site: Site) -> Site:
    """A site that grades code."""
    level = site.sandbox()
    if not level["ready"]:
        pytest.skip(level["says"])
    return site


@pytest.fixture
def watch(base_url: str) -> Iterator[Watch]:
    made = Watch(base_url)
    yield made
    assert made.faults == []


@pytest.fixture
def reader(page: Page, watch: Watch) -> Page:
    page.set_default_timeout(15_000)
    return watch.over(page)


@pytest.fixture(scope="session")
def window(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


@pytest.fixture
def passerby(window: Page, watch: Watch) -> Iterator[Page]:
    """A reader for tests that look at a page and leave nothing behind: they share one window, since a new one costs
    the machine a second."""
    window.set_viewport_size({"width": 1280, "height": 720})
    window.emulate_media(color_scheme="light")
    yield watch.over(window)
    watch.leave(window)


@pytest.fixture
def plain(browser: Browser, base_url: str, watch: Watch) -> Iterator[Page]:
    """A browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    yield watch.over(context.new_page())
    context.close()
