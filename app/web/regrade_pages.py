"""The page on which a part is graded again: first what would change, then, if that is wanted, the change."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.grading.grade import KINDS
from app.grading.grader import grader
from app.sandbox.job import Unavailable
from app.store.rulings import Decided
from app.web.answer import Form, read_form, text_of
from app.web.deps import Rooms, RoomsDep, WhoDep, now
from app.web.problems import NotAnAnswer, NotYet
from app.web.rights import Thing, demand_change, demand_see
from app.web.ruled import REASON_LENGTH
from app.web.teach import plain_text
from app.web.who import Who

router = APIRouter(include_in_schema=False)
LISTED = 100


@router.get("/teach/questions/{slug}/regrade")
def regrade(slug: str, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_see(who, Thing.TEACH)
    question = rooms.question(slug)
    state = rooms.regrades.of(slug)
    context: dict[str, Any] = {"question": question, "state": state, "listed": LISTED, "grader": grader()}
    return rooms.pages.page("teach_regrade.html", "teach", who=who, version=rooms.bank.version(slug), **context)


@router.post("/teach/questions/{slug}/regrade")
async def act(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_change(who, Thing.TEACH)
    form = await read_form(request)
    await asyncio.to_thread(_act, rooms, who, slug, form)
    return RedirectResponse(f"/teach/questions/{slug}/regrade", 303)


def _act(rooms: Rooms, who: Who, slug: str, form: Form) -> None:
    """Raises NotHere, NotYet, NotAnAnswer, TooLong and Unavailable."""
    do = text_of(form, "do")
    question = rooms.question(slug)
    if do == "look":
        _, part = rooms.place(slug, text_of(form, "part"))
        level = rooms.desk.pool.level()
        if KINDS[part.kind].runs and not level.ready:
            raise Unavailable(level.says)
        pool = rooms.desk.pool
        if not rooms.regrades.look(rooms.database, rooms.bank, question, part, pool.run, pool.lanes):
            raise NotYet("Another part is being graded again just now. Wait until that has ended, or stop it there.")
    elif do == "apply":
        state = rooms.regrades.of(slug)
        if state is None:
            raise NotYet("First look at what would change.")
        if state.stage == "ready" and state.version != rooms.bank.version(slug):
            raise NotYet("The question was changed since you looked. Look again at what would change.")
        reason = plain_text(form, "reason", REASON_LENGTH)
        rooms.regrades.apply(rooms.database, Decided(reason, who.account.id if who.account else None, now()))
    elif do == "stop":
        if rooms.regrades.of(slug) is not None:
            rooms.regrades.stop()
    else:
        raise NotAnAnswer("Say what to do: look, apply or stop.")
