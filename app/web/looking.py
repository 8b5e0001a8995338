"""A look at the text of a question while it is written: its faults, each with its line, or the question as a student
sees it, with what students do not see. Nothing of it is run."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.bank.fault import FileFault, in_order
from app.bank.load import Source, read_source
from app.web.hidden import HiddenPart, hidden
from app.web.rooms import Rooms
from app.web.views import QuestionView, question_view

TEXT = Path("text.yaml")
MADE = re.compile(r"~[0-9a-f]{12}")  # the address of a question that has no id yet
SLUG = re.compile(r"~?[a-z0-9]+(-[a-z0-9]+)*")
NEW = "new"  # taken by an address of the editor
SHOWN = 160  # characters of a line at fault


@dataclass(frozen=True)
class FaultView:
    line: int
    column: int
    message: str
    source: str  # the line itself


@dataclass(frozen=True)
class Look:
    """Either it has faults, or the question can be shown."""

    faults: list[FaultView]
    question: QuestionView | None
    explanation: str
    hidden: list[HiddenPart]


def look_at(rooms: Rooms, slug: str, chapter: str, text: str) -> Look:
    found = examine(rooms, slug, chapter, text)
    if isinstance(found, list):
        return Look(fault_views(text, found), None, "", [])
    question = found.question
    return Look([], question_view(question, {}, {}, {}, {}, 0), question.answer, hidden(question))


def fault_views(text: str, faults: list[FileFault]) -> list[FaultView]:
    lines = text.split("\n")
    return [
        FaultView(one.line, one.column, one.message, lines[one.line - 1][:SHOWN] if one.line <= len(lines) else "")
        for one in faults
    ]


def examine(rooms: Rooms, slug: str, chapter: str, text: str) -> Source | list[FileFault]:
    """The question that the text is, if it could be served under this address."""
    found = _read(text)
    if not isinstance(found, Source):
        return list(found)
    return in_order(_misplaced(rooms, slug, chapter, found)) or found


@lru_cache(maxsize=32)
def _read(text: str) -> Source | tuple[FileFault, ...]:
    """Once for a text that is kept, looked at and published."""
    found = read_source(TEXT, text.encode("utf-8", "surrogatepass"), named=False)
    return tuple(found) if isinstance(found, list) else found


def _misplaced(rooms: Rooms, slug: str, chapter: str, source: Source) -> list[FileFault]:
    """An id is stable for ever; an id or a number that is taken is taken."""
    question, made = source.question, MADE.fullmatch(slug) is not None
    faults = []
    if not made and question.id != slug:
        says = f"`id` is stable for ever, and here it is `{slug}`; write a new question for another id"
        faults.append(source.fault(says, "id"))
    elif made and question.id == NEW:
        faults.append(source.fault(f"the id `{NEW}` is kept for an address of this site; choose another", "id"))
    elif made and (taken := rooms.bank.get(question.id)) is not None:
        says = f"the id `{question.id}` is taken by question {taken.number}, {taken.title}; choose another"
        faults.append(source.fault(says, "id"))
    shelf = rooms.bank.shelf
    for other in shelf.questions:
        if other.number == question.number and other.id != question.id and shelf.chapter(other.id) == chapter:
            says = f"the number {other.number} is taken by `{other.id}`; choose another"
            faults.append(source.fault(says, "number"))
    return faults
