"""Who may do what: one table that names every route, and a walk through all of them by a stranger, a member, an editor,
an instructor and an admin. A route that is not in the table fails: whoever adds one says here who may use it.
"""

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store.accounts import Role
from app.web.rights import CHANGE, SEE, Thing
from tests.client import site
from tests.people_parts import account, rooms_of, signed_in

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
    "GET /sign-in*": Role.VISITOR,
    "POST /sign-in*": Role.VISITOR,
    "GET /sign-up": Role.VISITOR,
    "POST /sign-up": Role.VISITOR,
    "POST /sign-out": Role.VISITOR,
    "GET /forgotten": Role.VISITOR,
    "GET /me*": SEE[Thing.ACCOUNT],
    "POST /me/*": CHANGE[Thing.ACCOUNT],
    "GET /teach/edit*": SEE[Thing.TEACH],
    "POST /teach/edit*": CHANGE[Thing.TEACH],
    "GET /teach/people": SEE[Thing.PEOPLE],
    "POST /teach/people/*": CHANGE[Thing.PEOPLE],
}
# What stands for a parameter of a path; others become something that nothing is called.
EXAMPLES = {"slug": "doubling", "question_id": "doubling", "part_id": "write", "part": "write", "number": "1"}
# Routes of which a form has to hold something to come as far as the question who may.
SENT = {"POST /sign-in": {"name": "x", "password": "x"}, "POST /sign-up": {"name": "", "password": "x"}}


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


def ask(browser: TestClient, route: str) -> str:
    """What comes of it: "sign in", "refused", or "in"."""
    method, path = route.split(" ", 1)
    path = re.sub(r"{(\w+)[^}]*}", lambda found: EXAMPLES.get(found[1], "nothing"), path)
    sent = SENT.get(route, {}) if method == "POST" and not path.startswith("/api/") else None
    answer = browser.request(method, path, data=sent, follow_redirects=False)
    assert answer.status_code < 500, f"{route}: {answer.text}"
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    if to_sign_in or (answer.status_code == 401 and route != "POST /sign-in"):
        return "sign in"
    return "refused" if answer.status_code == 403 else "in"


def test_every_route_is_in_the_table_and_every_line_of_it_is_about_a_route(client: TestClient) -> None:
    known = routes(client)
    assert not [route for route in known if least(route) is None]
    assert not [rule for rule in MAY if not any(fits(route, rule) for route in known)]


def fits(route: str, rule: str) -> bool:
    return route == rule or (rule.endswith("*") and route.startswith(rule[:-1]))


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name.lower())
def test_everybody_comes_as_far_as_the_table_says(client: TestClient, role: Role) -> None:
    account(client, Role.ADMIN)  # so that the one who asks is not the last
    wrong = []
    for route in routes(client):
        needed = least(route) or Role.VISITOR
        expected = "in" if role >= needed else "sign in" if role is Role.VISITOR else "refused"
        found = ask(signed_in(client, role), route)
        if found != expected:
            wrong.append(f"{route}: {found}, and not {expected}")
    assert not wrong


def test_a_program_that_is_nobody_is_told_so_with_a_status(client: TestClient) -> None:
    answer = client.get("/teach/people", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (401, "Sign in first")
    for route in ("GET /teach/people", "POST /teach/people/nothing/role"):
        assert ask(signed_in(client, Role.INSTRUCTOR), route) == "refused"
    assert rooms_of(client).door.sign_up
