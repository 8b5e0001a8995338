"""Who may do what in the wiki, by its API: suggestions and what becomes of them, policies, limits, discussion."""

import json

import pytest
from starlette.testclient import TestClient

from app.store.accounts import Role
from app.web.pace import Pace
from tests.client import EXPLAIN, RIGHT, WRITE, browser
from tests.people_parts import rooms_of
from tests.wiki_parts import AGAIN, NAMES, REVISIONS, WIKI, added, edit, problem, somebody, text_of


@pytest.fixture
def member(app: TestClient) -> TestClient:
    return somebody(app, next(NAMES))


@pytest.fixture
def editor(app: TestClient) -> TestClient:
    return somebody(app, next(NAMES), Role.EDITOR)


@pytest.fixture
def visitor(app: TestClient) -> TestClient:
    """A program that nobody has used, without a cookie."""
    return browser(app)


def test_a_visitor_suggests_and_an_editor_accepts(visitor: TestClient, editor: TestClient) -> None:
    text = added(visitor, "An anonymous sentence.")
    answer = edit(visitor, text, summary="from outside")
    assert answer.status_code == 202 and answer.json()["result"] == "suggested"
    address = answer.headers["location"]
    assert "An anonymous sentence." not in text_of(visitor)
    assert answer.json()["suggestion"] in [
        one["suggestion"] for one in editor.get("/api/v1/suggestions").json()["suggestions"]
    ]
    accepted = editor.post(f"{address}/accept", json={})
    assert accepted.status_code == 201 and accepted.json()["accepted_by"] and accepted.json()["by"] == "a visitor"
    assert text_of(visitor) == text
    decided = visitor.get(address).json()
    assert (decided["status"], decided["revision"]) == ("accepted", accepted.json()["revision"])
    problem(editor.post(f"{address}/accept", json={}), 409)


def test_a_suggestion_is_accepted_with_changes(visitor: TestClient, editor: TestClient) -> None:
    answer = edit(visitor, added(visitor, "A sentense."), summary="new")
    text = added(visitor, "A sentence.")
    accepted = editor.post(answer.headers["location"] + "/accept", json={"text": text})
    assert accepted.status_code == 201 and "with changes by" in accepted.json()["summary"]
    assert text_of(visitor) == text


def test_a_suggestion_is_merged_with_what_came_since(visitor: TestClient, editor: TestClient) -> None:
    base = edit(editor, added(editor, "Alpha. Omega.")).json()
    answer = edit(visitor, base["text"].replace("Omega.", "Omega, suggested."), base["revision"])
    edit(editor, base["text"].replace("Alpha.", "Alpha, published."))
    accepted = editor.post(answer.headers["location"] + "/accept", json={})
    assert accepted.json()["result"] == "merged"
    assert "Alpha, published. Omega, suggested." in text_of(visitor)


def test_a_suggestion_is_declined_with_a_reason_or_withdrawn_by_its_author(app: TestClient, editor: TestClient) -> None:
    author, other = browser(app), browser(app)
    first, second = (edit(author, added(author, f"Sentence {n}.")).headers["location"] for n in range(2))
    assert "why" in problem(editor.post(f"{first}/decline", json={"reason": " "}), 422)
    assert editor.post(f"{first}/decline", json={"reason": "Not so."}).json()["status"] == "declined"
    assert editor.post(f"{first}/decline", json={"reason": "Not so."}).status_code == 200  # sent twice
    assert author.get(first).json()["reason"] == "Not so."
    problem(other.post(f"{second}/withdraw"), 404)
    assert author.post(f"{second}/withdraw").json()["status"] == "withdrawn"
    problem(editor.post(f"{second}/accept", json={}), 409)


def test_who_may_not_decide_is_told(app: TestClient, member: TestClient, visitor: TestClient) -> None:
    address = edit(visitor, added(visitor, "Undecided.")).headers["location"]
    for body, act in ({}, "accept"), ({"reason": "No."}, "decline"):
        problem(visitor.post(f"{address}/{act}", json=body), 401)
        problem(member.post(f"{address}/{act}", json=body), 403)
    problem(member.put(f"{WIKI}/policy", json={"policy": "everyone"}), 403)
    problem(member.post("/api/v1/suggestions/nothing/withdraw"), 404)


@pytest.mark.parametrize(
    "policy,visitors,members", [("locked", 202, 202), ("members", 202, 201), ("everyone", 201, 201)]
)
def test_the_policy_of_a_page_says_who_publishes(
    app: TestClient, editor: TestClient, policy: str, visitors: int, members: int
) -> None:
    assert editor.put(f"{AGAIN}/policy", json={"policy": policy}).status_code == 204
    people = [(browser(app), visitors), (somebody(app, next(NAMES)), members), (editor, 201)]
    for who, status in people:
        assert who.get(AGAIN).json()["may_publish"] == (status == 201)
        assert edit(who, added(who, f"By {next(NAMES)}.", AGAIN), at=AGAIN).status_code == status
    assert editor.put(f"{AGAIN}/policy", json={"policy": None}).status_code == 204
    problem(editor.put(f"{AGAIN}/policy", json={"policy": "sometimes"}), 422)


def test_what_a_visitor_takes_back_is_a_suggestion(member: TestClient, visitor: TestClient) -> None:
    made = edit(member, added(member, "Here to stay.")).json()["revision"]
    assert visitor.post(f"{REVISIONS}/{made}/undo").status_code == 202
    assert visitor.post(f"{REVISIONS}/1/restore").status_code == 202
    assert "Here to stay." in text_of(visitor)


def test_whoever_is_new_may_add_two_links_at_once(app: TestClient) -> None:
    new = somebody(app, next(NAMES), for_days=0)
    links = [f"[here](https://example.org/{number})" for number in range(3)]
    assert "3 links" in problem(edit(new, added(new, " ".join(links))), 422)
    assert edit(new, added(new, " ".join(links[:2]))).status_code == 201
    for number in range(2):
        assert edit(new, added(new, f"Some work, {number}.")).status_code == 201
    more = " ".join(link.replace("example.org/", "example.org/more-") for link in links)
    assert edit(new, added(new, more)).status_code == 201  # three revisions of theirs are there


def test_who_edits_very_often_is_told_when_to_come_again(member: TestClient) -> None:
    base = member.get(WIKI).json()
    for _ in range(60):
        edit(member, base["text"], base["revision"])
    refused = edit(member, base["text"], base["revision"])
    problem(refused, 429)
    assert int(refused.headers["retry-after"]) > 0 and "kept" in refused.json()["kept"]


def test_asking_for_an_answer_is_recorded_for_whoever_is_known(app: TestClient, visitor: TestClient) -> None:
    """A program without a cookie is nobody; a browser that has answered has no need to reveal."""

    def reveals() -> int:
        with app.app.state.rooms.database.read() as connection:  # type: ignore[attr-defined]
            return int(connection.exec_driver_sql("SELECT count(*) FROM reveal").scalar() or 0)

    before = reveals()
    visitor.get(WIKI)
    visitor.get(WIKI, headers={"Cookie": "learner=forged.x"})
    assert reveals() == before
    visitor.put("/api/v1/questions/doubling/parts/write/draft", json={"answer": "x"})
    visitor.get(REVISIONS)
    assert reveals() == before
    for _ in range(2):
        visitor.get(f"{WIKI}/diff")
        assert visitor.post(f"{WIKI}/reveal").status_code == 204
        assert reveals() == before + 1
    done = browser(app)
    done.post(WRITE, json={"answer": RIGHT})
    done.post(EXPLAIN, json={"answer": "Each is doubled."})
    done.get(WIKI)
    assert reveals() == before + 1


def test_a_discussion_speaks_of_a_revision_and_is_settled_by_one(member: TestClient, visitor: TestClient) -> None:
    threads = f"{WIKI}/threads"
    body = {"title": "Is it?", "text": "I **doubt** it.", "revision": 1, "quote": "Like this"}
    problem(visitor.post(threads, json=body), 401)
    problem(member.post(threads, json=body | {"revision": 9999}), 404)
    first, second = (member.post(threads, json=body, headers={"Idempotency-Key": "thread-one"}) for _ in range(2))
    assert first.status_code == 201 and first.json() == second.json()
    address = first.headers["location"]
    assert member.post(f"{address}/posts", json={"text": "So do I."}).status_code == 201
    told = visitor.get(address).json()
    assert [one["text"] for one in told["posts"]] == ["I **doubt** it.", "So do I."] and told["posts_total"] == 2
    settled = member.post(f"{address}/resolve", json={"revision": 1}).json()
    assert settled["resolution"] == 1 and settled["resolved_by"]
    assert member.post(f"{address}/reopen").json()["resolved"] is None
    assert first.json()["thread"] in [one["thread"] for one in visitor.get(threads).json()["threads"]]
    problem(visitor.get("/api/v1/threads/nothing"), 404)
    problem(member.post(threads, json=body | {"text": ""}), 422)


def test_thanks_are_for_others(member: TestClient, app: TestClient) -> None:
    made = edit(member, added(member, "Worth a thank you.")).json()["revision"]
    problem(member.post(f"{REVISIONS}/{made}/thanks"), 422)
    other = somebody(app, next(NAMES))
    assert [other.post(f"{REVISIONS}/{made}/thanks").status_code for _ in range(2)] == [204, 204]
    problem(browser(app).post(f"{REVISIONS}/{made}/thanks"), 401)


@pytest.mark.parametrize("way", ["suggestions", "wiki/doubling/suggestions", "wiki/doubling/threads"])
@pytest.mark.parametrize("cursor", ["%00", "x", "%27", "a" * 400, "%ED%A0%80"])
def test_a_cursor_that_is_none_is_told(visitor: TestClient, way: str, cursor: str) -> None:
    name = "before" if way.endswith("threads") else "after"
    problem(visitor.get(f"/api/v1/{way}?{name}={cursor}"), 422)


@pytest.mark.parametrize("id", ["%00", "x", "%27", "0" * 32, "%ED%A0%80", "é" * 32])
def test_what_is_not_there_is_told(member: TestClient, editor: TestClient, id: str) -> None:
    problem(member.get(f"/api/v1/suggestions/{id}"), 404)
    problem(editor.post(f"/api/v1/suggestions/{id}/accept", json={}), 404)
    problem(editor.post(f"/api/v1/suggestions/{id}/decline", json={"reason": "x"}), 404)
    problem(member.get(f"/api/v1/threads/{id}"), 404)
    problem(member.post(f"/api/v1/threads/{id}/posts", json={"text": "x"}), 404)
    problem(member.get(f"/api/v1/wiki/{id}"), 404)


def test_half_a_character_in_any_text_is_told(member: TestClient) -> None:
    for address, body in (
        (f"{WIKI}/threads", {"title": "\ud800", "text": "x", "revision": 1}),
        (f"{WIKI}/threads", {"title": "x", "text": "a\0b", "revision": 1}),
        (f"{WIKI}/threads", {"title": "x", "text": "x", "revision": 1, "quote": "\udfff"}),
        (REVISIONS, {"base": 1, "text": "x", "summary": "\ud800"}),
    ):
        raw = json.dumps(body).encode("ascii")
        problem(member.post(address, content=raw, headers={"Content-Type": "application/json"}), 422)


def test_a_network_is_counted_as_one_address(app: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has one half of an IPv6 address has all that begin with it."""
    pace = Pace([(2, 60.0)], "slower")
    monkeypatch.setattr(rooms_of(app).press, "addresses", pace)
    for last, status in (("1", 202), ("2", 202), ("3", 429)):
        visitor = TestClient(app.app, client=(f"2001:db8:1:1::{last}", 50_000))
        visitor.portal = app.portal
        assert edit(visitor, added(visitor, f"From {last}.")).status_code == status


def test_a_discussion_is_not_begun_with_blanks(member: TestClient) -> None:
    for blank in ({"title": " "}, {"text": "\n"}):
        sent = {"title": "A", "text": "B", "revision": 1} | blank
        assert "nothing in it" in problem(member.post(f"{WIKI}/threads", json=sent), 422)
