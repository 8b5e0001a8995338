"""One's own page: how far one is, how well one knows what one knows, where one is signed in, and the account itself.

What can be changed here is one's own, so there is nothing to decide but whether somebody is signed in.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.store import accounts, aside, courses, drafts, progress, sessions
from app.store.accounts import Account, NameTaken
from app.store.aside import Aside
from app.store.names import BadName, free_to_take, name_key, proper
from app.store.progress import Certain
from app.store.sessions import Session
from app.web import passwords
from app.web.answer import read_form, text_of
from app.web.deps import Rooms, RoomsDep, Who, WhoDep, now
from app.web.door import address_of
from app.web.passwords import BadPassword
from app.web.problems import SignInFirst
from app.web.rights import Thing, demand_change, demand_see, may_change
from app.web.sign_in import local
from app.web.views import card

router = APIRouter(include_in_schema=False)
SAID = {
    "name": "Your name is changed.",
    "password": "The new password holds. Your other browsers are signed out.",
}
CERTAINTIES = {1: "a guess", 2: "fairly sure", 3: "certain"}


@dataclass(frozen=True)
class ChapterView:
    name: str
    done: int
    begun: int
    total: int


@dataclass(frozen=True)
class SessionView:
    id: str
    browser: str
    created: datetime
    seen: datetime
    here: bool


@router.get("/me")
def me(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_see(who, Thing.ACCOUNT)
    asked = {name: request.query_params.get(name, "") for name in ("answers", "drafts", "aside")}
    brought = {name: int(said) for name, said in asked.items() if re.fullmatch("[0-9]{1,4}", said)}
    onward = local(request.query_params.get("next", "")) if brought else None
    done = SAID.get(request.query_params.get("said", ""))
    return page(rooms, who, brought=brought, onward=None if onward in ("/", "/me") else onward, done=done)


def page(rooms: Rooms, who: Who, *, code: int = 200, faults: dict[str, str] | None = None, **more: Any) -> Response:
    """`faults` says what is wrong with which form. Raises SignInFirst."""
    account = own(who)
    with rooms.database.read() as connection:
        standing = progress.of(connection, account.learner)
        unsent = drafts.unsent(connection, account.learner)
        context = {
            "certain": certain_views(progress.certain(connection, account.learner)),
            "sessions": session_views(sessions.of(connection, account.id, now()), who.session),
            "aside": [aside_view(rooms, one) for one in aside.of(connection, account.learner)],
            "connected": [issuer for issuer, _ in accounts.identities(connection, account.id)],
            "courses": courses.joined(connection, account.learner),
            "has_password": accounts.password_of(connection, account.id) is not None,
        }
    cards = [(rooms.bank.chapter(one.id), card(one, standing, unsent)) for one in rooms.bank.questions]
    chapters = [
        ChapterView(
            name=name,
            done=sum(one.state == "done" for chapter, one in cards if chapter == name),
            begun=sum(one.state in ("tried", "draft") for chapter, one in cards if chapter == name),
            total=sum(chapter == name for chapter, _ in cards),
        )
        for name in dict.fromkeys(chapter for chapter, _ in cards)
    ]
    context |= {"provider": rooms.door.provider, "decides": may_change(who, Thing.QUEUE)}
    context |= {"chapters": chapters, "faults": faults or {}, "brought": {}, "onward": None, "done": None} | more
    return rooms.pages.page("me.html", "me", code=code, who=who, account=account, **context)


def own(who: Who) -> Account:
    """Raises SignInFirst."""
    if who.account is None:
        raise SignInFirst
    return who.account


def certain_views(found: list[Certain]) -> list[dict[str, Any]]:
    return [{"says": CERTAINTIES[one.certainty], "answers": one.answers, "passed": one.passed} for one in found]


def session_views(found: list[Session], here: str) -> list[SessionView]:
    return [SessionView(one.id, browser(one.browser), one.created, one.seen, one.id == here) for one in found]


def aside_view(rooms: Rooms, one: Aside) -> dict[str, Any]:
    slug = one.question.rpartition("/")[2]  # of a page of the wiki too
    question = rooms.bank.get(slug)
    return {"id": one.id, "title": question.title if question else slug, "part": one.part, "at": one.at}


def browser(called: str) -> str:
    """What a person would call it."""
    kinds = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS"}
    kind = next((name for sign, name in kinds.items() if sign in called), "another program")
    system = next((name for sign, name in (systems | {"Linux": "Linux"}).items() if sign in called), "")
    return f"{kind} on {system}" if system else kind


@router.post("/me/sessions/{session}/end")
def end(session: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """Signs out there. Of what is not one's own nothing happens."""
    demand_change(who, Thing.ACCOUNT)
    with rooms.database.write() as connection:
        sessions.end(connection, own(who).id, session)
    return RedirectResponse("/me#sessions", 303)


@router.post("/me/sessions/end-others")
def end_others(rooms: RoomsDep, who: WhoDep) -> Response:
    demand_change(who, Thing.ACCOUNT)
    with rooms.database.write() as connection:
        sessions.end_others(connection, own(who).id, who.session)
    return RedirectResponse("/me#sessions", 303)


@router.post("/me/name")
async def rename(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises TooOften, where somebody finds out which names are taken."""
    demand_change(who, Thing.ACCOUNT)
    account, wanted = own(who), text_of(await read_form(request), "name")
    address, taken = address_of(request), rooms.door.taken_by_address
    taken.enter(address)  # before it is known, or the refusal itself would tell

    def work() -> Response:
        try:
            name = (proper if name_key(wanted) == name_key(account.name) else free_to_take)(wanted)
            with rooms.database.write() as connection:
                accounts.rename(connection, account.id, name)
        except NameTaken:
            return page(rooms, who, code=409, faults={"name": "This name is taken, or looks like one that is."})
        except BadName as error:
            return page(rooms, who, code=422, faults={"name": str(error)})
        return RedirectResponse("/me?said=name#account", 303)

    done = await asyncio.to_thread(work)
    if done.status_code != 409:
        taken.take_back(address)
    return done


@router.post("/me/password")
async def change_password(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Everybody else who is signed in with this account is signed out. Raises TooOften and Crowded."""
    demand_change(who, Thing.ACCOUNT)
    account, sent, door = own(who), await read_form(request), rooms.door
    try:
        password = passwords.good(text_of(sent, "new"), account.name)
    except BadPassword as error:
        return await asyncio.to_thread(page, rooms, who, code=422, faults={"password": str(error)})
    hash = await asyncio.to_thread(kept_hash, rooms, account)
    if hash is not None:
        door.failed_by_name.enter(account.id)
        if not await door.right(text_of(sent, "password"), hash):
            faults = {"password": "That is not your present password."}
            return await asyncio.to_thread(page, rooms, who, code=422, faults=faults)
        door.failed_by_name.forget(account.id)
    made = await door.kept(password)

    def work() -> None:
        with rooms.database.write() as connection:
            accounts.set_password(connection, account.id, made)
            sessions.end_others(connection, account.id, who.session)

    await asyncio.to_thread(work)
    return RedirectResponse("/me?said=password#account", 303)


def kept_hash(rooms: Rooms, account: Account) -> str | None:
    with rooms.database.read() as connection:
        return accounts.password_of(connection, account.id)
