"""Discussions beside a page: threads that speak of one revision, and their posts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from app.store.people import is_id, new_id
from app.store.revisions import SOME, Leaf, pin
from app.store.tables import PAGE, POST, THREAD


@dataclass(frozen=True)
class Thread:
    id: str
    page: str
    revision: int  # that it speaks of
    quote: str  # the passage, as it stood there
    title: str
    learner: str
    name: str
    created: datetime
    latest: datetime
    posts: int
    resolved: datetime | None
    resolved_by: str | None
    resolution: int | None  # the revision that settled it


@dataclass(frozen=True)
class Post:
    id: str
    thread: str
    text: str
    learner: str
    name: str
    created: datetime


class NoThread(Exception):
    """There is no such discussion."""


THREADS = tuple(THREAD.c[name] for name in Thread.__dataclass_fields__)
POSTS = tuple(POST.c[name] for name in Post.__dataclass_fields__)


def start(
    connection: Connection,
    leaf: Leaf,
    *,
    revision: int,
    quote: str,
    title: str,
    text: str,
    learner: str,
    name: str,
    now: datetime,
) -> Thread:
    """A new thread with its first post."""
    pin(connection, leaf)
    made = Thread(new_id(), leaf.name, revision, quote, title, learner, name, now, now, 1, None, None, None)
    connection.execute(insert(THREAD).values(vars(made)))
    connection.execute(insert(POST).values(vars(Post(new_id(), made.id, text, learner, name, now))))
    _count(connection, leaf.name, 1)
    return made


def reply(connection: Connection, thread: Thread, text: str, learner: str, name: str, now: datetime) -> Post:
    made = Post(new_id(), thread.id, text, learner, name, now)
    connection.execute(insert(POST).values(vars(made)))
    here = THREAD.c.id == thread.id
    connection.execute(update(THREAD).where(here).values(posts=THREAD.c.posts + 1, latest=now))
    return made


def resolve(connection: Connection, thread: Thread, by: str, resolution: int | None, now: datetime) -> None:
    """Settled, by a revision or without one. What is settled already stays as it is."""
    unsettled = (THREAD.c.id == thread.id, THREAD.c.resolved.is_(None))
    values = {"resolved": now, "resolved_by": by, "resolution": resolution}
    if connection.execute(update(THREAD).where(*unsettled).values(values)).rowcount:
        _count(connection, thread.page, -1)


def reopen(connection: Connection, thread: Thread) -> None:
    settled = (THREAD.c.id == thread.id, THREAD.c.resolved.is_not(None))
    values = {"resolved": None, "resolved_by": None, "resolution": None}
    if connection.execute(update(THREAD).where(*settled).values(values)).rowcount:
        _count(connection, thread.page, 1)


def one(connection: Connection, thread: str) -> Thread:
    """Raises NoThread."""
    row = connection.execute(select(*THREADS).where(THREAD.c.id == thread)).first() if is_id(thread) else None
    if row is None:
        raise NoThread
    return Thread(**row._mapping)


def of(connection: Connection, page: str, before: str | None = None, limit: int = SOME) -> list[Thread]:
    """A page's threads, the newest first."""
    asked = select(*THREADS).where(THREAD.c.page == page).order_by(THREAD.c.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(THREAD.c.id < before)
    return [Thread(**row._mapping) for row in connection.execute(asked)]


def posts(connection: Connection, thread: str, after: str | None = None, limit: int = SOME) -> list[Post]:
    """A thread's posts, the oldest first."""
    asked = select(*POSTS).where(POST.c.thread == thread).order_by(POST.c.id).limit(limit)
    if after is not None:
        asked = asked.where(POST.c.id > after)
    return [Post(**row._mapping) for row in connection.execute(asked)]


def _count(connection: Connection, page: str, more: int) -> None:
    connection.execute(update(PAGE).where(PAGE.c.page == page).values(threads=PAGE.c.threads + more))
