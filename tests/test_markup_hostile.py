"""Nine thousand real attacks and every shape of Markdown that is known to be slow, as texts of the wiki."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.wiki.markup import MAX_TEXT, to_html

FORBIDDEN = set(
    "script iframe object embed base meta link style form svg input button textarea select template frame frameset "
    "applet video audio source details dialog html head body title noscript plaintext xmp foreignobject".split()
)
SHAPES = [
    "{}",
    "[x]({})",
    "![x](<{}>)",
    "$\\text{{{}}}$",
    "```python\n{}\n```",
    '[x]: {} "{}"\n\n[x]',
    "|a|\n|-|\n|{}|",
]


class Oracle(HTMLParser):
    """Collects whatever in a page could run, load or lead astray."""

    def __init__(self, *, maths: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.maths = maths
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN or (tag == "math" and not self.maths):
            self.found.append(tag)
        for name, value in attributes:
            plain = re.sub(r"[\s\x00-\x20\x7f-\x9f\xad\u200b-\u200f\u2028\u2029\ufeff]+", "", value or "").lower()
            if name.startswith("on") or name in ("style", "srcdoc", "formaction", "xlink:href", "id", "name"):
                self.found.append(f"{tag} {name}")
            if re.match(r"[a-z][a-z0-9+.-]*:", plain) and not plain.startswith(("http:", "https:", "mailto:")):
                self.found.append(f"{tag} {name}={value}")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)


def dangers(text: str) -> list[str]:
    oracle = Oracle(maths="$" in text)
    oracle.feed(to_html(text))
    oracle.close()
    return oracle.found


@pytest.fixture(scope="module")
def attacks(shared: Path) -> list[str]:
    found: list[str] = []
    for path in sorted((shared / "data/security/xss").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            found.append(case if isinstance(case, str) else case.get("payload", case.get("input")))
    return found


def test_the_oracle_sees_what_it_is_there_for() -> None:
    oracle = Oracle(maths=False)
    oracle.feed('<p onclick="x"><a href="java&#10;script:x"><svg/><math><b style="x"><script>')
    assert oracle.found == ["p onclick", "a href=java\nscript:x", "svg", "math", "b style", "script"]


@pytest.mark.no_cover
@pytest.mark.parametrize("shape", SHAPES)
def test_no_attack_survives(shape: str, attacks: list[str]) -> None:
    assert len(attacks) > 9000
    survivors = [(attack, found) for attack in attacks if (found := dangers(shape.format(attack, attack)))]
    assert not survivors


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{color:red}{x}",
        r"\class{a}{x}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{</math><script>alert(1)</script>}",
        r"\text{&lt;script&gt;}",
        r"\mbox{<svg onload=alert(1)>}",
        r"\color{red;background:url(//example.org)}{x}",
        r"\operatorname{<a href=javascript:x>}",
        r"\begin{<script>}x\end{<script>}",
    ],
)
def test_no_attack_survives_the_maths(latex: str) -> None:
    assert not dangers(f"${latex}$") and not dangers(f"$$\n{latex}\n$$")


@pytest.mark.parametrize(
    "text",
    [
        "[x](&#106;avascript:alert(1))",
        "<javascript:alert(1)>",
        "[x](java\tscript:alert(1))",
        '<https://a@example.org" x=y>',
        "[x]: javascript:alert(1)\n[x]",
        "![x](javascript:alert(1))",
        "# <script>\n",
        "`<script>`",
        '|<script>|\n|-|\n|">|',
    ],
)
def test_no_attack_written_for_markdown_survives(text: str) -> None:
    assert not dangers(text)


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800 *a*", "\ufeff# a", "\r\na\r", "\x1b[31m", "$\ud800$", "\u202ea"]
)
def test_no_character_is_too_strange(text: str) -> None:
    to_html(text).encode()
    to_html(text + "x" * MAX_TEXT).encode()


def test_naughty_strings_do_nothing(shared: Path) -> None:
    texts = json.loads((shared / "data/security/strings/blns.json").read_text(encoding="utf-8"))
    assert not [text for text in texts if dangers(text)]


SLOW = [
    *("$", "$$", "*", "_", "**a ", "[", "![", "](", "[a](", "<", "`", "`a", "> ", "- ", "~~", "|", "|a|\n", "\\", "&"),
    *("a**b", "*a_ ", "[a]: b\n", "[a", "![a]()", "$a", "$a$", "$$a", "${", "$\\frac{", "$x_{", "1. ", "\t", "```\n"),
    *("```python\n", "> > ", "a\n=\n", "<a@example.org>", "[[]]", "- - ", "+ a\n", "~~~py\n(", "<!--", "\u00a0"),
]


@pytest.mark.no_cover
@pytest.mark.parametrize("unit", SLOW)
def test_nothing_repeated_to_the_limit_is_refused_or_unsafe(unit: str) -> None:
    assert not dangers((unit * MAX_TEXT)[:MAX_TEXT])


@pytest.mark.parametrize(
    "text",
    [
        "|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|b|\n" * 4000,
        "[" * 5000 + "a" + "]" * 5000 + "(b)",
        "".join("`" * number + " " for number in range(190)),
        "```python\n" + "(" * 19_000,
        "```python\n" + '"' * 19_000,
        "```python\n" + 'f"{' * 6000,
        "$" + "{" * 999 + "$",
        ("$" + "\\sqrt" * 150 + "$ ") * 25,
        ("$" + "x^" * 450 + "$ ") * 20,
    ],
)
def test_nothing_built_to_be_slow_is_refused_or_unsafe(text: str) -> None:
    assert not dangers(text[:MAX_TEXT])
