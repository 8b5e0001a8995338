"""Somebody who signs in, for the tests of whatever needs an account: the real form, or a session put into the store."""

from datetime import UTC, datetime
from secrets import token_urlsafe

from playwright.sync_api import Page
from starlette.testclient import TestClient

from app.store import accounts, people, sessions
from app.store.accounts import Account, Role
from app.store.db import Database
from app.web.rooms import Rooms
from tests.browsing import Site
from tests.client import browser

PASSWORD = "a few plain words"


def rooms_of(client: TestClient) -> Rooms:
    rooms: Rooms = client.app.state.rooms  # type: ignore[attr-defined]
    return rooms


def account(client: TestClient, role: Role, name: str | None = None) -> Account:
    """A new account without a password."""
    name = name or f"{role.name.lower()} {people.new_id()[-12:]}"
    with rooms_of(client).database.write() as connection:
        return accounts.add(connection, name, role, None, None, datetime.now(UTC))


def as_account(client: TestClient, who: Account) -> TestClient:
    """A browser that is signed in."""
    token = token_urlsafe(32)
    with rooms_of(client).database.write() as connection:
        accounts.sign_in(connection, who.id, token, "a test", datetime.now(UTC))
    made = browser(client)
    made.cookies.set("session", token)
    return made


def signed_in(client: TestClient, role: Role) -> TestClient:
    """A browser of somebody new with this role; a visitor is not signed in."""
    return browser(client) if role is Role.VISITOR else as_account(client, account(client, role))


def sign_up(client: TestClient, name: str, password: str = PASSWORD, where: str = "") -> int:
    sent = {"name": name, "password": password, "next": where}
    return client.post("/sign-up", data=sent, follow_redirects=False).status_code


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> int:
    return client.post("/sign-in", data={"name": name, "password": password}, follow_redirects=False).status_code


def name_on(client: TestClient) -> str | None:
    """Whose own page this browser gets."""
    page = client.get("/me", follow_redirects=False)
    return page.text.split("<h1>")[1].split("</h1>")[0] if page.status_code == 200 else None


def enter_as(page: Page, site: Site, role: Role, name: str) -> None:
    """A real browser at the served program comes in by a link, as somebody with this role; they are made if need be."""
    database, now = Database(f"sqlite:///{site.folder / 'selfgrad.db'}"), datetime.now(UTC)
    with database.write() as connection:
        found = accounts.named(connection, name) or accounts.add(connection, name, role, None, None, now)
        token = sessions.make_link(connection, found.id, sessions.SENT_LINK, now)
    database.close()
    page.goto(f"{site.url}/sign-in/once/{token}")
    page.get_by_role("button", name=f"Sign in as {name}").click()
    page.wait_for_url("**/me*")
