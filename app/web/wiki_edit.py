"""Improving an answer: the form with its preview, and what becomes of what is sent from it.

Whatever happens, the text that was typed comes back in the form: a refusal with its reasons, a conflict with both texts
and the merge to finish. What a rule refuses is a page of this form too, never a dead end.
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.grading.examination import Examination
from app.sandbox.job import Busy, Unavailable
from app.store import edits, revisions
from app.store.db import CannotSave
from app.store.edits import Edit
from app.web.answer import Form, read_form, text_of
from app.web.deps import KeyedDep, Rooms, RoomsDep, VisitorDep, Who, WhoDep
from app.web.problems import RETRY_AFTER_S, Crowded, NotAnAnswer, TooLong, meaning
from app.web.publish import SUMMARY, TEXT, Change, Clash, End, Outcome, publish
from app.web.wiki_here import Asked, Here, asks, enter, first, number_in, said
from app.web.wiki_text import preview as previewed
from app.wiki.diff import diff

router = APIRouter(include_in_schema=False)
TOLD_HERE = (TooLong, NotAnAnswer, Crowded, Busy, Unavailable, CannotSave)  # shown with the form, and the text in it


def fresh_key() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True)
class Sheet:
    """What the form shows, and where it goes."""

    action: str
    base: int
    text: str
    summary: str
    version: int = 0  # of the draft; 0: there is none
    saved: datetime | None = None  # when the draft was, if that is what is shown
    reasons: tuple[str, ...] = ()  # why it was not published
    examination: Examination | None = None
    preview: Markup | None = None
    suggestion: str | None = None  # the text is somebody's, to be let in with changes
    other: int | None = None  # there is a draft as well, which was made from this revision
    key: str = field(default_factory=fresh_key)


@router.get("/wiki/{slug}/edit")
def edit(slug: str, request: Request, rooms: RoomsDep, who: WhoDep, base: Asked = None) -> Response:
    """With `base` the form begins with that revision; without it with one's draft, or the current text."""
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, who)
        draft = edits.one(connection, who.learner, at.leaf.name)
        if draft is not None and not draft.done and base in (None, draft.base):
            sheet = of_draft(at, draft)
        else:
            found = revisions.one(connection, at.leaf, at.head if base is None else base)
            other = draft.base if draft is not None and not draft.done else None
            version = draft.version if draft is not None else 0
            sheet = Sheet(address(at), found.number, found.text, "", version, other=other)
    return form_page(rooms, at, sheet, said=said(request.query_params.get("said", "")))


def address(at: Here) -> str:
    return f"/wiki/{at.slug}/edit"


def of_draft(at: Here, draft: Edit) -> Sheet:
    reasons = tuple(json.loads(draft.refused)) if draft.refused else ()
    return Sheet(address(at), draft.base, draft.text, draft.summary, draft.version, draft.saved, reasons)


def form_page(rooms: Rooms, at: Here, sheet: Sheet, *, code: int = 200, said: str | None = None) -> Response:
    return rooms.pages.page(
        "wiki_edit.html", "wiki", code=code, who=at.who, at=at, tab="queue" if sheet.suggestion else "edit", said=said,
        sheet=sheet, limit=TEXT, summary_limit=SUMMARY,
    )  # fmt: skip


@router.post("/wiki/{slug}/preview")
async def preview(slug: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """What the text becomes, alone. Nothing is stored and no code runs."""
    rooms.question(slug)
    html = await asyncio.to_thread(previewed, text_of(await read_form(request), "text"))
    return rooms.pages.page("_wiki_preview.html", "", who=who, html=html)


@router.post("/wiki/{slug}/edit")
async def send(
    slug: str, request: Request, rooms: RoomsDep, who: WhoDep, learner: VisitorDep, keyed: KeyedDep
) -> Response:
    form = await read_form(request)
    change = change_in(form)
    person = replace(who, learner=learner)
    asker = asks(request, person, keyed, form, str(change.base), change.summary, change.text, first(form, "do"))

    def act(at: Here) -> Outcome:
        return publish(rooms, asker, at.question, change)

    return await rooms.press.do(become, rooms, slug, person, form, change, act)


def change_in(form: Form) -> Change:
    """Raises NotAnAnswer."""
    base = number_in(text_of(form, "base"))
    if base is None:
        raise NotAnAnswer("The form does not say which revision it began with.")
    return Change(base, text_of(form, "text"), first(form, "summary"), suggest=first(form, "do") == "suggest")


def become(
    rooms: Rooms,
    slug: str,
    who: Who,
    form: Form,
    change: Change,
    act: Callable[[Here], Outcome],
    suggestion: str | None = None,
) -> Response:
    """Preview, or `act` and the page of the end that it has. Raises NotHere, Covered and what is not told here."""
    with rooms.database.read() as connection:
        at = enter(connection, rooms, slug, who)
    action = address(at) if suggestion is None else f"/wiki/suggestions/{suggestion}/accept"
    sheet = Sheet(action, change.base, change.text, change.summary, suggestion=suggestion)
    if first(form, "do") == "preview":
        return form_page(rooms, at, versioned(rooms, at, replace(sheet, preview=previewed(change.text))))
    try:
        outcome = act(at)
    except TOLD_HERE as error:
        status, says = meaning(error)
        kept = tuple(getattr(error, "__notes__", ()))
        response = form_page(rooms, at, versioned(rooms, at, replace(sheet, reasons=(says, *kept))), code=status)
        if status in (429, 503):
            response.headers["Retry-After"] = str(getattr(error, "retry_after", RETRY_AFTER_S))
        return response
    return end(rooms, at, sheet, outcome, "accepted" if suggestion else "published")


def versioned(rooms: Rooms, at: Here, sheet: Sheet) -> Sheet:
    """With the draft's version of this moment: a refusal has just kept the text, and the form goes on from there."""
    with rooms.database.read() as connection:
        draft = edits.one(connection, at.who.learner, at.leaf.name)
    return replace(sheet, version=draft.version if draft else 0)


def end(rooms: Rooms, at: Here, sheet: Sheet, outcome: Outcome, word: str = "published") -> Response:
    """A page for each end that a change can have; `word` tells in the address what was done."""
    if outcome.clash is not None:
        return clash_page(rooms, at, versioned(rooms, at, sheet), outcome.clash)
    if outcome.suggestion is not None:
        return RedirectResponse(f"/wiki/suggestions/{outcome.suggestion.id}?said=suggested", 303)
    if outcome.end is End.REFUSED:
        refused = replace(sheet, reasons=outcome.reasons, examination=outcome.examination)
        return form_page(rooms, at, versioned(rooms, at, refused), code=outcome.status)
    told = word if outcome.end is End.SAVED else outcome.end.value
    return RedirectResponse(f"/wiki/{at.slug}?said={told}", 303)


def clash_page(rooms: Rooms, at: Here, sheet: Sheet, clash: Clash) -> Response:
    """Both texts, what differs, and the marked merge to finish: it begins with the newest revision."""
    merge = replace(sheet, base=clash.theirs.number, text=clash.marked)
    return rooms.pages.page(
        "wiki_conflict.html", "wiki", code=409, who=at.who, at=at, tab="edit", said=None, sheet=merge, clash=clash,
        yours=diff(clash.base.text, clash.yours), theirs=diff(clash.base.text, clash.theirs.text),
        limit=TEXT, summary_limit=SUMMARY,
    )  # fmt: skip


@router.post("/wiki/{slug}/edit/discard")
def discard(slug: str, rooms: RoomsDep, learner: VisitorDep) -> Response:
    """One's draft is put away; the form begins with the current text again."""
    leaf = revisions.answer_to(rooms.question(slug))
    with rooms.database.write() as connection:
        edits.finish(connection, learner, leaf.name)
    return RedirectResponse(f"/wiki/{slug}/edit?said=discarded", 303)


