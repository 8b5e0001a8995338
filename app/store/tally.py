"""Of each key point, how the machine, the writer and an instructor saw it, summed up over all graded answers in words.

An answer counts from the moment that its writer or an instructor has graded it; each change moves it from one sum to
another, so that nothing is ever counted anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select

from app.grading.verdict import Verdict
from app.store.db import Statement
from app.store.tables import TALLY

Grade = Mapping[str, bool] | None
Cell = tuple[str, str, str, str]  # the point, and what the machine, the student and the instructor say of it
SAID = {True: "yes", False: "no", None: "none"}


@dataclass(frozen=True)
class Tally:
    part: str
    point: str
    machine: str  # covered, maybe, not_found, none
    student: str  # yes, no, none
    instructor: str
    answers: int


def cells(verdict: Verdict | None, student: Grade, instructor: Grade) -> set[Cell]:
    """Where one answer counts; nowhere before a person has graded it."""
    points = (verdict.points if verdict else None) or ()
    if student is None and instructor is None:
        return set()
    return {
        (point.id, point.state or "none", _said(student, point.id), _said(instructor, point.id)) for point in points
    }  # fmt: skip


def _said(grade: Grade, point: str) -> str:
    return SAID[None if grade is None else bool(grade.get(point))]


def _counting(insert: Callable[..., Any]) -> Any:
    row = insert(TALLY)
    place = ["question", "part", "point", "machine", "student", "instructor"]
    return row.on_conflict_do_update(index_elements=place, set_={"answers": TALLY.c.answers + row.excluded.answers})


COUNT = Statement(_counting)


def move(connection: Connection, question: str, part: str, before: set[Cell], after: set[Cell]) -> None:
    """An answer that counted in `before` counts in `after`."""
    for some, change in ((before - after, -1), (after - before, 1)):
        for point, machine, student, instructor in sorted(some):
            cell = {"point": point, "machine": machine, "student": student, "instructor": instructor}
            COUNT(connection, {"question": question, "part": part} | cell | {"answers": change})


def of(connection: Connection, question: str) -> list[Tally]:
    names = ("part", "point", "machine", "student", "instructor", "answers")
    here = and_(TALLY.c.question == question, TALLY.c.answers > 0)
    return [Tally(*row) for row in connection.execute(select(*[TALLY.c[name] for name in names]).where(here))]
