"""Questions on their way out: what of each part other programs have a form for, and how its texts look there.

Key points, right options and solutions leave with them: only for whoever teaches.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import Any

from app.bank.closed import ChoicePart, NumberPart, PredictPart
from app.bank.question import Part, ProsePart, Question
from app.exchange.anki import Card
from app.exchange.items import Chapter, Item, Reply, Unmapped
from app.grading.predict import SNIPPET, what_happened
from app.sandbox.job import Job, Runner, Unavailable
from app.web.views import TITLES
from app.wiki.markup import to_html

Placed = Iterable[tuple[str, Question]]  # with the name of the chapter, in order
CODE = re.compile(r"(?ms)(^ *(`{3,}|~{3,}).*?^ *\2[ \t]*$|`[^`\n]+`)")
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$(?! )([^$\n]+?)(?<! )\$(?!\d)", re.DOTALL)
TOKEN = "selfgradformula{}x"
NO_FORM = {
    "code": "a program has to be run to be graded, and there is nothing like it",
    "parsons": "lines to be arranged have to be run to be graded, and there is nothing like it",
    "draw": "there is nothing like a drawn curve",
    "order": "there is nothing like steps to be put in order",
}


def chapters(placed: Placed, run: Runner) -> list[Chapter]:
    """What a snippet prints is found out by running it, with `run`. Raises Busy."""
    found: dict[str, list[Item | Unmapped]] = {}
    for chapter, question in placed:
        found.setdefault(chapter, []).extend(_mapped(question, part, run) for part in question.parts)
    return [Chapter(name, tuple(items)) for name, items in found.items()]


def unmapped(made: Sequence[Chapter]) -> list[str]:
    return [str(item) for chapter in made for item in chapter.items if isinstance(item, Unmapped)]


def cards(placed: Placed) -> Iterator[Card]:
    for chapter, question in placed:
        front = f"<p><b>{question.number}. {escape(question.title)}</b></p>{html(question.prompt)}"
        yield Card(question.id, chapter, front, html(question.answer), question.topics)


def _mapped(question: Question, part: Part, run: Runner) -> Item | Unmapped:
    make = FORMS.get(part.kind)
    id = f"{question.id}/{part.id}"
    if make is None:
        return Unmapped(id, NO_FORM[part.kind])
    name = f"{question.number:02} {question.title} ({TITLES[part.kind]})"
    given: dict[str, Any] = {"id": id, "name": name, "tags": question.topics}
    made: Item | Unmapped = make(part, given, run)
    return made


def _choice(part: ChoicePart, given: dict[str, Any], run: Runner) -> Item:
    share = 100 / sum(option.right for option in part.options)
    wrong = -share if part.several else 0.0
    replies = [
        Reply(inline(option.text), share if option.right else wrong, html(option.reply or ""))
        for option in part.options
    ]
    return Item(kind="choice", ask=html(part.ask), replies=tuple(replies), several=part.several, **given)


def _number(part: NumberPart, given: dict[str, Any], run: Runner) -> Item:
    right = Reply(f"{part.value:.15g}", 100.0)
    wrong = [Reply(f"{one.value:.15g}", 0.0, html(one.reply)) for one in part.wrong]
    tolerance = max(part.tolerance, part.relative * abs(part.value))
    return Item(
        kind="number", ask=html(part.ask), replies=(right, *wrong), tolerance=tolerance, units=part.units, **given
    )


def _predict(part: PredictPart, given: dict[str, Any], run: Runner) -> Item | Unmapped:
    try:
        outcome = run(Job(source=part.snippet, variables=(part.shape,) if part.shape else (), limits=SNIPPET))
    except Unavailable:
        return Unmapped(given["id"], "its snippet could not be run here, so its answer is not known")
    really = what_happened(part, outcome)
    if really is None:
        return Unmapped(given["id"], f"its snippet gave nothing to predict ({outcome.ending.value})")
    ask = f"{html(part.ask)}<pre><code>{escape(part.snippet.rstrip())}</code></pre>"
    if really.lines > 1:
        return Item(kind="essay", ask=ask, notes=f"<pre>{escape(really.text)}</pre>", **given)
    right = [really.text.strip()]
    if really.shape is not None:
        inner = ", ".join(map(str, really.shape))
        right += [f"[{inner}]", inner, f"torch.Size([{inner}])", "x".join(map(str, really.shape))]
    elif really.text.startswith("tensor(") and really.text.endswith(")"):
        right.append(really.text[7:-1])
    replies = [Reply(text, 100.0) for text in dict.fromkeys(right) if text]
    if really.raises:
        replies = [Reply(text, 100.0, anywhere=True) for text in (really.raises, "raises", "error", "fails")]
    replies += [
        Reply(one.answer.strip(), 0.0, html(one.reply)) for one in part.wrong if one.answer.strip() not in right
    ]
    return Item(kind="short", ask=ask, replies=tuple(replies), **given)


def _prose(part: ProsePart, given: dict[str, Any], run: Runner) -> Item:
    points = "".join(f"<li>{inline(point.text)}</li>" for point in part.points)
    return Item(kind="essay", ask=html(part.ask), notes=f"<ul>{points}</ul>", **given)


FORMS: dict[str, Callable[..., Item | Unmapped]] = {
    "choice": _choice, "number": _number, "predict": _predict, "prose": _prose,
}  # fmt: skip


def html(markdown: str) -> str:
    """As on our own pages, but for formulas, which stay TeX: other programs draw those themselves."""
    found: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        block = match[1] is not None
        found.append(f"\\[{match[1].strip()}\\]" if block else f"\\({match[2]}\\)")
        return TOKEN.format(len(found) - 1)

    pieces = CODE.split(markdown)  # what is between, a piece of code, its fence, what is between, …
    text = ""
    for at, piece in enumerate(pieces):
        if at % 3 < 2:
            text += piece if at % 3 else FORMULA.sub(put_aside, piece)
    made = to_html(text)
    for number, formula in reversed(list(enumerate(found))):
        made = made.replace(TOKEN.format(number), escape(formula, quote=False))
    return made


def inline(text: str) -> str:
    """One line of plain text, in which only backticks mean something."""
    pieces = " ".join(text.split()).split("`")
    if len(pieces) % 2 == 0:  # a backtick that is alone is itself
        pieces[-2:] = ["`".join(pieces[-2:])]
    return "".join(f"<code>{escape(piece)}</code>" if at % 2 else escape(piece) for at, piece in enumerate(pieces))
