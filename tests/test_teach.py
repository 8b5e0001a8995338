"""What is misunderstood: who may see it, what it says of few and of many, and one note that reaches everybody."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.store.accounts import Role
from tests.client import EXPLAIN, PAGE, RIGHT, WRITE, WRONG, browser
from tests.people_parts import rooms_of
from tests.teaching import STATISTICS, TEACH, answered, emptied, signature, signed_in

HTML = {"Accept": "text/html"}
PAGES = ("/teach", TEACH, f"{TEACH}/regrade", f"{TEACH}/parts/write/attempts", STATISTICS)
OTHER = "def double(xs):\n    return [3 * x for x in xs]\n"


@pytest.fixture
def client(app: TestClient) -> TestClient:
    """A site that nobody has used."""
    return emptied(app)


@pytest.fixture
def teacher(client: TestClient) -> TestClient:
    return signed_in(client, Role.INSTRUCTOR, "Ada")


def figures(teacher: TestClient, part: int = 0) -> dict[str, Any]:
    reply = teacher.get(STATISTICS)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()["parts"][part]
    return found


def give(teacher: TestClient, signed: str, says: str, do: str = "give", part: str = "write") -> int:
    form = {"part": part, "signature": signed, "says": says, "do": do}
    return teacher.post(f"{TEACH}/notes", data=form, headers=HTML, follow_redirects=False).status_code


@pytest.mark.parametrize("address", PAGES)
def test_only_those_who_teach_see_it(client: TestClient, address: str) -> None:
    stranger = browser(client).get(address, follow_redirects=False)
    assert stranger.status_code == (401 if address == STATISTICS else 303)
    assert stranger.headers.get("location", "/sign-in").startswith("/sign-in")
    assert signed_in(client, Role.EDITOR).get(address).status_code == 403
    for role in (Role.INSTRUCTOR, Role.ADMIN):
        assert signed_in(client, role).get(address).status_code == 200


def test_a_role_that_is_taken_away_is_gone_at_once(client: TestClient, teacher: TestClient) -> None:
    _, told = answered(client)
    signed = signature(client, told["attempt"])
    assert teacher.get(TEACH).status_code == 200
    with rooms_of(client).database.write() as connection:
        connection.exec_driver_sql("UPDATE account SET role = 'member' WHERE name = 'Ada'")
    assert teacher.get(TEACH).status_code == 403
    assert give(teacher, signed, "Too late.") == 403
    assert "Too late" not in answered(client)[0].get(PAGE).text


def test_without_an_attempt_nothing_is_said(teacher: TestClient) -> None:
    found = figures(teacher)
    assert (found["n"], found["facility"], found["mistakes"]) == (0, None, [])
    assert "Nobody has answered this part yet" in teacher.get(TEACH).text
    assert "no part has 10 first attempts" in teacher.get("/teach").text


def test_one_attempt_is_counted_and_gives_no_percentage(client: TestClient, teacher: TestClient) -> None:
    answered(client)
    found = figures(teacher)
    assert (found["n"], found["facility"], found["passed_first"]) == (1, None, None)
    assert [(one["learners"], one["times"]) for one in found["mistakes"]] == [(1, 1)]
    page = teacher.get(TEACH).text
    assert "1 learner answered it" in page and "Percentages need 10 learners" in page


def test_ten_first_attempts_are_a_figure_and_later_ones_change_nothing(client: TestClient, teacher: TestClient) -> None:
    """Six of ten are right at first; then all are."""
    students = [answered(client, RIGHT if at < 6 else WRONG)[0] for at in range(10)]
    before = figures(teacher)
    assert before["facility"]["value"] != 100 and before["passed_first"]["n"] == 10
    assert before["passed_first"]["value"] == pytest.approx(60)
    for student in students:
        student.post(WRITE, json={"answer": RIGHT})
    after = figures(teacher)
    assert (after["facility"], after["passed_first"]) == (before["facility"], before["passed_first"])
    assert after["solved"]["value"] == 100 and after["median_tries"] == 1
    for address in (TEACH, "/teach"):
        assert "n&nbsp;=&nbsp;10" in teacher.get(address).text


def test_a_mistake_is_counted_once_a_learner_and_each_time(client: TestClient, teacher: TestClient) -> None:
    student, _ = answered(client)
    student.post(WRITE, json={"answer": WRONG.replace("xs + xs", "list(xs) + list(xs)")})
    answered(client)
    answered(client, OTHER)
    assert [(one["learners"], one["times"]) for one in figures(teacher)["mistakes"]] == [(2, 3), (1, 1)]


def test_the_page_shows_an_example_as_its_writer_saw_it(client: TestClient, teacher: TestClient) -> None:
    _, told = answered(client)
    page = teacher.get(TEACH).text
    assert "return xs + xs" in page and "Expected" in page and f"/teach/attempts/{told['attempt']}" in page


def test_one_note_reaches_all_who_made_the_mistake_and_all_who_will(client: TestClient, teacher: TestClient) -> None:
    three = [answered(client) for _ in range(3)]
    other, elsewhere = answered(client, OTHER)
    assert give(teacher, signature(client, three[0][1]["attempt"]), "Adding lists *joins* them.") == 303
    three.append(answered(client))  # a fourth, afterwards
    assert three[3][1]["instructor_note"]["says"] == "Adding lists *joins* them."
    for student, told in three:
        for address in (PAGE, f"/attempts/{told['attempt']}"):
            page = student.get(address).text
            assert "A note from your instructor" in page and "<em>joins</em>" in page and "Ada" in page
        kept = student.get(f"/api/v1/attempts/{told['attempt']}").json()
        assert kept["instructor_note"]["by"] == "Ada" and "joins" not in str(kept["verdict"])
    assert "joins" not in other.get(PAGE).text and "instructor_note" not in elsewhere


def test_a_note_can_be_changed_and_withdrawn(client: TestClient, teacher: TestClient) -> None:
    student, told = answered(client)
    signed = signature(client, told["attempt"])
    give(teacher, signed, "First.")
    give(teacher, signed, "Second.")
    assert "Second." in student.get(PAGE).text and "First." not in student.get(PAGE).text
    give(teacher, signed, "", do="withdraw")
    assert "Second." not in student.get(PAGE).text and "Second." in teacher.get(TEACH).text
    assert "Second." not in str(student.get(f"/api/v1/attempts/{told['attempt']}").json())


@pytest.mark.parametrize(
    "says",
    ["<script>alert(1)</script>", "[here](javascript:alert(1))", "<img src=x onerror=alert(1)>", "</textarea><script>"],
)
def test_a_hostile_note_is_text(client: TestClient, teacher: TestClient, says: str) -> None:
    student, told = answered(client)
    assert give(teacher, signature(client, told["attempt"]), says) == 303
    for page in (student.get(PAGE).text, teacher.get(TEACH).text):
        for bad in ("<script>alert", 'href="javascript', "<img src=x", "</textarea><script>"):
            assert bad not in page


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"says": "   "}, 422),
        ({"says": "x" * 4001}, 413),
        ({"says": "a\0b"}, 422),
        ({"part": "none"}, 404),
        ({"signature": "no-such-mistake"}, 404),
        ({"signature": "../../x"}, 404),
        ({"signature": "é" * 5000}, 404),
    ],
)
def test_what_is_no_note_is_told(
    client: TestClient, teacher: TestClient, change: dict[str, str], status: int
) -> None:  # fmt: skip
    _, told = answered(client)
    form = {"part": "write", "signature": signature(client, told["attempt"]), "says": "Yes.", "do": "give"}
    assert teacher.post(f"{TEACH}/notes", data=form | change, headers=HTML).status_code == status
    assert teacher.post(f"{TEACH}/notes", data={}, headers=HTML).status_code == 422


def test_key_points_say_who_sees_them_and_who_agrees(client: TestClient, teacher: TestClient) -> None:
    student, told = answered(client, "Every item is multiplied by two.", EXPLAIN)
    own = f"/api/v1/attempts/{told['attempt']}/self-grade"
    student.put(own, json={"points": {"doubled": True, "new": True}})
    student.put(own, json={"points": {"doubled": True}})  # changed: it counts once
    read = teacher.post(f"/teach/attempts/{told['attempt']}/grade", data={"point": ["doubled"]}, headers=HTML)
    assert read.status_code == 200
    found = figures(teacher, part=1)
    assert {one["id"]: (one["said"], one["read"]) for one in found["points"]} == {
        "new": ({"some": 0, "all": 1}, {"some": 0, "all": 1}),
        "doubled": ({"some": 1, "all": 1}, {"some": 1, "all": 1}),
    }
    between = {tuple(one["between"]): one["alike"] for one in found["agreement"]}
    assert between["the student", "an instructor"] == {"some": 2, "all": 2}
    page = student.get(f"/attempts/{told['attempt']}").text
    assert "Read by an instructor" in page and "does not find it in your answer" in page


def test_an_answer_in_words_has_no_score_before_its_writer_gave_one(client: TestClient, teacher: TestClient) -> None:
    student, told = answered(client, "Every item is multiplied by two.", EXPLAIN)
    assert (figures(teacher, 1)["n"], figures(teacher, 1)["not_self_graded"]) == (0, 1)
    student.put(f"/api/v1/attempts/{told['attempt']}/self-grade", json={"points": {"doubled": True}})
    assert (figures(teacher, 1)["n"], figures(teacher, 1)["not_self_graded"]) == (1, 0)


def test_how_sure_they_were_is_beside_how_right(client: TestClient, teacher: TestClient) -> None:
    for sure in (3, 3, 1):
        answered(client, "Every item is multiplied by two.", EXPLAIN, certainty=sure)
    assert figures(teacher, 1)["certainty"] == []  # nobody has graded theirs
    student, told = answered(client, "Every item is multiplied by two.", EXPLAIN, certainty=3)
    ticked = {"points": {"doubled": True, "new": True}}
    student.put(f"/api/v1/attempts/{told['attempt']}/self-grade", json=ticked)
    assert figures(teacher, 1)["certainty"] == [{"said": "Certain", "right": 1, "n": 1}]
