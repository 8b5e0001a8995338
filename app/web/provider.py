"""Signing in by way of a provider that speaks OpenID Connect: the authorization code flow with PKCE, state and nonce.

`begin` gives the address at the provider and what this browser has to remember (in a signed cookie, for ten minutes);
`finish` exchanges the code that comes back for who it is. The identity token is taken over TLS from the provider's own
token endpoint, and there TLS vouches for it (OpenID Connect Core, 3.1.3.7): its claims are checked, its signature is
not, and no key of the provider is needed. So every address has to be https, but for this machine's own.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from itsdangerous import BadSignature, TimestampSigner

LASTS_S = 600
PATIENCE_S = 10
MOST_BYTES = 256 * 1024
KNOWN_FOR_S = 3600
SKEW_S = 60  # between two clocks
HERE = ("127.0.0.1", "localhost", "::1")


class ProviderFails(Exception):
    """It does not answer, or with something else than it should; the message is for whoever runs this."""


class NotVouchedFor(Exception):
    """The provider does not say that this browser's person is somebody."""


@dataclass(frozen=True)
class Vouched:
    """Who somebody is at the provider."""

    issuer: str
    subject: str
    name: str  # what they are called there, or ""


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Provider:
    def __init__(
        self, issuer: str, client: str, secret: str, signing: str, clock: Callable[[], float] = time.time
    ) -> None:
        self.issuer = issuer
        self.host = urlsplit(issuer).hostname or issuer
        self._client = client
        self._secret = secret
        self._signer = TimestampSigner(signing, salt="provider", digest_method=hashlib.sha256)
        self._clock = clock
        self._opener = build_opener(_NoRedirects)
        self._known: tuple[float, Mapping[str, Any]] | None = None

    def begin(self, back: str, where: str) -> tuple[str, str]:
        """The address to send the browser to, and what it remembers. `back`: our own address to return to; `where`:
        the page that they want then. Raises ProviderFails."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self._client, "redirect_uri": back, "scope": "openid profile",
            "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        memory = json.dumps([state, nonce, verifier, back, where]).encode()
        start = self._endpoint("authorization_endpoint")
        address = f"{start}{'&' if '?' in start else '?'}{urlencode(asked)}"
        return address, self._signer.sign(base64.urlsafe_b64encode(memory)).decode("ascii")

    def finish(self, memory: str, said: Mapping[str, str]) -> tuple[Vouched, str]:
        """Who it is, and the page that they wanted. Raises NotVouchedFor and ProviderFails."""
        state, nonce, verifier, back, where = self._remembered(memory)
        if not secrets.compare_digest(said.get("state", "").encode(), state.encode()):
            raise NotVouchedFor
        if said.get("iss", self.issuer) != self.issuer or "error" in said or not said.get("code"):
            raise NotVouchedFor
        sent = {"grant_type": "authorization_code", "code": said["code"], "redirect_uri": back}
        sent |= {"client_id": self._client, "code_verifier": verifier}
        got = self._fetch(self._endpoint("token_endpoint"), sent)
        return self._checked(_claims(got.get("id_token")), nonce), where

    def _remembered(self, memory: str) -> list[str]:
        try:
            made = self._signer.unsign(memory, max_age=LASTS_S)
            found: list[str] = json.loads(base64.urlsafe_b64decode(made))
            return found
        except (BadSignature, ValueError):
            raise NotVouchedFor from None

    def _checked(self, claims: Mapping[str, Any], nonce: str) -> Vouched:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        ends, subject = claims.get("exp"), claims.get("sub")
        right = (
            claims.get("iss") == self.issuer
            and self._client in audiences
            and (len(audiences) == 1 or claims.get("azp") == self._client)
            and isinstance(ends, int | float)
            and ends > self._clock() - SKEW_S
            and claims.get("nonce") == nonce
            and isinstance(subject, str)
            and 0 < len(subject) <= 255
        )
        if not right or not isinstance(subject, str):
            raise NotVouchedFor
        names = (claims.get(name) for name in ("preferred_username", "nickname", "name", "given_name"))
        return Vouched(self.issuer, subject, next((name for name in names if isinstance(name, str) and name), ""))

    def _endpoint(self, name: str) -> str:
        """From what the provider publishes about itself, looked up once an hour."""
        known, now = self._known, self._clock()
        if known is None or known[0] < now - KNOWN_FOR_S:
            found = self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise ProviderFails(f"{self.host} says that it is somebody else: {str(found.get('issuer'))[:100]!r}")
            known = self._known = (now, found)
        address = known[1].get(name)
        if not isinstance(address, str) or not trusted(address):
            raise ProviderFails(f"{self.host} names no https address as its {name}")
        return address

    def _fetch(self, address: str, sent: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        headers = {"Accept": "application/json", "User-Agent": "selfgrad"}
        if sent is not None and self._secret:
            pair = base64.b64encode(f"{_quoted(self._client)}:{_quoted(self._secret)}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        body = None if sent is None else urlencode(sent).encode()
        try:
            with self._opener.open(Request(address, body, headers), timeout=PATIENCE_S) as answer:
                found = json.loads(answer.read(MOST_BYTES + 1)[:MOST_BYTES])
        except (URLError, OSError, ValueError, RecursionError, HTTPException) as error:
            if sent is not None and getattr(error, "code", 0) in (400, 401):  # an old code, or one that is not ours
                raise NotVouchedFor from error
            raise ProviderFails(f"{self.host} does not answer as it should: {error}") from error
        if not isinstance(found, dict):
            raise ProviderFails(f"{self.host} answers with something else than an object")
        return found


def trusted(address: str) -> bool:
    """Nobody on the way can change what comes from there."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE))


def _quoted(text: str) -> str:
    return urlencode({"": text})[1:]


def _claims(token: object) -> Mapping[str, Any]:
    """What an identity token says. Raises NotVouchedFor."""
    try:
        body = str(token).split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        raise NotVouchedFor from None
    if not isinstance(found, dict):
        raise NotVouchedFor
    return found
