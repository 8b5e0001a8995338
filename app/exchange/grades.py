"""Grades as other programs read them: one line an attempt, or one line a student with a column a question.

The long form has nbgrader's columns first, so that whatever reads those reads this; the Canvas form is what the
gradebook of Canvas imports. Each part of a question counts one point.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.exchange.cells import Cell

LONG = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score", "question", "part", "kind", "attempt", "passed", "status",
    "certainty", "excused", "version", "grader", "seed", "attempt_id",
)  # fmt: skip
STUDENT = ("student_id", "last_name", "first_name", "email")
CANVAS = ("Student", "ID", "SIS Login ID", "Section")
POINTS = "    Points Possible"  # as Canvas itself writes it
PLACES = 4


@dataclass(frozen=True)
class Student:
    """`id` is the name that they sign in with, or stands for a visitor without an account. `shown` is how a class
    calls them."""

    id: str
    shown: str
    named: bool = True


@dataclass(frozen=True)
class Attempted:
    """One attempt at a part, the `number`th of this student; `score` is a share of one point, None while nobody has
    graded it."""

    id: str
    student: Student
    question: str
    part: str
    kind: str
    number: int
    answer: str
    made: datetime
    status: str
    passed: bool
    score: float | None
    certainty: int | None
    version: str
    grader: str | None = None
    excused: bool = False  # counts neither for nor against
    seed: int | None = None


@dataclass(frozen=True)
class Standing:
    """A student's best score at each part they tried, by question and part. None: excused from it."""

    student: Student
    best: Mapping[tuple[str, str], float | None]


@dataclass(frozen=True)
class Column:
    """A question of the gradebook."""

    question: str
    title: str
    parts: tuple[str, ...]


def long(attempts: Iterable[Attempted], due: Mapping[str, datetime]) -> Iterator[Sequence[Cell]]:
    yield LONG
    for one in attempts:
        yield (
            one.question, moment(due.get(one.question)), moment(one.made), one.student.id, "", one.student.shown, "",
            rounded(one.score), 0, rounded(one.score), 1, one.question, one.part, one.kind, one.number, one.passed,
            one.status, one.certainty, one.excused, one.version, one.grader, one.seed, one.id,
        )  # fmt: skip


def wide(standings: Iterable[Standing], columns: Sequence[Column]) -> Iterator[Sequence[Cell]]:
    yield (*STUDENT, *(column.question for column in columns), "total", "max_total")
    most = sum(len(column.parts) for column in columns)
    for one in standings:
        points = [points_of(one, column) for column in columns]
        total = rounded(sum(point for point in points if isinstance(point, float)))
        yield (one.student.id, "", one.student.shown, "", *points, total, most)


def canvas(standings: Iterable[Standing], columns: Sequence[Column], section: str) -> Iterator[Sequence[Cell]]:
    yield (*CANVAS, *(column.title for column in columns))
    yield (POINTS, "", "", "", *(len(column.parts) for column in columns))
    for one in standings:
        if one.student.named:
            yield (one.student.shown, "", one.student.id, section, *(points_of(one, column) for column in columns))


def points_of(standing: Standing, column: Column) -> float | str | None:
    """The points of a question; None if nothing of it was tried, EX if all of it is excused. What is excused counts
    neither for nor against: the other parts count more."""
    tried = [standing.best[place] for part in column.parts if (place := (column.question, part)) in standing.best]
    scores = [score for score in tried if score is not None]
    counted = len(column.parts) - (len(tried) - len(scores))
    if not counted:
        return "EX"
    return rounded(sum(scores) * len(column.parts) / counted) if scores else None


def rounded(score: float | None) -> float | None:
    return None if score is None else round(float(score), PLACES)


def moment(when: datetime | None) -> str:
    return "" if when is None else when.isoformat(timespec="seconds").replace("+00:00", "Z")
