"""Where every page about an answer begins: which answer it is, who looks at it, and whether they may see it yet.

An answer is covered until its reader has answered every part of the question or has chosen to see it; editors see all
of them. What is covered is the text and whatever shows it: its history, differences, discussion and the edit form.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request

from app.bank.question import Question
from app.store import revisions
from app.store.attempts import Keyed
from app.store.db import Connection
from app.store.revisions import Leaf, Page
from app.web.answer import Form, form_keyed
from app.web.deps import Rooms, Who, now
from app.web.door import address_of
from app.web.problems import Covered
from app.web.publish import Asker, may_publish
from app.web.reveal import is_shown
from app.web.rights import Thing, may_change

DIGITS = 9  # of the number of a revision
ID = re.compile(r"[0-9a-f]{32}")
Number = Annotated[int, Path(ge=0, lt=2**31)]
Asked = Annotated[int | None, Query(ge=0, lt=2**31)]
After = Annotated[str | None, Query(pattern=f"^{ID.pattern}$")]  # the id that a slice begins after
SAID = {  # what an address with ?said=… says on top of the page it leads to; nothing else can be put there
    "published": "Published. Thank you.",
    "merged": "Published, together with what somebody else had changed in the meantime. Read the two as one.",
    "unchanged": "Nothing was stored: the page says that already.",
    "suggested": "Kept as a suggestion. It waits for somebody who may publish.",
    "accepted": "Accepted and published.",
    "declined": "Declined; its author can read why.",
    "withdrawn": "Withdrawn.",
    "restored": "That text is the current one again.",
    "taken": "What the question file says is taken up.",
    "undone": "That change is taken back.",
    "discarded": "Your draft is put away. This is the current text.",
    "policy": "From now on this is who may publish here.",
    "thanked": "Your thanks are noted.",
    "posted": "Posted.",
    "settled": "This discussion is settled.",
    "reopened": "This discussion is open again.",
    "seen": "All of it counts as read.",
}


@dataclass(frozen=True)
class Here:
    """An answer's page as one person has it before them. The templates know it as `at`."""

    question: Question
    leaf: Leaf
    page: Page
    who: Who
    edits: bool  # decides about suggestions, takes changes back, says who may publish
    publishes: bool  # a change of theirs goes straight in

    @property
    def slug(self) -> str:
        return self.question.id

    @property
    def number(self) -> int:
        return self.question.number

    @property
    def title(self) -> str:
        return self.question.title

    @property
    def head(self) -> int:
        return self.page.head

    @property
    def threads(self) -> int:
        return self.page.threads

    @property
    def waiting(self) -> int:
        return self.page.suggestions


def enter(connection: Connection, rooms: Rooms, slug: str, who: Who) -> Here:
    """Raises NotHere and Covered."""
    here = outside(connection, rooms, slug, who)
    if not is_shown(connection, here.question, who):
        raise Covered(slug)
    return here


def outside(connection: Connection, rooms: Rooms, slug: str, who: Who) -> Here:
    """The same for a page that shows nothing of the answer. Raises NotHere."""
    question = rooms.question(slug)
    leaf = revisions.answer_to(question)
    page = revisions.page(connection, leaf)
    return Here(question, leaf, page, who, may_change(who, Thing.QUEUE), may_publish(rooms, who, page.policy))


def asks(request: Request, who: Who, keyed: Keyed | None, form: Form, *told: str) -> Asker:
    """`told`: what the form says; sent twice with the same key it is one request."""
    return Asker(who, address_of(request), keyed or form_keyed(request, form, "\0".join(told)), now())


def said(name: str) -> str | None:
    return SAID.get(name)


def first(form: Form, name: str) -> str:
    """A field that may be missing."""
    return next(iter(form.get(name, ())), "")


def number_in(text: str) -> int | None:
    """The number of a revision."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None
