"""The pages' own material: how heavy it is, that the editor comes from its lock file, and what the templates draw."""

import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Set
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.pool import Level
from app.web.render import Pages, Static
from tests.question_text import built_in

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").glob("*.html"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
Picture = dict[str, Any]


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(lambda: Level(True, (), "ready"), Static(STATIC))


def weight(*paths: Path) -> int:
    """Bytes after gzip."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


@pytest.mark.parametrize("own", [["demo"], ["kinds", "draw"]], ids=["demo", "questions"])
def test_the_styles_of_a_page_weigh_at_most_10_kb(own: list[str]) -> None:
    assert weight(*(STATIC / "css" / f"{name}.css" for name in ["page", "print", *own])) <= 10_000


def scripts_for(kinds: Set[str]) -> list[Path]:
    """The scripts of a page with parts of these kinds: some are only there for some kinds."""
    lines = (ROOT / "templates" / "_scripts.html").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if "if" not in line or kinds & set(re.findall(r"'(\w+)' in kinds", line))]
    return [STATIC / name for line in wanted for name in re.findall(r"static\('(js/[\w-]+\.js)'\)", line)]


def test_the_scripts_of_a_page_without_the_editor_weigh_at_most_15_kb() -> None:
    pages = {frozenset(part.kind for part in one.parts) for one in built_in().questions}
    assert STATIC / "js" / "sketch-pad.js" in scripts_for({"draw"})
    for kinds in pages:
        assert weight(STATIC / "js" / "theme.js", *scripts_for(kinds)) <= 15_000, kinds


def test_the_scripts_of_the_demo_weigh_at_most_15_kb() -> None:
    demo = [path for path in SCRIPTS if path.name.startswith("demo-")]
    assert len(demo) > 3 and weight(STATIC / "js" / "theme.js", *demo) <= 15_000


def test_the_editor_weighs_at_most_130_kb() -> None:
    assert weight(STATIC / "vendor" / "editor.js") <= 130_000


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_script_style_or_handler(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_puts_no_html_anywhere_but_through_the_sanitizer(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|HTMLUnsafe|document\.write|\beval\b", text)


def test_the_lock_file_names_no_host() -> None:
    text = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text and "resolved" not in text


def test_the_lock_file_pins_what_the_package_file_asks_for() -> None:
    package = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    asked = package["dependencies"] | package["devDependencies"]
    assert asked == {name: locked[f"node_modules/{name}"]["version"] for name in asked}


def test_the_editor_is_what_the_lock_file_builds(tmp_path: Path) -> None:
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("npm is not installed")
    folder = tmp_path / "frontend"
    ignored = shutil.ignore_patterns("node_modules")
    shutil.copytree(ROOT / "frontend", folder, ignore=ignored)
    built = tmp_path / "editor.js"
    done = subprocess.run(["sh", folder / "build.sh", built], capture_output=True, text=True, timeout=180)
    unreached = r"npm error (network|code E(NOTFOUND|AI_AGAIN|CONN|TIMEDOUT|[45]\d\d))"
    if done.returncode and re.search(unreached, done.stderr):
        pytest.skip("npm cannot fetch the packages here")
    assert done.returncode == 0, done.stderr
    assert built.read_bytes() == (STATIC / "vendor" / "editor.js").read_bytes()


class _Shown(HTMLParser):
    """The text of a fragment, and the tags it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(word for word in self.words if word)


def drawn(pages: Pages, picture: Picture) -> _Shown:
    macro = pages._environment.from_string("{% from '_picture.html' import picture with context %}{{ picture(p) }}")
    return _Shown(macro.render(p=picture))


def text(value: str, different: bool = False) -> Picture:
    return {"form": "text", "text": value, "different": different, "says": ""}


def sequence(brackets: str, *items: Picture, different: bool = False) -> Picture:
    return {
        "form": "sequence", "open": brackets[0], "close": brackets[1], "items": list(items), "more": 0,
        "different": different, "says": "",
    }  # fmt: skip


def grid(*rows: list[str], different: tuple[int, int] | None = None, more: int = 0) -> Picture:
    cells = [
        [{"text": item, "different": (r, c) == different} for c, item in enumerate(row)] for r, row in enumerate(rows)
    ]
    return {
        "form": "grid", "rows": cells, "rows_more": more, "columns_more": 0, "slices": 0, "slice": "",
        "shape": "(2, 2)", "dtype": "int64", "says": "a tensor, 2 rows of 2, int64", "different": bool(different),
    }  # fmt: skip


def test_where_code_is_not_graded_the_form_says_why_and_is_closed(pages: Pages) -> None:
    shown = submit_line(pages, ready=False, says="Code is not graded here: no namespaces.")
    assert "Code is not graded here: no namespaces." in _Shown(shown).text
    assert "disabled" in shown


def test_while_the_sandbox_starts_an_answer_can_be_handed_in(pages: Pages) -> None:
    assert "disabled" not in submit_line(pages, ready=False, says="The sandbox is starting.")


def submit_line(pages: Pages, ready: bool, says: str) -> str:
    part = {"id": "write", "kind": "code", "runs": True, "how": ""}
    part |= {"draft_version": 0, "draft_saved": None, "last": None}
    template = pages._environment.get_template("_submit.html")
    return template.render(part=part, question={"slug": "q"}, grading_ready=ready, grading_says=says)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`f([])` gives []", "<code>f([])</code> gives []"),
        ("a lone ` stays", "a lone ` stays"),
        ("`a` and `b", "<code>a</code> and `b"),
        ("`<b>`", "<code>&lt;b&gt;</code>"),
    ],
)
def test_backticks_in_a_sentence_are_code(pages: Pages, text: str, shown: str) -> None:
    macro = pages._environment.from_string("{% from '_inline.html' import inline %}{{ inline(text) }}")
    assert macro.render(text=text) == shown


def test_a_summary_says_its_first_word_once(pages: Pages) -> None:
    macro = pages._environment.from_string("{% from '_inline.html' import begun %}{{ begun('Not yet', text) }}")
    assert _Shown(macro.render(text="Not yet: it is empty.")).text == "Not yet: it is empty."
    assert _Shown(macro.render(text="It stopped.")).text == "Not yet. It stopped."


def test_a_list_of_tuples_looks_different_from_a_list_of_lists(pages: Pages) -> None:
    tuples = drawn(pages, sequence("[]", sequence("()", text("1"), text("'a'"))))
    lists = drawn(pages, sequence("[]", sequence("[]", text("1"), text("'a'"))))
    assert tuples.text == "[ ( 1 , 'a' ) ]"
    assert lists.text == "[ [ 1 , 'a' ] ]"


def test_a_tuple_of_one_keeps_its_comma(pages: Pages) -> None:
    assert drawn(pages, sequence("()", text("1"))).text == "( 1 , )"


def test_a_tensor_is_a_table_with_its_shape_and_type_under_it(pages: Pages) -> None:
    shown = drawn(pages, grid(["10", "12"], ["16", "18"]))
    assert shown.tags.count("td") == 4 and "caption" in shown.tags
    assert "(2, 2) int64" in shown.text


def test_the_cell_that_differs_says_so_to_those_who_listen(pages: Pages) -> None:
    shown = drawn(pages, grid(["10", "14"], ["16", "18"], different=(0, 1)))
    assert "10 first difference: 14 16" in shown.text
    assert shown.tags.count("mark") == 1


def test_only_the_innermost_difference_is_outlined(pages: Pages) -> None:
    shown = drawn(pages, sequence("[]", sequence("()", text("1", different=True), different=True), different=True))
    assert shown.tags.count("mark") == 1


def test_rows_that_are_not_drawn_are_counted(pages: Pages) -> None:
    assert "26 more rows" in drawn(pages, grid(["1", "2"], more=26)).text


def test_what_an_answer_returned_is_never_markup(pages: Pages) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    for picture in (text(hostile), grid([hostile]), {"form": "error", "text": hostile, "says": ""}):
        assert "img" not in drawn(pages, picture).tags
