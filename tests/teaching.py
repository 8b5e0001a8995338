"""What the tests of teaching stand on: somebody signed in with a role, and students who answer."""

from typing import Any

from starlette.testclient import TestClient

from app.store.accounts import Role
from app.store.tables import metadata
from tests.client import WRITE, WRONG, browser
from tests.people_parts import account, as_account, rooms_of

TEACH = "/teach/questions/doubling"
STATISTICS = "/api/v1/teach/questions/doubling/statistics"


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
    """Another browser, in which a new account with this role has signed in."""
    return as_account(client, account(client, role, name))


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
