"""The grading desk: what is slow is stored first, what is too much is refused, and nothing is lost over a restart."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.web import desk
from tests.client import DRAFT, EXPLAIN, FORM, PAGE, RIGHT, WRITE, WRONG, site

SLOW = "import time\ntime.sleep(0.5)\n" + RIGHT
FRAGMENT = {"Accept": "text/html", "X-Fragment": "verdict"}


@pytest.fixture
def client(tmp_path: Path, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path, pool) as made:
        yield made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "PATIENCE_S", 0.05)


def graded(client: TestClient, address: str) -> Any:
    """The attempt, once it is graded."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = client.get(address).json()
        if found["status"] != "pending":
            return found
        time.sleep(0.05)
    raise AssertionError("it was never graded")


def attempts(client: TestClient) -> int:
    rooms = client.app.state.rooms  # type: ignore[attr-defined]
    with rooms.database.read() as connection:
        found: int = connection.exec_driver_sql("SELECT count(*) FROM attempt").scalar_one()
    return found


@pytest.mark.usefixtures("impatient")
def test_a_slow_answer_is_stored_first_and_graded_later(client: TestClient) -> None:
    answer = client.post(WRITE, json={"answer": SLOW})
    assert answer.status_code == 202 and answer.json()["verdict"] is None
    assert graded(client, answer.headers["location"])["verdict"]["passed"]
    assert attempts(client) == 1


@pytest.mark.usefixtures("impatient")
def test_a_slow_answer_from_a_page_waits_on_its_own_page(client: TestClient) -> None:
    form = FORM.replace("doubling", "again")  # has the time for an answer that still waits when its page is looked at
    fragment = client.post(form, data={"answer": SLOW}, headers=FRAGMENT)
    assert fragment.status_code == 202 and "Grading." in fragment.text
    page = client.post(form, data={"answer": SLOW.replace("0.5", "2")})
    assert page.status_code == 200 and "Grading." in page.text
    where = page.url.path
    assert "Grading." in client.get("/questions/again").text
    graded(client, "/api/v1" + where)
    assert 'class="verdict pass"' in client.get(where).text
    assert client.get(where, headers=FRAGMENT).status_code == 200


@pytest.mark.usefixtures("impatient")
def test_a_repeated_key_gets_the_same_answer_while_it_waits_and_after(client: TestClient) -> None:
    key = {"Idempotency-Key": "once"}
    sent = [client.post(WRITE, json={"answer": SLOW}, headers=key) for _ in range(2)]
    graded(client, sent[0].headers["location"])
    sent.append(client.post(WRITE, json={"answer": SLOW}, headers=key))
    assert {(one.status_code, one.text, one.headers["location"]) for one in sent} == {
        (202, sent[0].text, sent[0].headers["location"])
    }
    assert attempts(client) == 1


def test_the_same_key_at_the_same_moment_is_stored_once(client: TestClient) -> None:
    client.get(PAGE)
    cookie = {"Cookie": f"learner={client.cookies['learner']}", "Idempotency-Key": "once"}

    def send(_: int) -> str:
        other = TestClient(client.app)
        other.portal = client.portal
        return other.post(WRITE, json={"answer": RIGHT}, headers=cookie).text

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(16)))) == 1
    assert attempts(client) == 1


def test_when_too_much_waits_an_answer_is_refused_and_kept(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "WAITING", -2)
    answer = client.post(WRITE, json={"answer": RIGHT})
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
    page = client.post(FORM, data={"answer": RIGHT + "# mine"})
    assert page.status_code == 503 and "kept as your draft" in page.text and "# mine" in page.text
    assert client.get(DRAFT).json()["answer"] == RIGHT + "# mine"
    monkeypatch.undo()
    assert client.post(WRITE, json={"answer": RIGHT}).json()["verdict"]["passed"]


def test_without_a_jail_code_is_refused_plainly_and_all_else_works(tmp_path: Path) -> None:
    with site(tmp_path, Pool(lanes=2)) as client:
        assert client.get(PAGE).status_code == 200
        answer = client.post(WRITE, json={"answer": RIGHT})
        assert answer.status_code == 503 and "sandbox" in answer.json()["detail"]
        page = client.post(FORM, data={"answer": RIGHT})
        assert page.status_code == 503 and "kept as your draft" in page.text
        assert client.get(DRAFT).json()["answer"] == RIGHT
        assert client.post(EXPLAIN, json={"answer": "Each is doubled."}).status_code == 201


def test_a_page_is_served_while_the_jail_warms_up_and_code_waits_for_it(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = threading.Event()

    class Warming(Pool):
        def start(self) -> None:
            cold.wait(20)
            self._level = pool.level()

        def run(self, job: Any) -> Any:
            return pool.run(job)

    monkeypatch.setattr("app.main.Pool", Warming)
    monkeypatch.setattr(desk, "PATIENCE_S", 0.05)
    from app.main import create_app
    from tests.client import settings

    with TestClient(create_app(settings(tmp_path))) as client:
        assert client.get(PAGE).status_code == 200
        told = client.get("/readyz")
        assert (told.status_code, told.json()["status"]) == (503, "starting")
        answer = client.post(WRITE, json={"answer": RIGHT})
        assert answer.status_code == 202
        cold.set()
        assert graded(client, answer.headers["location"])["verdict"]["passed"]


@pytest.mark.usefixtures("impatient")
def test_what_waited_when_the_program_stopped_is_graded_at_the_next_start(tmp_path: Path, pool: Pool) -> None:
    with site(tmp_path, Pool(lanes=1)) as client:
        rooms = client.app.state.rooms  # type: ignore[attr-defined]
        rooms.desk.warm.clear()  # as if the jail still warmed up
        sent = client.post(WRITE, json={"answer": RIGHT})
        assert sent.status_code == 202
        cookie = f"learner={client.cookies['learner']}"
    with site(tmp_path, pool) as client:
        client.headers["Cookie"] = cookie
        assert graded(client, sent.headers["location"])["verdict"]["passed"]


@pytest.mark.usefixtures("impatient")
def test_what_waited_for_a_question_that_is_gone_ends_as_our_fault(tmp_path: Path, pool: Pool) -> None:
    with site(tmp_path, Pool(lanes=1)) as client:
        rooms = client.app.state.rooms  # type: ignore[attr-defined]
        rooms.desk.warm.clear()
        sent = client.post(WRITE, json={"answer": RIGHT})
        cookie = f"learner={client.cookies['learner']}"
    (tmp_path / "questions" / "lists" / "07-doubling.yaml").unlink()
    with site(tmp_path, pool) as client:
        client.headers["Cookie"] = cookie
        assert graded(client, sent.headers["location"])["status"] == "failed"


def test_a_grader_that_breaks_is_our_fault(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "grade", lambda *_, **__: 1 / 0)
    answer = client.post(WRITE, json={"answer": RIGHT}, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 201 and answer.json()["verdict"]["ending"] == "internal"
    monkeypatch.undo()
    answer = client.post(WRITE, json={"answer": RIGHT}, headers={"Idempotency-Key": "once"})
    assert answer.json()["verdict"]["passed"]


def test_a_burst_of_answers_is_graded_whole(client: TestClient) -> None:
    def send(number: int) -> bool:
        other = TestClient(client.app)
        other.portal = client.portal
        found = other.post(WRITE, json={"answer": RIGHT if number % 2 else WRONG})
        made = graded(other, found.headers["location"]) if found.status_code == 202 else found.json()
        passed: bool = made["verdict"]["passed"]
        return passed

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(send, range(40))) == [bool(number % 2) for number in range(40)]
    assert attempts(client) == 40


def test_a_locked_database_refuses_and_gives_the_text_back(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.db.WAIT_S", 0.1)
    rooms = client.app.state.rooms  # type: ignore[attr-defined]
    with rooms.database.write():
        answer = client.post(FORM, data={"answer": RIGHT})
        assert answer.status_code == 503 and "retry-after" in answer.headers
        assert "saved" in answer.text and "def double(xs):" in answer.text
        assert client.put(DRAFT, json={"answer": "x"}).status_code == 503
        assert client.get(PAGE).status_code == 200
    assert client.post(WRITE, json={"answer": RIGHT}).status_code == 201


def test_no_answer_is_in_the_log(client: TestClient, capfd: pytest.CaptureFixture[str]) -> None:
    client.post(WRITE, json={"answer": "remarkable_name = 1\n" + RIGHT})
    client.post(WRITE, json={"answer": "def double(xs):\n    raise ValueError('remarkable_name')\n"})
    logged = capfd.readouterr().err
    assert "doubling/write" in logged and "remarkable_name" not in logged
