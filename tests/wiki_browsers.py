"""What the tests of the pages about answers share: browsers that are signed in, and texts for an answer."""

import re
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from app.store import accounts, revisions
from app.store.accounts import Role
from app.store.people import new_id
from app.store.revisions import Kind, New, answer_to
from app.web.rooms import Rooms, now
from app.wiki.blame import first_blame
from tests.client import browser

SLUG = "doubling"
WIKI = f"/wiki/{SLUG}"
SEED = "Like this:\n\n```python\nassert [2 * x for x in [1, 2]] == [2, 4]\n```\n"
LOOP = """Train it:

```python
w = 0.0
for step in range(3):
    w = w + rate * (1 - w)
print(w)
```
"""
MENDED = LOOP.replace("w = 0.0", "w, rate = 0.0, .5")


def rooms_of(client: TestClient) -> Rooms:
    found: Rooms = client.app.state.rooms  # type: ignore[attr-defined]
    return found


def signed_in(client: TestClient, name: str, role: Role = Role.MEMBER) -> TestClient:
    """A browser of its own, with an account that is new."""
    other, token = browser(client), new_id()
    with rooms_of(client).database.write() as connection:
        account = accounts.add(connection, name, role, None, None, now())
        accounts.sign_in(connection, account.id, token, "a test", now())
    other.cookies.set("session", token)
    return other


def shown_to(client: TestClient, slug: str = SLUG) -> TestClient:
    """The same browser, to which the answer is shown from now on."""
    client.post(f"/wiki/{slug}/reveal")
    return client


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def text_in(page: str) -> str:
    found = re.search(r'<textarea id="text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def send(client: TestClient, text: str, summary: str = "", *, slug: str = SLUG, **more: Any) -> Any:
    """What the edit form does; without a `base` it is opened just before."""
    base = more.pop("base", None) or field(client.get(f"/wiki/{slug}/edit").text, "base")
    data = {"base": base, "text": text, "summary": summary, "do": "publish"} | more
    return client.post(f"/wiki/{slug}/edit", data=data, follow_redirects=False)


def store(client: TestClient, text: str, summary: str = "", name: str = "somebody", slug: str = SLUG) -> int:
    """A revision that nobody judged, as the store takes it; its number."""
    rooms = rooms_of(client)
    leaf = answer_to(rooms.question(slug))
    with rooms.database.write() as connection:
        head = revisions.current(connection, leaf).number
        blame = first_blame(text, head + 1)
        made = New(head, head, text, summary, new_id(), name, now(), blame, Kind.EDIT)
        return revisions.append(connection, leaf, made).number
