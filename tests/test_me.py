"""One's own page, and what one can do there with oneself; and the page on which an admin gives roles."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store import accounts
from app.store.accounts import Role
from app.web.door import Door
from app.web.me import browser as called
from tests.client import DRAFT, FORM, PAGE, RIGHT, WRITE, WRONG, browser, site
from tests.people_parts import PASSWORD, account, as_account, rooms_of, sign_in, sign_up, signed_in
from tests.wiki_parts import REVISIONS, WIKI, edit


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("me"), pool) as made:
        yield made


@pytest.fixture
def client(app: TestClient) -> TestClient:
    """A browser that nobody has used."""
    vars(rooms_of(app).door).update(vars(Door(sign_up=True)))
    return browser(app)


def inside(client: TestClient) -> bool:
    return client.get("/me", follow_redirects=False).status_code == 200


def test_progress_is_told_by_chapter_and_certainty_by_what_came_of_it(client: TestClient) -> None:
    sign_up(client, "Knows Much")
    for answer, certainty in ((RIGHT, 3), (WRONG, 3), (WRONG, 1)):
        client.post(WRITE, json={"answer": answer, "certainty": certainty})
    page = client.get("/me").text
    assert "Lists: 0 of 3 done, 1 begun." in page
    rows = re.findall(r'<th scope="row">(.+?)</th><td>(\d+)</td><td>(\d+) \((\d+) %\)', page)
    assert rows == [("a guess", "1", "0", "0"), ("certain", "2", "1", "50")]


def test_sessions_are_listed_and_ended_one_by_one_or_all_but_this(client: TestClient) -> None:
    sign_up(client, "At Many Places")
    others = [browser(client) for _ in range(3)]
    for other in others:
        other.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        sign_in(other, "At Many Places")
    page = client.get("/me").text
    assert page.count("Firefox on Linux") == 3 and page.count("this one") == 1
    ends = re.findall(r'action="(/me/sessions/[0-9a-f]{64}/end)"', page)
    client.post(ends[0])
    assert [inside(other) for other in others].count(True) == 2
    client.post("/me/sessions/end-others")
    assert inside(client) and not any(inside(other) for other in others)


def test_nobody_ends_the_session_of_somebody_else(client: TestClient) -> None:
    sign_up(client, "Victim")
    sign_in(client, "Victim")
    stored = accounts.token_id(client.cookies["session"])
    thief = signed_in(client, Role.ADMIN)
    assert thief.post(f"/me/sessions/{stored}/end", follow_redirects=False).status_code == 303
    assert inside(client)


AGENTS = [
    ("", "another program"), ("curl/8", "another program"), ("<script>", "another program"),
    ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Mobile Safari/604.1", "Safari on iPhone"),
    ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
]  # fmt: skip


@pytest.mark.parametrize(("agent", "name"), AGENTS)
def test_a_browser_is_called_what_a_person_calls_it(agent: str, name: str) -> None:
    assert called(agent) == name


def test_a_change_of_ones_name_or_password_is_told(client: TestClient) -> None:
    sign_up(client, "Careful")
    assert "Your name is changed." in client.post("/me/name", data={"name": "Carefree"}).text
    sent = {"password": PASSWORD, "new": "other plain words"}
    assert "The new password holds." in client.post("/me/password", data=sent).text
    assert "is changed" not in client.get("/me?said=nonsense").text


def test_a_new_password_signs_out_everybody_else(client: TestClient) -> None:
    sign_up(client, "Careful")
    other = browser(client)
    sign_in(other, "Careful")
    sent = {"password": PASSWORD, "new": "other plain words"}
    assert client.post("/me/password", data=sent, follow_redirects=False).status_code == 303
    assert inside(client) and not inside(other)
    assert [sign_in(browser(client), "Careful", word) for word in (PASSWORD, "other plain words")] == [401, 303]


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"password": "not it at all", "new": "other plain words"}, "present password"),
        ({"password": PASSWORD, "new": "short"}, "8 to 200"),
        ({"password": PASSWORD, "new": "own page"}, "may not be the name"),
        ({"new": "other plain words"}, "one `password`"),
    ],
)
def test_a_password_is_changed_by_who_knows_it_to_a_good_one(
    client: TestClient, sent: dict[str, str], says: str
) -> None:
    sign_up(client, "Own Page")
    answer = client.post("/me/password", data=sent)
    assert answer.status_code == 422 and says in answer.text
    assert sign_in(browser(client), "Own Page") == 303


def test_whoever_found_an_open_browser_cannot_guess_the_password_there(client: TestClient) -> None:
    sign_up(client, "Left Open")
    sent = {"password": "a wrong guess", "new": "other plain words"}
    assert [client.post("/me/password", data=sent).status_code for _ in range(11)] == [422] * 10 + [429]


def test_an_account_without_a_password_gets_one(client: TestClient) -> None:
    made = account(client, Role.ADMIN, "No Word Yet")
    owner = as_account(client, made)
    assert "no password yet" in owner.get("/me").text
    assert owner.post("/me/password", data={"new": PASSWORD}, follow_redirects=False).status_code == 303
    assert sign_in(client, "no word yet") == 303 and "no password yet" not in owner.get("/me").text


def test_a_name_is_changed_to_a_free_one(client: TestClient) -> None:
    sign_up(browser(client), "Had By Other")
    sign_up(client, "Before")
    for name, code in (("After", 303), ("had by OTHER", 409), ("<b>", 422), ("admin", 422), ("AFTER", 303)):
        assert client.post("/me/name", data={"name": name}, follow_redirects=False).status_code == code
    assert "<h1>AFTER</h1>" in client.get("/me").text
    assert sign_in(browser(client), "before") == 401 and sign_in(browser(client), "after") == 303


def test_the_owner_may_write_its_own_name_otherwise(client: TestClient) -> None:
    owner = as_account(client, account(client, Role.ADMIN, "owner"))
    assert owner.post("/me/name", data={"name": "Owner"}, follow_redirects=False).status_code == 303
    assert "<h1>Owner</h1>" in owner.get("/me").text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}"])
def test_a_name_that_came_in_by_another_way_is_shown_as_text(client: TestClient, name: str) -> None:
    with rooms_of(client).database.write() as connection:
        made = accounts.add(connection, name, Role.ADMIN, None, None, datetime.now(UTC))
    admin = as_account(client, made)
    for address in ("/", "/me", f"/teach/people?q={name[:3]}"):
        page = admin.get(address).text
        assert "<script>alert" not in page and "<img" not in page and "49" not in page.split("<main")[0]


def test_everything_can_be_taken_along(client: TestClient) -> None:
    sign_up(client, "Takes Along")
    answered = client.post(WRITE, json={"answer": RIGHT}).json()["attempt"]
    client.put(DRAFT, json={"answer": "half \N{SNOWMAN}"})
    answer = client.get("/me/export.json")
    assert answer.headers["content-disposition"].startswith("attachment")
    found = answer.json()
    assert found["account"]["name"] == "Takes Along" and len(found["sessions"]) == 1
    assert found["attempt"][0]["id"] == answered and found["attempt"][0]["verdict"]["passed"] is True
    assert found["draft"][0]["text"] == "half \N{SNOWMAN}"
    assert "argon2" not in answer.text and client.cookies["session"] not in answer.text


def test_whoever_has_looked_at_the_changes_can_take_everything_along_too(client: TestClient) -> None:
    author = signed_in(client, Role.MEMBER)
    assert edit(author, "Another text.").status_code == 201
    author.get("/changes")
    found = author.get("/me/export.json").json()
    assert found["visit"][0]["before"] == found["visit"][0]["seen"] == found["revision"][0]["id"]


def test_an_empty_account_can_be_taken_along_too(client: TestClient) -> None:
    assert set(signed_in(client, Role.MEMBER).get("/me/export.json").json()) == {"account", "sessions"}


def test_forgetting_needs_the_name_and_leaves_nothing(client: TestClient) -> None:
    sign_up(client, "Forget Me")
    answered = client.post(WRITE, json={"answer": RIGHT}).json()["attempt"]
    assert client.post("/me/forget", data={"name": "somebody"}).status_code == 422 and inside(client)
    answer = client.post("/me/forget", data={"name": "forget me"})
    assert answer.status_code == 200 and "Your account is deleted" in answer.text and not inside(client)
    assert client.get(f"/api/v1/attempts/{answered}").status_code == 404
    assert sign_in(client, "Forget Me") == 401 and sign_up(client, "Forget Me") == 303


def test_a_draft_that_was_set_aside_can_be_taken_instead_and_back(client: TestClient) -> None:
    sign_up(client, "Two Texts")
    client.put(DRAFT, json={"answer": "at home"})
    other = browser(client)
    other.put(DRAFT, json={"answer": "<b>elsewhere</b>"})
    sign_in(other, "Two Texts")

    def address() -> str:
        return str(re.findall(r'href="(/me/aside/[0-9a-f]{32})"', client.get("/me").text)[0])

    page = client.get(address()).text
    assert "at home" in page and "&lt;b&gt;elsewhere" in page
    assert signed_in(client, Role.ADMIN).get(address()).status_code == 404
    sent = client.post(f"{address()}/use", follow_redirects=False)
    assert sent.headers["location"] == f"{PAGE}#write" and client.get(DRAFT).json()["answer"] == "<b>elsewhere</b>"
    client.post(f"{address()}/use")
    assert client.get(DRAFT).json()["answer"] == "at home"
    client.post(f"{address()}/drop")
    assert "/me/aside/" not in client.get("/me").text and client.get(DRAFT).json()["answer"] == "at home"


def test_what_a_former_member_wrote_for_everybody_stays_without_the_name(client: TestClient) -> None:
    sign_up(client, "Gone Soon")
    client.post("/wiki/doubling/reveal")
    assert edit(client, "Each item, twice.", suggest=False).status_code == 201
    thread = client.post(f"{WIKI}/threads", json={"title": "Why?", "text": "Tell me.", "revision": 1})
    assert thread.status_code == 201 and client.post("/me/forget", data={"name": "gone soon"}).status_code == 200
    other = signed_in(client, Role.MEMBER)
    other.post("/wiki/doubling/reveal")
    for address in ("/wiki/doubling", "/wiki/doubling/revisions", "/wiki/doubling/discussion", "/changes", REVISIONS):
        page = other.get(address).text
        assert "Gone Soon" not in page and ("a former member" in page or address == "/wiki/doubling"), address


def test_a_suggestion_made_before_signing_up_is_its_authors(client: TestClient) -> None:
    client.post("/wiki/doubling/reveal")
    made = edit(client, "As a visitor.", suggest=True).json()["suggestion"]
    other = signed_in(client, Role.MEMBER)
    assert other.post(f"/api/v1/suggestions/{made}/withdraw").status_code in (403, 404)
    sign_up(client, "Was A Visitor")
    assert client.post(f"/api/v1/suggestions/{made}/withdraw").status_code == 200
    assert "As a visitor." in client.get("/me/export.json").text


@pytest.mark.parametrize("query", ["answers=x", "answers=99999999999", "answers=-1", "next=//example.org&answers=1"])
def test_a_forged_word_of_welcome_says_nothing_odd(client: TestClient, query: str) -> None:
    page = signed_in(client, Role.MEMBER).get(f"/me?{query}").text
    assert "example.org" not in page and ("is now with your account" in page) == ("answers=1" in query)


def test_an_admin_gives_roles_that_hold_at_once(client: TestClient) -> None:
    admin, member = signed_in(client, Role.ADMIN), account(client, Role.MEMBER, "Rising Star")
    theirs = as_account(client, member)
    page = admin.get("/teach/people?q=rising").text
    assert "Rising Star" in page and page.count('<li id="') == 1
    sent = admin.post(f"/teach/people/{member.id}/role", data={"role": "instructor"}, follow_redirects=False)
    assert sent.status_code == 303 and "Teach" in theirs.get("/").text
    assert theirs.get("/teach/people").status_code == 403
    assert admin.post(f"/teach/people/{member.id}/role", data={"role": "queen"}).status_code == 422
    assert admin.post("/teach/people/nobody/role", data={"role": "editor"}).status_code == 404


def test_people_come_a_page_at_a_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.people.A_PAGE", 2)
    for number in range(5):
        account(client, Role.MEMBER, f"Paged {number}")
    admin, seen, address = signed_in(client, Role.ADMIN), [], "/teach/people?q=paged"
    while address:
        page = admin.get(address).text
        seen += re.findall(r"<span>(Paged \d)", page)
        onward = re.search(r'href="(/teach/people\?q=paged&amp;after=[^"]+)"', page)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert seen == [f"Paged {number}" for number in range(5)]


def test_the_last_admin_can_neither_be_demoted_nor_go(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> None:
    with site(tmp_path_factory.mktemp("one-admin"), pool) as alone:
        made = account(alone, Role.ADMIN, "The Only One")
        admin = as_account(alone, made)
        assert admin.post(f"/teach/people/{made.id}/role", data={"role": "member"}).status_code == 409
        assert admin.post("/me/forget", data={"name": "the only one"}).status_code == 409 and inside(admin)
        account(alone, Role.ADMIN)
        admin.post(f"/teach/people/{made.id}/role", data={"role": "member"})
        assert admin.get("/teach/people").status_code == 403


def test_who_asks_which_names_are_taken_is_told_to_wait_here_too(client: TestClient) -> None:
    sign_up(browser(client), "Taken Already")
    sign_up(client, "Curious")
    asked = [client.post("/me/name", data={"name": "taken already"}).status_code for _ in range(21)]
    assert asked == [409] * 20 + [429]
    assert client.post("/me/name", data={"name": "Free Still"}).status_code == 429  # so the refusal tells nothing


def test_what_was_done_before_signing_in_is_told_once_and_leads_on(client: TestClient) -> None:
    sign_up(browser(client), "Comes Back")
    client.post(FORM, data={"answer": WRONG})
    sent = {"name": "Comes Back", "password": PASSWORD, "next": PAGE}
    answer = client.post("/sign-in", data=sent, follow_redirects=False)
    assert answer.headers["location"].startswith("/me?answers=1&drafts=0&aside=0&next=%2Fquestions")
    client.post("/sign-out")
    assert client.post("/sign-in", data=sent, follow_redirects=False).headers["location"] == PAGE
