"""Every kind of part on the pages and in the API, with the built-in questions, and without JavaScript."""

import json
import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from tests.browsing import ROOT
from tests.client import site

SEVEN = ["initialise", "predict", "loss", "gradient", "step", "repeat", "stop"]
ORDER = "/questions/sgd-seven-steps/parts/order"
LINES = "/questions/sgd-epoch/parts/arrange"
EPOCH: list[list[Any]] = [
    ["def", 0], ["for", 1], ["predict", 2], ["loss", 2], ["backward", 2], ["no-grad", 2], ["params", 3], ["step", 4],
    ["zero", 4], ["return", 1],
]  # fmt: skip
RIGHT: list[tuple[str, Any]] = [
    ("metrics-which-set/parts/which", "validation"),
    ("gradient/parts/reading", ["first-up", "more-sensitive"]),
    ("gradient/parts/slope", 4),
    ("gradient/parts/slope", "4,0"),
    ("image-representation/parts/channels-first", "torch.Size([3, 20, 30])"),
    ("broadcasting/parts/column-and-row", "3x4"),
    ("view/parts/transposed", "raises"),
    ("sgd-seven-steps/parts/order", SEVEN),
    ("sgd-epoch/parts/arrange", EPOCH),
]
WRONG: list[tuple[str, Any]] = [
    ("metrics-which-set/parts/which", "training"),
    ("gradient/parts/reading", ["first-up", "add-eight"]),
    ("gradient/parts/slope", -4),
    ("image-representation/parts/channels-first", "(20, 30, 3)"),
    ("sgd-seven-steps/parts/order", ["initialise", "predict", "gradient", "loss", *SEVEN[4:]]),
    ("sgd-epoch/parts/arrange", [line for line in EPOCH if line[0] != "zero"]),
]
NONE: list[tuple[str, Any]] = [
    ("metrics-which-set/parts/which", "nobody"),
    ("metrics-which-set/parts/which", ["validation", "training"]),
    ("metrics-which-set/parts/which", []),
    ("gradient/parts/slope", "four"),
    ("gradient/parts/slope", "9" * 10_000),
    ("gradient/parts/slope", None),
    ("broadcasting/parts/column-and-row", "😀"),
    ("broadcasting/parts/column-and-row", [3, 4]),
    ("sgd-seven-steps/parts/order", SEVEN[:6]),
    ("sgd-seven-steps/parts/order", [*SEVEN[:6], "dance"]),
    ("sgd-seven-steps/parts/order", ["initialise"] * 7),
    ("sgd-epoch/parts/arrange", [["def", -1]]),
    ("sgd-epoch/parts/arrange", [["nobody", 0]]),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("kinds"), pool, questions=ROOT / "questions") as made:
        yield made


def kept(page: str, part: str) -> Any:
    found = re.search(rf'<textarea id="answer-{part}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return json.loads(unescape(found[1]) or "[]")


def answered(client: TestClient, place: str, body: dict[str, Any]) -> dict[str, Any]:
    """The attempt once it is graded; on a busy machine that may be later than the reply."""
    sent = client.post(f"/api/v1/questions/{place}/attempts", json=body)
    assert sent.status_code in (201, 202), sent.json()
    for _ in range(300):
        found: dict[str, Any] = client.get(f"/api/v1/attempts/{sent.json()['attempt']}").json()
        if found["status"] != "pending":
            break
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("place, answer", RIGHT)
def test_a_right_answer_of_any_kind_passes_by_the_api_and_comes_back_as_it_was_sent(
    client: TestClient, place: str, answer: Any
) -> None:
    again = answered(client, place, {"answer": answer, "certainty": 3})
    assert again["verdict"]["passed"], again
    assert again["answer"] == (answer if isinstance(answer, str | list) else str(answer)) and again["certainty"] == 3


@pytest.mark.parametrize("place, answer", WRONG)
def test_a_typical_wrong_answer_gets_a_reply_that_teaches(client: TestClient, place: str, answer: Any) -> None:
    verdict = answered(client, place, {"answer": answer})["verdict"]
    assert not verdict["passed"] and verdict["score"] < 1
    assert verdict["notes"] or verdict["kind"] == "parsons"


@pytest.mark.parametrize("place, answer", NONE)
def test_what_cannot_be_an_answer_is_told_and_kept_and_counts_nothing(
    client: TestClient, place: str, answer: Any
) -> None:
    sent = client.post(f"/api/v1/questions/{place}/attempts", json={"answer": answer})
    assert sent.status_code == 422 and len(sent.json()["detail"]) > 20
    question = place.split("/")[0]
    states = {row["id"]: row["state"] for row in client.get("/api/v1/questions").json()}
    assert states[question] in ("new", "draft")


def test_how_sure_one_was_is_one_of_three_or_not_said(client: TestClient) -> None:
    place = "/api/v1/questions/gradient/parts/slope/attempts"
    for certainty in (0, 4, "very", 1.5):
        assert client.post(place, json={"answer": 4, "certainty": certainty}).status_code == 422


def test_a_choice_is_made_by_a_plain_form(client: TestClient) -> None:
    form = {"choice": "training", "certainty": "2"}
    page = client.post("/questions/metrics-which-set/parts/which", data=form).text
    assert "by heart" in page and "fairly sure" in page
    assert re.search(r'value="training" checked', client.get("/questions/metrics-which-set").text)


def test_nothing_chosen_is_told_and_leads_back(client: TestClient) -> None:
    sent = client.post("/questions/metrics-which-set/parts/which", data={"certainty": "2"})
    assert sent.status_code == 422 and "Nothing is chosen yet" in sent.text and "#which" in sent.text


@pytest.mark.parametrize(
    "part, told",
    [
        ("sigmoid/parts/draw", "The grid is empty."),
        ("sgd-epoch/parts/arrange", "Your program has no line yet."),
        ("gradient/parts/slope", "The answer is empty."),
    ],
)
def test_an_empty_answer_is_called_what_it_is(client: TestClient, part: str, told: str) -> None:
    sent = client.post(f"/questions/{part}", data={"answer": ""})
    assert sent.status_code == 422 and told in sent.text


def test_a_right_choice_is_called_right_once(client: TestClient) -> None:
    page = client.post("/questions/metrics-which-set/parts/which", data={"choice": "validation"}).text
    assert page.count("Right.") == 1


def test_how_it_is_graded_stands_once_on_the_page(client: TestClient) -> None:
    page = client.post("/questions/metrics-which-set/parts/which", data={"choice": "training"}).text
    assert page.count("Graded by comparing your choice with the right one.") == 1


def test_a_number_that_cannot_be_read_is_kept_as_a_draft(client: TestClient) -> None:
    sent = client.post("/questions/gradient/parts/slope", data={"answer": "four or so"})
    assert sent.status_code == 422 and "could not be read as a number" in sent.text
    assert 'value="four or so"' in client.get("/questions/gradient").text


def test_steps_are_ordered_by_plain_buttons_and_then_handed_in(client: TestClient) -> None:
    page = client.get("/questions/sgd-seven-steps").text
    order = kept(page, "order")
    assert sorted(order) == sorted(SEVEN) and order != SEVEN
    for place, id in enumerate(SEVEN):
        while order.index(id) > place:
            moved = client.post(ORDER, data={"answer": json.dumps(order), "move": f"up:{id}"}, follow_redirects=False)
            assert moved.status_code == 303 and moved.headers["location"] == "/questions/sgd-seven-steps#order"
            order = kept(client.get("/questions/sgd-seven-steps").text, "order")
    assert order == SEVEN
    assert "every step is in its place" in client.post(ORDER, data={"answer": json.dumps(order)}).text


def test_lines_are_put_together_by_plain_buttons_and_run(client: TestClient) -> None:
    lines: list[Any] = []
    for id, indent in EPOCH:
        before = lines[-1][1] if lines else 0
        moves = [f"use:{id}", *[f"{'in' if indent > before else 'out'}:{id}"] * abs(indent - before)]
        for move in moves:
            client.post(LINES, data={"answer": json.dumps(lines), "move": move})
            lines = kept(client.get("/questions/sgd-epoch").text, "arrange")
    assert lines == EPOCH
    page = client.post(LINES, data={"answer": json.dumps(lines)}).text
    assert 'class="verdict pass"' in page and "p -= lr * p.grad" in page


@pytest.mark.parametrize("move", ["up:nobody", "sideways:loss", "", "up:", "use:nobody", ":", "up:loss:x", "drop:def"])
def test_a_move_that_cannot_be_is_told(client: TestClient, move: str) -> None:
    for place in (ORDER, LINES, "/questions/sgd-epoch/parts/explain"):
        assert client.post(place, data={"answer": "[]", "move": move}).status_code == 422


def test_no_page_and_no_reply_gives_the_right_answer_of_a_closed_part_away(client: TestClient) -> None:
    for question in client.get("/api/v1/questions").json():
        told = client.get(f"/api/v1/questions/{question['id']}").text
        for secret in ('"right"', '"reply"', '"wrong"', '"value"', '"tolerance"', '"indent"', '"py"'):
            assert secret not in told


def test_options_steps_and_lines_are_not_shown_in_the_order_of_the_file(client: TestClient) -> None:
    parts = client.get("/api/v1/questions/sgd-seven-steps").json()["parts"]
    [order] = [part for part in parts if part["kind"] == "order"]
    assert [step["id"] for step in order["steps"]] != SEVEN


def test_the_order_that_the_form_begins_with_earns_no_hint_however_its_json_is_spelled(client: TestClient) -> None:
    question = client.get("/api/v1/questions/sgd-seven-steps").json()
    (part,) = [one for one in question["parts"] if one["kind"] == "order"]
    begun = [step["id"] for step in part["steps"]]
    for answer in (begun, json.dumps(begun), json.dumps(begun, indent=2)):
        answered(client, f"sgd-seven-steps/parts/{part['id']}", {"answer": answer})
    assert client.post("/api/v1/questions/sgd-seven-steps/hints").status_code == 409
    answered(client, f"sgd-seven-steps/parts/{part['id']}", {"answer": begun[::-1]})
    assert client.post("/api/v1/questions/sgd-seven-steps/hints").status_code == 200
