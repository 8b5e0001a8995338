"""What went wrong, told once: as problem JSON (RFC 9457) to programs, as a readable page to people.

The table `MEANINGS` is the only place where an error of another room becomes a status code. A page also gives back what
was sent, says what is kept, and leads back to the form. Nothing that a visitor sent is repeated in a message.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.demo.config import BadConfig
from app.demo.drawing import BadDrawing
from app.sandbox.job import Busy, Unavailable
from app.store import revisions
from app.store.attempts import NotYours
from app.store.db import CannotRead, CannotSave
from app.store.drafts import Conflict
from app.web.headers import HEADERS

RETRY_AFTER_S = 5
PART = re.compile(r"/questions/([a-z0-9-]{1,64})/parts/([a-z0-9-]{1,64})")
SELF_GRADE = re.compile(r"(/attempts/[a-z0-9]{32})/self-grade")
EDITOR = re.compile(r"/teach/edit/(~?[a-z0-9-]{1,64})/(?:look|prove|take|publish|decide)")
log = structlog.get_logger()


class NotHere(Exception):
    """There is no such question, part or attempt."""


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


class KeyReused(Exception):
    """An Idempotency-Key came again with something else."""


class FileChanged(Exception):
    """A question's file was changed between opening the editor and sending its text: there is no common base."""


class Crowded(Exception):
    """As many trainings wait as may; the message says so."""

    def __init__(self, says: str, retry_after: int) -> None:
        super().__init__(says)
        self.retry_after = retry_after


class NotYourRun(Exception):
    """Only who started a training may pause or stop it."""


class NoRun(Exception):
    """There is no such training, or it is forgotten."""


# error -> status, and what to say (None: the error says it itself)
MEANINGS: dict[type[Exception], tuple[int, str | None]] = {
    NotHere: (404, "There is nothing at this address."),
    NotYours: (404, "There is no such attempt among yours. It belongs to the browser that handed it in."),
    Conflict: (409, "This draft was changed elsewhere in the meantime; nothing was overwritten."),
    TooLong: (413, None),
    NotAnAnswer: (422, None),
    NotYet: (409, None),
    FileChanged: (409, "The file of this question was changed meanwhile. Copy your text, and open the editor again."),
    revisions.Conflict: (409, "This page was changed in the meantime; nothing was overwritten. Send it again."),
    revisions.NoRevision: (404, "There is no such revision."),
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
    context["back"] = way_back(request, status)
    response: Response = request.app.state.rooms.pages.page("error.html", "", code=status, **context)
    response.headers.update(headers)
    return response


def way_back(request: Request, status: int) -> dict[str, str] | None:
    """A link to the form that the refused request came from; None if it came from none that is still there."""
    path = request.scope["path"]
    if (found := PART.fullmatch(path)) is not None:
        question = request.app.state.rooms.bank.get(found[1])
        if question is not None and question.part(found[2]) is not None:
            return {"href": f"/questions/{found[1]}#{found[2]}", "label": "Back to the question"}
    elif (found := SELF_GRADE.fullmatch(path)) is not None and status != 404:
        return {"href": found[1], "label": "Back to your answer"}
    elif (found := EDITOR.fullmatch(path)) is not None and status not in (401, 403, 404):
        return {"href": f"/teach/edit/{found[1]}", "label": "Back to the editor"}
    elif path == "/demo/runs":
        return {"href": "/demo", "label": "Back to the training"}
    return None


def for_programs(request: Request) -> bool:
    path = request.scope["path"]
    if path.startswith("/api/") or path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
        return True
    accepts = request.headers.get("accept", "")
    return "json" in accepts and "html" not in accepts


async def _domain(request: Request, error: Exception) -> Response:
    status, says = next(MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS)
    more: dict[str, Any] = {}
    headers: dict[str, str] = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy | Crowded) else {}
    if isinstance(error, Conflict):
        more = {"answer": error.kept.text, "version": error.kept.version}
        headers = {"X-Draft-Version": str(error.kept.version)}
    if isinstance(error, CannotRead | CannotSave):
        log.warning("the database fails", why=str(error))
    return problem(request, status, says or str(error), headers, **more)


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
