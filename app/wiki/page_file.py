"""A page as a Markdown file: a few lines that say which revision it is, and then the text to its last byte.

    ---
    question: tensor-3x3
    revision: 12
    date: 2026-11-26T14:25:00+00:00
    author: "alice"
    digest: 0f343b0931126a20
    ---

    The text.

Whoever edits the text leaves the lines above it alone: they say what the change was made from.
"""

import hashlib
import json
import re
from dataclasses import dataclass

FENCE = "---"
LINE_END = re.compile("\r\n?")
HEAD_LINES = 20


class NotAPage(ValueError):
    """Not a file of this form; the message says why, in one sentence. `line` is counted from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class PageFile:
    question: str
    revision: int
    text: str
    date: str = ""  # ISO 8601; empty for what came with the question file
    author: str = ""
    digest: str = ""  # of the revision's text; empty if it was written by hand
    first: int = 1  # the line of the file in which the text begins


def digest_of(text: str) -> str:
    """Which does not change with a line end or with blank lines at the end, as an editor may change those."""
    return hashlib.sha256(plain(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def plain(text: str) -> str:
    return LINE_END.sub("\n", text).rstrip()


def same(one: str, other: str) -> bool:
    return plain(one) == plain(other)


def write_page(page: PageFile) -> str:
    fields = {"question": page.question, "revision": str(page.revision), "date": page.date}
    fields |= {"author": json.dumps(page.author, ensure_ascii=False), "digest": digest_of(page.text)}
    rows = [f"{name}: {value}" for name, value in fields.items() if value]
    return "\n".join([FENCE, *rows, FENCE, "", page.text])


def read_page(written: str) -> PageFile:
    """Raises NotAPage."""
    text = LINE_END.sub("\n", written)
    head = text.split("\n", HEAD_LINES)[:HEAD_LINES]
    if head[0].rstrip() != FENCE:
        raise NotAPage("it does not begin with --- and the lines that say which page it is, as an exported file does")
    end = next((at for at, line in enumerate(head) if at and line.rstrip() == FENCE), None)
    if end is None:
        raise NotAPage(f"there is no second --- within the first {HEAD_LINES} lines")
    fields: dict[str, str] = {}
    for number, line in enumerate(head[1:end], 2):
        key, colon, value = line.partition(":")
        if not colon or key in fields:
            raise NotAPage("this line is none of the form “name: value”, or its name stands twice", number)
        fields[key] = _value(value.strip(), number)
    for key in ("question", "revision"):
        if key not in fields:
            raise NotAPage(f"the lines at the top lack “{key}:”")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", fields["revision"]):
        raise NotAPage("“revision:” is a number from 1 on")
    lines = text.split("\n")
    first = end + 1 + (lines[end + 1 : end + 2] == [""])
    return PageFile(
        question=fields["question"], revision=int(fields["revision"]), text="\n".join(lines[first:]),
        date=fields.get("date", ""), author=fields.get("author", ""), digest=fields.get("digest", ""), first=first + 1,
    )  # fmt: skip


def _value(written: str, number: int) -> str:
    """Plain, or between double quotes as in JSON and YAML."""
    if not written.startswith('"'):
        return written
    try:
        value = json.loads(written)
    except ValueError:
        raise NotAPage("the quotes of this value do not end, or hold what has to be escaped", number) from None
    return str(value)
