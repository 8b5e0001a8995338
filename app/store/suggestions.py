"""Suggestions: texts that wait for somebody who may publish them. Each is decided once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from app.grading.examination import Examination
from app.store.people import is_id
from app.store.revisions import SOME, Leaf, pin
from app.store.tables import PAGE, SUGGESTION


class Status(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Waiting:
    """A suggestion as a queue shows it: all but its text."""

    id: str
    page: str
    base: int
    summary: str
    learner: str
    name: str
    created: datetime
    status: Status
    reason: str  # why it was declined
    decided_by: str | None
    decided: datetime | None
    result: int | None  # the revision that it became


@dataclass(frozen=True)
class Suggestion(Waiting):
    text: str
    tested: Examination | None  # what came of running its code; None if that could not be


class NoSuggestion(Exception):
    """There is no such suggestion."""


class Decided(Exception):
    """The suggestion was accepted, declined or withdrawn before."""


BRIEF = tuple(
    SUGGESTION.c[name]
    for name in (
        "id", "page", "base", "summary", "learner", "name", "created", "status", "reason", "decided_by", "decided",
        "result",
    )
)  # fmt: skip
WHOLE = (*BRIEF, SUGGESTION.c.text, SUGGESTION.c.tested)


def add(connection: Connection, leaf: Leaf, made: Suggestion) -> None:
    pin(connection, leaf)
    tested = None if made.tested is None else made.tested.model_dump_json()
    connection.execute(insert(SUGGESTION).values(vars(made) | {"status": made.status.value, "tested": tested}))
    _count(connection, leaf.name, 1)


def one(connection: Connection, suggestion: str) -> Suggestion:
    """Raises NoSuggestion."""
    asked = select(*WHOLE).where(SUGGESTION.c.id == suggestion)
    row = connection.execute(asked).first() if is_id(suggestion) else None
    if row is None:
        raise NoSuggestion
    tested = None if row.tested is None else Examination.model_validate_json(row.tested)
    return Suggestion(**dict(row._mapping) | {"status": Status(row.status), "tested": tested})


def waiting(
    connection: Connection, page: str | None = None, after: str | None = None, limit: int = SOME
) -> list[Waiting]:
    """The open ones of a page, or of all: the oldest first, those after the id `after`."""
    conditions: list[ColumnElement[bool]] = [SUGGESTION.c.status == Status.OPEN.value]
    conditions += [SUGGESTION.c.page == page] if page is not None else []
    conditions += [SUGGESTION.c.id > after] if after is not None else []
    asked = select(*BRIEF).where(*conditions).order_by(SUGGESTION.c.id).limit(limit)
    return [_brief(row) for row in connection.execute(asked)]


def by(connection: Connection, learner: str, before: str | None = None, limit: int = SOME) -> list[Waiting]:
    """Somebody's own, decided or not, the newest first."""
    asked = select(*BRIEF).where(SUGGESTION.c.learner == learner).order_by(SUGGESTION.c.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(SUGGESTION.c.id < before)
    return [_brief(row) for row in connection.execute(asked)]


def decide(
    connection: Connection,
    found: Waiting,
    status: Status,
    by: str,
    now: datetime,
    *,
    reason: str = "",
    result: int | None = None,
) -> None:
    """Raises Decided, and then the transaction must be left."""
    values = {"status": status.value, "decided_by": by, "decided": now, "reason": reason, "result": result}
    still_open = (SUGGESTION.c.id == found.id, SUGGESTION.c.status == Status.OPEN.value)
    if not connection.execute(update(SUGGESTION).where(*still_open).values(values)).rowcount:
        raise Decided
    _count(connection, found.page, -1)


def _count(connection: Connection, page: str, more: int) -> None:
    connection.execute(update(PAGE).where(PAGE.c.page == page).values(suggestions=PAGE.c.suggestions + more))


def _brief(row: Row[*tuple[Any, ...]]) -> Waiting:
    return Waiting(**dict(row._mapping) | {"status": Status(row.status)})
