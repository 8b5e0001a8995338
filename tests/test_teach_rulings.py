"""What is decided about attempts after they were graded: it counts at once, says why, and can be taken back."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.store.accounts import Role
from tests.client import EXPLAIN, PAGE, RIGHT, WRITE, WRONG
from tests.people_parts import rooms_of
from tests.teaching import STATISTICS, answered, emptied, signed_in

HTML = {"Accept": "text/html"}
OVERRIDE = {"do": "override", "passed": "yes", "score": "80", "reason": "The case was unclear"}


@pytest.fixture
def client(app: TestClient) -> TestClient:
    """A site that nobody has used."""
    return emptied(app)


@pytest.fixture
def teacher(client: TestClient) -> TestClient:
    return signed_in(client, Role.INSTRUCTOR, "Ada")


def rule(teacher: TestClient, attempt: str, **form: str) -> int:
    address = f"/teach/attempts/{attempt}/rulings"
    return teacher.post(address, data=form, headers=HTML, follow_redirects=False).status_code


def state(student: TestClient) -> str:
    rows = student.get("/api/v1/questions").json()
    found: str = next(row["state"] for row in rows if row["id"] == "doubling")
    return found


def counted(teacher: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = teacher.get(STATISTICS).json()["parts"][0]
    return found


def newest(client: TestClient, kind: str) -> str:
    with rooms_of(client).database.read() as connection:
        asked = "SELECT id FROM ruling WHERE kind = ? AND lifted IS NULL ORDER BY id DESC LIMIT 1"
        found: str = connection.exec_driver_sql(asked, (kind,)).scalar_one()
    return found


@pytest.mark.parametrize(("passed", "score"), [("yes", 1.0), ("no", 0.0)])
def test_a_changed_result_without_a_score_is_all_or_nothing(
    client: TestClient, teacher: TestClient, passed: str, score: float
) -> None:
    student, told = answered(client)
    assert rule(teacher, told["attempt"], **(OVERRIDE | {"passed": passed, "score": " "})) == 303
    kept = student.get(f"/api/v1/attempts/{told['attempt']}").json()
    assert (kept["passed"], kept["score"]) == (passed == "yes", score)


def test_an_override_counts_and_its_reason_is_seen_and_it_can_be_taken_back(
    client: TestClient, teacher: TestClient
) -> None:
    student, told = answered(client)
    assert rule(teacher, told["attempt"], **OVERRIDE) == 303
    kept = student.get(f"/api/v1/attempts/{told['attempt']}").json()
    assert (kept["passed"], kept["score"], kept["verdict"]["passed"]) == (True, 0.8, False)
    for address in (PAGE, f"/attempts/{told['attempt']}"):
        page = student.get(address).text
        assert "This counts as passed, 80 %" in page and "The case was unclear." in page and "Ada" in page
    assert state(student) == "tried"  # the other part is not begun
    assert rule(teacher, told["attempt"], do="lift", ruling=newest(client, "override")) == 303
    kept = student.get(f"/api/v1/attempts/{told['attempt']}").json()
    assert (kept["passed"], kept["rulings"]) == (False, [])


def test_of_two_overrides_the_newer_holds_and_taking_it_back_gives_the_verdict(
    client: TestClient, teacher: TestClient
) -> None:
    student, told = answered(client)
    rule(teacher, told["attempt"], **OVERRIDE)
    rule(teacher, told["attempt"], **(OVERRIDE | {"score": "50", "passed": "no"}))
    rule(teacher, told["attempt"], **(OVERRIDE | {"score": "50", "passed": "no"}))  # the form was sent twice
    kept = student.get(f"/api/v1/attempts/{told['attempt']}").json()
    assert (kept["score"], len(kept["rulings"])) == (0.5, 1)
    rule(teacher, told["attempt"], do="lift", ruling=newest(client, "override"))
    assert student.get(f"/api/v1/attempts/{told['attempt']}").json()["score"] == kept["verdict"]["score"]


def test_an_excused_attempt_is_not_the_first(client: TestClient, teacher: TestClient) -> None:
    student, told = answered(client)
    student.post(WRITE, json={"answer": RIGHT})
    assert rule(teacher, told["attempt"], do="excuse", reason="The server was slow") == 303
    with rooms_of(client).database.read() as connection:
        row = connection.exec_driver_sql("SELECT attempts, first_passed, solved_try FROM progress").one()
        points = connection.exec_driver_sql("SELECT items, points FROM learner WHERE items > 0").one()
    assert tuple(row) == (1, 1, 1) and tuple(points) == (1, 1.0)
    assert "counts neither for nor against you" in student.get(f"/attempts/{told['attempt']}").text
    assert rule(teacher, told["attempt"], do="lift", ruling=newest(client, "excuse")) == 303
    with rooms_of(client).database.read() as connection:
        row = connection.exec_driver_sql("SELECT attempts, first_passed, solved_try FROM progress").one()
    assert tuple(row) == (2, 0, 2)


def test_an_excused_part_counts_in_no_statistics(client: TestClient, teacher: TestClient) -> None:
    student, told = answered(client)
    assert counted(teacher)["n"] == 1
    for _ in range(2):
        assert rule(teacher, told["attempt"], do="excuse-part", reason="Ill") == 303
    assert counted(teacher)["n"] == 0
    student.post(WRITE, json={"answer": RIGHT})
    assert counted(teacher)["n"] == 0 and student.get(PAGE).text.count("You are excused from this part") == 1
    assert rule(teacher, told["attempt"], do="lift", ruling=newest(client, "excuse")) == 303
    assert counted(teacher)["n"] == 1


def test_ticking_ones_points_does_not_undo_an_override(client: TestClient, teacher: TestClient) -> None:
    student, told = answered(client, "Every item is multiplied by two.", EXPLAIN)
    rule(teacher, told["attempt"], **OVERRIDE)
    own = f"/api/v1/attempts/{told['attempt']}"
    student.put(f"{own}/self-grade", json={"points": {"doubled": True}})
    assert student.get(own).json()["score"] == 0.8
    rule(teacher, told["attempt"], do="lift", ruling=newest(client, "override"))
    assert student.get(own).json()["score"] == 0.5


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (OVERRIDE | {"score": "101"}, 422),
        (OVERRIDE | {"score": "nan"}, 422),
        (OVERRIDE | {"score": "1e999"}, 422),
        (OVERRIDE | {"score": "much"}, 422),
        (OVERRIDE | {"reason": " "}, 422),
        (OVERRIDE | {"reason": "x" * 1001}, 413),
        ({"do": "shout", "reason": "Why?"}, 422),
        ({"do": "lift", "ruling": "0" * 32}, 409),
        ({}, 422),
    ],
)
def test_what_is_no_decision_is_told(
    client: TestClient, teacher: TestClient, form: dict[str, str], status: int
) -> None:
    _, told = answered(client)
    assert rule(teacher, told["attempt"], **form) == status


@pytest.mark.parametrize("attempt", ["0" * 32, "é" * 32, "x"])
def test_an_attempt_that_is_not_there_is_not_there(teacher: TestClient, attempt: str) -> None:
    assert teacher.get(f"/teach/attempts/{attempt}").status_code == 404
    assert rule(teacher, attempt, **OVERRIDE) == 404
    assert teacher.post(f"/teach/attempts/{attempt}/grade", data={}, headers=HTML).status_code == 404


def test_only_points_of_an_answer_in_words_can_be_read(client: TestClient, teacher: TestClient) -> None:
    _, code = answered(client)
    _, words = answered(client, "Every item is multiplied by two.", EXPLAIN)
    for attempt, form in ((code["attempt"], {}), (words["attempt"], {"point": "none"})):
        assert teacher.post(f"/teach/attempts/{attempt}/grade", data=form, headers=HTML).status_code == 422


def test_a_student_decides_nothing(client: TestClient, teacher: TestClient) -> None:
    student, told = answered(client)
    for other in (student, signed_in(client, Role.MEMBER), signed_in(client, Role.EDITOR)):
        assert rule(other, told["attempt"], **OVERRIDE) in (401, 403)
        page = other.get(f"/teach/attempts/{told['attempt']}", follow_redirects=False)
        assert page.status_code in (303, 403) and "xs + xs" not in page.text
        assert other.post(f"/teach/attempts/{told['attempt']}/grade", data={}, headers=HTML).status_code in (401, 403)


def test_an_instructor_sees_what_the_student_sees(client: TestClient, teacher: TestClient) -> None:
    _, told = answered(client, WRONG)
    page = teacher.get(f"/teach/attempts/{told['attempt']}").text
    assert "Not yet" in page and "return xs + xs" in page and f'href="/attempts/{told["attempt"]}"' not in page


def test_a_hostile_reason_is_text(client: TestClient, teacher: TestClient) -> None:
    student, told = answered(client)
    rule(teacher, told["attempt"], **(OVERRIDE | {"reason": "<script>alert(1)</script>"}))
    assert "<script>alert" not in student.get(PAGE).text
