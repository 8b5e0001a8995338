"""GIFT, Moodle's plain text for questions, which other programs read too. What is left out is told in a comment."""

import re
from collections.abc import Iterable, Iterator

from app.exchange.items import Chapter, Item, Reply, Unmapped

SPECIAL = re.compile(r"([\\~=#{}:])")


def gift(chapters: Iterable[Chapter]) -> str:
    return "\n".join(line for chapter in chapters for line in _chapter(chapter))


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield f"$CATEGORY: selfgrad/{chapter.name.replace('/', '-')}\n"
    for item in chapter.items:
        if isinstance(item, Unmapped):
            yield f"// {_line(str(item))}\n"
        else:
            yield "\n".join(_item(item)) + "\n"


def _item(item: Item) -> Iterator[str]:
    yield f"// {_line(item.id)}" + (f" [tags: {', '.join(map(_line, item.tags))}]" if item.tags else "")
    if item.notes:
        yield f"// A good answer: {_line(re.sub(r'<[^>]+>', ' ', item.notes))}"
    if item.units:
        yield f"// {_line(item.id)}: the unit ({_line(', '.join(item.units))}) is not asked for here"
    head = f"::{escaped(item.name)}::[html]{escaped(item.ask)}"
    if item.kind == "essay":
        yield head + " {}"
        return
    yield head + (" {#" if item.kind == "number" else " {")
    for reply in item.replies:
        yield "    " + _reply(item, reply)
    yield "}"


def _reply(item: Item, reply: Reply) -> str:
    says = f"#{escaped(reply.says)}" if reply.says else ""
    if item.kind == "choice" and item.several:
        return f"~%{reply.share:.7g}%{escaped(reply.answer)}{says}"
    if item.kind == "choice":
        return f"{'=' if reply.share == 100 else '~'}{escaped(reply.answer)}{says}"
    weight = "" if reply.share == 100 else f"%{reply.share:.7g}%"
    if item.kind == "number":
        return f"={weight}{reply.answer}:{item.tolerance if reply.share else 0:.12g}{says}"
    return f"={weight}{escaped(reply.pattern)}{says}"


def escaped(text: str) -> str:
    """On one line, with the signs of GIFT made harmless."""
    return SPECIAL.sub(r"\\\1", text.strip()).replace("\r", "").replace("\n", r"\n")


def _line(text: str) -> str:
    return " ".join(text.split())
