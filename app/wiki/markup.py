"""Markdown to HTML that is safe on every page, whoever wrote it.

Markdown (CommonMark, tables, strikethrough) with HTML switched off, maths between dollars as MathML, Python coloured by
classes; then everything passes a strict allowlist, which alone decides what may reach a page. There are no style
attributes (the pages' policy forbids them), links lead to the web, to mail or to this site, images come from /static
only, and headings begin below those of the page. Nothing here raises or takes long, whatever the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from importlib import import_module
from typing import Any
from xml.etree import ElementTree

import nh3
from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

MAX_TEXT = 20_000  # characters; longer text is shown as it is
MAX_KEPT = 6_000  # longer text is not kept in the cache, which its maths could blow up to twenty times its size
MAX_FORMULA = 1_000
ADDED_CELLS = 2_000  # in rows of a table that are shorter than its head; tens of thousands take seconds
PYTHON = frozenset({"python", "py", "python3"})
FIGURE = re.compile(r"/static/(?!.*\.\.)[A-Za-z0-9_./-]+\.(svg|png|jpg|webp)")
HALF = re.compile("[\ud800-\udfff]")  # half a character, which no page can hold
UNKNOWN = re.compile(r"\\[A-Za-z]+")  # a command that the converter has left as it was
MACRO = re.compile(r"\\(\w*def|newcommand|renewcommand|providecommand|newenvironment|DeclareMathOperator)\b")

TEXT_TAGS = set(
    "a blockquote br code del div em h3 h4 h5 h6 hr img li ol p pre s span strong table tbody td th thead tr ul".split()
)
MATH_TAGS = set(
    "math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle msub "
    "msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
MATH_ATTRIBUTES = set(
    "accent accentunder columnalign columnlines columnspacing displaystyle fence form largeop linethickness maxsize "
    "mathvariant minsize movablelimits notation rowlines rowspacing scriptlevel separator stretchy symmetric".split()
)
# A formula that was cut short leaves one of these with too few children, and a browser draws nonsense.
CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),
    **{tag: MATH_ATTRIBUTES for tag in MATH_TAGS},
    "math": {"display"},
    "a": {"href"},
    "code": {"class"},
    "div": {"class"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "span": {"class"},
    "td": {"class"},
    "th": {"class"},
}


@dataclass(frozen=True)
class Block:
    """A fenced Python block; `line` is where its first line of code stands, counted from 1."""

    line: int
    info: str  # what follows the fence: "python", perhaps more words
    code: str


@dataclass(frozen=True)
class Piece:
    """A paragraph, list, block of code … of a page, as HTML, and the lines that it stands on: from `first` up to and
    without `last`, counted from 0."""

    html: str
    first: int
    last: int


@dataclass(frozen=True)
class Note:
    """What stands under a Python block: a sentence of plain text, and a word for its look."""

    says: str
    look: str


def to_html(markdown: str) -> str:
    return _kept(markdown) if len(markdown) <= MAX_KEPT else _html(markdown)


def python_blocks(markdown: str) -> list[Block]:
    return [
        Block(token.map[0] + 2, token.info.strip(), token.content)
        for token in MARKDOWN.parse(markdown)
        if token.type == "fence" and token.map and _is_python(token.info)
    ]


@lru_cache(maxsize=1024)
def _kept(markdown: str) -> str:
    return _html(markdown)


def _html(markdown: str) -> str:
    return "".join(piece.html for piece in pieces(markdown))


def pieces(markdown: str, notes: Sequence[Note] = ()) -> list[Piece]:
    """`notes` go under the Python blocks, in their order. Not kept: whoever shows a page often keeps it."""
    markdown = HALF.sub("\N{REPLACEMENT CHARACTER}", markdown)
    if len(markdown) > MAX_TEXT:
        return [Piece(f"<pre>{escape(markdown)}</pre>\n", 0, markdown.count("\n") + 1)]
    env: dict[str, Any] = {"notes": iter(notes)}
    found: list[Piece] = []
    waiting: list[Token] = []
    tokens = MARKDOWN.parse(markdown, env)
    for at, token in enumerate(tokens):
        _settle(token)
        if token.type == "th_open" and not tokens[at + 1].content:  # heads nothing: a cell like others
            token.tag = tokens[at + 2].tag = "td"
        waiting.append(token)
        if token.level == 0 and token.nesting <= 0:
            first, last = next((one.map for one in waiting if one.map), [0, 0])
            html = CLEANER.clean(MARKDOWN.renderer.render(waiting, MARKDOWN.options, env))
            found.append(Piece(html, first, last))
            waiting = []
    return found


def _settle(token: Token) -> None:
    """Headings go below the page's own two; a column's alignment becomes a class."""
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    aligned = token.attrs.pop("style", None)
    if aligned:
        token.attrSet("class", str(aligned).replace("text-align:", "align-"))


def _is_python(info: str) -> bool:
    return info.strip().partition(" ")[0].lower() in PYTHON


def _fence(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    if not _is_python(token.info):
        return f"<pre><code>{escape(token.content)}</code></pre>\n"
    coloured = highlight(token.content, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    note = next(env["notes"], None)
    under = "" if note is None else f'<div class="tested {escape(note.look)}">{escape(note.says)}</div>\n'
    return f'<pre><code class="python">{coloured}</code></pre>\n{under}'


def _image(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    alt = escape(self.renderInlineAsText(token.children or [], options, env))
    source = str(token.attrs.get("src", ""))
    return f'<img src="{escape(source)}" alt="{alt}">' if FIGURE.fullmatch(source) else alt


def _display(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Maths of its own line within a paragraph, where no block may stand."""
    return f'<span class="math block">{_maths(tokens[index].content.strip(), {"display_mode": True})}</span>'


def _maths(latex: str, place: dict[str, Any]) -> str:
    """MathML, or the source where it makes no sense. Macros are refused: they can be made to grow without end."""
    try:
        if len(latex) > MAX_FORMULA or MACRO.search(latex):
            raise ValueError("too much for a formula")
        tree = Converter(display="block" if place["display_mode"] else "inline").convert_to_element(latex)
        for element in tree.iter():
            element.text = unescape(element.text or "")  # symbols arrive as character references
            if len(element) != CHILDREN.get(element.tag, len(element)) or UNKNOWN.fullmatch(element.text):
                raise ValueError("cut short, or a command that does not exist")
        return ElementTree.tostring(tree, encoding="unicode")
    except Exception:  # whatever a formula does to its converter, the page around it stands
        return f"<code>{escape(latex)}</code>"


def _markdown() -> MarkdownIt:
    vars(import_module("markdown_it.rules_block.table"))["MAX_AUTOCOMPLETED_CELLS"] = ADDED_CELLS  # it has no option
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    dollarmath_plugin(
        markdown, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True, renderer=_maths
    )
    markdown.add_render_rule("math_inline_double", _display)
    markdown.add_render_rule("fence", _fence)
    markdown.add_render_rule("image", _image)
    return markdown


MARKDOWN = _markdown()
CLEANER = nh3.Cleaner(
    tags=TEXT_TAGS | MATH_TAGS,
    attributes=ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener",
)
