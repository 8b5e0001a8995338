"""Everybody's attempts on their way out: read in pages, each a short look at the database, so that neither the memory
nor a reader's transaction grows with the history."""

import json
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, tuple_

from app.exchange.grades import Attempted, Standing, Student
from app.store.db import Database
from app.store.tables import ACCOUNT, ATTEMPT, LEARNER, PROGRESS

PAGE = 1_000
LEARNERS = 200
ORDER = tuple(ATTEMPT.c[name] for name in ("learner", "question", "part", "created", "id"))
TOLD = tuple(
    ATTEMPT.c[name]
    for name in ("kind", "answer", "status", "passed", "score", "certainty", "version", "grader", "excused", "verdict")
)
Naming = Callable[[str, str | None], Student]  # from the learner's id and the account's name


def student(learner: str, name: str | None) -> Student:
    """A visitor is told by the end of their id, which is random."""
    return Student(name, name) if name is not None else Student(f"visitor-{learner[-12:]}", "", named=False)


def attempts(
    database: Database, learners: Collection[str] | None = None, naming: Naming = student
) -> Iterator[Attempted]:
    """By student, question and part, the oldest first. Raises CannotRead."""
    place, number = ("", "", ""), 0
    whose = [None] if learners is None else sorted(learners)
    for row in chain.from_iterable(_rows(database, one) for one in whose):
        here = (row.learner, row.question, row.part)
        number = number + 1 if here == place else 1
        place = here
        yield _attempted(row, number, naming)


def _rows(database: Database, learner: str | None) -> Iterator[Row[*tuple[Any, ...]]]:
    """Of one learner or of all, along the index: a list of learners would make each page look at everything again."""
    asked = select(*ORDER, *TOLD, ACCOUNT.c.name).outerjoin(ACCOUNT, ACCOUNT.c.learner == ATTEMPT.c.learner)
    asked = asked.order_by(*ORDER).limit(PAGE)
    asked = page = asked if learner is None else asked.where(ATTEMPT.c.learner == learner)
    while True:
        with database.read() as connection:
            rows = connection.execute(page).all()
        yield from rows
        if len(rows) < PAGE:
            return
        page = asked.where(tuple_(*ORDER) > tuple(rows[-1])[: len(ORDER)])


def _attempted(row: Row[*tuple[Any, ...]], number: int, naming: Naming) -> Attempted:
    verdict = json.loads(row.verdict) if row.verdict else {}
    example = verdict.get("counterexample") or {}
    return Attempted(
        row.id, naming(row.learner, row.name), row.question, row.part, row.kind, number, row.answer, row.created,
        row.status, row.passed, row.score, row.certainty, row.version, row.grader, row.excused, example.get("seed"),
    )  # fmt: skip


def standings(
    database: Database, learners: Collection[str] | None = None, naming: Naming = student
) -> Iterator[Standing]:
    """Every student who has an account or has tried something, by their id. Raises CannotRead."""
    last = ""
    while True:
        with database.read() as connection:
            asked = select(LEARNER.c.id, ACCOUNT.c.name).outerjoin(ACCOUNT, ACCOUNT.c.learner == LEARNER.c.id)
            asked = asked.where(LEARNER.c.id > last)
            if learners is not None:
                asked = asked.where(LEARNER.c.id.in_(learners))
            people = connection.execute(asked.order_by(LEARNER.c.id).limit(LEARNERS)).all()
            best = _best(connection, [row.id for row in people])
        for row in people:
            mine = best.get(row.id, {})
            if mine or row.name is not None:
                yield Standing(naming(row.id, row.name), mine)
        if len(people) < LEARNERS:
            return
        last = people[-1].id


def _best(connection: Connection, learners: list[str]) -> dict[str, dict[tuple[str, str], float | None]]:
    """Of what was graded and counts, by learner; None for a part from which they are excused."""
    counts = and_(ATTEMPT.c.status == "graded", ATTEMPT.c.score.is_not(None), ATTEMPT.c.excused.is_(False))
    place = (ATTEMPT.c.learner, ATTEMPT.c.question, ATTEMPT.c.part)
    best = select(*place, func.max(ATTEMPT.c.score).label("best")).where(ATTEMPT.c.learner.in_(learners), counts)
    found: dict[str, dict[tuple[str, str], float | None]] = {}
    for row in connection.execute(best.group_by(*place)):
        found.setdefault(row.learner, {})[row.question, row.part] = row.best
    places = (PROGRESS.c.learner, PROGRESS.c.question, PROGRESS.c.part)
    excused = select(*places).where(PROGRESS.c.learner.in_(learners), PROGRESS.c.excused.is_(True))
    for learner, question, part in connection.execute(excused):
        found.setdefault(learner, {})[question, part] = None
    return found
