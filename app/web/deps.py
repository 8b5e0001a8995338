"""What a page asks for: the rooms of the house, and who is asking.

A visitor is a random id in a signed cookie; nothing is stored about one before they store something. These functions
are `async` only because FastAPI would send a plain one to another thread.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header
from itsdangerous import BadSignature, Signer
from starlette.requests import Request

from app.bank.bank import Bank
from app.bank.question import Part, Question
from app.store.attempts import Keyed
from app.store.db import Database
from app.store.people import new_id
from app.web.desk import Desk
from app.web.metrics import Metrics
from app.web.problems import NotAnAnswer, NotHere
from app.web.render import Pages
from app.web.runs import Runs

COOKIE = "learner"
COOKIE_S = 400 * 24 * 3600  # as long as browsers allow
KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key")]
LONG_KEY = 16  # a key that nobody guesses: 64 random bits as hexadecimal digits; a UUID has 36


@dataclass(frozen=True)
class Rooms:
    """Everything that the pages conduct; made once, in main."""

    bank: Bank
    database: Database
    desk: Desk
    pages: Pages
    metrics: Metrics
    signer: Signer
    runs: Runs

    def place(self, question: str, part: str) -> tuple[Question, Part]:
        """Raises NotHere."""
        found = self.question(question)
        asked = found.part(part)
        if asked is None:
            raise NotHere
        return found, asked

    def question(self, question: str) -> Question:
        found = self.bank.get(question)
        if found is None:
            raise NotHere
        return found


def now() -> datetime:
    return datetime.now(UTC)


async def rooms_of(request: Request) -> Rooms:
    found: Rooms = request.app.state.rooms
    return found


async def known(request: Request) -> str:
    """The visitor's id; a new one if they have none. They keep nothing yet."""
    signer = (await rooms_of(request)).signer
    try:
        return signer.unsign(request.cookies.get(COOKIE, "")).decode("ascii")
    except (BadSignature, UnicodeError):
        return new_id()


async def visitor(request: Request) -> str:
    """The visitor's id, which they keep from now on.

    Somebody without a cookie who sends the same unguessable key twice, because the first answer was lost on its way,
    is the same person. By a key that others might choose too nobody is known.
    """
    signer = (await rooms_of(request)).signer
    found = await known(request)
    key = request.headers.get("Idempotency-Key")
    if COOKIE not in request.cookies and key is not None and len(key) >= LONG_KEY:
        found = hashlib.sha256(signer.get_signature(f"key {key}")).hexdigest()[:32]
    secure = "; Secure" if request.scope["scheme"] == "https" else ""
    value = signer.sign(found).decode("ascii")
    request.state.cookie = f"{COOKIE}={value}; Max-Age={COOKIE_S}; Path=/; HttpOnly; SameSite=Lax{secure}"
    return found


async def keyed_by(request: Request, key: KeyHeader = None) -> Keyed | None:
    """The request's key, with what it is a key to. Raises NotAnAnswer."""
    if key is None:
        return None
    if not 0 < len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise NotAnAnswer("An Idempotency-Key has 1 to 200 plain characters.")
    return Keyed(key, fingerprint(request.scope["path"], await request.body()))


def fingerprint(address: str, body: bytes) -> str:
    return hashlib.sha256(address.encode("utf-8", "surrogatepass") + b"\0" + body).hexdigest()


def make_signer(secret: str) -> Signer:
    return Signer(secret, salt="learner", digest_method=hashlib.sha256)


RoomsDep = Annotated[Rooms, Depends(rooms_of)]
KnownDep = Annotated[str, Depends(known)]
VisitorDep = Annotated[str, Depends(visitor)]
KeyedDep = Annotated[Keyed | None, Depends(keyed_by)]
