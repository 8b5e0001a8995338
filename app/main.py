"""The application: `create_app(settings)` joins the rooms, and its lifespan starts and stops what runs beside them.

At the start the database is brought to this program's schema, and the questions are read; then pages are served at
once, while the jail warms up in a thread. A loop looks every second for changed question files and, now and then, for
answers that nobody grades. A pool or a bank that is handed in stays the caller's: it is neither started nor closed.
"""

import asyncio
import contextlib
import itertools
import sys
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

import structlog
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.bank.bank import Bank, Shelf
from app.bank.fault import BankError, FileFault
from app.bank.load import Source
from app.bank.news import news
from app.grading.proof import prove
from app.sandbox.job import Busy, Unavailable
from app.sandbox.pool import Pool
from app.settings import Settings
from app.store import attempts, schema, sent, written
from app.store.db import CannotRead, Database, Unusable
from app.store.written import Stamp
from app.web import (
    about,
    api,
    authoring,
    changes,
    classes,
    demo,
    demo_api,
    export,
    health,
    home,
    me,
    my_classes,
    my_data,
    people,
    problems,
    questions,
    regrade_pages,
    ruled,
    sign_in,
    sign_in_with,
    sign_up,
    teach,
    teach_edit,
    teach_history,
    teach_new,
    wiki,
    wiki_api,
    wiki_api_queue,
    wiki_api_talk,
    wiki_draft,
    wiki_edit,
    wiki_history,
    wiki_queue,
    wiki_talk,
)
from app.web import attempts as attempt_pages
from app.web.deps import Rooms, make_signer, now
from app.web.desk import Desk
from app.web.door import Door
from app.web.guard import Guard
from app.web.metrics import Metrics
from app.web.press import Press
from app.web.provider import Provider
from app.web.render import ROOT, Pages, Static
from app.web.runs import Runs

REFRESH_S = 1.0
SWEEP_EVERY = 30  # refreshes
PAGES = (
    *(api, wiki_api, wiki_api_queue, wiki_api_talk, wiki_draft, demo_api),
    *(questions, attempt_pages, wiki_queue, wiki, wiki_edit, wiki_history, wiki_talk),
    *(changes, demo, home, about, health, sign_in, sign_in_with, sign_up, me, my_data, people),
    *(teach, ruled, regrade_pages, classes, my_classes, export),
    *(teach_new, teach_edit, teach_history),  # `new` is no question
)
KNOWN = (Unusable, BankError)
log = structlog.get_logger()


def create_app(settings: Settings, *, pool: Pool | None = None, bank: Bank | None = None) -> FastAPI:
    """Nothing is opened or started before the lifespan begins."""
    log_to_stderr()
    static = Static(ROOT / "static")
    app = FastAPI(
        title="Selfgrad",
        version="1",
        description="A questionnaire that grades itself.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lambda app: living(app, settings, static, pool, bank),
    )
    problems.install(app)
    app.add_exception_handler(problems.Covered, wiki.covered)
    for page in PAGES:
        app.router.routes.extend(page.router.routes)  # flat: inside of a router each route would be tried twice
    app.mount("/static", static, "static")
    app.add_middleware(Guard)
    app.add_middleware(Brief)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    return app


class Brief:
    """When a start fails for a known reason, the server is told that one line and no traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def brief(message: Message) -> None:
            error = sys.exc_info()[1]
            failed = message["type"] == "lifespan.startup.failed" and isinstance(error, KNOWN)
            await send({**message, "message": str(error)} if failed else message)

        await self.app(scope, receive, brief if scope["type"] == "lifespan" else send)


@contextlib.asynccontextmanager
async def living(
    app: FastAPI, settings: Settings, static: Static, pool: Pool | None, bank: Bank | None
) -> AsyncIterator[None]:
    """Raises Unusable and BankError; `app.state.refused` says why, for whoever started it."""
    try:
        async with furnished(app, settings, static, pool, bank):
            yield
    except KNOWN as error:
        app.state.refused = str(error)
        raise


@contextlib.asynccontextmanager
async def furnished(
    app: FastAPI, settings: Settings, static: Static, pool: Pool | None, bank: Bank | None
) -> AsyncIterator[None]:
    database = Database(settings.database_url)
    jail = pool or Pool(lanes=settings.lanes, standby=True)
    try:
        await asyncio.to_thread(prepare, database)
        metrics = Metrics()
        shelf = bank if bank is not None else await asyncio.to_thread(Bank, settings.questions)
        desk = Desk(database, shelf, jail, metrics)
        pages = Pages(jail.level, static)
        signer = make_signer(settings.secret_key)
        press = Press(shelf, jail, desk.warm, settings.wiki)
        runs, door = Runs(settings.data_dir, metrics), door_of(settings)
        app.state.rooms = rooms = Rooms(shelf, database, desk, pages, metrics, signer, runs, door, press)
        await asyncio.to_thread(authoring.show, rooms)
        work = (warm_up(rooms, None if pool else jail), keep_house(rooms), rooms.runs.keep_house())
        chores = [asyncio.create_task(chore) for chore in work]
        try:
            yield
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await asyncio.to_thread(rooms.regrades.stop)
            await rooms.runs.close()
            press.close()
            await desk.close()
            door.close()
    finally:
        if pool is None:
            await asyncio.to_thread(jail.close)
        database.close()


def door_of(settings: Settings) -> Door:
    provider = None
    if settings.oidc_issuer:
        told = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
        provider = Provider(*told, settings.secret_key)
    return Door(sign_up=settings.sign_up == "open", provider=provider)


def prepare(database: Database) -> None:
    """Raises Unusable."""
    schema.migrate(database.engine)
    with database.write() as connection:
        attempts.forget_keys(connection, now())
        sent.forget(connection, now())


async def warm_up(rooms: Rooms, jail: Pool | None) -> None:
    """Start the jail, if it is ours to start. Without one, everything but the grading of code goes on."""
    if jail is not None:
        try:
            await asyncio.to_thread(jail.start)
        except Unavailable as error:
            log.warning("code is not graded here", why=str(error))
        except Exception:
            log.exception("the jail did not start")
    rooms.desk.warm.set()
    await quietly(rooms.desk.sweep())


async def keep_house(rooms: Rooms) -> None:
    told = rooms.bank.shelf
    tell(replace(told, faults=(), parted=()), told)  # what is at fault from the start
    follow = Follow(rooms)
    for turn in itertools.count():
        await asyncio.sleep(REFRESH_S)
        await quietly(asyncio.to_thread(look, rooms))
        await quietly(asyncio.to_thread(follow.look))
        told, before = rooms.bank.shelf, told
        tell(before, told)
        if turn % SWEEP_EVERY == SWEEP_EVERY - 1:
            await quietly(rooms.desk.sweep())


def look(rooms: Rooms) -> None:
    """Take up changed question files; one that fails its own proof does not take the place of its last good version.
    Where code is not graded nothing can be proved, and a file is taken as it reads."""
    pool = rooms.desk.pool

    def proof(source: Source) -> list[FileFault]:
        return prove(source, pool.run)

    with contextlib.suppress(Busy):  # at the next turn, then
        rooms.bank.refresh(proof if pool.level().ready else None)


class Follow:
    """Takes up what was published by any process."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.seen: Stamp | None = None

    def look(self) -> None:
        with contextlib.suppress(CannotRead):  # at the next turn, then
            with self.rooms.database.read() as connection:
                stamp = written.stamp(connection)
            if stamp != self.seen:
                authoring.show(self.rooms)
                self.seen = stamp


def tell(before: Shelf, after: Shelf) -> None:
    """To whoever edits the question files, what has come of it."""
    for found in news(before, after):
        (log.warning if found.bad else log.info)(found.says, at=found.at)


async def quietly(chore: Awaitable[object]) -> None:
    """A chore that goes wrong is told, and tried again at its next turn."""
    try:
        await chore
    except Exception:
        log.exception("a chore went wrong")


def log_to_stderr() -> None:
    """One line an event. What visitors write is never in it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
