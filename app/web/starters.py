"""What a new question begins with: the examples of docs/questions.md, which tests prove."""

import re
from functools import cache
from textwrap import indent

from app.grading.grade import KINDS
from app.web.render import ROOT

PAGE = ROOT / "docs" / "questions.md"
BLOCK = re.compile(r"^`{3,}yaml\n(.*?)^`{3,}$", re.DOTALL | re.MULTILINE)
KIND = re.compile(r"^  kind: (\w+)$", re.MULTILINE)


@cache
def guide() -> str:
    """How question files are written, as Markdown."""
    return PAGE.read_text(encoding="utf-8")


def on_a_page() -> str:
    """The same below a heading of the page's own."""
    _, _, text = guide().partition("\n")
    return re.sub(r"^## ", "# ", text, flags=re.MULTILINE)


@cache
def _examples() -> tuple[str, dict[str, str]]:
    frame, *parts = BLOCK.findall(guide())
    return frame, {found[1]: text for text in parts if (found := KIND.search(text))}


def starter(kind: str, number: int) -> str:
    """The text of a question with one part of this kind, to be changed by its author. KeyError for no kind."""
    frame, parts = _examples()
    text = re.sub(r"^parts: \[\].*\n", lambda _: f"parts:\n{indent(parts[kind], '  ')}", frame, flags=re.MULTILINE)
    text = re.sub(r"^(\w+:.*?) +# .*$", r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"^id: \S+", lambda _: "id: my-question", text, count=1)
    return re.sub(r"^number: \d+", lambda _: f"number: {number}", text, count=1, flags=re.MULTILINE)


def kinds() -> list[str]:
    return [kind for kind in KINDS if kind in _examples()[1]]
