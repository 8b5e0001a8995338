"""Every route, with hostile values in its address, query, form and JSON body: a sentence, and never a 5xx.

The client raises whatever would be a 500. What is asked for is there: a class, a suggestion, a discussion, an attempt.
Which values come together is drawn by lot, always the same.
"""

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store.accounts import Role
from tests.client import EXPLAIN, WRITE, WRONG, browser, site
from tests.people_parts import signed_in
from tests.wiki_parts import REVISIONS, WIKI, added

EACH = 2  # requests a route and person
ODD = [
    "\0", "a\0b", "-1", "0", "1", "9" * 300, "1e999", "nan", "٣", "½", " ", "%", "a\r\nX-A: b", "\U0001f469" * 60, "~",
    "null", "[[]]", "=1+1", "<b>", "../..", "a" * 70_000,
]  # fmt: skip
VALUES: list[Any] = [None, True, -1, 2**70, 1.5, float("nan"), "", "\0", "\ud800", "a" * 30_000, [], [[]], {"a": 1}]
FIELDS = {
    "name": "Somebody", "password": "a few plain words", "role": "member", "next": "/", "new": "some other words",
    "do": "look", "point": "doubled", "reason": "It was ours.", "score": "50", "passed": "yes", "ruling": "0" * 32,
    "part": "write", "signature": "write-x", "says": "A note.", "title": "A title", "question": "doubling",
    "moment": "2026-12-03T18:00", "closed": "no", "as": "name", "shown": "Me", "text": "A text.", "base": "1",
    "summary": "", "version": "0", "filed": "", "chapter": "lists", "choice": "file", "offer": '[["title"], "x", null]',
    "slug": "~0123456789ab", "key": "k" * 20, "policy": "members", "then": "/wiki/doubling", "quote": "",
    "revision": "1", "answer": "x", "certainty": "2", "by": "Somebody", "before": "", "after": "", "class": "",
    "page": "1", "kind": "code", "from": "1", "to": "1", "said": "published", "q": "", "suggest": "1", "limit": "9",
}  # fmt: skip
DOES = "look apply stop preview suggest excuse excuse-part override lift withdraw ignore".split()
SURROGATE = "+2AA-"  # in a charset that no browser sends
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x; charset=utf-7"}
LEFT_OUT = {"/sign-out", "/api/v1/demo/runs", "/demo/runs", "/api/v1/demo/runs/{run_id}/events"}


class Crowd:
    """A visitor and an admin at one site; `sends` asks as one of them, and keeps no cookie that comes back."""

    def __init__(self, app: TestClient) -> None:
        self.routes = [one for one in vars(app.app)["router"].routes if isinstance(one, APIRoute)]
        self.client = browser(app)
        admin = signed_in(app, Role.ADMIN)
        self.people = [{}, {"Cookie": f"session={admin.cookies['session']}"}]
        self.there = things(app)

    def asked(self, *methods: str) -> Iterator[tuple[str, str, dict[str, str]]]:
        for route in self.routes:
            for method in {*methods} & {*(route.methods or ())}:
                if route.path not in LEFT_OUT:
                    for person in self.people * EACH:
                        yield method, route.path, person

    def filled(self, path: str, odd: str | None = None) -> str:
        """The address with what is there in its places, or with something odd in all of them."""

        def found(at: re.Match[str]) -> str:
            return quote(self.there.get(at[1], "x") if odd is None else odd[:300], safe="")

        return re.sub(r"\{(\w+)\}", found, path)

    def sends(self, method: str, address: str, person: dict[str, str], **more: Any) -> None:
        headers = person | more.pop("headers", {})
        answer = self.client.request(method, address, headers=headers, follow_redirects=False, **more)
        self.client.cookies.clear()
        assert answer.status_code < 500, (method, address, more, answer.text[:300])


def things(app: TestClient) -> dict[str, str]:
    """What an address may name."""
    teacher, student = signed_in(app, Role.INSTRUCTOR), signed_in(app, Role.MEMBER)
    attempt = student.post(WRITE, json={"answer": WRONG}).json()["attempt"]
    student.post(EXPLAIN, json={"answer": "Each number is doubled."})
    wanted = {"base": 1, "text": added(student, "A sentence."), "suggest": True}
    suggestion = student.post(REVISIONS, json=wanted).json()["suggestion"]
    talk = student.post(f"{WIKI}/threads", json={"title": "A", "text": "B", "revision": 1}).json()["thread"]
    sent = teacher.post("/teach/classes", data={"title": "A class", "key": "k" * 20}, follow_redirects=False)
    code = re.search(r"/join/(\w+)", teacher.get(sent.headers["location"]).text)
    assert code
    return {
        **dict.fromkeys(("slug", "question_id", "question"), "doubling"), "part": "write", "part_id": "write",
        "attempt_id": attempt, **dict.fromkeys(("suggestion", "suggestion_id"), suggestion), "number": "1",
        **dict.fromkeys(("thread", "thread_id"), talk), "id": sent.headers["location"].rpartition("/")[2],
        "code": code[1], "form": "long",
    }  # fmt: skip


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[Crowd]:
    with site(tmp_path_factory.mktemp("routes"), pool, wiki="everyone") as made:
        yield Crowd(made)


@pytest.fixture
def draw() -> Random:
    return Random(7)


def drawn(draw: Random) -> dict[str, Any]:
    """Mostly what a form holds; some of it is odd, twice there or missing."""
    form: dict[str, Any] = FIELDS | {"do": draw.choice(DOES)}
    for name in draw.sample(list(form), 6):
        form[name] = draw.choice([draw.choice(ODD), [form[name], "b"], []])
    return form


def test_nothing_odd_in_an_address_does_harm(crowd: Crowd, draw: Random) -> None:
    for method, path, person in crowd.asked("GET", "POST", "PUT"):
        if "{" in path:
            crowd.sends(method, crowd.filled(path, draw.choice(ODD)), person)


def test_nothing_odd_in_a_query_does_harm(crowd: Crowd, draw: Random) -> None:
    for method, path, person in crowd.asked("GET"):
        asked = {name: str(value)[:80] for name, value in drawn(draw).items()}
        crowd.sends(method, crowd.filled(path), person, params=asked)


def test_nothing_odd_in_a_form_does_harm(crowd: Crowd, draw: Random) -> None:
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{SURROGATE}\r\n' for name in FIELDS]
    for at, (method, path, person) in enumerate(crowd.asked("POST")):
        sent: dict[str, Any] = {"data": drawn(draw)}
        if at % 5 == 0:
            sent = {"content": "".join([*parts, "--x--"]), "headers": MULTIPART}
        crowd.sends(method, crowd.filled(path), person, **sent)


def test_nothing_odd_in_a_json_body_does_harm(crowd: Crowd, draw: Random) -> None:
    for method, path, person in crowd.asked("POST", "PUT"):
        body: dict[str, Any] = FIELDS | {"base": 1, "version": 0, "revision": 1, "suggest": False, "ignore": True}
        body |= {name: draw.choice(VALUES) for name in draw.sample(list(body), 5)}
        headers = {"Content-Type": "application/json", "Idempotency-Key": draw.choice(["k", "", "\x7f", "k" * 300])}
        crowd.sends(method, crowd.filled(path), person, content=json.dumps(body), headers=headers)


def test_no_host_does_harm(crowd: Crowd, draw: Random) -> None:
    for method, path, person in crowd.asked("GET"):
        host = draw.choice(["[", "a]b", "a b", '"><script>', "x:99999999", "x:y", "@", "a/b", ""])
        crowd.sends(method, crowd.filled(path), person, headers={"Host": host, "Referer": f"http://{host}/a"})
