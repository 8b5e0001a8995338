"""What statistics are made of: the first attempts at a part, one row a learner, of at most `MOST` learners.

Where there are more, those with the smallest `draw` are taken. It is a fingerprint of the learner's id, so they are a
fair sample, the same at each reading, and the cost grows neither with learners nor with their later attempts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, select

from app.store.tables import ATTEMPT, HINTS, LEARNER, PROGRESS

MOST = 10_000
DRAWS = 2**31
IN_ONE = 400  # learners that one statement asks for


class FirstTry(NamedTuple):
    """A learner at a part; there are thousands, so it is no dataclass. `score` is None while they have not graded their
    answer in words."""

    score: float | None
    passed: bool | None
    certainty: int | None
    solved_after: int | None  # seconds from the first attempt to the one that passed
    solved_try: int | None
    items: int  # parts at which they have a score, and the sum of those
    points: float
    hints: int  # of this question, opened so far


@dataclass(frozen=True)
class FirstTries:
    rows: list[FirstTry]
    learners: int  # of whom these are all, or a sample; then it is an estimate

    @property
    def whole(self) -> bool:
        return self.learners == len(self.rows)


def first_tries(connection: Connection, question: str, part: str, most: int = MOST) -> FirstTries:
    first = [PROGRESS.c[f"first_{name}"].label(name) for name in ("score", "passed", "certainty")]
    columns = (PROGRESS.c.solved_after, PROGRESS.c.solved_try, LEARNER.c["items"], LEARNER.c.points)
    hints = and_(HINTS.c.learner == PROGRESS.c.learner, HINTS.c.question == PROGRESS.c.question)
    joined = PROGRESS.join(LEARNER, LEARNER.c.id == PROGRESS.c.learner).outerjoin(HINTS, hints)
    opened = func.coalesce(HINTS.c.opened, 0).label("hints")
    asked = select(*first, *columns, opened, PROGRESS.c.draw).select_from(joined).where(_counted(question, part))
    rows = connection.execute(asked.order_by(PROGRESS.c.draw).limit(most + 1)).all()
    kept = [FirstTry._make(row[:-1]) for row in rows[:most]]
    about = round(most * DRAWS / (rows[-1].draw + 1)) if len(rows) > most else len(kept)
    return FirstTries(kept, max(about, len(rows)))


def _counted(question: str, part: str) -> ColumnElement[bool]:
    here = and_(PROGRESS.c.question == question, PROGRESS.c.part == part)
    return and_(here, PROGRESS.c.first.is_not(None), PROGRESS.c.excused.is_(False))


def complete(connection: Connection, places: list[tuple[str, str]], most: int = 500) -> list[list[float]]:
    """The first scores of learners who have one at all of these parts, in their order."""
    if not places:
        return []
    joined = PROGRESS.join(LEARNER, LEARNER.c.id == PROGRESS.c.learner)
    enough = and_(_counted(*places[0]), LEARNER.c["items"] >= len(places))
    asked = select(PROGRESS.c.learner).select_from(joined).where(enough)
    learners = list(connection.execute(asked.order_by(PROGRESS.c.draw).limit(most)).scalars())
    scores: dict[str, dict[tuple[str, str], float]] = {learner: {} for learner in learners}
    names = ("learner", "question", "part", "first_score")
    for start in range(0, len(learners), IN_ONE):
        some = PROGRESS.c.learner.in_(learners[start : start + IN_ONE])
        scored = and_(some, PROGRESS.c.first_score.is_not(None), PROGRESS.c.excused.is_(False))
        asked_too = select(*[PROGRESS.c[name] for name in names]).where(scored)
        for learner, question, part, score in connection.execute(asked_too):
            scores[learner][question, part] = score
    return [[one[place] for place in places] for one in scores.values() if set(places) <= set(one)]


@dataclass(frozen=True)
class Line:
    """An attempt in a list for instructors. Whose it is is not told there."""

    id: str
    part: str
    created: datetime
    status: str
    passed: bool
    score: float | None
    excused: bool
    read: bool  # an instructor has graded it


def lines(connection: Connection, question: str, part: str, before: str | None, most: int) -> list[Line]:
    """The newest attempts at a part; `before` is the last id of the list before this one."""
    here = and_(ATTEMPT.c.question == question, ATTEMPT.c.part == part)
    here = here if before is None else and_(here, ATTEMPT.c.id < before)
    names = ("created", "status", "passed", "score", "excused")
    columns = (ATTEMPT.c.id, ATTEMPT.c.part, *[ATTEMPT.c[name] for name in names])
    asked = select(*columns, ATTEMPT.c.teacher_grade.is_not(None)).where(here)
    return [Line(*tuple(row)) for row in connection.execute(asked.order_by(ATTEMPT.c.id.desc()).limit(most))]
