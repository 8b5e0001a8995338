"""Cuts Markdown into pieces that add up to the whole again: lines, paragraphs, sentences, words.

A fenced block of code belongs together: its blank lines end no paragraph, and its lines are not cut into sentences.
A sentence goes on over a line break, as prose with a fixed width is written; a list item, a heading or a row of a table
begins anew.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LINE = re.compile(r"[^\n]*\n|[^\n]+")
WORD = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")
FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})")
OPENS = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])(?=\s)|[#>|]|\$\$)")  # a line that begins something of its own
ENDS = re.compile(r"[.!?…][\"'”’)\]*_`]*(\s+)")


@dataclass(frozen=True)
class Unit:
    """What a merge takes or leaves as a whole. Blanks between sentences are units of their own."""

    text: str
    code: bool


def lines(text: str) -> list[str]:
    """Each with its line end."""
    return LINE.findall(text)


def words(text: str) -> list[str]:
    """Words, blanks, line ends, and each other character by itself."""
    return WORD.findall(text)


def coded(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it belongs to a fenced block."""
    fence = ""
    for line in lines(text):
        if fence:
            yield line, True
            bare = line.strip(" \t>\n\r")
            if len(bare) >= len(fence) and not bare.strip(fence[0]):
                fence = ""
        else:
            found = FENCE.match(line)
            fence = found[1] if found else ""
            yield line, bool(found)


def paragraphs(text: str) -> list[str]:
    """Each with the blank lines after it; a fenced block is one."""
    found: list[str] = []
    was_code = was_blank = False
    for line, code in coded(text):
        begins = code != was_code or was_blank and not code
        blank = not code and not line.strip()
        if found and (blank or not begins):
            found[-1] += line
        else:
            found.append(line)
        was_code, was_blank = code, blank
    return found


def sentences(text: str) -> list[Unit]:
    """In code, each line is a unit."""
    found: list[Unit] = []
    prose: list[str] = []
    for line, code in coded(text):
        if prose and (code or not line.strip() or OPENS.match(line)):
            found += _sentences("".join(prose))
            prose = []
        if code:
            found.append(Unit(line, True))
        elif line.strip():
            prose.append(line)
        else:
            found.append(Unit(line, False))
    return found + _sentences("".join(prose))


def _sentences(prose: str) -> list[Unit]:
    """Of lines that belong together. The last line end is a unit, as whatever follows a full stop."""
    body = prose.rstrip()
    found: list[str] = []
    at = 0
    for end in ENDS.finditer(body):
        found += [body[at : end.start(1)], end[1]]
        at = end.end()
    found += [body[at:], prose[len(body) :]]
    return [Unit(piece, False) for piece in found if piece]
