"""Grading again: first what would change, then that and nothing else; the old verdict is kept, and the sums follow."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli import main
from app.sandbox.pool import Pool
from app.store.accounts import Role
from tests.client import EXPLAIN, RIGHT, WRITE, WRONG, site
from tests.people_parts import rooms_of
from tests.question_text import QUESTION, put
from tests.teaching import STATISTICS, TEACH, answered, emptied, signature, signed_in

HTML = {"Accept": "text/html"}
REGRADE = f"{TEACH}/regrade"
# The author meant the list to be repeated: what was right is wrong, and the other way round.
OURS, THEIRS, MEANWHILE = "return [2 * x for x in xs]", "return xs + xs", "return MEANWHILE"
PLAIN = QUESTION.replace('      - args: [[{py: "math.pi"}, {plain: 1.5}]]\n', "")
MEANT = PLAIN.replace(OURS, MEANWHILE).replace(THEIRS, OURS).replace(MEANWHILE, THEIRS)
NEW = "        text: The list is a new one.\n"
WEIGHTED = PLAIN.replace(NEW, f"{NEW}        weight: 3\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("regrade")


@pytest.fixture(scope="module")
def app(folder: Path, pool: Pool) -> Iterator[TestClient]:
    with site(folder, pool) as made:
        yield made


@pytest.fixture
def client(app: TestClient, folder: Path) -> TestClient:
    """A site that nobody has used, with the question as it was at first."""
    correct(app, folder, PLAIN)
    return emptied(app)


@pytest.fixture
def teacher(client: TestClient) -> TestClient:
    return signed_in(client, Role.INSTRUCTOR, "Ada")


def correct(client: TestClient, folder: Path, text: str = MEANT) -> None:
    put(folder / "questions", text)
    rooms_of(client).bank.refresh()
    assert not rooms_of(client).bank.faults


def act(teacher: TestClient, **form: str) -> str:
    """What the page says once nothing is at work."""
    reply = teacher.post(REGRADE, data=form, headers=HTML)
    assert reply.status_code == 200, reply.text
    state = rooms_of(teacher).regrades.state
    while state is not None and state.busy:
        time.sleep(0.02)
    return teacher.get(REGRADE).text


def mistakes(teacher: TestClient) -> list[tuple[int, int]]:
    found = teacher.get(STATISTICS).json()["parts"][0]["mistakes"]
    return [(one["learners"], one["times"]) for one in found]


def test_after_a_correction_one_sees_what_would_change_and_then_it_does(
    client: TestClient, teacher: TestClient, folder: Path
) -> None:
    wrong, told = answered(client, WRONG)
    right, other = answered(client, RIGHT)
    broken, third = answered(client, "def double(xs):\n    return None\n")
    correct(client, folder)
    page = act(teacher, do="look", part="write")
    assert "3 attempts graded again, and 2 verdicts would change" in page and "Apply 2 changes" in page
    assert not wrong.get(f"/api/v1/attempts/{told['attempt']}").json()["passed"]  # nothing is stored yet
    before = wrong.get(f"/api/v1/attempts/{told['attempt']}").json()
    assert "2 verdicts changed" in act(teacher, do="apply", reason="The example was wrong")
    after = wrong.get(f"/api/v1/attempts/{told['attempt']}").json()
    assert after["passed"] and after["verdict"]["passed"] and after["version"] != before["version"]
    assert not right.get(f"/api/v1/attempts/{other['attempt']}").json()["passed"]
    assert broken.get(f"/api/v1/attempts/{third['attempt']}").json()["rulings"] == []
    seen = wrong.get(f"/attempts/{told['attempt']}").text
    assert "Graded again" in seen and "The example was wrong." in seen and "Ada" in seen
    with rooms_of(client).database.read() as connection:
        asked = "SELECT before FROM ruling WHERE attempt = ?"
        old = json.loads(connection.exec_driver_sql(asked, (told["attempt"],)).scalar_one())
    assert old["verdict"] == before["verdict"] and old["version"] == before["version"]


def test_where_nothing_was_corrected_nothing_changes(client: TestClient, teacher: TestClient) -> None:
    """Not even a score that hangs on what was drawn."""
    for _ in range(8):
        answered(client, "def double(xs):\n    return [2 * x for x in xs if x > 0.5]\n")
    assert "8 attempts graded again, and 0 verdicts would change" in act(teacher, do="look", part="write")


def test_the_sums_follow(client: TestClient, teacher: TestClient, folder: Path) -> None:
    student, told = answered(client, WRONG)
    student.post(WRITE, json={"answer": WRONG})
    answered(client, RIGHT)
    assert mistakes(teacher) == [(1, 2)]
    correct(client, folder)
    act(teacher, do="look", part="write")
    act(teacher, do="apply", reason="It was wrong")
    assert mistakes(teacher) == [(1, 1)]
    rows = {one["id"]: one["state"] for one in student.get("/api/v1/questions").json()}
    assert rows["doubling"] == "tried"  # the other part is not begun
    with rooms_of(client).database.read() as connection:
        sums = connection.exec_driver_sql("SELECT attempts, done, first_passed, solved_try FROM progress").all()
        points = connection.exec_driver_sql("SELECT points FROM learner WHERE items > 0").scalars().all()
    assert sorted(map(tuple, sums)) == [(1, 0, 0, None), (2, 1, 1, 1)]
    assert max(points) == 1.0 and min(points) < 1


def test_nothing_changes_where_nothing_was_corrected(client: TestClient, teacher: TestClient) -> None:
    answered(client, WRONG)
    page = act(teacher, do="look", part="write")
    assert "1 attempt graded again, and 0 verdicts would change" in page and "Apply" not in page


def test_what_an_instructor_has_set_stays(client: TestClient, teacher: TestClient, folder: Path) -> None:
    student, told = answered(client, WRONG)
    form = {"do": "override", "passed": "no", "score": "30", "reason": "Copied"}
    teacher.post(f"/teach/attempts/{told['attempt']}/rulings", data=form, headers=HTML)
    correct(client, folder)
    act(teacher, do="look", part="write")
    act(teacher, do="apply", reason="It was wrong")
    kept = student.get(f"/api/v1/attempts/{told['attempt']}").json()
    assert (kept["passed"], kept["score"], kept["verdict"]["passed"]) == (False, 0.3, True)


def test_what_was_changed_meanwhile_is_left_alone(client: TestClient, teacher: TestClient, folder: Path) -> None:
    student, told = answered(client, WRONG)
    correct(client, folder)
    act(teacher, do="look", part="write")
    form = {"do": "override", "passed": "no", "score": "30", "reason": "Copied"}
    teacher.post(f"/teach/attempts/{told['attempt']}/rulings", data=form, headers=HTML)
    page = act(teacher, do="apply", reason="It was wrong")
    assert "0 verdicts changed" in page and "left alone" in page
    assert not student.get(f"/api/v1/attempts/{told['attempt']}").json()["verdict"]["passed"]


def test_a_question_that_changed_since_is_looked_at_again(
    client: TestClient, teacher: TestClient, folder: Path
) -> None:
    student, told = answered(client, WRONG)
    correct(client, folder)
    act(teacher, do="look", part="write")
    correct(client, folder, PLAIN)
    reply = teacher.post(REGRADE, data={"do": "apply", "reason": "It was wrong"}, headers=HTML)
    assert reply.status_code == 409 and "Look again" in reply.text
    assert not student.get(f"/api/v1/attempts/{told['attempt']}").json()["passed"]


def test_a_regrade_can_be_stopped(client: TestClient, teacher: TestClient, folder: Path) -> None:
    for _ in range(3):
        answered(client, WRONG)
    correct(client, folder)
    teacher.post(REGRADE, data={"do": "look", "part": "write"}, headers=HTML, follow_redirects=False)
    page = act(teacher, do="stop")
    assert "Nothing was changed" in page or "would change" in page  # it may have been faster


def test_a_grader_that_fails_counts_against_nobody(client: TestClient, teacher: TestClient, folder: Path) -> None:
    student, told = answered(client, RIGHT)
    correct(client, folder, MEANT.replace(f"{THEIRS}\n    function", "return 1 / 0\n    function"))
    page = act(teacher, do="look", part="write")
    assert "0 verdicts would change" in page and "1 could not be graded this time, by our fault" in page
    assert student.get(f"/api/v1/attempts/{told['attempt']}").json()["passed"]


def test_an_answer_in_words_keeps_its_writers_ticks(client: TestClient, teacher: TestClient, folder: Path) -> None:
    student, told = answered(client, "Every item is multiplied by two.", EXPLAIN)
    own = f"/api/v1/attempts/{told['attempt']}"
    student.put(f"{own}/self-grade", json={"points": {"doubled": True, "new": False}})
    correct(client, folder, WEIGHTED)
    assert "1 verdict would change" in act(teacher, do="look", part="explain")
    act(teacher, do="apply", reason="One point weighs more")
    kept = student.get(own).json()
    assert kept["score"] == 0.25 and kept["self_grade"] == {"doubled": True, "new": False}


def test_an_attempt_from_before_there_were_signatures_gets_one(client: TestClient, teacher: TestClient) -> None:
    _, told = answered(client, WRONG)
    signed = signature(client, told["attempt"])
    with rooms_of(client).database.write() as connection:
        for table in ("mistake", "slip"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        connection.exec_driver_sql("UPDATE attempt SET signature = NULL")
    act(teacher, do="look", part="write")
    act(teacher, do="apply", reason="Signatures are new")
    assert signature(client, told["attempt"]) == signed and mistakes(teacher) == [(1, 1)]


@pytest.mark.parametrize(
    ("form", "status"),
    [({"do": "look", "part": "none"}, 404), ({"do": "shout"}, 422), ({"do": "apply", "reason": "x"}, 409), ({}, 422)],
)
def test_what_cannot_be_done_is_told(teacher: TestClient, form: dict[str, str], status: int) -> None:
    assert teacher.post(REGRADE, data=form, headers=HTML).status_code == status


def test_a_student_grades_nothing_again(client: TestClient) -> None:
    student, _ = answered(client)
    for other, status in ((student, 401), (signed_in(client, Role.EDITOR), 403)):
        assert other.post(REGRADE, data={"do": "look", "part": "write"}, headers=HTML).status_code == status


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_terminal_does_the_same(
    client: TestClient, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(folder))
    student, told = answered(client, "Every item is multiplied by two.", EXPLAIN)
    own = f"/api/v1/attempts/{told['attempt']}"
    student.put(f"{own}/self-grade", json={"points": {"doubled": True, "new": False}})
    correct(client, folder, WEIGHTED)
    asked = ["regrade", "doubling/explain", "--questions", str(folder / "questions"), "--json"]
    assert main([*asked, "--dry-run"]) == 0
    change, end = lines(capsys)
    assert (change["attempt"], change["before"]["score"], change["after"]["score"]) == (told["attempt"], 0.5, 0.25)
    assert end == {"graded": 1, "changed": 1, "broken": 0, "applied": 0, "done": True}
    assert student.get(own).json()["score"] == 0.5
    assert main([*asked, "--reason", "It was wrong."]) == 0
    assert lines(capsys)[-1]["applied"] == 1
    kept = student.get(own).json()
    assert (
        kept["score"] == 0.25 and kept["rulings"][0]["reason"] == "It was wrong." and kept["rulings"][0]["by"] is None
    )


@pytest.mark.parametrize("target", ["nothing", "doubling/none", "", "doubling/write"])
def test_the_terminal_tells_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path))
    put(tmp_path / "questions")
    assert main(["regrade", target, "--questions", str(tmp_path / "questions")]) == 2
    assert capsys.readouterr().err.count("\n") == 1 and not list(tmp_path.glob("*.db"))
