"""Edits: somebody's text of a page that is not published yet, kept as the draft of an answer is.

`version` counts the changes. Whoever changes it says on which version; if another tab was faster it is the `Conflict`
of drafts, with both texts. `refused` is the JSON of why it was not published.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select, update

from app.store.db import Statement
from app.store.drafts import Conflict, Draft
from app.store.people import ensure
from app.store.tables import EDIT

COLUMNS = tuple(EDIT.c[name] for name in ("base", "text", "summary", "version", "saved", "refused", "done"))


@dataclass(frozen=True)
class Edit:
    base: int
    text: str
    summary: str
    version: int
    saved: datetime
    refused: str | None = None
    done: bool = False  # published, suggested or thrown away since


def _putting(insert: Callable[..., Any]) -> Any:
    row = insert(EDIT)
    changed = {column.name: row.excluded[column.name] for column in COLUMNS}
    return row.on_conflict_do_update(index_elements=["learner", "page"], set_=changed)


PUT = Statement(_putting)


def save(
    connection: Connection,
    learner: str,
    page: str,
    *,
    base: int,
    text: str,
    summary: str,
    version: int | None,
    now: datetime,
    refused: str | None = None,
) -> Edit:
    """`version` is the one that the text was made from: 0 if there was none, None to overwrite. Raises Conflict."""
    kept = one(connection, learner, page)
    before = kept.version if kept else 0
    if kept is not None and (kept.base, kept.text, kept.summary, kept.refused, kept.done) == (
        base, text, summary, refused, False,
    ):  # fmt: skip
        return kept
    if version is not None and version != before:
        raise Conflict(Draft(kept.text, before, kept.saved, kept.done) if kept else Draft("", 0, now, False))
    made = Edit(base, text, summary, before + 1, now, refused)
    ensure(connection, learner, now)
    PUT(connection, {"learner": learner, "page": page} | vars(made))
    return made


def one(connection: Connection, learner: str, page: str) -> Edit | None:
    row = connection.execute(select(*COLUMNS).where(EDIT.c.learner == learner, EDIT.c.page == page)).first()
    return None if row is None else Edit(**row._mapping)


def finish(connection: Connection, learner: str, page: str) -> None:
    """It is published or suggested, or not wanted any more. The version stays, so that an open page can go on."""
    mine = and_(EDIT.c.learner == learner, EDIT.c.page == page, EDIT.c.done.is_(False))
    connection.execute(update(EDIT).where(mine).values(done=True))
