"""The bytes of a file as lines of Markdown, be it a saved page, its source, or what a browser showed.

Line ends, blanks that are none, invisible characters and the kind of encoding are settled here, so that nobody further
up has to think of them. Every line keeps its number in the file where that is possible (not for HTML).
"""

import re

from app.exchange.html import markdown_of

MAX_BYTES = 2 * 1024 * 1024
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
BLANKS = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
UNSEEN = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
SOFT = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069]")
CLOSING = re.compile(r"</(?:p|li|ol|ul|div|h[1-6]|article|section|body)\s*>", re.IGNORECASE)
LEFTOVER = re.compile(r"</?(?:details|summary|center|div|span|p)(?:\s[^<>\n]{0,200})?/?>", re.IGNORECASE)
LINE_END = re.compile(r"<br\s*/?>", re.IGNORECASE)
BRACKETED = re.compile(r"^\s*\[/?(?:details|spoiler|wrap|hide|center)(?:=[^\]\n]{0,200})?\]\s*$", re.IGNORECASE)


class NotText(Exception):
    """There is no text in it that could be read; str() is one sentence."""


def lines_of(data: bytes) -> list[str]:
    """Raises NotText."""
    if len(data) > MAX_BYTES:
        megabytes = len(data) / 1024 / 1024
        raise NotText(f"it has {megabytes:.1f} MB, and the text of a questionnaire has at most {MAX_BYTES >> 20} MB")
    text = _decoded(data)
    text = BREAKS.sub("\n", text)
    if len(CLOSING.findall(text)) >= 4 and re.match(r"\s*<", text):
        text = markdown_of(text)
    text = UNSEEN.sub("", SOFT.sub("", BLANKS.sub(" ", text)))
    if not text.strip():
        raise NotText("it is empty")
    return [_line(line) for line in text.split("\n")]


def _line(line: str) -> str:
    line = line.expandtabs(4).rstrip()
    if "<" in line and "`" not in line:
        line = LEFTOVER.sub("", LINE_END.sub("  ", line)).rstrip()
    return "" if BRACKETED.match(line) else line


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data:
        raise NotText("it is no text (it holds NUL bytes)")
    for attempt in (encoding, "cp1252"):
        try:
            text = data.decode(attempt)
        except UnicodeDecodeError:
            continue
        if sum(char < " " and char not in "\t\n\r\x0c" for char in text) * 50 <= len(text):
            return text
    raise NotText("it is no text")
