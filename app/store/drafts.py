"""Drafts: what a learner has typed into a part and not handed in yet. Nothing here is ever deleted by a page.

`version` counts the changes. A change says which version it was made on; if somebody (another tab, another computer)
was faster, it is a `Conflict` that carries both, and nothing is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select, update

from app.store.db import Statement
from app.store.people import ensure
from app.store.tables import DRAFT

COLUMNS = (DRAFT.c.text, DRAFT.c.version, DRAFT.c.saved, DRAFT.c.submitted)
HERE = and_(DRAFT.c.learner == bindparam("who"), DRAFT.c.question == bindparam("at"), DRAFT.c.part == bindparam("of"))
HAND_IN = Statement(lambda _: update(DRAFT).where(HERE, DRAFT.c.submitted.is_(False)).values(submitted=True))
ONE = select(*COLUMNS).where(HERE)


@dataclass(frozen=True)
class Draft:
    text: str
    version: int
    saved: datetime
    submitted: bool  # handed in since


class Conflict(Exception):
    """The draft was changed by somebody else meanwhile: `kept` is what is stored, and stays."""

    def __init__(self, kept: Draft) -> None:
        super().__init__("This draft was changed elsewhere in the meantime.")
        self.kept = kept


def _putting(insert: Callable[..., Any]) -> Any:
    row = insert(DRAFT)
    changed = {name: row.excluded[name] for name in ("text", "version", "saved", "submitted")}
    return row.on_conflict_do_update(index_elements=["learner", "question", "part"], set_=changed)


PUT = Statement(_putting)


def save(
    connection: Connection, learner: str, question: str, part: str, text: str, base: int | None, now: datetime
) -> Draft:
    """`base` is the version that the text was made from: 0 if there was none, None to overwrite. The same text again is
    no change. Raises Conflict."""
    kept = one(connection, learner, question, part)
    if kept is not None and kept.text == text and not kept.submitted:
        return kept
    if base is not None and base != (kept.version if kept else 0):
        raise Conflict(kept or Draft("", 0, now, False))
    made = Draft(text, (kept.version if kept else 0) + 1, now, False)
    ensure(connection, learner, now)
    PUT(connection, {"learner": learner, "question": question, "part": part} | vars(made))
    return made


def one(connection: Connection, learner: str, question: str, part: str) -> Draft | None:
    row = connection.execute(ONE, {"who": learner, "at": question, "of": part}).first()
    return None if row is None else _draft(row)


def of(connection: Connection, learner: str, question: str) -> dict[str, Draft]:
    """The drafts of a question, by part."""
    where = and_(DRAFT.c.learner == learner, DRAFT.c.question == question)
    rows = connection.execute(select(*COLUMNS, DRAFT.c.part).where(where))
    return {row.part: _draft(row) for row in rows}


def unsent(connection: Connection, learner: str) -> dict[tuple[str, str], datetime]:
    """When each draft that is not handed in was saved, by question and part."""
    where = and_(DRAFT.c.learner == learner, DRAFT.c.submitted.is_(False), DRAFT.c.text != "")
    rows = connection.execute(select(DRAFT.c.question, DRAFT.c.part, DRAFT.c.saved).where(where))
    return {(row.question, row.part): row.saved for row in rows}


def hand_in(connection: Connection, learner: str, question: str, part: str) -> None:
    """From now on the attempt is the newer text. The version stays, so that an open page can go on from it."""
    HAND_IN(connection, {"who": learner, "at": question, "of": part})


def _draft(row: Row[*tuple[Any, ...]]) -> Draft:
    return Draft(row.text, row.version, row.saved, row.submitted)
