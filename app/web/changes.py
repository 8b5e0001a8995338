"""What has changed in the answers lately: a page with filters and a mark since one's last visit, and Atom feeds.

Summaries, names and sizes are shown here and no text of any answer, so nothing of it is covered; a feed's entry leads
to its revision, which is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.store import accounts, revisions, visits
from app.store.db import CannotSave, Connection
from app.store.revisions import SOME, Entry, Kind, Slice
from app.web.deps import Rooms, RoomsDep, Who, WhoDep, now
from app.web.who import anonymous
from app.web.wiki_here import number_in, outside

router = APIRouter(include_in_schema=False)
KINDS = {"edit": "edits", "merge": "merges", "restore": "restored texts", "import": "imports"}
PAGES_READ = 4  # slices of one page's history that are looked through for what the other filters want
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no XML can hold these
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filter:
    """What is asked for; blank is all."""

    page: str
    kind: str
    who: str

    @property
    def any(self) -> bool:
        return bool(self.page or self.kind or self.who)


@dataclass(frozen=True)
class Row:
    slug: str
    number: int | None  # of the question; None: it is not served any more
    title: str
    entry: Entry


@router.get("/changes")
def changes(
    request: Request, rooms: RoomsDep, who: WhoDep, page: str = "", kind: str = "", by: str = "", before: str = ""
) -> Response:
    wanted, moment = Filter(page, kind if kind in KINDS else "", by.strip()), now()
    with rooms.database.read() as connection:
        found = look_up(connection, rooms, wanted, number_in(before))
        seen = visits.last_look(connection, who.learner, moment)
        newest = revisions.newest_id(connection)
    keeps = who.account is not None or anonymous(request) is not None  # whoever only passes by leaves nothing behind
    if keeps and not wanted.any and not before and newest:
        look(rooms, who, newest, moment)
    return rooms.pages.page(
        "changes.html", "changes", who=who, rows=rows_of(rooms, found.entries), next=found.next, wanted=wanted,
        seen=seen, kinds=KINDS, questions=rooms.bank.questions, first_slice=not before,
    )  # fmt: skip


def look(rooms: Rooms, who: Who, newest: int, moment: datetime) -> None:
    """That they were here is worth no refusal."""
    try:
        with rooms.database.write() as connection:
            visits.look(connection, who.learner, newest, moment)
    except CannotSave:
        pass


def look_up(connection: Connection, rooms: Rooms, wanted: Filter, before: int | None) -> Slice:
    """Nothing for a page or a name that there is not."""
    learner = None
    if wanted.who:
        account = accounts.named(connection, wanted.who)
        if account is None:
            return Slice((), None)
        learner = account.learner
    kind = Kind(wanted.kind) if wanted.kind else None
    if not wanted.page:
        return revisions.changes(connection, before=before, learner=learner, kind=kind)
    question = rooms.bank.get(wanted.page)
    if question is None:
        return Slice((), None)
    leaf, found = revisions.answer_to(question), list[Entry]()
    for _ in range(PAGES_READ):
        part = revisions.history(connection, leaf, before)
        found += [
            entry
            for entry in part.entries
            if entry.kind is not Kind.SEED and learner in (None, entry.learner) and kind in (None, entry.kind)
        ]
        before = part.next
        if before is None or len(found) >= SOME:
            break
    return Slice(found, before)


def rows_of(rooms: Rooms, entries: Sequence[Entry]) -> list[Row]:
    rows = []
    for entry in entries:
        slug = entry.page.partition("/")[2]
        question = rooms.bank.get(slug)
        rows.append(Row(slug, question.number if question else None, question.title if question else slug, entry))
    return rows


@router.get("/changes.atom")
def feed(request: Request, rooms: RoomsDep) -> Response:
    with rooms.database.read() as connection:
        found = revisions.changes(connection)
    return atom(request, rooms, "Changes of the answers", "/changes", found.entries)


@router.get("/wiki/{slug}/changes.atom")
def feed_of_page(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    with rooms.database.read() as connection:
        at = outside(connection, rooms, slug, who)
        found = revisions.history(connection, at.leaf)
    entries = [entry for entry in found.entries if entry.kind is not Kind.SEED]
    return atom(request, rooms, f"Changes of {at.number}. {at.title}", f"/wiki/{slug}/revisions", entries)


def atom(request: Request, rooms: Rooms, title: str, page: str, entries: Sequence[Entry]) -> Response:
    base = str(request.base_url).rstrip("/")
    moments = [entry.created for entry in entries if entry.created]
    rows = [
        {
            "id": name_of(rooms, f"{row.entry.page} {row.entry.number}"),
            "title": plain(f"{f'{row.number}. ' if row.number else ''}{row.title}: revision {row.entry.number}"),
            "href": f"{base}/wiki/{row.slug}/revisions/{row.entry.number}",
            "changed": f"{base}/wiki/{row.slug}/diff?from={row.entry.number - 1}&to={row.entry.number}",
            "updated": (row.entry.created or LONG_AGO).isoformat(),
            "name": plain(row.entry.name) or "nobody",
            "summary": plain(row.entry.summary),
            "change": row.entry.change,
        }
        for row in rows_of(rooms, entries)
    ]
    response = rooms.pages.page(
        "feed.xml", "", title=plain(title), id=name_of(rooms, page), read_at=f"{base}{page}",
        here=f"{base}{request.scope['path']}", updated=max(moments, default=LONG_AGO).isoformat(), rows=rows,
    )  # fmt: skip
    response.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    return response


def name_of(rooms: Rooms, thing: str) -> str:
    """The same for ever at this installation, by whatever address it is read, and another one elsewhere."""
    digest = sha256(rooms.signer.get_signature(f"feed {thing}")).digest()
    return UUID(bytes=digest[:16], version=4).urn


def plain(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
