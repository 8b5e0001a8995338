"""What stands before every page, as pure ASGI: where a request may come from, how long it may be, and the headers that
every answer carries.

A browser says where a request comes from (Sec-Fetch-Site, or Origin in older ones), and no page can forge that: so a
form on another site cannot write here, and no token is needed. Programs that are no browser send neither, and may.
"""

import asyncio
import contextlib
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.headers import HEADERS
from app.web.problems import problem

BODY_BYTES = 256 * 1024
TOO_LONG = f"At most {BODY_BYTES // 1024} KiB can be sent at once. A draft that was kept before is still there."
ADDRESS_BYTES = 4 * 1024
DRAINED_BYTES = 8 * 1024 * 1024  # of a body that is too long, so that the browser gets to read the refusal
DRAINED_S = 2.0
READING = {"GET", "HEAD", "OPTIONS", "TRACE"}
RAW_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class Guard:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = refused(scope)
        if refusal is None:
            await self.app(_as_get(scope), _Capped(scope, receive), _Sender(scope, send))
        else:
            response = problem(Request(scope), *refusal)
            await response(scope, receive, _Sender(scope, send))


def refused(scope: MutableMapping[str, Any]) -> tuple[int, str] | None:
    """A status and a sentence, or None for a request that may pass."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > ADDRESS_BYTES:
        return 414, "This address is too long."
    if "\0" in scope["path"]:  # PostgreSQL cannot even look for it
        return 404, "There is nothing at this address: it holds a NUL character."
    asks_api = scope["path"].startswith("/api/")
    if (scope["method"] not in READING or asks_api) and foreign(Headers(scope=scope)):
        return 403, "This request comes from another site, which may not act here for you."
    return None


def foreign(headers: Headers) -> bool:
    sites = headers.getlist("sec-fetch-site")
    if sites:
        return not all(site in ("same-origin", "none") for site in sites)
    hosts = {f"{scheme}://{headers.get('host', '')}".lower() for scheme in ("http", "https")}
    return any(origin.lower() not in hosts for origin in headers.getlist("origin"))


def _as_get(scope: Scope) -> Scope:
    """Whatever answers GET answers HEAD."""
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


class _Sender:
    """Adds the headers and the visitor's cookie, and leaves the body of an answer to HEAD out."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *RAW_HEADERS]
            cookie = self.scope.get("state", {}).get("cookie")
            if cookie is not None:
                MutableHeaders(scope=message).append("set-cookie", cookie)
        elif message["type"] == "http.response.body" and self.scope["method"] == "HEAD":
            message = {**message, "body": b""}
        await self.send(message)


class _Capped:
    """A body that is longer than the limit is refused, whether it says how long it is or not."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        length = Headers(scope=scope).get("content-length", "")
        self.announced = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
        self.receive = receive
        self.seen = 0

    async def __call__(self) -> Message:
        message = await self.receive()
        if message["type"] == "http.request":
            self.seen += len(message.get("body", b""))
            if max(self.seen, self.announced) > BODY_BYTES:
                await self._drain(message)
                raise HTTPException(413, TOO_LONG)
        return message

    async def _drain(self, message: Message) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAINED_S):
                while message.get("more_body", False) and self.seen < DRAINED_BYTES:
                    message = await self.receive()
                    self.seen += len(message.get("body", b""))
