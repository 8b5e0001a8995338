"""What the tests of teaching stand on: somebody signed in with a role, and students who answer."""

import secrets
from typing import Any

from starlette.testclient import TestClient

from app.store import accounts
from app.store.accounts import Role
from app.store.tables import metadata
from app.web.deps import now
from app.web.rooms import Rooms
from tests.client import WRITE, WRONG, browser

TEACH = "/teach/questions/doubling"
STATISTICS = "/api/v1/teach/questions/doubling/statistics"


def rooms_of(client: TestClient) -> Rooms:
    found: Rooms = client.app.state.rooms  # type: ignore[attr-defined]
    return found


def emptied(client: TestClient) -> TestClient:
    """The same site, with nothing stored: starting another one takes longer than most tests."""
    rooms = rooms_of(client)
    rooms.regrades.stop()
    rooms.regrades.state = None
    with rooms.database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return browser(client)


def signed_in(client: TestClient, role: Role, name: str | None = None) -> TestClient:
    """Another browser, in which an account with this role has signed in."""
    other, token = browser(client), secrets.token_urlsafe(32)
    with rooms_of(client).database.write() as connection:
        made = accounts.add(connection, name or f"{role.name.title()} {token[:6]}", role, None, None, now())
        accounts.sign_in(connection, made.id, token, "a test", now())
    other.cookies.set("session", token)
    return other


def answered(client: TestClient, answer: str = WRONG, address: str = WRITE, **more: Any) -> tuple[TestClient, Any]:
    """A new student who hands this in, and what they are told."""
    student = browser(client)
    reply = student.post(address, json={"answer": answer} | more)
    assert reply.status_code == 201, reply.text
    return student, reply.json()


def signature(client: TestClient, attempt: str) -> str:
    with rooms_of(client).database.read() as connection:
        found = connection.exec_driver_sql("SELECT signature FROM attempt WHERE id = ?", (attempt,)).scalar_one()
    assert isinstance(found, str)
    return found
