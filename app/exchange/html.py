"""HTML that a browser saved, as Markdown. Of a page with several posts the one with the most numbered items is kept.

Only what a forum's post is made of is known: lists, paragraphs, code, emphasis, links, images, quotes, headings, simple
tables, and formulas as TeX. Whatever else there is gives its text; scripts, menus and buttons give none.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

POST = re.compile(r"\b(cooked|post_body|postbody|post-body|post-content|articleBody)\b")
BESIDE = re.compile(
    r"^meta$|\binformations\b|\bpost-menu-area\b|\btopic-map\b"
)  # what a forum writes around pictures and posts
BLOCKS = set("p div section article blockquote pre table tr hr dl dt dd figure details summary main aside".split())
SILENT = set("script style svg head nav header footer button form select noscript template iframe textarea".split())
VOID = set("area base br col embed hr img input link meta source track wbr".split())
AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~"}
HEADING = re.compile(r"h([1-6])")
MAX_DEPTH = 200


@dataclass
class Post:
    """The Markdown of one post, or of the page around the posts."""

    pieces: list[str] = field(default_factory=list)

    def text(self) -> str:
        return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", "".join(self.pieces))).strip("\n") + "\n"


def markdown_of(html: str) -> str:
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, RecursionError, ValueError):  # what the parser makes of broken markup; keep what was read
        pass
    posts = [post for post in reader.posts[1:] if post.pieces]
    if not posts:
        return reader.posts[0].text()
    best = max(posts, key=lambda post: len(re.findall(r"^\s*(?:#+ |\*\*)?\d+\. ", post.text(), re.MULTILINE)))
    return best.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.posts = [Post()]
        self._open: list[tuple[str, str]] = []  # tags, each with what is written at its end
        self._lists: list[int | None] = []  # the number of the next item; None in a list without numbers
        self._post: list[int] = []  # how many tags were open where each post began
        self._silent: str | None = None
        self._pre = self._tex = 0
        self._drawn: list[str] = []  # a formula's signs, in case its TeX is not there
        self._cells = self._rows = 0  # of the table that is being read
        self._fresh = True  # nothing but the line's indentation or marker is written yet

    def _write(self, text: str) -> None:
        (self.posts[-1] if self._post else self.posts[0]).pieces.append(text)

    def _indent(self) -> str:
        return "    " * max(0, len(self._lists) - 1) if self._lists else ""

    def _new_line(self, blank: bool) -> None:
        self._write("\n\n" if blank else "\n")
        self._write(self._indent() + ("   " if self._lists else ""))
        self._fresh = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in VOID:
            return self._void(tag, given)
        if len(self._open) >= MAX_DEPTH or self._silent:
            return
        ending = ""
        kinds = given.get("class", "")
        if tag in SILENT or BESIDE.search(kinds):
            self._silent = tag
        elif POST.search(kinds) or given.get("itemprop") in ("text", "articleBody"):
            self._post.append(len(self._open))
            if len(self._post) == 1:
                self.posts.append(Post())
        elif tag == "annotation" and given.get("encoding") == "application/x-tex":
            self._tex += 1
            self._drawn.clear()
            self._write("$")
            ending = "$"
        elif not self._inside_formula():
            ending = self._begin(tag, given)
        drawn = "katex-html" in kinds
        self._open.append(("katex" if drawn else tag, ending))

    def _inside_formula(self) -> bool:
        """KaTeX draws every formula a second time beside its TeX."""
        return any(tag in ("math", "katex") for tag, _ in self._open)

    def _begin(self, tag: str, given: dict[str, str]) -> str:
        """Writes what stands at the beginning, and gives what stands at the end."""
        if heading := HEADING.fullmatch(tag):
            self._new_line(True)
            self._write("#" * int(heading[1]) + " ")
        elif tag in ("ol", "ul"):
            start = given.get("start", "")
            self._lists.append((int(start) if start.isdigit() else 1) if tag == "ol" else None)
            self._write("" if len(self._lists) > 1 else "\n\n")
        elif tag == "li":
            self._item()
        elif tag == "pre":
            self._pre += 1
            self._write("\n\n```\n")
            return "\n```\n\n"
        elif tag == "code" and not self._pre:
            self._write("`")
            return "`"
        elif tag in AROUND and not self._pre:
            self._write(AROUND[tag])
            return AROUND[tag]
        elif tag == "a" and given.get("href", "").startswith("http") and not self._pre and not _picture(given):
            self._write("[")
            return f"]({given['href']})"
        elif tag in ("td", "th"):
            self._cells += 1
            self._write("| ")
            return " "
        elif tag in BLOCKS and not self._fresh:
            self._new_line(tag != "tr")
        return ""

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else None
        self._write("\n" + self._indent())
        self._write("- " if number is None else f"{number}. ")
        if number is not None:
            self._lists[-1] = number + 1
        self._fresh = True

    def _void(self, tag: str, given: dict[str, str]) -> None:
        if self._silent or self._inside_formula():
            return
        if tag == "br":
            self._new_line(False)
        elif tag == "hr":
            self._write("\n\n---\n\n")
        elif tag == "img":
            emoji = "emoji" in given.get("class", "")
            self._write(given.get("alt", "") if emoji else f"![{given.get('alt', '')}]({given.get('src', '')})")
            self._fresh = False

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent:
                self._silent = None
                self._close(tag)
            return
        if any(open_tag == tag for open_tag, _ in self._open):
            self._close(tag)

    def _close(self, tag: str) -> None:
        while self._open:
            name, ending = self._open.pop()
            self._write(ending)
            if name == "pre":
                self._pre = max(0, self._pre - 1)
            elif name in ("ol", "ul") and self._lists:
                self._lists.pop()
                self._new_line(True)
            elif name == "annotation":
                self._tex = max(0, self._tex - 1)
            elif name == "math":
                self._write(" ".join(self._drawn))
                self._drawn.clear()
            elif name == "tr":
                self._row()
            elif name in BLOCKS or HEADING.fullmatch(name):
                self._rows = 0 if name == "table" else self._rows
                self._new_line(True)
            while self._post and self._post[-1] >= len(self._open):
                self._post.pop()
            if name == tag:
                return

    def _row(self) -> None:
        """Markdown wants a line below the head of a table, whether or not HTML calls it one."""
        self._write("|")
        if not self._rows:
            self._new_line(False)
            self._write("|---" * self._cells + "|")
        self._new_line(False)
        self._rows, self._cells = self._rows + 1, 0

    def handle_data(self, data: str) -> None:
        if self._silent or (self._inside_formula() and not self._tex):
            if data.strip() and any(tag == "math" for tag, _ in self._open) and not self._silent:
                self._drawn.append(data.strip())
            return
        if self._pre or self._tex:
            self._write(data)
            return
        said = re.sub(r"\s+", " ", data)
        if self._fresh:
            said = said.lstrip()
        if said:
            self._write(said)
            self._fresh = False


def _picture(given: dict[str, str]) -> bool:
    """A link that only shows its picture larger."""
    return "lightbox" in given.get("class", "")
