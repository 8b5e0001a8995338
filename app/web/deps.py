"""What a page asks for: the rooms of the house, and who is asking.

A visitor is a random id in a signed cookie; nothing is stored about one before they store something, and whoever is
signed in is the learner of their account. These functions are `async` only because FastAPI would send a plain one to
another thread.
"""

import hashlib
from typing import Annotated

from fastapi import Depends, Header
from itsdangerous import Signer
from starlette.requests import Request

from app.store.attempts import Keyed
from app.web.problems import NotAnAnswer
from app.web.rooms import Rooms, now
from app.web.who import COOKIE, Who, WhoDep, who

__all__ = ["Rooms", "Who", "WhoDep", "now"]

COOKIE_S = 400 * 24 * 3600  # as long as browsers allow
KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key")]
LONG_KEY = 16  # a key that nobody guesses: 64 random bits as hexadecimal digits; a UUID has 36


async def rooms_of(request: Request) -> Rooms:
    found: Rooms = request.app.state.rooms
    return found


async def known(request: Request) -> str:
    """The learner's id; a new one if they have none. They keep nothing yet."""
    return (await who(request)).learner


async def visitor(request: Request) -> str:
    """The learner's id, which they keep from now on.

    Somebody without a cookie who sends the same unguessable key twice, because the first answer was lost on its way,
    is the same person. By a key that others might choose too nobody is known.
    """
    asks = await who(request)
    if asks.account is not None:
        return asks.learner
    signer = (await rooms_of(request)).signer
    found = asks.learner
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
