"""Writing questions in the browser: drafts, and what becomes of one that is to be published.

Theory of operation
    A draft is an `edit` of the page "question/<id>", one a person; it says from which revision it was made. What a
    question file says is taken up as a revision when a draft is made from it, so that every draft has its base. To
    publish: the draft is kept, read, and proved in the jail, and only then a transaction is begun. In it the draft's
    base has to be what is served; if it is not, its author gets both texts and their merge (`Clash`). The bank is given
    all published texts at once, and looks for those of other processes every second.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from app.bank.load import Source, version_of
from app.store import edits, revisions, written
from app.store.db import Connection
from app.store.edits import Edit
from app.store.revisions import Kind, Leaf, New, NoRevision
from app.store.written import Begun, Place
from app.web.deps import Rooms, Who
from app.web.looking import MADE, SLUG
from app.web.problems import FileChanged, NotAnAnswer, NotHere, TooLong
from app.wiki.blame import first_blame, next_blame
from app.wiki.merge import merge

TEXT_BYTES = 128 * 1024
SUMMARY = 200
WORDS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Clash(Exception):
    """What is served now is not what the draft was made from. `merged` has both, marked where they differ; it is made
    from revision `base` or, if that is 0, from the file's text of version `filed`."""

    def __init__(self, theirs: str, merged: str, clean: bool, base: int) -> None:
        super().__init__("The question was changed in the meantime; nothing was overwritten.")
        self.theirs, self.merged, self.clean, self.base = theirs, merged, clean, base
        self.filed = version_of(theirs.encode())


@dataclass(frozen=True)
class Sent:
    """What a form of the editor holds. `base` is the revision that the text was made from, 0 for none; then `filed`
    is the version of the file's text. `version` is the draft's, None to overwrite."""

    text: str
    chapter: str = ""
    base: int = 0
    filed: str = ""
    version: int | None = None
    summary: str = ""


@dataclass(frozen=True)
class Sheet:
    """What the editor opens with: one's draft, or else what is served."""

    slug: str
    chapter: str
    text: str
    base: int
    filed: str
    version: int
    summary: str
    saved: datetime | None  # None: there is no draft
    served: bool
    written: bool  # what is served is from the browser
    file: str | None  # the text of the file, if there is one
    moved: bool  # what is served is not what the draft was made from
    others: list[Begun]
    answered: bool

    @property
    def new(self) -> bool:
        return MADE.fullmatch(self.slug) is not None


@dataclass(frozen=True)
class Served:
    """The text that students get, and its revision; 0 while a file's text is in no revision."""

    text: str
    number: int


def page_of(slug: str) -> Leaf:
    """The page of a question in the store of revisions. Raises NotHere for what can be the address of none."""
    if len(slug) > 64 or not SLUG.fullmatch(slug):
        raise NotHere
    return written.leaf(slug)


def sheet(rooms: Rooms, who: Who, slug: str) -> Sheet:
    """Raises NotHere."""
    leaf = page_of(slug)
    source, file = rooms.bank.source(slug), rooms.bank.file(slug)
    with rooms.database.read() as connection:
        place = written.place(connection, slug)
        edit = edits.one(connection, who.learner, leaf.name)
        draft = edit if edit is not None and not edit.done else None
        now = _served(connection, slug, source, place)
        last = now or _last(connection, slug)
        if last is None and draft is None:
            raise NotHere
        text, base = (draft.text, draft.base) if draft else (last.text, last.number) if last else ("", 0)
        return Sheet(
            slug=slug,
            chapter=source.path.parent.name if source else place.chapter if place else "",
            text=text,
            base=base,
            filed=version_of(text.encode()) if draft is None and base == 0 else "",
            version=edit.version if edit else 0,
            summary=draft.summary if draft else "",
            saved=draft.saved if draft else None,
            served=now is not None,
            written=source is not None and source.written,
            file=file.text if file else None,
            moved=draft is not None and now is not None and not _made_from(connection, slug, base, now),
            others=[one for one in written.at_work(connection, slug) if one.learner != who.learner],
            answered=now is not None and written.answered(connection, slug),
        )


def _served(connection: Connection, slug: str, source: Source | None, place: Place | None) -> Served | None:
    if place is not None and place.number is not None:
        return Served(revisions.one(connection, written.leaf(slug), place.number).text, place.number)
    if source is None:
        return None
    last = _last(connection, slug)
    return Served(source.text, last.number if last and last.text == source.text else 0)


def _last(connection: Connection, slug: str) -> Served | None:
    """The newest revision, served or not."""
    try:
        newest = revisions.current(connection, written.leaf(slug))
    except NoRevision:
        return None
    return Served(newest.text, newest.number)


def _text_of(connection: Connection, slug: str, number: int) -> str:
    """Of a revision; nothing of number 0."""
    return revisions.one(connection, written.leaf(slug), number).text if number else ""


def _made_from(connection: Connection, slug: str, base: int, now: Served) -> bool:
    """Whether a draft made from this revision knows what is served: later ones only take a file's text up."""
    return base == now.number or (0 < now.number < base) or _text_of(connection, slug, base) == now.text


def check(sent: Sent) -> None:
    """Raises NotAnAnswer and TooLong for what no database keeps."""
    if "\0" in sent.text:
        line = sent.text[: sent.text.index("\0")].count("\n") + 1
        raise NotAnAnswer(f"Line {line} holds a NUL character, which no text needs. Nothing was kept of this.")
    try:
        size = len(sent.text.encode("utf-8"))
    except UnicodeEncodeError as error:
        line = sent.text[: error.start].count("\n") + 1
        raise NotAnAnswer(f"Line {line} holds half of a character (a lone surrogate). Nothing was kept.") from None
    if size > TEXT_BYTES:
        raise TooLong(f"A question has at most {TEXT_BYTES // 1024} KiB here; this text has {size / 1024:.0f} KiB.")


def check_chapter(rooms: Rooms, chapter: str) -> None:
    """Raises NotAnAnswer."""
    if chapter not in rooms.bank.chapters and not (WORDS.fullmatch(chapter) and len(chapter) <= 64):
        raise NotAnAnswer("A chapter is called by lower-case words joined by dashes, such as `matrix-products`.")


def keep(rooms: Rooms, who: Who, slug: str, sent: Sent, now: datetime) -> Edit:
    """Stores the draft. Raises NotHere, NotAnAnswer, TooLong, FileChanged, and Conflict where another tab was
    faster."""
    check(sent)
    made = MADE.fullmatch(slug) is not None
    if made:
        check_chapter(rooms, sent.chapter)
    leaf = page_of(slug)
    with rooms.database.write() as connection:
        source, place = rooms.bank.source(slug), written.place(connection, slug)
        if source is None and place is None and not made:
            raise NotHere
        base = sent.base or (0 if source is None else _first_base(connection, slug, source, place, sent.filed, now))
        _text_of(connection, slug, base)
        if made and (place is None or place.chapter != sent.chapter):
            written.put(connection, slug, Place(sent.chapter), now)
        return edits.save(
            connection, who.learner, leaf.name, base=base, text=sent.text, summary=sent.summary[:SUMMARY],
            version=sent.version, now=now,
        )  # fmt: skip


def _first_base(
    connection: Connection, slug: str, source: Source, place: Place | None, filed: str, now: datetime
) -> int:
    """The revision with the file's text that the editor was opened with. Raises FileChanged."""
    if not source.written and version_of(source.text.encode()) == filed:
        return take_up(connection, slug, source.text, now)
    if place is not None and place.filed is not None:
        known = _text_of(connection, slug, place.filed)
        if version_of(known.encode()) == filed:
            return place.filed
    raise FileChanged


def base_of(connection: Connection, rooms: Rooms, slug: str, now: datetime) -> int:
    """The revision that students get; of a question that is not served the newest. 0 if there is none."""
    source, place = rooms.bank.source(slug), written.place(connection, slug)
    if place is not None and place.number is not None:
        return place.number
    if source is not None:
        return take_up(connection, slug, source.text, now)
    last = _last(connection, slug)
    return last.number if last else 0


def take_up(connection: Connection, slug: str, text: str, now: datetime) -> int:
    """The number of the newest revision, which says what the file says now."""
    last = _last(connection, slug)
    if last is not None and last.text == text:
        return last.number
    return append(connection, slug, text, Kind.SEED, None, "", now)


def append(
    connection: Connection, slug: str, text: str, kind: Kind, who: Who | None, summary: str, now: datetime,
    *, base: int | None = None, restored: int | None = None,
) -> int:  # fmt: skip
    """A new revision behind the newest one. Raises revisions.Conflict."""
    leaf = written.leaf(slug)
    try:
        newest = revisions.current(connection, leaf)
        after, blame = newest.number, next_blame(newest.text, newest.blame, text, newest.number + 1)
    except NoRevision:
        after, blame = 0, first_blame(text)
    new = New(
        after=after, base=(base or None) if base is not None else after or None, text=text, summary=summary[:SUMMARY],
        learner=who.learner if who else None, name=who.name if who else revisions.FILE, created=now, blame=blame,
        kind=kind, restored=restored,
    )  # fmt: skip
    return revisions.append(connection, leaf, new).number


def publish(rooms: Rooms, who: Who, slug: str, kept: Edit, source: Source, chapter: str, now: datetime) -> int:
    """The number of the new revision. `source` is the draft, read and proved. Raises Clash, and NotAnAnswer for an id
    that was used before."""
    id = source.question.id
    with rooms.database.write() as connection:
        place = written.place(connection, id)
        if id != slug and (place is not None or _last(connection, id) is not None):
            raise NotAnAnswer(f"The id `{id}` was used before, and an id is never used again. Choose another.")
        serving = _served(connection, id, rooms.bank.source(id), place)
        if serving is not None and not _made_from(connection, id, kept.base, serving):
            raise clash(connection, slug, kept, serving)
        summary = kept.summary or ("" if kept.base else "The first version")
        number = append(connection, id, source.text, Kind.EDIT, who, summary, now, base=kept.base)
        file = rooms.bank.file(id)
        known = place.filed if place else None
        if file is not None and kept.base and _text_of(connection, id, kept.base) == file.text:
            known = kept.base
        written.put(connection, id, Place(chapter, number, known), now)
        edits.finish(connection, who.learner, written.leaf(slug).name)
        if id != slug and not written.at_work(connection, slug):
            written.forget(connection, slug)
    show(rooms)
    return number


def published(rooms: Rooms, text: str) -> str | None:
    """The id of the question that is served from the browser with exactly this text: it was sent twice."""
    found = (rooms.bank.source(question.id) for question in rooms.bank.questions)
    return next((one.question.id for one in found if one and one.written and one.text == text), None)


def drop(rooms: Rooms, who: Who, slug: str, id: str | None) -> None:
    """A draft is not needed any more: thrown away, or published before as question `id`."""
    with rooms.database.write() as connection:
        edits.finish(connection, who.learner, page_of(slug).name)
        if MADE.fullmatch(slug) is not None and slug != id and not written.at_work(connection, slug):
            written.forget(connection, slug)


def clash(connection: Connection, slug: str, kept: Edit, now: Served) -> Clash:
    base = _text_of(connection, slug, kept.base)
    merged = merge(base, kept.text, now.text)
    return Clash(now.text, merged.text, merged.clean, now.number)


def show(rooms: Rooms) -> None:
    """Gives the bank every text that is published now."""
    with rooms.database.read() as connection:
        found = written.served(connection)
    rooms.bank.take(found)
