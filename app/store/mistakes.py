"""How often each mistake was made at a part, and by how many learners: sums, kept in the commit that stores an attempt.

A mistake is known by its signature (app/grading/signature.py). Of each learner who made it the newest such attempt is
remembered, so that one of them can be shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, update

from app.store.db import Statement
from app.store.tables import ATTEMPT, MISTAKE, SLIP

PLACE = ("question", "part", "signature")


@dataclass(frozen=True)
class Mistake:
    part: str
    signature: str
    learners: int
    times: int
    example: str | None  # an attempt's id


def _slipping(insert: Callable[..., Any]) -> Any:
    row = insert(SLIP)
    changed = {"times": SLIP.c.times + row.excluded.times, "attempt": row.excluded.attempt}
    return row.on_conflict_do_update(index_elements=[*PLACE, "learner"], set_=changed)


def _counting(insert: Callable[..., Any]) -> Any:
    row = insert(MISTAKE)
    changed = {name: MISTAKE.c[name] + row.excluded[name] for name in ("times", "learners")}
    return row.on_conflict_do_update(index_elements=PLACE, set_=changed)


def _again(_: Callable[..., Any]) -> Any:
    here = and_(*(SLIP.c[name] == bindparam(f"at_{name}") for name in (*PLACE, "learner")))
    return update(SLIP).where(here).values(times=SLIP.c.times + 1, attempt=bindparam("newest"))


AGAIN = Statement(_again)
SLIPPED = Statement(_slipping)
COUNT = Statement(_counting)


def add(connection: Connection, learner: str, question: str, part: str, signature: str, attempt: str) -> None:
    place = {"question": question, "part": part, "signature": signature}
    mine = {f"at_{name}": value for name, value in (place | {"learner": learner}).items()}
    again = AGAIN(connection, mine | {"newest": attempt})
    if not again:
        SLIPPED(connection, place | {"learner": learner, "times": 1, "attempt": attempt})
    COUNT(connection, place | {"times": 1, "learners": 0 if again else 1})


def take_back(connection: Connection, learner: str, question: str, part: str, signature: str) -> None:
    """One of the learner's attempts is not this mistake after all. It has its new signature already."""
    place = {"question": question, "part": part, "signature": signature}
    mine = and_(*(SLIP.c[name] == value for name, value in (place | {"learner": learner}).items()))
    times = connection.execute(select(SLIP.c.times).where(mine)).scalar()
    if times is None:
        return
    if times > 1:
        same = and_(ATTEMPT.c.learner == learner, *(ATTEMPT.c[name] == value for name, value in place.items()))
        newest = select(func.max(ATTEMPT.c.id)).where(same).scalar_subquery()
        kept = func.coalesce(newest, SLIP.c.attempt)
        connection.execute(update(SLIP).where(mine).values(times=SLIP.c.times - 1, attempt=kept))
    else:
        connection.execute(SLIP.delete().where(mine))
    COUNT(connection, place | {"times": -1, "learners": 0 if times > 1 else -1})


def commonest(connection: Connection, question: str, part: str, most: int) -> list[Mistake]:
    """Those that the most learners made, each with an attempt of one of them."""
    here = and_(MISTAKE.c.question == question, MISTAKE.c.part == part, MISTAKE.c.learners > 0)
    same = and_(*(SLIP.c[name] == MISTAKE.c[name] for name in PLACE))
    example = select(SLIP.c.attempt).where(same).limit(1).scalar_subquery()
    columns = (MISTAKE.c.part, MISTAKE.c.signature, MISTAKE.c.learners, MISTAKE.c.times)
    order = (MISTAKE.c.learners.desc(), MISTAKE.c.times.desc(), MISTAKE.c.signature)
    rows = connection.execute(select(*columns, example.label("example")).where(here).order_by(*order).limit(most))
    return [Mistake(*row) for row in rows]


def example_of(connection: Connection, question: str, part: str, signature: str) -> str | None:
    """An attempt's id."""
    here = and_(SLIP.c.question == question, SLIP.c.part == part, SLIP.c.signature == signature)
    return connection.execute(select(SLIP.c.attempt).where(here).limit(1)).scalar()
