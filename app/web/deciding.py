"""Where a question's file and its text from the browser have parted, an instructor decides; and a question from the
browser can be taken away. Whatever is decided, every text stays in the history."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.store import edits, revisions, written
from app.store.revisions import Kind
from app.store.written import Place
from app.web.authoring import append, page_of, show, take_up
from app.web.deps import Rooms, Who
from app.web.problems import NotHere, NotYet
from app.wiki.diff import Diff, diff
from app.wiki.merge import merge


class Choice(StrEnum):
    FILE = "file"  # serve the file again; without one the question goes
    BROWSER = "browser"  # serve the text from the browser for good
    MERGE = "merge"  # put both into a draft; until that is published nothing changes


@dataclass(frozen=True)
class Waiting:
    """A question that waits for a decision, as a page shows it. `changed` is what the file says now, compared with
    what it said when the text from the browser was made from it; None where there is no file any more."""

    id: str
    filed: bool
    changed: Diff | None


def waiting(rooms: Rooms) -> list[Waiting]:
    return [
        Waiting(one.id, one.filed is not None, None if one.file is None else diff(one.filed or "", one.file))
        for one in rooms.bank.parted
    ]


def decide(rooms: Rooms, who: Who, slug: str, choice: Choice, now: datetime) -> None:
    """Raises NotHere where nothing of this question is served from the browser, and NotYet where merging would
    overwrite a draft."""
    leaf = page_of(slug)
    file = rooms.bank.file(slug)
    text = file.text if file else None
    with rooms.database.write() as connection:
        place = written.place(connection, slug)
        if place is None or place.number is None:
            raise NotHere
        served = revisions.one(connection, leaf, place.number).text
        if choice is Choice.FILE:
            if text is not None:
                append(connection, slug, text, Kind.IMPORT, who, "The file is served again", now)
            written.put(connection, slug, Place(place.chapter), now)
        elif choice is Choice.BROWSER:
            filed, number = None, place.number
            if text is not None:
                filed = take_up(connection, slug, text, now)
                says = "Kept, and not what the file says"
                number = append(connection, slug, served, Kind.RESTORE, who, says, now, restored=place.number)
            written.put(connection, slug, Place(place.chapter, number, filed), now)
        else:
            mine = edits.one(connection, who.learner, leaf.name)
            if mine is not None and not mine.done and mine.text != served:
                raise NotYet("You have a draft of this question. Publish it or throw it away first; then merge.")
            known = revisions.one(connection, leaf, place.filed).text if place.filed else ""
            merged = merge(known, served, text or served)
            base = take_up(connection, slug, text, now) if text is not None else place.number
            edits.save(
                connection, who.learner, leaf.name, base=base, text=merged.text,
                summary="Merged with the file", version=None, now=now,
            )  # fmt: skip
    show(rooms)
