"""What the browser tests stand on: the real program as a process of its own, and an eye on what a page does wrong."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, expect

ROOT = Path(__file__).resolve().parent.parent
BROWSER = shutil.which("chromium-headless-shell") or shutil.which("chromium")
NEEDS_CHROMIUM = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_S = 90
NINE = "/questions/tensor-3x3"
PAGES = [
    "/", "/questions", "/questions/list-comprehension", NINE, "/about/grading", "/demo", "/sign-in", "/sign-up",
    "/nowhere",
]  # fmt: skip
A = "import torch\na = torch.arange(1, 10).view(3, 3)\nb = a * 2\n"
RIGHT = A + "corner = b[1:, 1:]\n"
FLAT = A + "corner = b.flatten()[-4:]\n"
ANSWERS = {  # a wrong one and a right one to each of the three first questions
    "list-comprehension": (
        "def odd_doubled(xs):\n    return [x * 2 for x in xs if x % 2 == 1 and x > 0]\n",
        "def odd_doubled(xs):\n    return [x * 2 for x in xs if x % 2]\n",
    ),
    "tensor-3x3": (FLAT, RIGHT),
    "zip-pairs": (
        "def pair(a, b):\n    return [[x, y] for x, y in zip(a, b)]\n",
        "def pair(a, b):\n    return list(zip(a, b))\n",
    ),
}


class Site:
    """`selfgrad serve` on a free port, with a data folder of its own. It can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SELFGRAD_")}
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port)]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stderr=log, stdout=log, env=environment | {"SELFGRAD_DATA_DIR": str(self.folder)}
            )
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and self.process.poll() is None:
            if self.ready():
                return
            time.sleep(0.1)
        raise AssertionError(f"the program did not start: {(self.folder / 'log').read_text()}")

    def ready(self) -> bool:
        try:
            return "starting" not in self.sandbox()["says"]
        except (httpx.HTTPError, ValueError):
            return False

    def sandbox(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = httpx.get(f"{self.url}/readyz", timeout=5).json()["sandbox"]
        return told

    def kill(self) -> None:
        """At once, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)


@cache
def started_once(folder: Path) -> Site:
    """The one program that all browser tests visit, in however many files they stand."""
    folder.mkdir()
    few_pictures(folder)
    made = Site(folder)
    made.start()
    return made


def few_pictures(folder: Path) -> None:
    """The data folder of a demo that need not draw thousands of pictures first."""
    from app.demo.data import FOLDER, SYNTHETIC_SEED, assembled, keep
    from app.demo.strokes import VERSION, draw_sample

    data = assembled(draw_sample(7, train=600, valid=100), "few pictures", "drawn for the tests", "ours")
    keep(data, folder / FOLDER / f"synthetic-{VERSION}-{SYNTHETIC_SEED}.pixels")


@dataclass
class Watch:
    """Collects what must not happen on any page: errors, refused content, requests to elsewhere."""

    origin: str
    faults: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)
        return page

    def leave(self, page: Page) -> None:
        page.remove_listener("console", self._console)
        page.remove_listener("pageerror", self._error)
        page.remove_listener("request", self._request)

    def forgive(self, words: str) -> None:
        """The test causes this one itself."""
        self.forgiven.append(words)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in self.forgiven):
            self.faults.append(f"{message.type}: {message.text}")

    def _error(self, error: Error) -> None:
        self.faults.append(f"page error: {error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.faults.append(f"a request to elsewhere: {request.url}")


def faults_of(page: Page) -> list[str]:
    """What axe finds, one line each."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']]}" for one in found]


def overflow(page: Page) -> list[str]:
    """What sticks out of the window on the right, unless it scrolls by itself."""
    sticking: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
           [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
             .map(e => `${e.tagName}.${e.className}`)"""
    )
    return sticking


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is focused matches."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never comes to {selector}")


def fill(page: Page, text: str, part: str = "write") -> None:
    """Type into the plain text box, whatever the editor does."""
    page.evaluate("localStorage.setItem('selfgrad:plain-text-box', 'yes')")
    page.reload()
    page.locator(f"#answer-{part}").fill(text)


def hand_in(page: Page, text: str, part: str = "write") -> Locator:
    """The verdict that appears under the answer."""
    fill(page, text, part)
    page.locator(f"#{part} button[type=submit].primary").first.click()
    verdict = page.locator(f"#{part} .verdict")
    expect(verdict).to_be_visible()
    return verdict
