"""The built-in questions written as a forum would hold them, in several manners, with a discussion below."""

import html
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from app.bank.load import read_paths
from app.bank.question import Question
from app.wiki.markup import to_html

ROOT = Path(__file__).resolve().parent.parent
HEAD = """Questionnaire, chapter on threes and sevens (a wiki)

This is a wiki post: whoever knows better, edit it. There are {} questions.

Here are the questions:

"""
TAIL = """

3 Likes

some_reader (Some Reader)

May 3, 2021, 4:12pm

Thanks for collecting this! Two remarks:

1. **What about question 12?** I think the answer misses the learning rate.
2. Could somebody say more about `zip`?

Reply

another.one

June 2021

You are right, I changed it.

1 Like
"""


@cache
def bank() -> list[Question]:
    return [source.question for source in read_paths([ROOT / "questions"]).sources]


def asked(question: Question) -> str:
    """The question in one line, as such lists have it: without fences and lists."""
    text = re.sub(r"(?ms)^```.*?^```$", "", question.prompt)
    words = " ".join(line.strip() for line in text.split("\n") if not re.match(r"\d\. ", line)).replace("**", "")
    if "?" in words:
        return words.split()[0] + words[len(words.split()[0]) :].rstrip()
    return f"What is there to say about this: {question.title.lower()}? " + words


def source(questions: Sequence[Question]) -> str:
    """Markdown, bold, every question marked "1."."""
    return HEAD.format(len(questions)) + "\n".join(f"1. **{asked(one)}**\n\n{one.answer}\n" for one in questions) + TAIL


def shown(questions: Sequence[Question]) -> str:
    """As a browser gives it to the clipboard: counted, no emphasis, no fences, code behind prompts or bare."""
    made = []
    for at, one in enumerate(questions):
        answer = "".join(
            piece if piece.startswith("```") else piece.replace("**", "")
            for piece in re.split(r"(?ms)(^```.*?^```$)", one.answer)
        )
        answer = re.sub(r"(?ms)^```python\n(.*?)^```$", _cell if at % 2 else r"\1", answer)
        answer = re.sub(r"(?m)^```.*\n", "", answer)
        made.append(f"{at + 1}. {asked(one)}\n\n{answer}\n")
    text = HEAD.format(len(questions)) + "\n".join(made) + TAIL.replace("**", "")
    return "\ufeff" + text.replace("  ", "\xa0 ").replace("\n", "\r\n")


def _cell(found: re.Match[str]) -> str:
    return "In [ ]:\n" + re.sub(r"\n\n+", "\n", found[1])


def page(questions: Sequence[Question]) -> str:
    """A saved page: each question a list of its own, so every one is marked "1."."""
    items = "".join(
        f"<ol><li><strong>{html.escape(asked(one))}</strong></li></ol>{to_html(one.answer)}" for one in questions
    )
    post = f'<div class="cooked"><p>Here are the questions:</p>{items}</div>'
    reply = '<div class="cooked"><p>Thanks!</p><ol><li><p>And why is that?</p></li></ol></div>'
    return (
        "<!DOCTYPE html><html><head><title>Forum</title><script>var x = '1. What?'</script></head>"
        f"<body><nav><ol><li>Home</li></ol></nav><article><span>author</span>{post}</article>"
        f"<article>reader{reply}</article><footer><p>Powered by a forum</p></footer></body></html>"
    )


MANNERS: dict[str, Callable[[Sequence[Question]], str]] = {"source": source, "shown": shown, "page": page}
