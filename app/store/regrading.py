"""Verdicts that are made anew over attempts that are there: they are read page by page, and each change is kept with
what it replaced."""

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from app.grading.grader import grader
from app.grading.verdict import Verdict
from app.store import attempts, mistakes, progress, rulings
from app.store.attempts import COLUMNS, Attempt
from app.store.rulings import Decided
from app.store.tables import ATTEMPT

GRADED = ATTEMPT.c.status.in_(("graded", "failed"))


def count(connection: Connection, question: str, part: str) -> int:
    here = and_(ATTEMPT.c.question == question, ATTEMPT.c.part == part, GRADED)
    return connection.execute(select(func.count()).where(here)).scalar_one()


def page(connection: Connection, question: str, part: str, after: str, most: int) -> list[Attempt]:
    """Attempts that have a verdict, the oldest first, from the one after `after`."""
    here = and_(ATTEMPT.c.question == question, ATTEMPT.c.part == part, ATTEMPT.c.id > after, GRADED)
    rows = connection.execute(select(*COLUMNS).where(here).order_by(ATTEMPT.c.id).limit(most))
    return [attempts.read(row) for row in rows]


def apply(
    connection: Connection, before: Attempt, verdict: Verdict, signature: str | None, version: str, decided: Decided
) -> bool:
    """Put the new verdict in the old one's place, which is kept. False, and nothing is done, if the attempt was changed
    since `before` was read."""
    if not _as_before(connection, before):
        return False
    known = {"passed": verdict.passed, "score": verdict.score}
    old = {
        "verdict": None if before.verdict is None else before.verdict.model_dump(mode="json"),
        "version": before.version, "grader": before.grader, "passed": before.passed, "score": before.score,
    }  # fmt: skip
    rulings.regraded(connection, before.place, verdict.passed, verdict.score, json.dumps(old), decided)
    values: dict[str, Any] = {
        "verdict": verdict.model_dump_json(), "ending": verdict.ending.value, "status": "graded",
        "version": version, "grader": grader(), "signature": signature,
    }  # fmt: skip
    values |= rulings.under_override(connection, before.place, known)
    connection.execute(update(ATTEMPT).where(ATTEMPT.c.id == before.id).values(values))
    _counted(connection, before, signature)
    progress.recount(connection, before.learner, before.question, before.part)
    attempts.recounted(connection, before, replace(before, verdict=verdict))
    return True


def sign(connection: Connection, before: Attempt, signature: str) -> None:
    """An attempt from before there were signatures gets one; its verdict stays."""
    if _as_before(connection, before) and before.signature is None:
        connection.execute(update(ATTEMPT).where(ATTEMPT.c.id == before.id).values(signature=signature))
        _counted(connection, before, signature)


def _as_before(connection: Connection, before: Attempt) -> bool:
    row = connection.execute(select(*COLUMNS).where(ATTEMPT.c.id == before.id)).first()
    return row is not None and attempts.read(row) == before


def _counted(connection: Connection, before: Attempt, signature: str | None) -> None:
    if before.signature == signature:
        return
    where = (before.learner, before.question, before.part)
    if before.signature is not None:
        mistakes.take_back(connection, *where, before.signature)
    if signature is not None:
        mistakes.add(connection, *where, signature, before.id)
