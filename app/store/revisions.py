"""The one store of revisions: for answers ("answer/<question>") and for questions written in the browser
("question/<question>").

A revision is appended and never changed: triggers of the database see to it. Until somebody edits a page, its only
revision is what the question file says, number 1, and nothing is stored. Whoever appends says after which revision;
if somebody was faster it is a `Conflict`, and unique (page, number) decides between two at the same moment.
Nothing here counts rows: a page with 10,000 revisions costs the same as one with ten.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from app.bank.question import Question
from app.grading.examination import Tested
from app.store.contributors import credit
from app.store.db import Statement
from app.store.tables import PAGE, REVISION
from app.wiki.blame import first_blame

FILE = "the question file"  # who the first revision of an answer is by
SOME = 50


class Kind(StrEnum):
    SEED = "seed"  # what the question file said
    EDIT = "edit"
    MERGE = "merge"  # an edit that was merged with what others published meanwhile
    RESTORE = "restore"  # of an earlier text
    IMPORT = "import"  # read from a file


@dataclass(frozen=True)
class Leaf:
    """A page's name, and what the question file says there now (None: there is no such file)."""

    name: str
    filed: str | None

    @property
    def shelf(self) -> str:
        return self.name.partition("/")[0]

    @property
    def slug(self) -> str:
        return self.name.partition("/")[2]


def answer_to(question: Question) -> Leaf:
    """The page of a question's answer."""
    return Leaf(f"answer/{question.id}", question.answer)


@dataclass(frozen=True)
class Page:
    name: str
    head: int  # the newest revision's number; 0 if there is none
    begun: bool  # something is stored: not all is as the question file says
    policy: str | None  # locked, members or everyone; None: as everywhere
    filed: str | None  # what the question file said when it was last taken up
    suggestions: int  # that wait
    threads: int  # that are open


@dataclass(frozen=True)
class Entry:
    """A revision as a history shows it: all but its text."""

    id: int  # rises over all pages; 0 for what is not stored yet
    page: str
    number: int
    base: int | None
    kind: Kind
    summary: str
    size: int
    change: int
    learner: str | None  # None: the question file
    name: str
    accepted_by: str | None
    restored: int | None
    created: datetime | None  # None: it came with the question file


@dataclass(frozen=True)
class Revision(Entry):
    text: str
    blame: tuple[int, ...]  # for each of its paragraphs the revision that it is from
    tested: Tested | None


@dataclass(frozen=True)
class Slice:
    """Some entries, the newest first; `next` is the `before` of the following slice, None at the end."""

    entries: Sequence[Entry]
    next: int | None


@dataclass(frozen=True)
class New:
    """What is to be appended after revision `after` (0: as the first)."""

    after: int
    base: int | None  # what its author began from
    text: str
    summary: str
    learner: str | None
    name: str
    created: datetime
    blame: tuple[int, ...]
    kind: Kind = Kind.EDIT
    tested: Tested | None = None
    accepted_by: str | None = None
    restored: int | None = None


class Conflict(Exception):
    """Somebody else has appended meanwhile: `head` is the number of the newest revision now."""

    def __init__(self, head: int) -> None:
        super().__init__("This page was changed in the meantime; nothing was overwritten.")
        self.head = head


class NoRevision(Exception):
    """The page has no revision of this number."""


ENTRY = tuple(
    REVISION.c[name]
    for name in (
        "id", "page", "number", "base", "kind", "summary", "size", "change", "learner", "name", "accepted_by",
        "restored", "created",
    )
)  # fmt: skip
WHOLE = (*ENTRY, REVISION.c.text, REVISION.c.blame, REVISION.c.tested)


def page(connection: Connection, leaf: Leaf) -> Page:
    row = connection.execute(select(*PAGE.c).where(PAGE.c.page == leaf.name)).first()
    unbegun = 0 if leaf.filed is None else 1
    if row is None:
        return Page(leaf.name, unbegun, False, None, leaf.filed, 0, 0)
    filed = row.filed if row.head else leaf.filed
    return Page(leaf.name, row.head or unbegun, row.head > 0, row.policy, filed, row.suggestions, row.threads)


def current(connection: Connection, leaf: Leaf) -> Revision:
    """The newest revision. Raises NoRevision."""
    newest = select(*WHOLE).where(REVISION.c.page == leaf.name).order_by(REVISION.c.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return _seed(leaf) if row is None else _revision(row)


def one(connection: Connection, leaf: Leaf, number: int) -> Revision:
    """Raises NoRevision."""
    where = and_(REVISION.c.page == leaf.name, REVISION.c.number == number)
    row = connection.execute(select(*WHOLE).where(where)).first()
    if row is not None:
        return _revision(row)
    if number != 1:
        raise NoRevision
    return _seed(leaf)


def as_filed(leaf: Leaf, text: str) -> Revision:
    """What the question file said once, as a revision to compare with: it has the number 0."""
    return replace(_seed(Leaf(leaf.name, text)), number=0)


def entries(connection: Connection, leaf: Leaf, numbers: Collection[int]) -> dict[int, Entry]:
    """Those of these numbers that there are."""
    where = and_(REVISION.c.page == leaf.name, REVISION.c.number.in_(numbers))
    found: dict[int, Entry] = {row.number: _entry(row) for row in connection.execute(select(*ENTRY).where(where))}
    if not found and 1 in numbers and leaf.filed is not None:
        found[1] = _seed(leaf)
    return found


def history(connection: Connection, leaf: Leaf, before: int | None = None, limit: int = SOME) -> Slice:
    """A page's revisions from below number `before` on."""
    where = REVISION.c.page == leaf.name
    if before is not None:
        where = and_(where, REVISION.c.number < before)
    asked = select(*ENTRY).where(where).order_by(REVISION.c.number.desc()).limit(limit + 1)
    found = [_entry(row) for row in connection.execute(asked)]
    if not found and leaf.filed is not None and (before is None or before > 1):
        found = [_seed(leaf)] if not page(connection, leaf).begun else []
    return Slice(found[:limit], found[limit - 1].number if len(found) > limit else None)


def changes(
    connection: Connection,
    shelf: str = "answer",
    *,
    before: int | None = None,
    since: int | None = None,
    learner: str | None = None,
    kind: Kind | None = None,
    limit: int = SOME,
) -> Slice:
    """Revisions of all pages of a shelf: with ids below `before` and above `since`. What came with the question files
    is no change. (Those of one page are its `history`.)"""
    conditions: list[ColumnElement[bool]] = [REVISION.c.shelf == shelf]
    conditions += [REVISION.c.id < before] if before is not None else []
    conditions += [REVISION.c.id > since] if since is not None else []
    conditions += [REVISION.c.learner == learner] if learner is not None else []
    conditions += [REVISION.c.kind == kind.value if kind is not None else REVISION.c.kind != Kind.SEED.value]
    asked = select(*ENTRY).where(*conditions).order_by(REVISION.c.id.desc()).limit(limit + 1)
    found = [_entry(row) for row in connection.execute(asked)]
    return Slice(found[:limit], found[limit - 1].id if len(found) > limit else None)


def heads(connection: Connection, shelf: str = "answer") -> dict[str, tuple[Page, Entry | None]]:
    """Every page of a shelf that has a row, by its slug, with its newest revision (None: all is as the file says)."""
    newest = and_(REVISION.c.page == PAGE.c.page, REVISION.c.number == PAGE.c.head)
    columns = [column.label(f"page_{column.name}") for column in PAGE.c]
    asked = select(*columns, *ENTRY).outerjoin_from(PAGE, REVISION, newest).where(PAGE.c.page.startswith(f"{shelf}/"))
    found = {}
    for row in connection.execute(asked):
        kept = Page(
            row.page_page, row.page_head, row.page_head > 0, row.page_policy, row.page_filed, row.page_suggestions,
            row.page_threads,
        )  # fmt: skip
        found[kept.name.partition("/")[2]] = (kept, _entry(row) if row.id is not None else None)
    return found


def newest_id(connection: Connection, shelf: str = "answer") -> int:
    """Of the newest change of a shelf; 0 if there is none."""
    asked = select(func.max(REVISION.c.id)).where(REVISION.c.shelf == shelf)
    return connection.execute(asked).scalar() or 0


def _beginning(insert: Callable[..., Any]) -> Any:
    return insert(PAGE).on_conflict_do_nothing(index_elements=["page"])


BEGIN = Statement(_beginning)
APPEND = Statement(lambda insert: insert(REVISION).on_conflict_do_nothing(index_elements=["page", "number"]))


def append(connection: Connection, leaf: Leaf, new: New) -> Revision:
    """Raises Conflict, and then the transaction must be left."""
    head, size = _head(connection, leaf)
    if head != new.after:
        raise Conflict(head)
    number = head + 1
    made = Revision(
        id=0, page=leaf.name, number=number, base=new.base, kind=new.kind, summary=new.summary, size=len(new.text),
        change=len(new.text) - size, learner=new.learner, name=new.name, accepted_by=new.accepted_by,
        restored=new.restored, created=new.created, text=new.text, blame=new.blame, tested=new.tested,
    )  # fmt: skip
    moved = PAGE.update().where(PAGE.c.page == leaf.name, PAGE.c.head == head).values(head=number)
    if not connection.execute(moved).rowcount or not _put(connection, made):
        raise Conflict(page(connection, leaf).head)
    if new.learner is not None:
        credit(connection, leaf.name, new.learner, new.name, number)
    return made


def set_policy(connection: Connection, leaf: Leaf, policy: str | None) -> None:
    """`policy`: locked, members, everyone, or None for what is set for all pages."""
    begin(connection, leaf)
    connection.execute(PAGE.update().where(PAGE.c.page == leaf.name).values(policy=policy))


def take_up(connection: Connection, leaf: Leaf) -> None:
    """What the question file says now has been looked at: it is offered no more."""
    connection.execute(PAGE.update().where(PAGE.c.page == leaf.name).values(filed=leaf.filed or ""))


def pin(connection: Connection, leaf: Leaf) -> None:
    """What the question file says becomes the first revision, if nobody has edited yet: something speaks of it, and has
    to find it again when the file has changed."""
    _head(connection, leaf)


def begin(connection: Connection, leaf: Leaf) -> None:
    """The page's row, if it has none yet."""
    values = {"page": leaf.name, "head": 0, "policy": None, "filed": leaf.filed or "", "suggestions": 0, "threads": 0}
    BEGIN(connection, values)


def _head(connection: Connection, leaf: Leaf) -> tuple[int, int]:
    """The newest revision's number and size, with what the question file says stored as the first."""
    newest = select(REVISION.c.number, REVISION.c.size).where(REVISION.c.page == leaf.name)
    row = connection.execute(newest.order_by(REVISION.c.number.desc()).limit(1)).first()
    if row is not None:
        return row.number, row.size
    begin(connection, leaf)
    if leaf.filed is None:
        return 0, 0
    begun = PAGE.update().where(PAGE.c.page == leaf.name, PAGE.c.head == 0).values(head=1, filed=leaf.filed)
    if not connection.execute(begun).rowcount or not _put(connection, _seed(leaf)):
        raise Conflict(page(connection, leaf).head)
    return 1, len(leaf.filed)


def _put(connection: Connection, made: Revision) -> bool:
    values = vars(made) | {
        "shelf": made.page.partition("/")[0],
        "kind": made.kind.value,
        "blame": json.dumps(made.blame),
        "tested": None if made.tested is None else made.tested.model_dump_json(),
    }
    del values["id"]
    return bool(APPEND(connection, values))


def _seed(leaf: Leaf) -> Revision:
    if leaf.filed is None:
        raise NoRevision
    return Revision(
        id=0, page=leaf.name, number=1, base=None, kind=Kind.SEED, summary="", size=len(leaf.filed),
        change=len(leaf.filed), learner=None, name=FILE, accepted_by=None, restored=None, created=None,
        text=leaf.filed, blame=first_blame(leaf.filed), tested=None,
    )  # fmt: skip


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    values = {column.name: row._mapping[column.name] for column in ENTRY}
    return Entry(**values | {"kind": Kind(row.kind)})


def _revision(row: Row[*tuple[Any, ...]]) -> Revision:
    values = dict(row._mapping) | {"kind": Kind(row.kind), "blame": tuple(json.loads(row.blame))}
    values["tested"] = None if row.tested is None else Tested.model_validate_json(row.tested)
    return Revision(**values)
