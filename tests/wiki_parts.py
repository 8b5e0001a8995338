"""What the tests of the wiki stand on: people who are signed in, and addresses of the small bank."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from starlette.testclient import TestClient

from app.store import accounts
from app.store.accounts import Role
from app.web.rooms import now
from tests.client import browser

WIKI = "/api/v1/wiki/doubling"
REVISIONS = f"{WIKI}/revisions"
AGAIN = "/api/v1/wiki/again"
NAMES = iter(f"person {number}" for number in range(1000))


def somebody(app: TestClient, name: str, role: Role = Role.MEMBER, *, for_days: int = 10) -> TestClient:
    """A browser at which somebody with an account is signed in."""
    made = browser(app)
    token = secrets.token_urlsafe(32)
    moment: datetime = now()
    with made.app.state.rooms.database.write() as connection:  # type: ignore[attr-defined]
        account = accounts.add(connection, name, role, None, None, moment - timedelta(days=for_days))
        accounts.sign_in(connection, account.id, token, "a test", moment)
    made.cookies.set("session", token)
    return made


def edit(
    client: TestClient, text: str, base: int | None = None, *, at: str = WIKI, key: str | None = None, **more: Any
) -> Any:
    """`base`: the newest revision unless said."""
    if base is None:
        base = client.get(at).json()["revision"]
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"{at}/revisions", json={"base": base, "text": text} | more, headers=headers)


def problem(answer: Any, status: int) -> str:
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.status_code == told["status"] == status, answer.text
    says: str = told["detail"]
    return says


def text_of(client: TestClient, at: str = WIKI) -> str:
    found: str = client.get(at).json()["text"]
    return found


def added(client: TestClient, sentence: str, at: str = WIKI) -> str:
    """The page with a sentence before all others."""
    return f"{sentence}\n\n{text_of(client, at)}"
