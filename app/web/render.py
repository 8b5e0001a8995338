"""Templates become pages. Everything is escaped; a name that is missing is an error and not a blank.

`static(path)` gives an address that changes with the files, so that browsers may keep what they have for ever. The
version is a folder in the address: modules and styles that name each other relatively stay within it.
"""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.sandbox.pool import Level
from app.web.plot import plot
from app.wiki.markup import to_html

ROOT = Path(__file__).resolve().parents[2]
FOR_EVER = "public, max-age=31536000, immutable"
VERSION = re.compile(r"v-[0-9a-f]{12}/")


class Pages:
    """`page(template, nav, who=…, **context)` is a whole answer; `level` tells whether code can be graded."""

    def __init__(self, level: Callable[[], Level], static: "Static") -> None:
        self.level = level
        self._environment = Environment(
            loader=FileSystemLoader(ROOT / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
        )
        self._environment.globals.update(static=static.address, markdown=markdown, python=python, plot=plot)

    def page(self, template: str, nav: str, *, code: int = 200, **context: Any) -> HTMLResponse:
        level = self.level()
        text = self._environment.get_template(template).render(
            {"who": None} | context | {"page": nav, "grading_ready": level.ready, "grading_says": level.says}
        )
        response = HTMLResponse(text.encode("utf-8", "replace"), code)
        response.headers["Cache-Control"] = "no-store" if context.get("answer") else "private, no-cache"
        return response


@lru_cache(maxsize=2048)
def markdown(text: str) -> Markup:
    """Only authors' texts are Markdown here: they are few, and are rendered once."""
    return Markup(to_html(text))


def python(source: str) -> Markup:
    """A snippet of a question, coloured."""
    fence = "~" * 8
    return markdown(f"{fence}python\n{source.rstrip()}\n{fence}\n")


class Static(StaticFiles):
    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self.version = f"v-{fingerprint(folder)}"

    def address(self, path: str) -> str:
        return f"/static/{self.version}/{path}"

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(VERSION.sub("", path, count=1), scope)
        except ValueError:  # a name that no file can have
            raise HTTPException(404) from None
        current = path.startswith(f"{self.version}/")
        response.headers["Cache-Control"] = FOR_EVER if current else "no-cache"
        return response


def fingerprint(folder: Path) -> str:
    """Of all files in the folder, their names and what they hold."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
