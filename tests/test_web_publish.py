"""Publishing when something is missing or everybody comes at once: no jail, no room in the queue, no way together."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store.accounts import Role
from app.web import judge
from tests.client import browser, site
from tests.wiki_parts import NAMES, REVISIONS, WIKI, added, edit, problem, somebody, text_of

CODE = "\n```python\nprint({})\n```\n"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app on a machine without a jail."""
    with site(tmp_path_factory.mktemp("bare"), Pool(lanes=1)) as made:
        yield made


@pytest.fixture
def app(tmp_path: Path, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path, pool) as made:
        yield made


def test_without_a_jail_no_code_is_published_and_it_is_kept(bare: TestClient) -> None:
    member = somebody(bare, next(NAMES))
    text = text_of(member) + CODE.format(1)
    refused = edit(member, text)
    assert problem(refused, 503) and "draft" in refused.json()["kept"]
    assert member.get(f"{WIKI}/draft").json()["text"] == text


def test_without_a_jail_a_suggestion_waits_unexamined(bare: TestClient) -> None:
    visitor = browser(bare)
    answer = edit(visitor, text_of(visitor) + CODE.format(2))
    assert answer.status_code == 202
    assert visitor.get(answer.headers["location"]).json()["blocks"] is None


def test_without_a_jail_words_alone_are_published(bare: TestClient) -> None:
    assert edit(somebody(bare, next(NAMES)), "Only words.\n").status_code == 201


def test_a_queue_that_is_full_takes_no_more(app: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "QUEUE", 2)
    visitor = browser(app)
    for number, status in enumerate((202, 202, 429)):
        answer = edit(visitor, added(visitor, f"Sentence {number}."))
        assert answer.status_code == status
    assert "kept" in answer.json()["kept"] and answer.headers["retry-after"]


@pytest.mark.parametrize("signed_in,status", [(True, 201), (False, 202)])
def test_a_request_that_comes_twice_at_the_same_moment_is_stored_once(
    app: TestClient, signed_in: bool, status: int
) -> None:
    client = somebody(app, next(NAMES)) if signed_in else browser(app)
    text = added(client, "Sent twice at once.")
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        answers.append(edit(client, text, 1, key="a-key-that-nobody-guesses"))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {status}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(client.get(REVISIONS).json()["revisions"]) == (2 if signed_in else 1)
    assert len(client.get(f"{WIKI}/suggestions").json()["suggestions"]) == (0 if signed_in else 1)


def test_what_was_changed_again_since_is_taken_back_by_hand(app: TestClient) -> None:
    member = somebody(app, next(NAMES))
    first = edit(member, added(member, "It was so.")).json()
    second = edit(member, first["text"].replace("so.", "otherwise.")).json()
    third = edit(member, second["text"].replace("otherwise.", "different still.")).json()
    refused = member.post(f"{REVISIONS}/{second['revision']}/undo")
    problem(refused, 409)
    told = refused.json()
    assert told["yours"] == first["text"] and told["theirs"] == third["text"] and told["head"] == third["revision"]


def test_a_suggestion_whose_code_fails_is_not_accepted_and_waits_on(app: TestClient) -> None:
    visitor, editor = browser(app), somebody(app, next(NAMES), Role.EDITOR)
    text = text_of(visitor) + CODE.format("missing")
    address = edit(visitor, text).headers["location"]
    refused = editor.post(f"{address}/accept", json={})
    problem(refused, 422)
    assert refused.json()["failed"]["fault"]["type"] == "NameError"
    assert visitor.get(address).json()["status"] == "open"
    assert editor.post(f"{address}/accept", json={"text": text.replace("missing", "3")}).status_code == 201


def test_a_merge_that_would_be_too_long_is_a_conflict(app: TestClient) -> None:
    member, other = somebody(app, next(NAMES)), somebody(app, next(NAMES))
    base = edit(member, "First paragraph.\n\n" + "word " * 2000 + "\n\nLast paragraph.\n").json()
    more = "more " * 1500
    edit(member, base["text"].replace("First paragraph.", f"First paragraph. {more}"), base["revision"])
    refused = edit(other, base["text"].replace("Last paragraph.", f"Last paragraph. {more}"), base["revision"])
    assert "20,000" in problem(refused, 409)
