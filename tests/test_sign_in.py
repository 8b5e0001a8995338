"""Signing up, in and out: who gets in, what a stranger can find out, and what comes along."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store import accounts, sessions
from app.store.accounts import Role, token_id
from app.web.door import Door
from app.web.problems import Crowded, TooOften
from app.web.sign_in import local
from tests.client import DRAFT, FORM, PAGE, RIGHT, WRITE, WRONG, browser, site
from tests.people_parts import PASSWORD, account, as_account, name_on, rooms_of, sign_in, sign_up

LATER = timedelta(hours=1)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("sign-in"), pool) as made:
        yield made


@pytest.fixture
def client(app: TestClient) -> TestClient:
    """A browser that nobody has used, at a door that has seen nobody."""
    fresh = Door(sign_up=True)
    vars(rooms_of(app).door).update(vars(fresh))
    return browser(app)


def test_who_signs_up_is_signed_in_and_can_sign_in_again_elsewhere(client: TestClient) -> None:
    assert sign_up(client, "Ada Lovelace") == 303 and name_on(client) == "Ada Lovelace"
    other = browser(client)
    assert sign_in(other, "ada  LOVELACE") == 303 and name_on(other) == "Ada Lovelace"


@pytest.mark.parametrize(("name", "password"), [("Bea", "not her password"), ("Nobody Here", PASSWORD), ("Bea", "")])
def test_a_wrong_name_and_a_wrong_password_look_the_same(client: TestClient, name: str, password: str) -> None:
    sign_up(browser(client), "Bea")
    answer = client.post("/sign-in", data={"name": name, "password": password})
    assert answer.status_code == 401 and "session" not in client.cookies
    assert "There is no account with this name and this password." in answer.text


def test_an_account_without_a_password_cannot_be_entered_with_any(client: TestClient) -> None:
    made = account(client, Role.MEMBER)
    assert [sign_in(client, made.name, password) for password in ("", "None", PASSWORD)] == [401] * 3


def test_the_database_holds_neither_passwords_nor_tokens(client: TestClient) -> None:
    sign_up(client, "Kept Apart")
    token = client.cookies["session"]
    with rooms_of(client).database.read() as connection:
        found = accounts.named(connection, "kept apart")
        assert found is not None
        hash = accounts.password_of(connection, found.id)
        held = [one.id for one in sessions.of(connection, found.id, datetime.now(UTC))]
    assert hash is not None and hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and held == [token_id(token)]


def test_the_session_cookie_is_for_this_site_and_no_script(app: TestClient, client: TestClient) -> None:
    answer = client.post("/sign-up", data={"name": "Crumbs", "password": PASSWORD}, follow_redirects=False)
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("session="))
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"} <= set(cookie.split("; "))
    assert len(cookie.split(";")[0]) == len("session=") + 43 and "Secure" not in cookie
    secure = TestClient(app.app, base_url="https://testserver")
    secure.portal = app.portal
    answer = secure.post("/sign-in", data={"name": "Crumbs", "password": PASSWORD}, follow_redirects=False)
    assert all("Secure" in one for one in answer.headers.get_list("set-cookie"))


def test_signing_in_makes_a_new_session_and_ends_the_one_before(client: TestClient) -> None:
    sign_up(client, "Rotating")
    first = client.cookies["session"]
    sign_in(client, "Rotating")
    assert client.cookies["session"] != first
    planted = browser(client)
    planted.cookies.set("session", first)
    assert name_on(planted) is None


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(client: TestClient) -> None:
    planted = "A" * 43
    client.cookies.set("session", planted, domain="testserver.local", path="/")
    sign_up(client, "Not Fixed")
    thief = browser(client)
    thief.cookies.set("session", planted)
    assert name_on(thief) is None


def test_signing_out_ends_the_session_for_everybody_who_has_it(client: TestClient) -> None:
    sign_up(client, "Leaving")
    copy = browser(client)
    copy.cookies.set("session", client.cookies["session"])
    answer = client.post("/sign-out", follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["clear-site-data"] == '"storage"'
    assert name_on(copy) is None and name_on(client) is None


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "é" * 30, "A" * 5000, "'; DROP TABLE session; --aaaaaaaa"])
def test_a_cookie_that_is_no_session_is_a_visitor(client: TestClient, token: str) -> None:
    answer = client.get("/", headers=[(b"Cookie", f"session={token}".encode())])
    assert answer.status_code == 200 and "/sign-in" in answer.text


def test_a_session_ends_after_thirty_days(client: TestClient) -> None:
    made, now = account(client, Role.MEMBER), datetime.now(UTC)
    with rooms_of(client).database.write() as connection:
        accounts.sign_in(connection, made.id, "t" * 43, "a test", now - timedelta(days=30))
        accounts.sign_in(connection, made.id, "u" * 43, "a test", now - timedelta(days=30) + LATER)
    for token, name in (("t", None), ("u", made.name)):
        old = browser(client)
        old.cookies.set("session", token * 43)
        assert name_on(old) == name


def test_when_a_session_was_seen_is_noted_once_an_hour(client: TestClient) -> None:
    made, now = account(client, Role.MEMBER), datetime.now(UTC)
    with rooms_of(client).database.write() as connection:
        accounts.sign_in(connection, made.id, "s" * 43, "a test", now - 2 * LATER)
    seen = []
    again = browser(client)
    again.cookies.set("session", "s" * 43)
    for _ in range(2):
        again.get("/")
        with rooms_of(client).database.read() as connection:
            seen.append(sessions.of(connection, made.id, now)[0].seen)
    assert seen[0] >= now and seen[0] == seen[1]


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(client: TestClient) -> None:
    made = account(client, Role.INSTRUCTOR)
    teacher = as_account(client, made)
    assert "/teach" in teacher.get("/").text
    with rooms_of(client).database.write() as connection:
        accounts.set_role(connection, made.id, Role.MEMBER)
    assert "/teach" not in teacher.get("/").text


NEXT = [
    ("/questions/doubling?x=1", "/questions/doubling?x=1"), ("", "/"), ("https://example.org/", "/"),
    ("//example.org", "/"), ("/\\example.org", "/"), ("\\\\example.org", "/"), ("/\t/example.org", "/"),
    ("javascript:alert(1)", "/"), ("questions", "/"), ("/a\r\nSet-Cookie: x=y", "/"), ("/sign-out", "/"),
    ("/é", "/"), ("/" + "x" * 3000, "/"), (" /questions", "/"), ("///example.org", "/"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "found"), NEXT)
def test_signing_in_leads_to_a_page_of_this_site_and_nowhere_else(client: TestClient, asked: str, found: str) -> None:
    made = browser(client)
    sign_up(made, "Goes Places")
    sent = {"name": "Goes Places", "password": PASSWORD, "next": asked}
    assert client.post("/sign-in", data=sent, follow_redirects=False).headers["location"] == found
    assert (local(asked) or "/") == found


def test_the_form_leads_back_to_the_page_that_one_came_from(client: TestClient) -> None:
    for came, wanted in ((f"http://testserver{PAGE}", PAGE), ("http://example.org/x", "/"), ("http://[", "/")):
        assert f'name="next" value="{wanted}"' in client.get("/sign-in", headers={"Referer": came}).text


def test_an_own_page_sends_a_stranger_to_sign_in_and_a_program_away(client: TestClient) -> None:
    answer = client.get("/me?x=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/me%3Fx%3D1")
    answer = client.get("/me", headers={"Accept": "application/json"}, follow_redirects=False)
    assert answer.status_code == 401 and answer.headers["content-type"] == "application/problem+json"
    answer = client.post("/me/name", data={"name": "x"}, follow_redirects=False)
    assert answer.status_code == 401 and 'href="/sign-in"' in answer.text


def test_a_second_press_of_the_button_signs_in(client: TestClient) -> None:
    assert [sign_up(client, "Twice", password) for password in (PASSWORD, PASSWORD, "not the same")] == [303, 303, 409]


def test_a_name_is_guessed_at_ten_times_whoever_has_it_or_nobody(client: TestClient) -> None:
    sign_up(browser(client), "Guessed At")
    for name in ("Guessed At", "Nobody Has This"):
        tried = [sign_in(client, name, "a wrong one") for _ in range(11)]
        assert tried == [401] * 10 + [429]
    answer = client.post("/sign-in", data={"name": "guessed at", "password": PASSWORD})
    assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 600 and "10 minutes" in answer.text


def test_whoever_gets_in_is_forgiven_what_they_mistyped(client: TestClient) -> None:
    sign_up(browser(client), "Clumsy")
    for _ in range(2):
        assert [sign_in(client, "Clumsy", "a wrong one") for _ in range(9)] == [401] * 9
        assert sign_in(client, "Clumsy") == 303


def test_an_address_that_tries_many_names_is_told_to_wait(client: TestClient) -> None:
    door = rooms_of(client).door
    for _ in range(99):
        door.failed_by_address.enter("testclient")
    assert [sign_in(client, name, "a wrong one") for name in ("One Name", "Another Name")] == [401, 429]


def test_who_asks_which_names_are_taken_is_told_to_wait(client: TestClient) -> None:
    sign_up(browser(client), "Well Known")
    door = rooms_of(client).door
    for _ in range(19):
        door.taken_by_address.enter("testclient")
    assert [sign_up(client, "Well Known", "a wrong one") for _ in range(2)] == [409, 429]


async def crowd(door: Door) -> list[bool | Crowded]:
    many = (door.right(PASSWORD, None) for _ in range(4))
    return await asyncio.gather(*many, return_exceptions=True)  # type: ignore[return-value]


def test_who_comes_when_very_many_wait_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.door.MAY_WAIT", 3)
    door = Door(sign_up=True)
    with ThreadPoolExecutor(1) as aside:  # a browser's test may have left a loop in this thread
        came = aside.submit(lambda: asyncio.run(crowd(door))).result()
    door.close()
    assert [type(one) for one in came] == [bool] * 3 + [Crowded]


def test_a_window_slides() -> None:
    now = [0.0]
    window = Door(sign_up=True).failed_by_name
    window.clock = lambda: now[0]
    for now[0] in range(10):
        window.enter("x")
    with pytest.raises(TooOften) as told:
        window.enter("x")
    assert told.value.retry_after == 591
    window.enter("y")
    now[0] = 600.5
    window.enter("x")
    with pytest.raises(TooOften):
        window.enter("x")


def test_where_sign_up_is_closed_nobody_makes_an_account(client: TestClient) -> None:
    rooms_of(client).door.sign_up = False
    assert client.get("/sign-up").status_code == 403 and sign_up(client, "Let Me In") == 403
    assert "/sign-up" not in client.get("/sign-in").text


def test_another_site_can_neither_sign_somebody_in_nor_out(client: TestClient) -> None:
    sign_up(client, "Stays In")
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for address in ("/sign-in", "/sign-up", "/sign-out", "/me/password", "/sign-in/once/" + "x" * 43):
        assert client.post(address, data={"name": "x"}, headers=foreign).status_code == 403
    assert name_on(client) == "Stays In"


def test_a_link_signs_in_once_and_looking_at_it_does_not_use_it_up(client: TestClient) -> None:
    made = account(client, Role.EDITOR)
    with rooms_of(client).database.write() as connection:
        token = sessions.make_link(connection, made.id, LATER, datetime.now(UTC))
    address = f"/sign-in/once/{token}"
    for _ in range(2):
        page = client.get(address)
        assert page.status_code == 200 and page.headers["cache-control"] == "no-store" and made.name in page.text
        assert page.headers["referrer-policy"] == "same-origin"
    assert client.head(address).status_code == 200 and name_on(client) is None
    assert client.post(address, follow_redirects=False).headers["location"] == "/me" and name_on(client) == made.name
    other = browser(client)
    assert other.post(address).status_code == 404 and other.get(address).status_code == 404 and name_on(other) is None


def test_a_link_that_is_too_old_signs_nobody_in(client: TestClient) -> None:
    made = account(client, Role.MEMBER)
    with rooms_of(client).database.write() as connection:
        token = sessions.make_link(connection, made.id, LATER, datetime.now(UTC) - LATER)
    assert client.post(f"/sign-in/once/{token}").status_code == 404 and name_on(client) is None


def test_what_a_visitor_did_becomes_the_accounts(client: TestClient) -> None:
    client.post(FORM, data={"answer": WRONG})
    answered = client.post(WRITE, json={"answer": RIGHT}).json()["attempt"]
    client.put(DRAFT, json={"answer": "half a thought"})
    answer = client.post("/sign-up", data={"name": "Brings Along", "password": PASSWORD, "next": PAGE})
    assert "2 answers" in answer.text and "1 draft" in answer.text and f'href="{PAGE}"' in answer.text
    elsewhere = browser(client)
    sign_in(elsewhere, "Brings Along")
    assert elsewhere.get(f"/api/v1/attempts/{answered}").status_code == 200
    assert elsewhere.get(DRAFT).json()["answer"] == "half a thought"


def test_after_signing_out_the_browser_is_nobody_that_it_was(client: TestClient) -> None:
    answered = client.post(WRITE, json={"answer": RIGHT}).json()["attempt"]
    before = client.cookies["learner"]
    sign_up(client, "Shared Machine")
    client.post("/sign-out")
    for cookie in (None, before):
        next_person = browser(client)
        if cookie is not None:
            next_person.cookies.set("learner", cookie)
        assert next_person.get(f"/api/v1/attempts/{answered}").status_code == 404
        assert client.get(f"/api/v1/attempts/{answered}").status_code == 404


def test_signing_in_adds_what_was_done_here_to_what_the_account_has(client: TestClient) -> None:
    sign_up(client, "Two Machines")
    client.put(DRAFT, json={"answer": "at home"})
    other = browser(client)
    other.post(FORM, data={"answer": WRONG})
    other.post(f"{PAGE}/hints")
    other.put(DRAFT, json={"answer": "at the library"})
    answer = other.post("/sign-in", data={"name": "Two Machines", "password": PASSWORD})
    assert "1 answer" in answer.text and "set aside" in answer.text
    assert client.get(DRAFT).json()["answer"] == "at home" and "Think of each item" in client.get(PAGE).text


def test_a_folder_of_data_is_enough(tmp_path: Path, pool: Pool) -> None:
    """Accounts are in the database and nowhere else: a restart changes nothing."""
    with site(tmp_path, pool) as first:
        sign_up(first, "Outlives")
        token = first.cookies["session"]
    with site(tmp_path, pool) as second:
        second.cookies.set("session", token)
        assert name_on(second) == "Outlives"
