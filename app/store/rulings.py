"""What is decided about attempts after they were graded: excused, overridden, graded again, read by an instructor.

A ruling says why, by whom and when, and keeps what it replaced. One that is lifted stays, and no longer holds. Whoever
an attempt belongs to sees the rulings that hold.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, insert, select, update

from app.store import progress
from app.store.people import new_id
from app.store.tables import ACCOUNT, ATTEMPT, RULING

Kind = Literal["excuse", "override", "regrade", "grade"]


class NoRuling(Exception):
    """There is no such ruling, it does not hold any more, or it is of a kind that stays."""


@dataclass(frozen=True)
class Ruling:
    id: str
    attempt: str | None  # None: the whole part
    kind: Kind
    passed: bool | None
    score: float | None
    reason: str
    by: str | None  # the account's name; None for a regrade from the terminal, or when the account is gone
    made: datetime


@dataclass(frozen=True)
class Place:
    """Whose attempt at which part; without `attempt` the part as a whole."""

    learner: str
    question: str
    part: str
    attempt: str | None = None


@dataclass(frozen=True)
class Decided:
    """Who decided, when, and why. `by` is an account's id."""

    reason: str
    by: str | None
    when: datetime


COLUMNS = tuple(RULING.c[name] for name in ("id", "attempt", "kind", "passed", "score", "reason"))
HOLDS = RULING.c.lifted.is_(None)


def on(connection: Connection, learner: str, question: str, part: str | None = None) -> list[Ruling]:
    """Those that hold, the newest first."""
    mine = [RULING.c.learner == learner, RULING.c.question == question, HOLDS]
    mine += [] if part is None else [RULING.c.part == part]
    asked = select(*COLUMNS, ACCOUNT.c.name, RULING.c.made).outerjoin(ACCOUNT, ACCOUNT.c.id == RULING.c.by)
    return [Ruling(*tuple(row)) for row in connection.execute(asked.where(*mine).order_by(RULING.c.id.desc()))]


def excuse(connection: Connection, place: Place, decided: Decided) -> None:
    """The attempt, or the whole part, counts neither for nor against the learner. Twice is as good as once."""
    if _any_excuse(connection, place):
        return
    _put(connection, place, "excuse", decided)
    _excused(connection, place, True)


def override(connection: Connection, place: Place, passed: bool, score: float, decided: Decided) -> None:
    """The attempt counts as this, whatever its verdict says. Of several the newest holds."""
    here = ATTEMPT.c.id == place.attempt
    before = json.dumps(dict(connection.execute(select(ATTEMPT.c.passed, ATTEMPT.c.score).where(here)).one()._mapping))
    known = overriding(connection, place)
    if known is not None:
        if _same(connection, known[0], passed, score, decided.reason):  # the form was sent twice
            return
        before = known[1]
        connection.execute(update(RULING).where(RULING.c.id == known[0]).values(lifted=decided.when))
    _put(connection, place, "override", decided, passed=passed, score=score, before=before)
    connection.execute(update(ATTEMPT).where(here).values(passed=passed, score=score))
    progress.recount(connection, place.learner, place.question, place.part)


def lift(connection: Connection, ruling: str, now: datetime) -> None:
    """Raises NoRuling."""
    names = ("learner", "question", "part", "attempt")
    asked = select(RULING.c.kind, RULING.c.before, *[RULING.c[name] for name in names])
    row = connection.execute(asked.where(RULING.c.id == ruling, HOLDS)).first()
    if row is None or row.kind not in ("excuse", "override"):
        raise NoRuling
    connection.execute(update(RULING).where(RULING.c.id == ruling).values(lifted=now))
    place = Place(row.learner, row.question, row.part, row.attempt)
    if row.kind == "excuse":
        _excused(connection, place, _any_excuse(connection, place))
    else:
        connection.execute(update(ATTEMPT).where(ATTEMPT.c.id == row.attempt).values(**json.loads(row.before)))
        progress.recount(connection, place.learner, place.question, place.part)


def regraded(
    connection: Connection, place: Place, passed: bool, score: float | None, before: str, decided: Decided
) -> None:
    """That the verdict is another now; `before` keeps the old one, as JSON."""
    _put(connection, place, "regrade", decided, passed=passed, score=score, before=before)


def replace_grade(connection: Connection, place: Place, decided: Decided) -> None:
    """An instructor has read the answer; what one said before no longer holds."""
    earlier = and_(RULING.c.attempt == place.attempt, RULING.c.kind == "grade", HOLDS)
    connection.execute(update(RULING).where(earlier).values(lifted=decided.when))
    _put(connection, place, "grade", decided)


def overriding(connection: Connection, place: Place) -> tuple[str, str] | None:
    """The override that holds of an attempt: its id, and what it replaced, as JSON."""
    here = and_(RULING.c.attempt == place.attempt, RULING.c.kind == "override", HOLDS)
    row = connection.execute(select(RULING.c.id, RULING.c.before).where(here)).first()
    return None if row is None else (row.id, row.before)


def _same(connection: Connection, ruling: str, passed: bool, score: float, reason: str) -> bool:
    row = connection.execute(
        select(RULING.c.passed, RULING.c.score, RULING.c.reason).where(RULING.c.id == ruling)
    ).one()
    return tuple(row) == (passed, score, reason)


def under_override(connection: Connection, place: Place, graded: Mapping[str, Any]) -> dict[str, Any]:
    """What to store of a new `passed` and `score`: nothing while an override holds, which then keeps them for later."""
    known = overriding(connection, place)
    if known is None:
        return dict(graded)
    connection.execute(update(RULING).where(RULING.c.id == known[0]).values(before=json.dumps(dict(graded))))
    return {}


def _put(connection: Connection, place: Place, kind: Kind, decided: Decided, **more: Any) -> None:
    values = vars(place) | {"id": new_id(), "kind": kind, "reason": decided.reason} | more
    connection.execute(insert(RULING).values(values | {"by": decided.by, "made": decided.when}))


def _excused(connection: Connection, place: Place, excused: bool) -> None:
    who = (place.learner, place.question, place.part)
    if place.attempt is None:
        progress.excuse(connection, *who, excused)
        return
    connection.execute(update(ATTEMPT).where(ATTEMPT.c.id == place.attempt).values(excused=excused))
    progress.recount(connection, *who)


def _any_excuse(connection: Connection, place: Place) -> bool:
    where = [RULING.c[name] == value for name, value in vars(place).items() if value is not None]
    whole = [RULING.c.attempt.is_(None)] if place.attempt is None else []
    asked = select(RULING.c.id).where(*where, *whole, RULING.c.kind == "excuse", HOLDS).limit(1)
    return connection.execute(asked).first() is not None


def move(connection: Connection, old: str, into: str) -> int:
    """What was decided about one learner's attempts goes with them to another."""
    excused = and_(RULING.c.learner == old, RULING.c.kind == "excuse", RULING.c.attempt.is_(None), HOLDS)
    parts = connection.execute(select(RULING.c.question, RULING.c.part).where(excused)).all()
    moved = connection.execute(update(RULING).where(RULING.c.learner == old).values(learner=into)).rowcount
    for question, part in parts:
        progress.excuse(connection, into, question, part, True)
    return moved


def of_attempts(rulings: list[Ruling], attempt: str) -> tuple[Ruling, ...]:
    """Those about one attempt, or about its part."""
    return tuple(ruling for ruling in rulings if ruling.attempt in (None, attempt))
