"""Signing in by way of an OpenID Connect provider: a small real one, and each way of doing it wrong."""

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store.accounts import Role
from app.web.door import Door
from app.web.provider import NotVouchedFor, Provider, ProviderFails, trusted
from tests.client import DRAFT, SECRET, browser, site
from tests.people_parts import account, as_account, name_on, rooms_of, sign_up

CLIENT, CLIENT_SECRET = "selfgrad at school", "a secret: between & us"


class Elsewhere(ThreadingHTTPServer):
    """It knows everybody, and asks nobody. `says` is put over the claims of the tokens that it gives."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.says: dict[str, Any] = {}
        self.subject = "person-1"
        self.asked: dict[str, dict[str, str]] = {}
        self.published: dict[str, Any] = {}

    def authorize(self, address: str) -> dict[str, str]:
        """What a browser that goes there brings back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["code_challenge_method"] == "S256" and asked["client_id"] == CLIENT
        code = secrets.token_hex(8)
        self.asked[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def token(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.asked.pop(sent["code"], None)
        pair = base64.b64encode(b"selfgrad+at+school:a+secret%3A+between+%26+us").decode()
        if asked is None or authorization != f"Basic {pair}" or sent["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=")
        if challenge.decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "exp": time.time() + 60, "nonce": asked["nonce"],
            "preferred_username": "Ada Lovelace",
        } | self.says  # fmt: skip
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return 200, {"id_token": f"e30.{body}.c2lnbmF0dXJl", "access_token": "x", "token_type": "Bearer"}


class Answers(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_GET(self) -> None:
        issuer = self.server.issuer
        told = {"issuer": issuer, "authorization_endpoint": f"{issuer}/go", "token_endpoint": f"{issuer}/token"}
        self.answer(200, told | self.server.published)

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        sent = {name: values[0] for name, values in body.items()}
        self.answer(*self.server.token(sent, self.headers.get("Authorization", "")))

    def answer(self, code: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("provider"), pool) as made:
        yield made


@pytest.fixture
def client(app: TestClient, elsewhere: Elsewhere) -> TestClient:
    elsewhere.subject = f"person {secrets.token_hex(8)}"
    provider = Provider(elsewhere.issuer, CLIENT, CLIENT_SECRET, SECRET)
    vars(rooms_of(app).door).update(vars(Door(sign_up=True, provider=provider)))
    return browser(app)


def go(client: TestClient, elsewhere: Elsewhere, where: str = "/questions") -> Any:
    """There and back again."""
    there = client.get(f"/sign-in/with?next={where}", follow_redirects=False)
    assert there.status_code == 303 and there.headers["location"].startswith(f"{elsewhere.issuer}/go?")
    return client.get("/sign-in/back", params=elsewhere.authorize(there.headers["location"]), follow_redirects=False)


def test_who_comes_from_there_is_signed_in_and_known_the_next_time(client: TestClient, elsewhere: Elsewhere) -> None:
    elsewhere.says = {"preferred_username": "First Time"}
    assert go(client, elsewhere).headers["location"] == "/questions" and name_on(client) == "First Time"
    other = browser(client)
    elsewhere.says = {"preferred_username": "Called Otherwise Now"}
    go(other, elsewhere)
    assert name_on(other) == "First Time"


@pytest.mark.parametrize(
    ("called", "name"),
    [("taken", "Taken 2"), ("<b>x</b>", "b x b"), ("ada@example.org", "ada"), ("", None), ("admin", None), (7, None)],
)
def test_a_name_from_there_becomes_one_that_may_be_had(
    client: TestClient, elsewhere: Elsewhere, called: Any, name: str | None
) -> None:
    sign_up(browser(client), "Taken")
    elsewhere.says = {"preferred_username": called}
    go(client, elsewhere)
    found = name_on(client) or ""
    assert found.lower() == name.lower() if name else found.startswith("member")


def test_what_was_done_before_comes_along(client: TestClient, elsewhere: Elsewhere) -> None:
    client.put(DRAFT, json={"answer": "before"})
    assert go(client, elsewhere).headers["location"].startswith("/me?answers=0&drafts=1")
    assert client.get(DRAFT).json()["answer"] == "before"


def test_an_account_lets_the_provider_sign_it_in(client: TestClient, elsewhere: Elsewhere) -> None:
    made = account(client, Role.EDITOR)
    assert "/sign-in/with?next=/me" in as_account(client, made).get("/me").text
    go(as_account(client, made), elsewhere, "/me")
    go(client, elsewhere)
    assert name_on(client) == made.name and "signs you in here, too" in client.get("/me").text
    told = client.get("/me/export.json").json()["account"]["providers"]
    assert told == [{"issuer": elsewhere.issuer, "subject": elsewhere.subject}]


@pytest.mark.parametrize(
    "says",
    [
        {"iss": "https://example.org"}, {"aud": "another"}, {"aud": [CLIENT, "another"]}, {"aud": None}, {"exp": 1},
        {"exp": "soon"}, {"nonce": "another"}, {"nonce": None}, {"sub": ""}, {"sub": None}, {"sub": "x" * 256},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_for_somebody_else_signs_nobody_in(
    client: TestClient, elsewhere: Elsewhere, says: dict[str, Any]
) -> None:
    elsewhere.says = says
    assert go(client, elsewhere).status_code == 403 and name_on(client) is None


@pytest.mark.parametrize(
    "said",
    [
        {"state": "another"}, {"state": ""}, {"code": "made up"}, {"code": ""}, {"iss": "https://example.org"},
        {"error": "no"},
    ],
    ids=str,
)  # fmt: skip
def test_an_answer_that_was_not_asked_for_signs_nobody_in(
    client: TestClient, elsewhere: Elsewhere, said: dict[str, str]
) -> None:
    there = client.get("/sign-in/with", follow_redirects=False)
    back = elsewhere.authorize(there.headers["location"]) | said
    assert client.get("/sign-in/back", params=back).status_code == 403 and name_on(client) is None


def test_an_answer_works_once_and_only_at_the_browser_that_asked(client: TestClient, elsewhere: Elsewhere) -> None:
    there = client.get("/sign-in/with", follow_redirects=False)
    back = elsewhere.authorize(there.headers["location"])
    victim = browser(client)
    assert victim.get("/sign-in/back", params=back).status_code == 403 and name_on(victim) is None
    assert client.get("/sign-in/back", params=back, follow_redirects=False).status_code == 303
    assert client.get("/sign-in/back", params=back).status_code == 403


def test_after_ten_minutes_one_begins_again(elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(elsewhere.issuer, CLIENT, CLIENT_SECRET, SECRET)
    address, memory = provider.begin("http://testserver/sign-in/back", "/")
    monkeypatch.setattr("app.web.provider.LASTS_S", -1)
    with pytest.raises(NotVouchedFor):
        provider.finish(memory, elsewhere.authorize(address))


def test_where_sign_up_is_closed_only_those_who_are_known_come_in(client: TestClient, elsewhere: Elsewhere) -> None:
    rooms_of(client).door.sign_up = False
    assert go(client, elsewhere).status_code == 403 and name_on(client) is None


@pytest.mark.parametrize(
    "published",
    [{"issuer": "https://example.org"}, {"token_endpoint": "http://example.org/token"}, {"token_endpoint": 7}],
    ids=str,
)
def test_a_provider_that_is_not_what_it_should_be_is_not_believed(
    client: TestClient, elsewhere: Elsewhere, published: dict[str, Any]
) -> None:
    elsewhere.published = published
    answer = client.get("/sign-in/with", follow_redirects=False)
    if answer.status_code == 303:
        answer = client.get("/sign-in/back", params=elsewhere.authorize(answer.headers["location"]))
    assert answer.status_code == 503 and name_on(client) is None


def test_a_provider_that_is_away_is_told_and_the_password_still_works(client: TestClient) -> None:
    rooms_of(client).door.provider = Provider("http://127.0.0.1:9", CLIENT, "", SECRET)
    answer = client.get("/sign-in/with")
    assert answer.status_code == 503 and "retry-after" in answer.headers and "Sign in in another way" in answer.text
    assert sign_up(client, "Has A Password") == 303


def test_without_a_provider_nothing_speaks_of_one(client: TestClient) -> None:
    rooms_of(client).door.provider = None
    assert "/sign-in/with" not in client.get("/sign-in").text
    assert client.get("/sign-in/with").status_code == client.get("/sign-in/back").status_code == 404


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://example.org/x", True), ("http://127.0.0.1:9/x", True), ("http://example.org", False),
        ("file:///x", False), ("https://", False), ("", False),
    ],
)  # fmt: skip
def test_only_what_nobody_can_change_on_the_way_is_asked(address: str, may: bool) -> None:
    assert trusted(address) is may


def test_an_answer_that_is_no_json_is_the_providers_fault(elsewhere: Elsewhere) -> None:
    elsewhere.published = {"long": "x" * 300_000}
    with pytest.raises(ProviderFails):
        Provider(elsewhere.issuer, CLIENT, "", SECRET).begin("http://testserver/sign-in/back", "/")


def test_an_answer_that_is_no_http_is_the_providers_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            with listening.accept()[0] as connection:
                connection.recv(4096)
                connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(ProviderFails):
            Provider(f"http://127.0.0.1:{listening.getsockname()[1]}", CLIENT, "", SECRET).begin("/", "/")
        thread.join()


def test_another_site_cannot_have_an_account_connected(client: TestClient) -> None:
    """Whoever is signed in there in the name of that site's owner would let them in here."""
    sign_up(client, "Not Tied")
    answer = client.get("/sign-in/with", headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False)
    assert answer.status_code == 403 and "provider" not in client.cookies
