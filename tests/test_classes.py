"""Classes: joined by a link, seen by whoever teaches them and nobody else, each member as they wish to be shown."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.bank.bank import Bank
from app.grading.verdict import Verdict
from app.sandbox.job import Ending
from app.sandbox.pool import Pool
from app.store import accounts, attempts, courses, people
from app.store.accounts import Account, Role
from app.store.attempts import Attempt
from app.store.courses import Closed, Member
from tests import formats
from tests.client import site
from tests.people_parts import account, as_account, rooms_of, signed_in

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def client(tmp_path: Path, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path, pool) as made:
        yield made


@pytest.fixture
def teacher(client: TestClient) -> TestClient:
    return signed_in(client, Role.INSTRUCTOR)


def post(browser: TestClient, address: str, **sent: str) -> str:
    """Where it leads to; or the status, where that is no redirection."""
    answer = browser.post(address, data=sent, follow_redirects=False)
    return answer.headers["location"] if answer.status_code == 303 else str(answer.status_code)


def made(teacher: TestClient, title: str = "Deep learning A") -> str:
    return post(teacher, "/teach/classes", title=title, key="k")


def link(teacher: TestClient, address: str) -> str:
    found = re.search(r'href="http://testserver(/join/[a-z0-9]+)"', teacher.get(address).text)
    assert found
    return found[1]


def passes(client: TestClient, who: Account, part: str) -> None:
    one = Attempt(people.new_id(), who.learner, "doubling", part, "code", "v", "x", NOW)
    verdict = Verdict(
        question="doubling", part=part, kind="code", passed=True, score=1, ending=Ending.OK, summary="", how=""
    )
    with rooms_of(client).database.write() as connection:
        attempts.store(connection, one.settled(verdict), None, 201)


def test_a_student_joins_by_the_link_and_the_teacher_sees_what_they_have_done(
    client: TestClient, teacher: TestClient
) -> None:
    address = made(teacher)
    alice, bob = account(client, Role.MEMBER, "alice"), account(client, Role.MEMBER, "bob")
    invitation = link(teacher, address)
    assert "Deep learning A" in as_account(client, alice).get(invitation).text
    own = post(as_account(client, alice), invitation, **{"as": "name", "shown": "Alice  A."})
    assert own.startswith("/classes/")
    post(as_account(client, bob), invitation, **{"as": "anonymous", "shown": "bob"})
    for part in ("write", "explain"):
        passes(client, alice, part)
    passes(client, bob, "write")
    page = teacher.get(address).text
    assert "Alice A." in page and "bob" not in page and "anonymous " in page
    assert re.search(r"Alice A\.</th><td>1</td><td>✓</td>", page)
    assert re.search(r"anonymous [0-9a-f]{6}</th><td>0</td><td>◑</td>", page)


def test_nobody_without_an_account_joins_and_the_link_is_not_lost_on_the_way(
    client: TestClient, teacher: TestClient
) -> None:
    invitation = link(teacher, made(teacher))
    answer = client.get(invitation, headers={"Accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == f"/sign-in?next={invitation}"


def test_other_instructors_students_and_strangers_do_not_see_a_class_and_admins_do(
    client: TestClient, teacher: TestClient
) -> None:
    address = made(teacher)
    id = address.rsplit("/", 1)[1]
    member = account(client, Role.MEMBER)
    post(as_account(client, member), link(teacher, address), **{"as": "name", "shown": "me"})
    other = signed_in(client, Role.INSTRUCTOR)
    grades = f"/teach/export/grades/wide?class={id}"
    for path in (address, grades, f"/classes/{id}"):
        assert other.get(path).status_code == 404
    assert "Deep learning A" not in other.get("/teach/classes").text
    for path in ("due", "closed"):
        assert post(other, f"{address}/{path}", question="doubling", moment="", closed="yes") == "404"
    assert as_account(client, member).get(address).status_code == 403
    assert as_account(client, member).get(f"/classes/{id}").status_code == 200
    admin = signed_in(client, Role.ADMIN)
    assert admin.get(address).status_code == admin.get(grades).status_code == 200
    assert "Deep learning A" in admin.get("/teach/classes").text


def test_who_does_not_teach_any_more_does_not_see_their_class(client: TestClient) -> None:
    owner = account(client, Role.INSTRUCTOR)
    address = made(as_account(client, owner))
    with rooms_of(client).database.write() as connection:
        accounts.set_role(connection, owner.id, Role.MEMBER)
    assert as_account(client, owner).get(address).status_code == 403


def test_a_date_is_shown_to_the_members_alone_and_can_be_taken_away(client: TestClient, teacher: TestClient) -> None:
    address = made(teacher)
    member = as_account(client, account(client, Role.MEMBER))
    post(member, link(teacher, address), **{"as": "anonymous", "shown": ""})
    post(teacher, f"{address}/due", question="doubling", moment="2026-12-03T18:00")
    for path in ("/questions", "/questions/doubling", "/"):
        assert "3 December 2026, 18:00 UTC</time> (Deep learning A)" in member.get(path).text
        assert "December 2026" not in signed_in(client, Role.MEMBER).get(path).text
    assert "3 December 2026" in member.get(address.replace("/teach", "")).text
    post(teacher, f"{address}/due", question="doubling", moment="")
    assert "December 2026" not in member.get("/questions").text
    post(teacher, f"{address}/due", question="all:lists", moment="2026-12-04T18:00")
    assert member.get("/questions").text.count("4 December 2026") == 3
    post(teacher, f"{address}/closed", closed="yes")
    assert "December 2026" not in member.get("/questions").text


@pytest.mark.parametrize("sent", [{"question": "nothing", "moment": ""}, {"question": "doubling", "moment": "soon"},
                                  {"question": "doubling", "moment": "2026-13-03T18:00"}, {"moment": ""}])  # fmt: skip
def test_a_date_that_is_none_is_refused(teacher: TestClient, sent: dict[str, str]) -> None:
    assert post(teacher, f"{made(teacher)}/due", **sent) == "422"


@pytest.mark.parametrize("title", ["", " \n ", "x" * 81, "a\u202eb", "a\0b"])
def test_a_title_or_name_is_one_readable_line(client: TestClient, teacher: TestClient, title: str) -> None:
    assert made(teacher, title) == "422"
    invitation = link(teacher, made(teacher))
    assert post(signed_in(client, Role.MEMBER), invitation, **{"as": "name", "shown": title}) == "422"


def test_the_same_form_makes_one_class_and_hostile_titles_stay_text(client: TestClient, teacher: TestClient) -> None:
    title = "<script>alert(1)</script>"
    assert made(teacher, title) == made(teacher, title)
    page = teacher.get("/teach/classes").text
    assert page.count("/teach/classes/") == 1 and "<script>alert" not in page and "&lt;script&gt;" in page


def test_whoever_is_in_a_closed_class_stays_and_nobody_joins(client: TestClient, teacher: TestClient) -> None:
    address = made(teacher)
    invitation = link(teacher, address)
    member = as_account(client, account(client, Role.MEMBER))
    own = post(member, invitation, **{"as": "name", "shown": "me"})
    post(teacher, f"{address}/closed", closed="yes")
    assert post(signed_in(client, Role.MEMBER), invitation, **{"as": "name", "shown": "late"}) == "409"
    assert post(member, invitation, **{"as": "name", "shown": "me again"}) == own
    assert "me again" in teacher.get(address).text
    assert post(member, f"{own}/leave") == "/me" and member.get(own).status_code == 404
    assert "me again" not in teacher.get(address).text


def test_grades_of_a_class_are_of_its_members_as_they_are_shown(client: TestClient, teacher: TestClient) -> None:
    address = made(teacher)
    id, invitation = address.rsplit("/", 1)[1], link(teacher, address)
    alice, bob, eve = (account(client, Role.MEMBER, name) for name in ("alice", "bob", "eve"))
    post(as_account(client, alice), invitation, **{"as": "name", "shown": "Alice A."})
    post(as_account(client, bob), invitation, **{"as": "anonymous", "shown": "Bob"})
    post(teacher, f"{address}/due", question="doubling", moment="2026-12-03T18:00")
    for one in (alice, bob, eve):
        passes(client, one, "write")
    for form in ("long", "wide", "canvas", "xapi"):
        answer = teacher.get(f"/teach/export/grades/{form}?class={id}")
        assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
        text = answer.text
        assert "alice" in text and "bob" not in text.lower() and bob.learner not in text and "eve" not in text
        assert ("anonymous" in text) == (form != "canvas")
    long = list(csv.DictReader(io.StringIO(teacher.get(f"/teach/export/grades/long?class={id}").text, newline="")))
    assert {row["duedate"] for row in long} == {"2026-12-03T18:00:00Z"}
    everybody = csv.DictReader(io.StringIO(teacher.get("/teach/export/grades/wide").text))
    assert {row["student_id"] for row in everybody} >= {"alice", "eve"}


def test_who_has_no_name_in_a_class_has_none_among_everybody(client: TestClient, teacher: TestClient) -> None:
    """Or the attempts of the two downloads, which have ids, would tell it."""
    address = made(teacher)
    bob = account(client, Role.MEMBER, "bob")
    post(as_account(client, bob), link(teacher, address), **{"as": "anonymous"})
    passes(client, bob, "write")
    for form in ("long", "wide", "canvas", "xapi"):
        text = teacher.get(f"/teach/export/grades/{form}").text
        assert "bob" not in text and bob.learner not in text
        assert ("visitor-" in text) == (form != "canvas")


def test_questions_are_downloaded_in_every_form(teacher: TestClient, tmp_path: Path) -> None:
    page = teacher.get("/teach/export").text
    for form in ("files", "moodle", "gift", "anki"):
        assert f"/teach/export/questions/{form}" in page
    archive = zipfile.ZipFile(io.BytesIO(teacher.get("/teach/export/questions/files").content))
    archive.extractall(tmp_path / "out")
    assert [one.id for one in Bank(tmp_path / "out").questions] == ["doubling", "again", "broken"]
    assert formats.moodle(teacher.get("/teach/export/questions/moodle").text)
    assert formats.gift(teacher.get("/teach/export/questions/gift").text)[0]
    assert len(formats.anki(teacher.get("/teach/export/questions/anki").text)[1]) == 3
    assert teacher.get("/teach/export/questions/docx").status_code == 404
    assert teacher.get("/teach/export/grades/docx").status_code == 404


def test_a_large_class_is_shown_page_by_page_and_counted_whole(client: TestClient, teacher: TestClient) -> None:
    address = made(teacher)
    id = address.rsplit("/", 1)[1]
    with rooms_of(client).database.write() as connection:
        course = courses.get(connection, id)
        for index in range(120):
            one = accounts.add(connection, f"s{index}", Role.MEMBER, None, None, NOW)
            courses.join(connection, course, Member(one.learner, f"Student {index:03}", False, NOW))
    pages = [teacher.get(f"{address}?page={number}").text for number in (1, 2, 3, 4)]
    assert [page.count('<th scope="row">Student') for page in pages] == [50, 50, 20, 0]
    assert "Done, of all 120" in pages[2] and "no such page" in pages[3]
    assert teacher.get(f"{address}?page=x").status_code == teacher.get(f"{address}?page=-1").status_code == 200


def test_whoever_is_forgotten_is_in_no_class_any_more(client: TestClient, teacher: TestClient) -> None:
    address = made(teacher)
    alice = account(client, Role.MEMBER, "alice")
    post(as_account(client, alice), link(teacher, address), **{"as": "name", "shown": "Alice"})
    with rooms_of(client).database.write() as connection:
        accounts.forget(connection, alice, NOW)
    assert "Alice" not in teacher.get(address).text


def test_a_class_outlives_the_account_of_who_made_it(client: TestClient) -> None:
    owner = account(client, Role.INSTRUCTOR)
    address = made(as_account(client, owner))
    with rooms_of(client).database.write() as connection:
        accounts.forget(connection, owner, NOW)
        course = courses.get(connection, address.rsplit("/", 1)[1])
        courses.close(connection, course.id, NOW)
        with pytest.raises(Closed):
            courses.join(connection, courses.get(connection, course.id), Member(people.new_id(), "x", False, NOW))
    assert "a former instructor" in signed_in(client, Role.ADMIN).get(address).text
