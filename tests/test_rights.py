"""Who may do what: one table that names every route, and a walk through all of them by a stranger, a member, an editor,
an instructor and an admin. A route that is not in the table fails: whoever adds one says here who may use it.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store import people
from app.store.accounts import Role
from app.web.rights import CHANGE, SEE, Thing
from tests.client import site
from tests.people_parts import account, rooms_of, signed_in
from tests.wiki_parts import WIKI

# "METHOD path", as it stands at the route, or the beginning of several with a * behind -> the least role that may. What
# belongs to one person alone (attempts, drafts, sessions) is not found by others, which is not a matter of roles.
MAY = {
    "GET /": SEE[Thing.QUESTIONS],
    "GET /questions*": SEE[Thing.QUESTIONS],
    "POST /questions/*": CHANGE[Thing.QUESTIONS],
    "GET /attempts/*": SEE[Thing.QUESTIONS],
    "POST /attempts/*": CHANGE[Thing.QUESTIONS],
    "GET /demo*": SEE[Thing.QUESTIONS],
    "POST /demo/*": CHANGE[Thing.QUESTIONS],
    "GET /about/*": Role.VISITOR,
    "GET /healthz": Role.VISITOR,
    "GET /readyz": Role.VISITOR,
    "GET /metrics": Role.VISITOR,
    "GET /openapi.json": Role.VISITOR,
    "GET /static*": Role.VISITOR,
    "GET /api/v1/questions*": SEE[Thing.QUESTIONS],
    "POST /api/v1/questions/*": CHANGE[Thing.QUESTIONS],
    "PUT /api/v1/questions/*": CHANGE[Thing.QUESTIONS],
    "GET /api/v1/attempts/*": SEE[Thing.QUESTIONS],
    "PUT /api/v1/attempts/*": CHANGE[Thing.QUESTIONS],
    "GET /api/v1/demo/*": SEE[Thing.QUESTIONS],
    "POST /api/v1/demo/*": CHANGE[Thing.QUESTIONS],
    # The wiki: everybody reads and suggests; whether a change is published at once is the page's policy.
    "GET /wiki/*": SEE[Thing.WIKI],
    "PUT /wiki/*": Role.VISITOR,
    "POST /wiki/*": Role.VISITOR,
    "POST /wiki/{slug}/revisions/{number}/thanks": CHANGE[Thing.WIKI],
    "POST /wiki/{slug}/revisions/{number}/undo": CHANGE[Thing.QUEUE],
    "POST /wiki/{slug}/discussion*": CHANGE[Thing.WIKI],
    "POST /wiki/{slug}/policy": CHANGE[Thing.QUEUE],
    "GET /wiki": SEE[Thing.WIKI],
    "GET /wiki/suggestions*": SEE[Thing.QUEUE],
    "GET /wiki/suggestions/{suggestion}/edit": CHANGE[Thing.QUEUE],
    "POST /wiki/suggestions/*": CHANGE[Thing.QUEUE],
    "POST /wiki/suggestions/{suggestion}/withdraw": Role.VISITOR,  # its author
    "GET /changes*": SEE[Thing.WIKI],
    "GET /api/v1/wiki/*": SEE[Thing.WIKI],
    "POST /api/v1/wiki/*": Role.VISITOR,
    "PUT /api/v1/wiki/{question_id}/draft": Role.VISITOR,
    "POST /api/v1/wiki/{question_id}/revisions/{number}/thanks": CHANGE[Thing.WIKI],
    "POST /api/v1/wiki/{question_id}/threads": CHANGE[Thing.WIKI],
    "PUT /api/v1/wiki/{question_id}/policy": CHANGE[Thing.QUEUE],
    "GET /api/v1/suggestions*": SEE[Thing.QUEUE],
    "POST /api/v1/suggestions/*": CHANGE[Thing.QUEUE],
    "POST /api/v1/suggestions/{suggestion_id}/withdraw": Role.VISITOR,  # its author
    "GET /api/v1/changes": SEE[Thing.WIKI],
    "GET /api/v1/threads/*": SEE[Thing.WIKI],
    "POST /api/v1/threads/*": CHANGE[Thing.WIKI],
    "GET /sign-in*": Role.VISITOR,
    "POST /sign-in*": Role.VISITOR,
    "GET /sign-up": Role.VISITOR,
    "POST /sign-up": Role.VISITOR,
    "POST /sign-out": Role.VISITOR,
    "GET /forgotten": Role.VISITOR,
    "GET /me*": SEE[Thing.ACCOUNT],
    "POST /me/*": CHANGE[Thing.ACCOUNT],
    # Whatever is new under /teach is for instructors, unless a line here says otherwise.
    "GET /teach*": SEE[Thing.TEACH],
    "POST /teach/*": CHANGE[Thing.TEACH],
    "GET /api/v1/teach/*": SEE[Thing.TEACH],
    "GET /join/*": SEE[Thing.ACCOUNT],
    "POST /join/*": CHANGE[Thing.ACCOUNT],
    "GET /classes/*": SEE[Thing.ACCOUNT],
    "POST /classes/*": CHANGE[Thing.ACCOUNT],
    "GET /teach/people": SEE[Thing.PEOPLE],
    "POST /teach/people/*": CHANGE[Thing.PEOPLE],
}
# What stands for a parameter of a path; others become something that nothing is called.
EXAMPLES = {"slug": "doubling", "question_id": "doubling", "part_id": "write", "part": "write", "number": "1"}
# What every form and body gets: whatever any of them needs to come as far as the question who may.
SENT = {
    "name": "x", "password": "x", "answer": "x", "role": "queen", "base": 1, "text": "Another answer.", "summary": "",
    "revision": 1, "title": "A question", "quote": "", "reason": "No.", "policy": "members",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("rights"), pool) as made:
        yield made


def routes(client: TestClient) -> list[str]:
    found = []
    for route in client.app.router.routes:  # type: ignore[attr-defined]
        if isinstance(route, Mount):
            found.append(f"GET {route.path}")
        elif isinstance(route, Route) or hasattr(route, "methods"):
            found += [f"{method} {route.path}" for method in sorted(route.methods) if method != "HEAD"]
        else:
            raise AssertionError(f"{route} is neither a route nor a folder: say here what it is")
    return found


def least(route: str) -> Role | None:
    """The most exact line of the table decides."""
    fitting = [rule for rule in MAY if fits(route, rule)]
    return MAY[max(fitting, key=len)] if fitting else None


def fits(route: str, rule: str) -> bool:
    return route == rule or (rule.endswith("*") and route.startswith(rule[:-1]))


def real(client: TestClient, route: str) -> dict[str, str]:
    """A suggestion that waits and a discussion, for the routes that are about one."""
    author = signed_in(client, Role.MEMBER)
    author.post("/wiki/doubling/reveal")
    made = {}
    if "{suggestion" in route:
        change = SENT | {"suggest": True, "text": f"An answer that is new: {people.new_id()}"}
        made["suggestion"] = made["suggestion_id"] = author.post(f"{WIKI}/revisions", json=change).json()["suggestion"]
    if "{thread" in route:
        made["thread"] = made["thread_id"] = author.post(f"{WIKI}/threads", json=SENT).json()["thread"]
    return made


def ask(client: TestClient, role: Role, route: str) -> str:
    """What comes of it for somebody new: "sign in", "refused", or "in"."""
    method, path = route.split(" ", 1)
    named = EXAMPLES | real(client, route)
    path = re.sub(r"{(\w+)[^}]*}", lambda found: named.get(found[1], "nothing"), path)
    browser = signed_in(client, role)
    if "wiki" in path:
        browser.post("/wiki/doubling/reveal")
    sent: dict[str, Any] = {}
    if method != "GET" and "/demo" not in path:
        sent = {"json": SENT} if path.startswith("/api/") or method == "PUT" else {"data": SENT}
    answer = browser.request(method, path, follow_redirects=False, **sent)
    assert answer.status_code < 500 and answer.status_code != 429, f"{route}: {answer.text}"
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    if to_sign_in or (answer.status_code == 401 and route != "POST /sign-in"):
        return "sign in"
    return "refused" if answer.status_code == 403 else "in"


def test_every_route_is_in_the_table_and_every_line_of_it_is_about_a_route(client: TestClient) -> None:
    known = routes(client)
    assert not [route for route in known if least(route) is None]
    assert not [rule for rule in MAY if not any(fits(route, rule) for route in known)]


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name.lower())
def test_everybody_comes_as_far_as_the_table_says(client: TestClient, role: Role) -> None:
    account(client, Role.ADMIN)  # so that the one who asks is not the last
    wrong = []
    for route in routes(client):
        needed = least(route) or Role.VISITOR
        expected = "in" if role >= needed else "sign in" if role is Role.VISITOR else "refused"
        found = ask(client, role, route)
        if found != expected:
            wrong.append(f"{route}: {found}, and not {expected}")
    assert not wrong


def test_a_program_that_is_nobody_is_told_so_with_a_status(client: TestClient) -> None:
    answer = client.get("/teach/people", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (401, "Sign in first")
    for route in ("GET /teach/people", "POST /teach/people/nothing/role"):
        assert ask(client, Role.INSTRUCTOR, route) == "refused"
    assert rooms_of(client).door.sign_up
