"""Markdown as it should look on a page, and its Python blocks."""

import pytest

from app.wiki.markup import ADDED_CELLS, MAX_TEXT, Block, Note, pieces, python_blocks, to_html
from tests.question_text import built_in


def test_words_are_set_as_commonmark_says() -> None:
    assert to_html("a *b* **c** `d` ~~e~~\n") == ("<p>a <em>b</em> <strong>c</strong> <code>d</code> <s>e</s></p>\n")


def test_html_in_a_text_is_shown_and_not_obeyed() -> None:
    assert to_html("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"


@pytest.mark.parametrize(("marks", "tag"), [("#", "h3"), ("##", "h4"), ("###", "h5"), ("####", "h6"), ("######", "h6")])
def test_headings_go_below_those_of_the_page(marks: str, tag: str) -> None:
    assert to_html(f"{marks} Title") == f"<{tag}>Title</{tag}>\n"


def test_the_alignment_of_a_column_is_a_class_and_no_style() -> None:
    html = to_html("| a | b |\n|--:|---|\n| 1 | 2 |\n")
    assert '<th class="align-right">a</th>' in html and '<td class="align-right">1</td>' in html
    assert "<td>2</td>" in html and "style" not in html


def test_python_is_coloured_by_classes() -> None:
    html = to_html("```python\ndef f():\n    return '<b>'\n```\n")
    assert html.startswith('<pre><code class="python"><span class="k">def</span>')
    assert "&lt;b&gt;" in html and "style" not in html


def test_code_of_other_languages_is_shown_as_it_is() -> None:
    assert to_html('```js"><script>\na < b\n```\n') == "<pre><code>a &lt; b\n</code></pre>\n"
    assert to_html("    a < b\n") == "<pre><code>a &lt; b\n</code></pre>\n"


def test_blank_lines_in_code_stay() -> None:
    assert "\n\n\n" in to_html("```python\nx = 1\n\n\ny = 2\n```\n")


@pytest.mark.parametrize(
    "target", ["https://example.org/a", "http://example.org", "mailto:a@example.org", "/wiki/x", "#a"]
)
def test_links_lead_to_the_web_to_mail_or_to_this_site(target: str) -> None:
    assert to_html(f"[x]({target} 'title')") == f'<p><a href="{target}" rel="nofollow noopener">x</a></p>\n'


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"])
def test_links_lead_nowhere_else(target: str) -> None:
    assert "href" not in to_html(f"[x]({target})")


def test_links_to_schemes_that_only_the_allowlist_knows_are_no_links() -> None:
    assert to_html("[x](ftp://example.org)") == '<p><a rel="nofollow noopener">x</a></p>\n'


def test_a_figure_of_this_site_is_shown() -> None:
    assert (
        to_html("![a *b* & c](/static/figures/x.svg)") == '<p><img src="/static/figures/x.svg" alt="a b &amp; c"></p>\n'
    )


@pytest.mark.parametrize(
    "source",
    ["https://example.org/x.png", "//example.org/x.png", "/static/../x.png", "x.png", "/me.png", "data:image/png,x"],
)
def test_any_other_image_is_its_words(source: str) -> None:
    assert "<img" not in to_html(f"![words]({source})") and "words" in to_html(f"![words]({source})")


def test_maths_in_a_line_is_mathml() -> None:
    html = to_html(r"So $\hat{y}_i < 2$ holds.")
    assert '<span class="math inline"><math display="inline"><mrow>' in html
    assert '<mover accent="true">' in html and "<mo>&lt;</mo>" in html


def test_maths_of_its_own_is_a_block() -> None:
    html = to_html("$$\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}$$\n")
    assert html.startswith('<div class="math block">\n<math display="block">')
    assert html.count("<mtd>") == 4


def test_a_block_of_maths_within_a_paragraph_leaves_the_paragraph_whole() -> None:
    html = to_html("so $$x^2$$ here")
    assert html.startswith('<p>so <span class="math block"><math display="block">') and html.endswith(
        "</span> here</p>\n"
    )


@pytest.mark.parametrize("text", ["It costs $5 and $6.", "`$x$`", "\\$x\\$", "a $ b $ c", "```\n$x$\n```"])
def test_dollars_that_are_no_maths_stay(text: str) -> None:
    assert "<math" not in to_html(text) and "$" in to_html(text)


@pytest.mark.parametrize(
    "latex", [r"\frac{1", r"\foo{x}", "{" * 900, "x" * 1001, r"\newcommand{\a}{\a\a}\a", r"\def\a{\a}\a", r"\left("]
)
def test_maths_that_makes_no_sense_is_shown_as_it_was_written(latex: str) -> None:
    assert to_html(f"a ${latex}$ b") == f'<p>a <span class="math inline"><code>{latex}</code></span> b</p>\n'


def test_text_within_maths_is_text() -> None:
    assert "<mtext>&lt;b&gt;</mtext>" in to_html(r"$\text{<b>}$")


def test_a_text_beyond_the_limit_is_shown_as_it_is() -> None:
    assert to_html("*a* <b>\n" + "x" * MAX_TEXT).startswith("<pre>*a* &lt;b&gt;\nx")


def test_a_long_text_is_made_anew_and_just_the_same() -> None:
    text = "*a* " * 4000
    assert to_html(text) == to_html(text) != ""


def test_python_blocks_know_their_lines() -> None:
    text = "a\n\n```python check\nx = 1\n\ny\n```\n- b\n  ~~~py\n  z\n  ~~~\n> ```Python3\n> q\n> ```\n"
    text += "```\nno\n```\n```js\nno\n```\n"
    assert python_blocks(text) == [
        Block(4, "python check", "x = 1\n\ny\n"),
        Block(10, "py", "z\n"),
        Block(13, "Python3", "q\n"),
    ]


def test_a_fence_that_never_ends_is_a_block_too() -> None:
    assert python_blocks("```python\nx") == [Block(2, "python", "x")]


def test_everything_that_the_built_in_questions_say_in_maths_can_be_set() -> None:
    bank = built_in()
    texts = [text for question in bank.questions for text in (question.prompt, question.answer, *question.hints)]
    texts += [part.ask for question in bank.questions for part in question.parts]
    wrong = [
        text for text in texts if 'class="math inline"><code>' in to_html(text) or 'block">\n<code>' in to_html(text)
    ]
    assert not wrong


def test_a_head_of_a_column_without_words_is_no_head() -> None:
    table = to_html("| | b |\n|-|-|\n| c | d |\n")
    assert "<td></td>\n<th>b</th>" in table


def test_pieces_are_the_page_and_know_their_lines() -> None:
    text = "# Title\n\nSome *words*\nover lines.\n\n- a\n- b\n\n```python\n1\n```\n\n[x]: https://example.org\n\n[x]\n"
    found = pieces(text)
    assert "".join(piece.html for piece in found) == to_html(text)
    assert [(piece.first, piece.last) for piece in found] == [(0, 1), (2, 4), (5, 8), (8, 11), (14, 15)]


def test_notes_stand_under_python_blocks_alone_and_are_plain_text() -> None:
    text = "```\nplain\n```\n\n- a\n  ```python\n  1\n  ```\n\n```py norun\n2\n```\n"
    html = "".join(piece.html for piece in pieces(text, [Note("<b>fine</b>", "passed"), Note("not run", "not-run")]))
    assert html.count('<div class="tested') == 2 and "&lt;b&gt;fine&lt;/b&gt;" in html
    assert html.index("plain") < html.index("passed") < html.index("not-run")


def test_a_few_signs_are_no_table_of_tens_of_thousands_of_cells() -> None:
    text = "|a" * 1000 + "|\n" + "|-" * 1000 + "|\n" + "|a\n" * 5000
    html = to_html(text)
    assert html.count("<td") <= ADDED_CELLS + 1000 and len(html) < 5 * len(text)
    assert to_html("|a|b|\n|-|-|\n|c|\n").count("<td") == 2
