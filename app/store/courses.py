"""Classes: who teaches one, who is in it and is called how, what is due when, and who has done what.

A class is seen by its owner (and by admins); a member sees only themselves in it. Progress is read from the sums that
are kept with every attempt, so its cost does not grow with the history.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, func, select, update

from app.store.db import Statement
from app.store.people import is_id
from app.store.tables import ACCOUNT, COURSE, DUE, MEMBER_OF, PROGRESS

CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
CODE_LENGTH = 10  # 49 random bits
SOME = 200


@dataclass(frozen=True)
class Course:
    """`owner` is an account's id; None when that is gone."""

    id: str
    title: str
    code: str
    owner: str | None
    created: datetime
    closed: datetime | None
    teacher: str | None = None  # the owner's name


@dataclass(frozen=True)
class Member:
    learner: str
    shown: str
    anonymous: bool
    joined: datetime


@dataclass(frozen=True)
class Due:
    """Of a class of the learner's own."""

    moment: datetime
    title: str


class NoCourse(Exception):
    """There is no such class, or whoever asks may not see it: the two look the same."""


class Closed(Exception):
    """Nobody may join this class any more."""


COLUMNS = (*(COURSE.c[name] for name in ("id", "title", "code", "owner", "created", "closed")), ACCOUNT.c.name)
COURSES = select(*COLUMNS).outerjoin(ACCOUNT, ACCOUNT.c.id == COURSE.c.owner)
MEMBERS = tuple(MEMBER_OF.c[name] for name in ("learner", "shown", "anonymous", "joined"))
DONE = func.sum(case((PROGRESS.c.done, 1), else_=0))
ADD = Statement(lambda insert: insert(COURSE).on_conflict_do_nothing(index_elements=["id"]))


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def create(connection: Connection, key: str, title: str, owner: str, now: datetime) -> str:
    """The id of the new class. The same key of the same owner makes it once."""
    id = sha256(f"{owner}\0{key}".encode()).hexdigest()[:32]
    values = {"id": id, "title": title, "code": new_code(), "owner": owner, "created": now, "closed": None}
    ADD(connection, values)
    return id


def some(connection: Connection, owner: str | None) -> list[Course]:
    """Those of an owner, or all; the newest first."""
    asked = COURSES.order_by(COURSE.c.created.desc(), COURSE.c.id).limit(SOME)
    asked = asked if owner is None else asked.where(COURSE.c.owner == owner)
    return [_course(row) for row in connection.execute(asked)]


def get(connection: Connection, id: str) -> Course:
    """Raises NoCourse."""
    if not is_id(id):
        raise NoCourse
    return _one(connection, COURSE.c.id == id)


def by_code(connection: Connection, code: str) -> Course:
    """Raises NoCourse."""
    return _one(connection, COURSE.c.code == code)


def called(connection: Connection, name: str) -> list[Course]:
    """Those with this title, code or id."""
    same = (COURSE.c.title == name) | (COURSE.c.code == name) | (COURSE.c.id == name)
    return [_course(row) for row in connection.execute(COURSES.where(same).limit(SOME))]


def _one(connection: Connection, where: Any) -> Course:
    row = connection.execute(COURSES.where(where)).first()
    if row is None:
        raise NoCourse
    return _course(row)


def _course(row: Row[*tuple[Any, ...]]) -> Course:
    return Course(*tuple(row))


def close(connection: Connection, id: str, when: datetime | None) -> None:
    """None opens it again."""
    connection.execute(update(COURSE).where(COURSE.c.id == id).values(closed=when))


def _joining(insert: Callable[..., Any]) -> Any:
    row = insert(MEMBER_OF)
    changed = {name: row.excluded[name] for name in ("shown", "anonymous")}
    return row.on_conflict_do_update(index_elements=["course", "learner"], set_=changed)


JOIN = Statement(_joining)


def join(connection: Connection, course: Course, member: Member) -> None:
    """Whoever is in it already changes how they are shown. Raises Closed."""
    if course.closed is not None and membership(connection, course.id, member.learner) is None:
        raise Closed
    JOIN(connection, {"course": course.id} | vars(member))


def leave(connection: Connection, course: str, learner: str) -> None:
    connection.execute(delete(MEMBER_OF).where(MEMBER_OF.c.course == course, MEMBER_OF.c.learner == learner))


def membership(connection: Connection, course: str, learner: str) -> Member | None:
    mine = and_(MEMBER_OF.c.course == course, MEMBER_OF.c.learner == learner)
    row = connection.execute(select(*MEMBERS).where(mine)).first()
    return None if row is None else Member(*tuple(row))


def joined(connection: Connection, learner: str) -> list[Course]:
    asked = COURSES.join(MEMBER_OF, MEMBER_OF.c.course == COURSE.c.id).where(MEMBER_OF.c.learner == learner)
    return [_course(row) for row in connection.execute(asked.order_by(COURSE.c.created.desc()).limit(SOME))]


def members(connection: Connection, course: str, skip: int = 0, limit: int | None = None) -> list[Member]:
    """By how they are shown. What is skipped costs little: it is one class, and not a history."""
    asked = select(*MEMBERS).where(MEMBER_OF.c.course == course).order_by(MEMBER_OF.c.shown, MEMBER_OF.c.learner)
    return [Member(*tuple(row)) for row in connection.execute(asked.offset(skip).limit(limit))]


def nameless(connection: Connection) -> set[str]:
    """Those who are in some class without a name."""
    return set(connection.execute(select(MEMBER_OF.c.learner).where(MEMBER_OF.c.anonymous)).scalars())


def size(connection: Connection, courses: Collection[str]) -> dict[str, int]:
    """How many are in each."""
    asked = select(MEMBER_OF.c.course, func.count()).where(MEMBER_OF.c.course.in_(courses)).group_by(MEMBER_OF.c.course)
    return {id: count for id, count in connection.execute(asked)} if courses else {}


def standing(connection: Connection, learners: Collection[str]) -> dict[tuple[str, str], int]:
    """How many parts each has done, by learner and question; 0 where they have only begun."""
    asked = select(PROGRESS.c.learner, PROGRESS.c.question, DONE).where(PROGRESS.c.learner.in_(learners))
    rows = connection.execute(asked.group_by(PROGRESS.c.learner, PROGRESS.c.question))
    return {(learner, question): int(count) for learner, question, count in rows}


def done_by(connection: Connection, course: str, parts: Mapping[str, int]) -> dict[str, int]:
    """How many of a class have done all parts of each question; `parts` says how many those are."""
    here = PROGRESS.join(MEMBER_OF, MEMBER_OF.c.learner == PROGRESS.c.learner)
    each = select(PROGRESS.c.question, DONE.label("done")).select_from(here).where(MEMBER_OF.c.course == course)
    each = each.where(PROGRESS.c.done).group_by(PROGRESS.c.learner, PROGRESS.c.question)
    found = each.subquery()
    asked = select(found.c.question, found.c.done, func.count()).group_by(found.c.question, found.c.done)
    counts = dict.fromkeys(parts, 0)
    for question, done, members in connection.execute(asked):
        if question in parts and done >= parts[question]:
            counts[question] += members
    return counts


def _setting(insert: Callable[..., Any]) -> Any:
    row = insert(DUE)
    return row.on_conflict_do_update(index_elements=["course", "question"], set_={"moment": row.excluded.moment})


SET_DUE = Statement(_setting)


def set_due(connection: Connection, course: str, questions: Collection[str], moment: datetime | None) -> None:
    """None takes it away."""
    for question in questions:
        if moment is None:
            connection.execute(delete(DUE).where(DUE.c.course == course, DUE.c.question == question))
        else:
            SET_DUE(connection, {"course": course, "question": question, "moment": moment})


def due(connection: Connection, course: str) -> dict[str, datetime]:
    asked = select(DUE.c.question, DUE.c.moment).where(DUE.c.course == course)
    return {question: moment for question, moment in connection.execute(asked)}


def due_for(connection: Connection, learner: str, question: str | None = None) -> Mapping[str, Due]:
    """What is due in the open classes of a learner, the earliest of each question."""
    asked = (
        select(DUE.c.question, DUE.c.moment, COURSE.c.title)
        .join(MEMBER_OF, MEMBER_OF.c.course == DUE.c.course)
        .join(COURSE, COURSE.c.id == DUE.c.course)
        .where(MEMBER_OF.c.learner == learner, COURSE.c.closed.is_(None))
        .order_by(DUE.c.moment.desc())
    )
    asked = asked if question is None else asked.where(DUE.c.question == question)
    return {question: Due(moment, title) for question, moment, title in connection.execute(asked)}
