"""The JSON API: each promise of the contract, over the real app, database and jail."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.grading.verdict import Verdict
from tests.client import DRAFT, EXPLAIN, RIGHT, WRITE, WRONG, browser

UUID = "0b0c8a5e-7f5b-4c39-9c6e-0f3f2d7c1a55"


def hand_in(client: TestClient, text: str = RIGHT, address: str = WRITE, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(address, json={"answer": text}, headers=headers)


def problem(answer: Any, status: int) -> str:
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == told["status"] == status and told["title"] and told["type"]
    says: str = told["detail"]
    return says


def test_the_questions_are_listed_in_order(client: TestClient) -> None:
    found = client.get("/api/v1/questions").json()
    assert [one["id"] for one in found] == ["doubling", "again", "broken"]
    assert found[0]["parts"] == [{"id": "write", "kind": "code"}, {"id": "explain", "kind": "prose"}]


def test_a_question_shows_nothing_that_gives_the_answer_away(client: TestClient) -> None:
    text = client.get("/api/v1/questions/doubling").text
    for secret in (
        "2 * x",
        "hidden",
        "rng",
        "math",
        "misconception",
        "Each item is doubled",
        "xs + xs",
        "assert",
        "refs",
    ):
        assert secret not in text
    assert "double(xs)" in text and "Think of each item" not in text


def test_a_right_answer_is_graded_at_once(client: TestClient) -> None:
    answer = hand_in(client)
    assert answer.status_code == 201
    told = answer.json()
    assert Verdict.model_validate(told["verdict"]).passed
    assert answer.headers["location"] == f"/api/v1/attempts/{told['attempt']}"


def test_a_wrong_answer_is_told_where(client: TestClient) -> None:
    verdict = hand_in(client, WRONG).json()["verdict"]
    assert verdict["passed"] is False and verdict["counterexample"]["expected"]


def test_an_attempt_reads_back(client: TestClient) -> None:
    made = hand_in(client).json()
    found = client.get(f"/api/v1/attempts/{made['attempt']}").json()
    assert found["verdict"] == made["verdict"] and found["answer"] == RIGHT and found["status"] == "graded"


def test_an_attempt_is_seen_by_its_own_browser_alone(client: TestClient, app: TestClient) -> None:
    """Alice handed in; bob did too; charlie has never been here."""
    made = hand_in(client).json()["attempt"]
    bob, charlie = browser(app), browser(app)
    hand_in(bob)
    for other in (bob, charlie):
        assert "no such attempt" in problem(other.get(f"/api/v1/attempts/{made}"), 404)
        assert other.get(f"/attempts/{made}").status_code == 404
        points = {"points": {"doubled": True}}
        assert other.put(f"/api/v1/attempts/{made}/self-grade", json=points).status_code == 404


def test_a_forged_cookie_is_nobody(client: TestClient, app: TestClient) -> None:
    made = hand_in(client).json()["attempt"]
    value = client.cookies["learner"]
    for forged in (value[:-1], value + "x", value.split(".")[0], "", "\N{LATIN SMALL LETTER E WITH ACUTE}", "a.b.c"):
        other = browser(app)
        answer = other.get(f"/api/v1/attempts/{made}", headers=[(b"Cookie", f"learner={forged}".encode("latin-1"))])
        assert answer.status_code == 404


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: TestClient) -> None:
    cookie = hand_in(client).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=34560000" in cookie and "Secure" not in cookie


def test_over_https_the_cookie_stays_there(client: TestClient) -> None:
    client.base_url = "https://testserver"
    assert "; Secure" in hand_in(client).headers["set-cookie"]


def test_the_same_key_gives_the_same_answer(client: TestClient) -> None:
    first, again = hand_in(client, key="once"), hand_in(client, key="once")
    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert again.headers["location"] == first.headers["location"]


def test_a_key_that_comes_with_something_else_is_refused(client: TestClient) -> None:
    hand_in(client, RIGHT, key="once")
    assert "Idempotency-Key" in problem(hand_in(client, WRONG, key="once"), 422)
    assert hand_in(client, "In words.", EXPLAIN, key="once").status_code == 422


def test_without_a_key_each_is_an_attempt_of_its_own(client: TestClient) -> None:
    assert hand_in(client).json()["attempt"] != hand_in(client).json()["attempt"]


def test_two_browsers_may_use_the_same_key(client: TestClient, app: TestClient) -> None:
    assert hand_in(client, key="once").json()["attempt"] != hand_in(browser(app), key="once").json()["attempt"]


def test_a_repeat_whose_cookie_was_lost_with_the_answer_is_recognised(client: TestClient, app: TestClient) -> None:
    assert hand_in(client, key=UUID).text == hand_in(browser(app), key=UUID).text


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "\N{LATIN SMALL LETTER E WITH ACUTE}", "a\x7fb"])
def test_a_key_that_is_none_is_told(client: TestClient, key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode("latin-1"))]
    answer = client.post(WRITE, json={"answer": RIGHT}, headers=headers)
    assert answer.status_code in (201, 422)  # blanks around a header's value are no part of it
    assert answer.status_code == 422 or not key.strip()


def test_our_own_fault_is_told_and_does_not_count(client: TestClient) -> None:
    answer = hand_in(client, RIGHT, "/api/v1/questions/broken/parts/write/attempts")
    assert answer.status_code == 201 and answer.json()["verdict"]["ending"] == "internal"
    made = client.get(answer.headers["location"]).json()
    assert made["status"] == "failed" and made["answer"] == RIGHT
    assert next(one for one in client.get("/api/v1/questions").json() if one["id"] == "broken")["state"] != "tried"


def test_a_draft_is_kept_with_its_version(client: TestClient) -> None:
    first = client.put(DRAFT, json={"answer": "a", "base": 0})
    second = client.put(DRAFT, json={"answer": "ab", "base": 1})
    assert (first.status_code, first.content, first.headers["x-draft-version"]) == (204, b"", "1")
    assert second.headers["x-draft-version"] == "2"
    assert client.get(DRAFT).json()["answer"] == "ab"


def test_a_draft_without_a_base_overwrites(client: TestClient) -> None:
    for text in ("a", "b"):
        assert client.put(DRAFT, json={"answer": text}).status_code == 204
    assert client.put(DRAFT, json={"answer": "c", "base": None}).status_code == 204


def test_a_draft_made_from_an_old_version_conflicts_and_gives_both(client: TestClient) -> None:
    client.put(DRAFT, json={"answer": "a", "base": 0})
    client.put(DRAFT, json={"answer": "from another tab", "base": 1})
    refused = client.put(DRAFT, json={"answer": "b", "base": 1})
    problem(refused, 409)
    assert refused.json()["answer"] == "from another tab" and refused.headers["x-draft-version"] == "2"


def test_an_answer_that_is_too_long_is_told_and_kept(client: TestClient) -> None:
    text = "#" * (64 * 1024 + 1)
    answer = hand_in(client, text)
    assert "64 KiB" in problem(answer, 413) and "kept" in answer.json()["kept"]
    assert client.get(DRAFT).json()["answer"] == text


def test_a_draft_that_is_too_long_leaves_the_last_one(client: TestClient) -> None:
    client.put(DRAFT, json={"answer": "short"})
    assert "64 KiB" in problem(client.put(DRAFT, json={"answer": "\N{SNOWMAN}" * 30_000}), 413)
    assert client.get(DRAFT).json()["answer"] == "short"


def test_an_answer_of_the_greatest_length_is_taken(client: TestClient) -> None:
    assert hand_in(client, (RIGHT + "#").ljust(64 * 1024, "x")).json()["verdict"]["passed"]


def test_a_prose_answer_gets_its_points_and_then_the_learners_grade(client: TestClient) -> None:
    made = hand_in(client, "Each is doubled.", EXPLAIN).json()
    assert made["verdict"]["score"] is None and [p["id"] for p in made["verdict"]["points"]] == ["doubled", "new"]
    address = f"/api/v1/attempts/{made['attempt']}/self-grade"
    graded = client.put(address, json={"points": {"doubled": True}})
    assert graded.status_code == 200
    assert graded.json()["self_grade"] == {"doubled": True, "new": False} and graded.json()["verdict"]["score"] == 0.5
    assert client.put(address, json={"points": {"doubled": True, "new": True}}).json()["verdict"]["passed"]


@pytest.mark.parametrize(
    "points", [{"nothing": True}, {"doubled": "yes!"}, {"doubled": None}, {"doubled": [True]}, [], "doubled", None, 1]
)
def test_a_grade_that_makes_no_sense_is_refused(client: TestClient, points: object) -> None:
    made = hand_in(client, "Each is doubled.", EXPLAIN).json()["attempt"]
    problem(client.put(f"/api/v1/attempts/{made}/self-grade", json={"points": points}), 422)


def test_code_is_not_graded_by_its_author(client: TestClient) -> None:
    made = hand_in(client).json()["attempt"]
    problem(client.put(f"/api/v1/attempts/{made}/self-grade", json={"points": {}}), 422)


@pytest.mark.parametrize("answer", [None, 1, 1.5, True, [], ["a"], {}, {"a": 1}])
@pytest.mark.parametrize("address", [WRITE, EXPLAIN])
def test_an_answer_of_the_wrong_kind_is_told(client: TestClient, address: str, answer: object) -> None:
    assert "`answer`" in problem(client.post(address, json={"answer": answer}), 422)


@pytest.mark.parametrize("text", ["", " ", "\n\t\r", "\N{NO-BREAK SPACE}", "a\0b", "\ud800"])
@pytest.mark.parametrize("address", [WRITE, EXPLAIN])
def test_a_text_that_can_be_no_answer_is_told(client: TestClient, address: str, text: str) -> None:
    body = json.dumps({"answer": text}).encode("ascii")
    problem(client.post(address, content=body, headers={"Content-Type": "application/json"}), 422)


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/questions/nothing",
        "/api/v1/attempts/nothing",
        "/api/v1/nothing",
        "/api/v1",
        "/api/v1/attempts/" + "0" * 32,
    ],
)
def test_what_is_not_there_is_a_problem(client: TestClient, address: str) -> None:
    problem(client.get(address), 404)


def test_a_part_that_is_not_there_is_a_problem(client: TestClient) -> None:
    for address in ("/api/v1/questions/doubling/parts/x/attempts", "/api/v1/questions/x/parts/write/attempts"):
        problem(hand_in(client, RIGHT, address), 404)
    problem(client.put("/api/v1/questions/doubling/parts/x/draft", json={"answer": "x"}), 404)


def test_a_method_that_is_not_taken_is_a_problem(client: TestClient) -> None:
    refused = client.delete("/api/v1/questions")
    problem(refused, 405)
    assert refused.headers["allow"] == "GET"


def test_everything_is_described(client: TestClient) -> None:
    told = client.get("/openapi.json").json()
    assert {
        "/api/v1/questions", "/api/v1/questions/{question_id}", "/api/v1/attempts/{attempt_id}", "/healthz", "/readyz",
        "/api/v1/questions/{question_id}/parts/{part_id}/attempts", "/api/v1/attempts/{attempt_id}/self-grade",
        "/api/v1/questions/{question_id}/parts/{part_id}/draft", "/metrics",
    } <= set(told["paths"])  # fmt: skip
    assert not [path for path in told["paths"] if "{slug}" in path]


def test_no_documentation_comes_from_elsewhere(client: TestClient) -> None:
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
