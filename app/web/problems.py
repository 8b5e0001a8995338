"""What went wrong, told once: as problem JSON (RFC 9457) to programs, as a readable page to people.

The table `MEANINGS` is the only place where an error of another room becomes a status code. A page also gives back what
was sent, says what is kept, and leads back to the form. Nothing that a visitor sent is repeated in a message.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.demo.config import BadConfig
from app.demo.drawing import BadDrawing
from app.sandbox.job import Busy, Unavailable
from app.store import revisions
from app.store.accounts import LastAdmin
from app.store.attempts import NotYours
from app.store.courses import Closed, NoCourse
from app.store.db import CannotRead, CannotSave
from app.store.discussion import NoThread
from app.store.drafts import Conflict
from app.store.rulings import NoRuling
from app.store.suggestions import Decided, NoSuggestion
from app.web.headers import HEADERS
from app.web.provider import NotVouchedFor, ProviderFails

RETRY_AFTER_S = 5
PART = re.compile(r"/questions/([a-z0-9-]{1,64})/parts/([a-z0-9-]{1,64})")
ABOUT_AN_ANSWER = re.compile(r"/wiki/([a-z0-9-]{1,64})/([a-z]+)(?:/.*)?")
SELF_GRADE = re.compile(r"(/attempts/[a-z0-9]{32})/self-grade")
EDITOR = re.compile(r"/teach/edit/(~?[a-z0-9-]{1,64})/(?:look|prove|take|publish|decide)")
log = structlog.get_logger()


class NotHere(Exception):
    """There is no such question, part or attempt."""


class SpentLink(NotHere):
    """A link that signs in works once, and not for ever."""


class TooLong(Exception):
    """An answer is over the limit; the message says which."""


class NotAnAnswer(Exception):
    """What was sent cannot be an answer here; the message says why."""


class NotYet(Exception):
    """It is too early for that; the message says what has to come first."""


class SignInFirst(Exception):
    """This is for people with an account."""


class NotAllowed(Exception):
    """One's role does not reach that far; the message says whose does."""


class Covered(Exception):
    """The answer to a question is not shown to this reader yet."""

    def __init__(self, slug: str) -> None:
        super().__init__("This answer is shown once you have answered every part of its question, or ask to see it.")
        self.slug = slug


class KeyReused(Exception):
    """An Idempotency-Key came again with something else."""


class FileChanged(Exception):
    """A question's file was changed between opening the editor and sending its text: there is no common base."""


class Crowded(Exception):
    """As many wait for it as may; the message says for what."""

    def __init__(self, says: str, retry_after: int) -> None:
        super().__init__(says)
        self.retry_after = retry_after


class TooOften(Crowded):
    """Somebody tried to come in too often; the message says when to try again."""


class NotYourRun(Exception):
    """Only who started a training may pause or stop it."""


class NoRun(Exception):
    """There is no such training, or it is forgotten."""


# error -> status, and what to say (None: the error says it itself)
MEANINGS: dict[type[Exception], tuple[int, str | None]] = {
    NotHere: (404, "There is nothing at this address."),
    SpentLink: (404, "This link has been used, or is too old. Ask for a new one."),
    NotYours: (404, "There is no such attempt among yours. It belongs to the browser that handed it in."),
    Conflict: (409, "This draft was changed elsewhere in the meantime; nothing was overwritten."),
    NotVouchedFor: (403, "You were not signed in there, or it took too long. Begin again from the sign-in page."),
    ProviderFails: (503, "The place that signs people in does not answer as it should. Try again in a few minutes."),
    TooLong: (413, None),
    NotAnAnswer: (422, None),
    NotYet: (409, None),
    LastAdmin: (409, "This is the only admin; without one nobody could give roles. Make somebody else admin first."),
    Covered: (403, None),
    revisions.NoRevision: (404, "This page has no revision of that number."),
    NoSuggestion: (404, "There is no such suggestion, or it is not yours."),
    NoCourse: (404, "There is no such class, or it is not yours."),
    Closed: (409, "This class is closed: nobody can join it any more. Ask whoever gave you the link."),
    NoThread: (404, "There is no such discussion."),
    Decided: (409, "This suggestion was accepted, declined or withdrawn before."),
    FileChanged: (409, "The file of this question was changed meanwhile. Copy your text, and open the editor again."),
    revisions.Conflict: (409, "This page was changed in the meantime; nothing was overwritten. Send it again."),
    NoRuling: (409, "This decision does not hold any more, or cannot be taken back."),
    SignInFirst: (401, "This is for people who are signed in."),
    NotAllowed: (403, None),
    KeyReused: (422, "This Idempotency-Key was used for another request. Take a new one."),
    BadConfig: (422, None),
    BadDrawing: (422, None),
    Crowded: (429, None),
    NoRun: (404, "There is no such run any more: only the newest are kept. Train again."),
    NotYourRun: (403, "Only the browser that started a run can pause, step or stop it."),
    Busy: (503, "The grader has more to do than it can take on. Try again in a few seconds."),
    Unavailable: (503, None),
    CannotRead: (503, "What is stored cannot be read at this moment. Try again in a few seconds."),
    CannotSave: (503, "Nothing can be saved at this moment. Try again in a few seconds."),
}
TITLES = {
    400: "That could not be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not here",
    405: "Not in this way",
    409: "Changed in the meantime",
    413: "Too long",
    414: "Too long an address",
    415: "Not in this form",
    422: "That cannot be taken",
    429: "Too fast",
    500: "Our fault",
    503: "Not at this moment",
}
SENTENCES = {
    400: "The request is damaged and could not be read.",
    404: "There is nothing at this address.",
    405: "This address does not take requests of that kind.",
    413: "What was sent is too long.",
    500: "Something went wrong on our side. It is not because of what you wrote.",
}


def install(app: FastAPI) -> None:
    for error in MEANINGS:
        app.add_exception_handler(error, _domain)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _ours)


def problem(
    request: Request, status: int, says: str | None = None, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    says = says or SENTENCES.get(status, "The request was refused.")
    title = TITLES.get(status, "That did not work")
    headers = ({"Retry-After": str(RETRY_AFTER_S)} if status in (429, 503) else {}) | dict(headers or {})
    kept = getattr(request.state, "kept", None)
    if for_programs(request):
        told = {"type": "about:blank", "title": title, "status": status, "detail": says}
        told |= more | ({"kept": kept} if kept else {})
        return Response(json.dumps(told), status, headers, "application/problem+json")
    sent = getattr(request.state, "sent", None)
    context = {"status": status, "title": title, "message": says, "kept": kept, "answer": sent}
    context |= {"back": way_back(request, status), "who": getattr(request.state, "who", None)}
    response: Response = request.app.state.rooms.pages.page("error.html", "", code=status, **context)
    response.headers.update(headers)
    return response


def way_back(request: Request, status: int) -> dict[str, str] | None:
    """A link to the form that the refused request came from; None if it came from none that is still there."""
    path = request.scope["path"]
    if status == 401:
        return {"href": sign_in_address(request), "label": "Sign in"}
    if (found := PART.fullmatch(path)) is not None:
        question = request.app.state.rooms.bank.get(found[1])
        if question is not None and question.part(found[2]) is not None:
            return {"href": f"/questions/{found[1]}#{found[2]}", "label": "Back to the question"}
    elif (found := SELF_GRADE.fullmatch(path)) is not None and status != 404:
        return {"href": found[1], "label": "Back to your answer"}
    elif (found := EDITOR.fullmatch(path)) is not None and status not in (401, 403, 404):
        return {"href": f"/teach/edit/{found[1]}", "label": "Back to the editor"}
    elif path in ("/sign-in", "/sign-up"):
        return {"href": path, "label": "Back to the form"}
    elif path.startswith("/sign-in/"):
        return {"href": "/sign-in", "label": "Sign in in another way"}
    elif path.startswith("/teach/people/"):
        return {"href": "/teach/people", "label": "Back to the people"}
    elif (found := ABOUT_AN_ANSWER.fullmatch(path)) is not None:
        if request.app.state.rooms.bank.get(found[1]) is not None:
            kind = found[2] if found[2] in ("edit", "discussion", "suggestions", "revisions") else ""
            return {"href": f"/wiki/{found[1]}/{kind}".rstrip("/"), "label": "Back to the answer"}
    elif path == "/demo/runs":
        return {"href": "/demo", "label": "Back to the training"}
    return None


def sign_in_address(request: Request) -> str:
    """Which leads back to this page; after a form that came too late, to the page that it stood on."""
    reading = request.scope["method"] in ("GET", "HEAD")
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope["raw_path"].decode("latin-1").partition("?")[0] + (f"?{query}" if query else "")
    return f"/sign-in?next={quote(path, safe='/')}" if reading else "/sign-in"


def for_programs(request: Request) -> bool:
    path = request.scope["path"]
    if path.startswith("/api/") or path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
        return True
    accepts = request.headers.get("accept", "")
    return "json" in accepts and "html" not in accepts


def meaning(error: Exception) -> tuple[int, str]:
    """The status of a known error, and the sentence that tells it."""
    status, says = next(MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS)
    return status, says or str(error)


async def _domain(request: Request, error: Exception) -> Response:
    status, says = meaning(error)
    more: dict[str, Any] = {}
    headers: dict[str, str] = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy | Crowded) else {}
    if isinstance(error, Conflict):
        more = {"answer": error.kept.text, "version": error.kept.version}
        headers = {"X-Draft-Version": str(error.kept.version)}
    if isinstance(error, SignInFirst) and sends_to_sign_in(request):
        return RedirectResponse(sign_in_address(request), 303)
    if notes := getattr(error, "__notes__", None):  # what has become of the text
        request.state.kept = notes[-1]
    if isinstance(error, CannotRead | CannotSave):
        log.warning("the database fails", why=str(error))
    return problem(request, status, says, headers, **more)


def sends_to_sign_in(request: Request) -> bool:
    """A person who opens a page. What a form has sent would be lost on the way, so that gets a page that says it."""
    opens = request.scope["method"] in ("GET", "HEAD") and "x-fragment" not in request.headers
    return opens and not for_programs(request)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400 and "parsing the body" in str(error.detail):  # the framework's own words
        return problem(request, 400, "The body is no valid JSON in UTF-8.")
    plain = HTTPException(error.status_code).detail == error.detail
    return problem(request, error.status_code, None if plain else error.detail, error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return problem(request, 400, "The body is no valid JSON.")
    return problem(request, 422, " ".join(_sentence(fault) for fault in faults[:3]))


def _sentence(fault: Mapping[str, Any]) -> str:
    where: Sequence[Any] = fault["loc"]
    if len(where) < 2:
        return "Send a JSON object, with Content-Type: application/json."
    name = ".".join(str(step) for step in where[1:])[:80]
    message = "it is missing" if fault["type"] == "missing" else str(fault["msg"]).removeprefix("Value error, ")
    return f"`{name}`: {message[:1].lower()}{message[1:]}."


async def _ours(request: Request, error: Exception) -> Response:
    """The server logs the traceback itself."""
    return problem(request, 500, headers=HEADERS)
