"""The editor of questions: a text at the left, the question as a student sees it at the right.

Every button of its form sends the whole text, which is kept before anything else is done with it. A script sends the
same forms while one types, so that nobody has to press one. Nothing of a question is run before somebody asks for a
proof or publishes.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.bank.load import Source
from app.bank.rewrite import CannotRewrite, rewritten, with_lines
from app.grading.proof import prove
from app.grading.rehearse import Rehearsal, rehearse
from app.store.drafts import Conflict
from app.store.edits import Edit
from app.web.answer import Form, read_form
from app.web.authoring import Clash, Sent, Sheet, drop, keep, publish, published, sheet
from app.web.deciding import Choice, decide, waiting
from app.web.deps import Rooms, RoomsDep, WhoDep, now
from app.web.looking import FaultView, examine, fault_views, look_at
from app.web.problems import NotAnAnswer, NotHere
from app.web.rights import Thing, demand_change, demand_see
from app.web.who import Who

router = APIRouter(include_in_schema=False)
HOME = "/teach/edit"
KEPT = "It is kept as your draft."
STEPS = 12  # on the way to a value


@dataclass(frozen=True)
class Proof:
    faults: list[FaultView]
    rehearsal: Rehearsal


@router.post("/teach/edit/preview")
async def preview(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """What the text looks like, for a script; nothing is kept or run."""
    demand_change(who, Thing.TEACH)
    form = await read_form(request)
    slug, sent = next(iter(form.get("slug", ())), "")[:64], sent_in(form)
    look = await asyncio.to_thread(look_at, rooms, slug, sent.chapter, sent.text)
    return rooms.pages.page("_edit_look.html", "", who=who, look=look, preview=True, unhide=True)


@router.get("/teach/edit/{slug}")
def editor(
    slug: str, rooms: RoomsDep, who: WhoDep, published: int | None = None, hidden: bool = False
) -> Response:  # fmt: skip
    demand_see(who, Thing.TEACH)
    return page(rooms, who, sheet(rooms, who, slug), published=published, unhide=hidden)


def page(rooms: Rooms, who: Who, opened: Sheet, *, code: int = 200, **more: Any) -> Response:
    look = look_at(rooms, opened.slug, opened.chapter, opened.text) if opened.text.strip() else None
    context: dict[str, Any] = {"sheet": opened, "look": look, "proof": None, "refused": None, "published": None}
    context |= {"preview": True, "unhide": False, "answer": True}
    parted = next((one for one in waiting(rooms) if one.id == opened.slug), None)
    context |= {"parted": parted, "chapters": rooms.bank.chapters}
    return rooms.pages.page("teach_edit.html", "teach", code=code, who=who, **context | more)


@router.post("/teach/edit/{slug}/look")
async def look_route(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Keeps the draft."""
    kept = await kept_from(request, rooms, who, slug)
    if isinstance(kept, Response):
        return kept
    if request.headers.get("x-fragment") == "draft":
        headers = {"X-Draft-Version": str(kept.version), "X-Base": str(kept.base)}
        return Response(status_code=204, headers=headers)
    return RedirectResponse(f"{HOME}/{quote(slug)}#look_", 303)


@router.post("/teach/edit/{slug}/prove")
async def prove_route(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    kept = await kept_from(request, rooms, who, slug)
    if isinstance(kept, Response):
        return kept
    opened = await asyncio.to_thread(sheet, rooms, who, slug)
    found = await asyncio.to_thread(examine, rooms, slug, opened.chapter, kept.text)
    proof = None
    if isinstance(found, Source):
        await rooms.desk.warm.wait()
        proof = await asyncio.to_thread(proved, rooms, found)
    return await asyncio.to_thread(page, rooms, who, opened, proof=proof)


def proved(rooms: Rooms, source: Source) -> Proof:
    """Blocks while the question's code runs in the jail. Raises Busy and Unavailable."""
    run = rooms.desk.pool.run
    return Proof(fault_views(source.text, prove(source, run)), rehearse(source.question, run))


@router.post("/teach/edit/{slug}/publish")
async def publish_route(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    form = await sent_form(request, who)
    before = published(rooms, sent_in(form).text)
    if before is not None:
        await asyncio.to_thread(drop, rooms, who, slug, before)
        return RedirectResponse(f"{HOME}/{before}?published=0", 303)
    kept = await kept_from(request, rooms, who, slug)
    if isinstance(kept, Response):
        return kept
    opened = await asyncio.to_thread(sheet, rooms, who, slug)
    found = await asyncio.to_thread(examine, rooms, slug, opened.chapter, kept.text)
    if isinstance(found, list):
        return await asyncio.to_thread(page, rooms, who, opened, code=422, refused="It has faults.")
    await rooms.desk.warm.wait()
    faults = await asyncio.to_thread(prove, found, rooms.desk.pool.run)
    if faults:
        proof = Proof(fault_views(found.text, faults), Rehearsal((), (), ()))
        refused = "The proof found faults."
        return await asyncio.to_thread(page, rooms, who, opened, code=422, proof=proof, refused=refused)
    try:
        number = await asyncio.to_thread(publish, rooms, who, slug, kept, found, opened.chapter, now())
    except Clash as error:
        return clash_page(rooms, who, opened, error)
    return RedirectResponse(f"{HOME}/{found.question.id}?published={number}", 303)


@router.post("/teach/edit/{slug}/take")
async def take_route(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """Puts a value that was found out into the text."""
    text = await asyncio.to_thread(taken, await sent_form(request, who))
    kept = await kept_from(request, rooms, who, slug, text)
    return kept if isinstance(kept, Response) else RedirectResponse(f"{HOME}/{quote(slug)}#look_", 303)


@router.post("/teach/edit/{slug}/discard")
async def discard_route(slug: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """One's draft is not wanted any more."""
    demand_change(who, Thing.TEACH)
    await asyncio.to_thread(drop, rooms, who, slug, None)
    return RedirectResponse(HOME, 303)


@router.post("/teach/edit/{slug}/decide")
async def decide_route(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    demand_change(who, Thing.TEACH)
    said = next(iter((await read_form(request)).get("choice", ())), "")
    if said not in list(Choice):
        raise NotAnAnswer("Choose what is to be served: the file, or the text from the browser.")
    await asyncio.to_thread(decide, rooms, who, slug, Choice(said), now())
    return RedirectResponse(f"{HOME}/{quote(slug)}" if said == Choice.MERGE else HOME, 303)


@router.get("/teach/edit/{slug}/drafts/{name}")
def theirs(slug: str, name: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """A colleague's draft, to be read."""
    demand_see(who, Thing.TEACH)
    found = next((one for one in sheet(rooms, who, slug).others if one.name == name), None)
    if found is None:
        raise NotHere
    look = look_at(rooms, slug, "", found.text)
    context: dict[str, Any] = {"slug": slug, "draft": found, "look": look, "preview": True, "unhide": True}
    return rooms.pages.page("teach_theirs.html", "teach", who=who, **context)


async def kept_from(
    request: Request, rooms: Rooms, who: Who, slug: str, text: str | None = None
) -> Edit | Response:  # fmt: skip
    """The draft that the form holds, stored; or the page of a conflict with another tab. `text` instead of the form's.
    Raises what `keep` does."""
    sent = sent_in(await sent_form(request, who), text)
    try:
        kept = await asyncio.to_thread(keep, rooms, who, slug, sent, now())
    except Conflict as error:
        context = {"slug": slug, "sent": sent, "version": error.kept.version, "theirs": error.kept.text}
        context |= {"text": sent.text, "filed": sent.filed, "base": sent.base, "clean": True, "draft": True}
        return rooms.pages.page("teach_clash.html", "teach", code=409, who=who, answer=True, **context)
    request.state.kept = KEPT
    return kept


async def sent_form(request: Request, who: Who) -> Form:
    """The editor's form. Whoever may not send it (any more) gets their text back with the refusal. Raises SignInFirst
    and NotAllowed."""
    form = await read_form(request)
    request.state.sent = next(iter(form.get("text", ())), None)
    demand_change(who, Thing.TEACH)
    return form


def clash_page(rooms: Rooms, who: Who, opened: Sheet, error: Clash) -> Response:
    sent = Sent(opened.text, opened.chapter, opened.base, summary=opened.summary)
    context = {"slug": opened.slug, "sent": sent, "version": opened.version, "theirs": error.theirs}
    context |= {"text": error.merged, "filed": error.filed, "base": error.base, "clean": error.clean, "draft": False}
    return rooms.pages.page("teach_clash.html", "teach", code=409, who=who, answer=True, **context)


def sent_in(form: Form, text: str | None = None) -> Sent:
    """Raises NotAnAnswer."""
    said = {name: values[0] for name, values in form.items() if values}
    if "text" not in said:
        raise NotAnAnswer("The form has to hold one `text`.")
    version = said.get("version", "")
    return Sent(
        text=said["text"] if text is None else text,
        chapter=said.get("chapter", ""),
        base=_number(said.get("base", "0")),
        filed=said.get("filed", "")[:64],
        version=_number(version) if version else None,
        summary="".join(char for char in " ".join(said.get("summary", "").split()) if char.isprintable()),
    )


def _number(digits: str) -> int:
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise NotAnAnswer("The form is damaged: open the editor again. What you wrote is below.")
    return int(digits)


def taken(form: Form) -> str:
    """The text of the form with the value of an offer in its place. Raises NotAnAnswer."""
    try:
        where, value, lines = json.loads(next(iter(form.get("offer", ())), ""))
    except (ValueError, TypeError, RecursionError):
        where, value, lines = None, None, None
    fits = isinstance(where, list) and len(where) <= STEPS and all(type(step) in (str, int) for step in where)
    if not fits or not isinstance(value, str) or len(value) > 2_000:
        raise NotAnAnswer("There is no value to take over in this form.")
    text = sent_in(form).text
    try:
        if lines is None:
            return rewritten(text, where, value)
        if not isinstance(lines, list) or [type(number) for number in lines] != [int, int]:
            raise NotAnAnswer("There are no lines to take over in this form.")
        return with_lines(text, where, lines[0], lines[1], value.split("\n") if value else [])
    except CannotRewrite as error:
        raise NotAnAnswer(str(error)) from None
