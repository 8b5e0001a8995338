"""How each kind of thing moves from an anonymous learner into an account: a row that only says whose it is changes
hands, sums are added up, and of two unfinished texts for the same place the account's stays and the other is set aside.

A move gives the number of rows that came along. What it leaves behind, the account had already.
"""

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Table, and_, case, exists, func, or_, select, update

from app.grading.verdict import Verdict
from app.store import aside, drafts, edits, hints, mistakes, progress, rulings, tally
from app.store.tables import ATTEMPT, CONTRIBUTOR, DRAFT, EDIT, HINTS, SLIP

Move = Callable[[Connection, str, str, datetime], int]


def plainly(table: Table) -> Move:
    """It says whose it is, and nothing else depends on that."""

    def move(connection: Connection, old: str, into: str, now: datetime) -> int:
        return connection.execute(update(table).where(table.c.learner == old).values(learner=into)).rowcount

    return move


def unless_there(table: Table, *columns: str) -> Move:
    """The account may have one with the same columns; then that stays."""

    def move(connection: Connection, old: str, into: str, now: datetime) -> int:
        other = table.alias()
        same = (other.c[name] == table.c[name] for name in columns)
        there = exists().where(other.c.learner == into, *same)
        changed = update(table).where(table.c.learner == old, ~there).values(learner=into)
        return connection.execute(changed).rowcount

    return move


def draft(connection: Connection, old: str, into: str, now: datetime) -> int:
    """Gives the number of those that were not handed in."""
    moved = 0
    asked = select(DRAFT.c.question, DRAFT.c.part, *drafts.COLUMNS).where(DRAFT.c.learner == old)
    for row in connection.execute(asked).all():
        place = {"learner": into, "question": row.question, "part": row.part}
        there, unsent = drafts.one(connection, **place), not row.submitted and row.text.strip() != ""
        if there is not None and (there.text == row.text or not unsent):
            continue
        if there is not None and not there.submitted and there.text.strip():
            aside.put(connection, into, row.question, row.part, row.text, now)
            continue
        made = {"text": row.text, "version": row.version + (there.version if there else 0), "saved": row.saved}
        drafts.PUT(connection, place | made | {"submitted": row.submitted})
        moved += unsent
    return moved


def edit(connection: Connection, old: str, into: str, now: datetime) -> int:
    """A change of a page that was not published. Gives the number of those."""
    moved = 0
    for row in connection.execute(select(EDIT.c.page, *edits.COLUMNS).where(EDIT.c.learner == old)).all():
        there, unsent = edits.one(connection, into, row.page), not row.done and row.text.strip() != ""
        if there is not None and (there.text == row.text or not unsent):
            continue
        if there is not None and not there.done:
            aside.put(connection, into, row.page, "", row.text, now, row.base)
            continue
        version = row.version + (there.version if there else 0)
        edits.PUT(connection, dict(row._mapping) | {"learner": into, "version": version})
        moved += unsent
    return moved


def sums(connection: Connection, old: str, into: str, now: datetime) -> int:
    """After the answers, which are counted anew."""
    found = progress.of(connection, old)
    for (question, part), summed in found.items():
        progress.add(connection, (into, question, part), summed, progress.First())
        progress.recount(connection, into, question, part)
    return len(found)


def slips(connection: Connection, old: str, into: str, now: datetime) -> int:
    """A mistake that both have made was made by one learner less."""
    rows = connection.execute(select(SLIP).where(SLIP.c.learner == old)).all()
    for row in rows:
        place = {"question": row.question, "part": row.part, "signature": row.signature}
        here = and_(*(SLIP.c[name] == value for name, value in place.items()))
        newest = case((SLIP.c.attempt > row.attempt, SLIP.c.attempt), else_=row.attempt)
        both = update(SLIP).where(here, SLIP.c.learner == into).values(times=SLIP.c.times + row.times, attempt=newest)
        if connection.execute(both).rowcount:
            mistakes.COUNT(connection, place | {"times": 0, "learners": -1})
        else:
            connection.execute(update(SLIP).where(here, SLIP.c.learner == old).values(learner=into))
    return len(rows)


def decisions(connection: Connection, old: str, into: str, now: datetime) -> int:
    """Those about a whole part hold for it at its new place."""
    return rulings.move(connection, old, into)


def unslipped(connection: Connection, learner: str) -> None:
    """Before somebody's mistakes are deleted they count no more."""
    for row in connection.execute(select(SLIP).where(SLIP.c.learner == learner)).all():
        place = {"question": row.question, "part": row.part, "signature": row.signature}
        mistakes.COUNT(connection, place | {"times": -row.times, "learners": -1})


def untallied(connection: Connection, learner: str) -> None:
    """Before somebody's answers in words are deleted, their key points count no more."""
    columns = [ATTEMPT.c[name] for name in ("question", "part", "verdict", "self_grade", "teacher_grade")]
    looked_at = or_(ATTEMPT.c.self_grade.is_not(None), ATTEMPT.c.teacher_grade.is_not(None))
    for question, part, verdict, *grades in connection.execute(
        select(*columns).where(ATTEMPT.c.learner == learner, looked_at, ATTEMPT.c.verdict.is_not(None))
    ).all():
        student, instructor = (None if one is None else json.loads(one) for one in grades)
        counted = tally.cells(Verdict.model_validate_json(verdict), student, instructor)
        tally.move(connection, question, part, counted, set())


def rungs(connection: Connection, old: str, into: str, now: datetime) -> int:
    """Of two ladders of hints the one that is opened further."""
    rows = connection.execute(select(HINTS).where(HINTS.c.learner == old)).all()
    for row in rows:
        hints.open_up_to(connection, into, row.question, row.opened, row.last)
    return len(rows)


def credit(connection: Connection, old: str, into: str, now: datetime) -> int:
    """What both have done for a page is what the account has done."""
    table = CONTRIBUTOR
    rows = connection.execute(select(table).where(table.c.learner == old)).all()
    for row in rows:
        both = (table.c.page == row.page, table.c.learner.in_((old, into)))
        summed = select(func.sum(table.c.edits), func.min(table.c.first), func.max(table.c.last)).where(*both)
        edited, first, last = connection.execute(summed).one()
        own, others = (update(table).where(table.c.page == row.page, table.c.learner == whose) for whose in (into, old))
        if not connection.execute(own.values(edits=edited, first=first, last=last)).rowcount:
            connection.execute(others.values(learner=into))
    return len(rows)
