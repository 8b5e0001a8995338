"""The pages, as a browser without JavaScript walks through them."""

import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.web.render import Pages
from tests.client import DRAFT, FORM, PAGE, RIGHT, WRITE, WRONG, browser, site

EXPLAIN = "/questions/doubling/parts/explain"
FRAGMENT = {"Accept": "text/html", "X-Fragment": "verdict"}


def textarea(page: str, part: str = "write") -> str:
    found = re.search(rf'<textarea id="answer-{part}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def state(client: TestClient, question: str = "doubling") -> str:
    rows = client.get("/api/v1/questions").json()
    found: str = next(row["state"] for row in rows if row["id"] == question)
    return found


@pytest.mark.parametrize("address", ["/", "/questions", PAGE, "/about/grading"])
def test_a_page_is_whole_and_said_to_be_html(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.lstrip().startswith("<!doctype html>") and answer.text.rstrip().endswith("</html>")


def test_the_first_page_does_not_speak_of_questions_that_are_not_served(client: TestClient) -> None:
    page = client.get("/").text
    assert "building a program" not in page and "3 × 3" not in page
    assert PAGE in page


def test_a_question_shows_nothing_that_gives_the_answer_away(client: TestClient) -> None:
    page = client.get(PAGE).text
    for secret in ("2 * x", "rng", "misconception", "Each item is doubled", "xs + xs"):
        assert secret not in page
    assert "def double(xs):" in textarea(page)


def test_reading_stores_nothing(client: TestClient) -> None:
    client.get(PAGE)
    rooms = client.app.state.rooms  # type: ignore[attr-defined]
    with rooms.database.read() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM learner").scalars().all()
    assert client.cookies["learner"].split(".")[0] not in ids


def hints_on(page: str) -> int:
    return sum(text in page for text in ("Think of each item", "Multiply it by two"))


def test_a_hint_opens_after_an_honest_try_and_the_next_after_another(client: TestClient) -> None:
    assert client.post(f"{PAGE}/hints", follow_redirects=False).status_code == 409
    for there in (1, 2):
        client.post(FORM, data={"answer": WRONG})
        assert client.post(f"{PAGE}/hints").status_code == 200
        assert client.post(f"{PAGE}/hints", follow_redirects=False).status_code == (409 if there == 1 else 303)
        assert hints_on(client.get(PAGE).text) == there


def test_handing_in_what_the_form_began_with_earns_no_hint(client: TestClient) -> None:
    client.post(FORM, data={"answer": textarea(client.get(PAGE).text)})
    assert client.post(f"{PAGE}/hints", follow_redirects=False).status_code == 409


def test_hints_that_were_opened_are_shown_again_after_success(client: TestClient) -> None:
    client.post(FORM, data={"answer": WRONG})
    client.post(f"{PAGE}/hints")
    client.post(FORM, data={"answer": RIGHT})
    assert hints_on(client.get(PAGE).text) == 1


def test_a_question_that_is_done_gives_all_its_hints(client: TestClient) -> None:
    client.post(FORM, data={"answer": RIGHT})
    sent = client.post(EXPLAIN, data={"answer": "Each item is doubled in a new list."}, follow_redirects=False)
    client.post(f"{sent.headers['location']}/self-grade", data={"point": ["doubled", "new"]})
    for _ in range(3):
        client.post(f"{PAGE}/hints")
    assert hints_on(client.get(PAGE).text) == 2


@pytest.mark.usefixtures("patient")
def test_a_known_mistake_is_told_under_the_summary(client: TestClient) -> None:
    page = client.post(FORM, data={"answer": "def double(xs):\n    return 2 * xs\n"}).text
    assert "A common mistake" in page and "repeats the list." in page
    assert page.index('class="summary"') < page.index("A common mistake") < page.index('class="checks"')


def test_an_answer_leads_to_its_own_page(client: TestClient) -> None:
    sent = client.post(FORM, data={"answer": RIGHT}, follow_redirects=False)
    assert sent.status_code == 303 and sent.headers["location"].startswith("/attempts/")
    page = client.get(sent.headers["location"])
    assert page.status_code == 200 and 'class="verdict pass"' in page.text


def test_a_forms_line_ends_are_those_that_were_typed(client: TestClient) -> None:
    sent = client.post(FORM, data={"answer": RIGHT.replace("\n", "\r\n")}, follow_redirects=False)
    assert client.get("/api/v1" + sent.headers["location"]).json()["answer"] == RIGHT


def test_a_form_may_come_in_either_encoding(client: TestClient) -> None:
    sent = client.post(FORM, files={"answer": (None, RIGHT)}, follow_redirects=False)
    assert client.get("/api/v1" + sent.headers["location"]).json()["answer"] == RIGHT
    text = "# é \N{SNOWMAN}\n" + RIGHT
    raw = b"answer=" + text.encode("utf-8").replace(b"\n", b"%0A").replace(b"+", b"%2B")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    sent = client.post(FORM, content=raw, headers=kind, follow_redirects=False)
    assert client.get("/api/v1" + sent.headers["location"]).json()["answer"] == text


def test_a_double_click_is_stored_once(client: TestClient) -> None:
    key = "abc-DEF_123"
    first = client.post(FORM, data={"answer": WRONG, "key": key}, follow_redirects=False)
    second = client.post(FORM, data={"answer": WRONG, "key": key}, follow_redirects=False)
    assert first.headers["location"] == second.headers["location"]


def test_going_back_and_changing_the_text_is_another_answer(client: TestClient) -> None:
    first = client.post(FORM, data={"answer": WRONG, "key": "one"}, follow_redirects=False)
    second = client.post(FORM, data={"answer": RIGHT, "key": "one"}, follow_redirects=False)
    assert first.headers["location"] != second.headers["location"] and second.status_code == 303


def test_a_form_with_a_key_in_its_header_is_stored_once(client: TestClient) -> None:
    key = {"Idempotency-Key": "once"}
    sent = [client.post(EXPLAIN, data={"answer": "Each."}, headers=key, follow_redirects=False) for _ in range(2)]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert client.post(EXPLAIN, data={"answer": "Other."}, headers=key, follow_redirects=False).status_code == 422


def test_a_grade_with_a_key_counts_once(client: TestClient) -> None:
    sent = client.post(EXPLAIN, data={"answer": "Each is doubled."}, follow_redirects=False)
    address, key = sent.headers["location"] + "/self-grade", {"Idempotency-Key": "graded"}
    client.post(address, data={"point": "doubled"}, headers=key)
    client.post(address, data={"point": ["doubled", "new"]})
    again = client.post(address, data={"point": "doubled"}, headers=key, follow_redirects=False)
    assert again.status_code == 303  # a repeat of the first request changes nothing back
    assert client.get("/api/v1" + sent.headers["location"]).json()["self_grade"] == {"doubled": True, "new": True}
    assert client.post(address, data={"point": "new"}, headers=key).status_code == 422


@pytest.mark.parametrize("key", ["", "a b", "x" * 65, "'; --"])
def test_a_form_with_an_odd_key_is_taken_as_one_without(client: TestClient, key: str) -> None:
    assert client.post(FORM, data={"answer": RIGHT, "key": key}, follow_redirects=False).status_code == 303


def test_a_fragment_is_the_result_alone(client: TestClient) -> None:
    answer = client.post(FORM, data={"answer": WRONG, "key": "one"}, headers=FRAGMENT)
    assert answer.status_code == 200 and "data-verdict" in answer.text and "<html" not in answer.text
    assert re.fullmatch(r"[A-Za-z0-9_-]{16,64}", answer.headers["x-form-key"])


def test_the_last_answer_stands_in_the_form_again(client: TestClient) -> None:
    client.post(FORM, data={"answer": WRONG})
    assert textarea(client.get(PAGE).text) == WRONG


def test_a_draft_stands_in_the_form_before_the_last_answer(client: TestClient) -> None:
    client.post(FORM, data={"answer": WRONG})
    client.put(DRAFT, json={"answer": "# <b>&amp; still thinking"})
    assert textarea(client.get(PAGE).text) == "# <b>&amp; still thinking"


def test_an_answer_that_is_too_long_is_given_back_and_kept(client: TestClient) -> None:
    text = "# too long </textarea><script>" + "x" * 70_000
    answer = client.post(FORM, data={"answer": text})
    assert answer.status_code == 413 and "64 KiB" in answer.text and "kept as your draft" in answer.text
    assert text in unescape(answer.text) and "<script>" not in answer.text.split("</head>")[1]
    assert textarea(client.get(PAGE).text) == text


def test_a_blank_answer_is_told(client: TestClient) -> None:
    answer = client.post(FORM, data={"answer": " \r\n"})
    assert answer.status_code == 422 and "empty" in answer.text


@pytest.mark.parametrize("form", [{}, {"answer": ["a", "b"]}, {"other": "x"}])
def test_a_form_without_one_answer_is_told(client: TestClient, form: dict[str, str]) -> None:
    assert client.post(FORM, data=form).status_code == 422


def test_states_go_from_new_to_done(client: TestClient) -> None:
    seen = [state(client)]
    client.put(DRAFT, json={"answer": "x"})
    seen.append(state(client))
    client.post(FORM, data={"answer": WRONG})
    client.post(FORM, data={"answer": RIGHT})
    seen.append(state(client))
    sent = client.post(EXPLAIN, data={"answer": "Each is doubled."}, follow_redirects=False)
    client.post(sent.headers["location"] + "/self-grade", data={"point": ["doubled", "new"]})
    seen.append(state(client))
    assert seen == ["new", "draft", "tried", "done"]


def test_a_part_whose_points_are_not_all_ticked_is_tried_and_not_done(client: TestClient) -> None:
    client.post(FORM, data={"answer": RIGHT})
    sent = client.post(EXPLAIN, data={"answer": "dunno"}, follow_redirects=False)
    seen = []
    for points in ([], ["doubled"], ["doubled", "new"], ["new"]):
        client.post(sent.headers["location"] + "/self-grade", data={"point": points, "sent": "yes"})
        seen.append(state(client))
    assert seen == ["tried", "tried", "done", "tried"]


def test_a_refused_form_leads_back_to_where_it_was(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    page = Pages.page

    def spy(pages: Pages, template: str, nav: str, **context: Any) -> Any:
        given.append(context["back"])
        return page(pages, template, nav, **context)

    sent = client.post(EXPLAIN, data={"answer": "Each."}, follow_redirects=False).headers["location"]
    monkeypatch.setattr(Pages, "page", spy)
    for text in ("", "x" * 70_000, "x" * 300_000):  # empty, over the limit of an answer, over that of a request
        client.post(FORM, data={"answer": text})
    client.post(sent + "/self-grade", data={"point": "none"})
    client.post("/questions/doubling/parts/nothing", data={"answer": "x"})
    client.get("/nowhere")
    here = {"href": "/questions/doubling#write", "label": "Back to the question"}
    assert given == [here] * 3 + [{"href": sent, "label": "Back to your answer"}, None, None]


def test_the_explanation_opens_when_everything_is_answered(client: TestClient) -> None:
    secret = "Like this"
    client.post(EXPLAIN, data={"answer": "Each is doubled."})
    assert secret not in client.get(PAGE).text
    client.post(FORM, data={"answer": WRONG})
    assert secret not in client.get(PAGE).text
    client.post(FORM, data={"answer": RIGHT})
    assert secret in client.get(PAGE).text


def test_the_points_of_a_prose_answer_are_shown_after_it_and_can_be_ticked(client: TestClient) -> None:
    sent = client.post(EXPLAIN, data={"answer": "Each is doubled."}, follow_redirects=False)
    page = client.get(sent.headers["location"]).text
    assert "Each item is doubled." in page and "The list is a new one." in page
    ticked = client.post(sent.headers["location"] + "/self-grade", data={"point": "doubled"})
    assert ticked.status_code == 200 and "1 of 2" in ticked.text
    assert re.search(r'value="doubled"\s+checked', ticked.text) and not re.search(r'value="new"\s+checked', ticked.text)


def test_a_point_that_is_none_is_refused(client: TestClient) -> None:
    sent = client.post(EXPLAIN, data={"answer": "Each is doubled."}, follow_redirects=False)
    assert client.post(sent.headers["location"] + "/self-grade", data={"point": "nothing"}).status_code == 422


def test_our_own_fault_is_said_to_be_ours(client: TestClient) -> None:
    answer = client.post("/questions/broken/parts/write", data={"answer": RIGHT})
    assert answer.status_code == 200 and "Our fault" in answer.text and "not count" in answer.text


def test_what_is_left_open_is_offered_first(client: TestClient) -> None:
    client.put("/api/v1/questions/again/parts/write/draft", json={"answer": "x"})
    home = client.get("/").text
    assert "Continue with" in home and "/questions/again" in home


@pytest.mark.parametrize(
    "address", ["/nowhere", "/questions/nothing", "/attempts/nothing", "/questions/doubling/parts"]
)
def test_what_is_not_there_is_a_page(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404 and "Not here" in answer.text and "<h1>" in answer.text


def test_a_method_that_is_not_taken_is_a_page(client: TestClient) -> None:
    answer = client.get(FORM)
    assert answer.status_code == 405 and "Not in this way" in answer.text and answer.headers["allow"] == "POST"


def test_whoever_asks_for_json_gets_a_problem(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"


def test_files_are_kept_for_ever_under_their_version_and_asked_again_without(client: TestClient) -> None:
    address = re.search(r'href="(/static/[^"]+\.svg)"', client.get("/").text)
    assert address and "immutable" in client.get(address[1]).headers["cache-control"]
    assert client.get("/static/favicon.svg").headers["cache-control"] == "no-cache"
    old = re.sub(r"v-[0-9a-f]{12}", "v-000000000000", address[1])
    assert client.get(old).headers["cache-control"] == "no-cache"  # a page from before an update


@pytest.mark.parametrize(
    "path", ["../app/main.py", "%2e%2e/pyproject.toml", "..%2f..%2fetc/passwd", "%00", "x" * 1000, ""]
)
def test_only_static_files_are_served_as_such(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_two_browsers_do_not_see_each_other(client: TestClient, app: TestClient) -> None:
    client.put(DRAFT, json={"answer": "alice was here"})
    assert "alice was here" not in browser(app).get(PAGE).text


def test_a_running_program_tells_of_broken_files_on_stderr_as_they_break(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.main.REFRESH_S", 0.01)
    logged = ""

    def wait_for(words: str) -> None:
        nonlocal logged
        until = time.monotonic() + 20
        while words not in logged:
            assert time.monotonic() < until, logged
            logged += capfd.readouterr().err
            time.sleep(0.01)

    with site(tmp_path, pool):
        path = tmp_path / "questions" / "lists" / "07-doubling.yaml"
        good = path.read_text()
        path.write_text(good.replace("title: Doubling", "titel: Doubling"))
        wait_for(f"{path}:3:1: unknown key `titel`")
        path.write_text(good)
        wait_for("read again")
        path.unlink()
        wait_for("is gone")
    assert logged.count("titel") == 1


def test_a_changed_question_is_served_within_seconds(tmp_path: Path, pool: Pool) -> None:
    with site(tmp_path, pool) as client:
        path = tmp_path / "questions" / "lists" / "07-doubling.yaml"
        path.write_text(path.read_text().replace("title: Doubling", "title: Twice as much"))
        client.app.state.rooms.bank.refresh()  # type: ignore[attr-defined]
        assert "Twice as much" in client.get(PAGE).text
        assert client.post(WRITE, json={"answer": RIGHT}).json()["verdict"]["passed"]
