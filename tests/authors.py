"""Instructors at the editor of questions: signed in by a session, and what its form sends."""

import re
import secrets
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from app.store import accounts
from app.store.accounts import Role
from app.web.rooms import now
from tests.client import browser

EDIT = "/teach/edit"


def signed_in(app: TestClient, name: str, role: Role = Role.INSTRUCTOR) -> TestClient:
    """A browser at which a new account is signed in."""
    token = secrets.token_urlsafe(24)
    with app.app.state.rooms.database.write() as connection:  # type: ignore[attr-defined]
        account = accounts.add(connection, name, role, None, None, now())
        accounts.sign_in(connection, account.id, token, "a test", now())
    client = browser(app)
    client.cookies.set("session", token)
    return client


def field(page: str, name: str) -> str:
    """What a hidden field, or the text, of the editor's form holds."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    found = found or re.search(rf'<textarea id="\w+" name="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    found = found or re.search(rf'<input id="\w+" name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


class Editor:
    """The editor's form as it was opened; `send` presses one of its buttons."""

    def __init__(self, client: TestClient, address: str) -> None:
        self.client = client
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        found = re.search(r'action="(/teach/edit/[^/"]+)/look"', answer.text)
        assert found
        self.at = found[1]
        self.page = answer.text
        self.form = {name: field(answer.text, name) for name in ("base", "filed", "version", "chapter", "text")}

    @property
    def text(self) -> str:
        return self.form["text"]

    def send(self, button: str, text: str | None = None, **more: Any) -> Any:
        form = self.form | ({} if text is None else {"text": text}) | more
        return self.client.post(f"{self.at}/{button}", data=form, follow_redirects=False)


def faults(page: str) -> list[tuple[int, int]]:
    return [(int(line), int(column)) for line, column in re.findall(r'data-line="(\d+)" data-column="(\d+)"', page)]
