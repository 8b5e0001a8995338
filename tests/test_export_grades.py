"""Grades leave in four forms that other programs read: nothing is lost, nobody sees a formula, nothing piles up."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas  # type: ignore[import-untyped]
import pytest

from app.cli import main
from app.exchange.cells import csv_lines
from app.exchange.grades import CANVAS, LONG
from app.grading.verdict import Verdict
from app.sandbox.job import Ending
from app.store import accounts, attempts, courses, exports, people, rulings, schema
from app.store.accounts import Role
from app.store.attempts import Attempt
from app.store.db import Database
from app.store.rulings import Decided, Place
from tests import formats
from tests.question_text import another, put

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NBGRADER = [
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
]  # fmt: skip
SITE = "https://questions.example.org"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'selfgrad.db'}")
    schema.migrate(made.engine)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path / "bank")
    put(tmp_path / "bank", another(8, "again"), "08-again.yaml")
    return tmp_path


def person(database: Database, name: str) -> str:
    with database.write() as connection:
        return accounts.add(connection, name, Role.MEMBER, None, None, NOW).learner


def tried(database: Database, learner: str, score: float, part: str = "write", question: str = "doubling") -> Attempt:
    made = Attempt(people.new_id(), learner, question, part, "code", "v1", 'a, "b"\nc', NOW, certainty=2)
    verdict = Verdict(
        question=question, part=part, kind="code", passed=score == 1, score=score, ending=Ending.OK, summary="", how=""
    )
    with database.write() as connection:
        attempts.store(connection, made.settled(verdict), None, 201)
    return made


def exported(folder: Path, form: str, *more: str) -> str:
    words = ["export", "grades", "--format", form, "--questions", str(folder / "bank"), "--to", str(folder / form)]
    assert main([*words, "--database", f"sqlite:///{folder / 'selfgrad.db'}", *more]) == 0
    return (folder / form).read_bytes().decode()


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_the_long_form_is_a_line_an_attempt_with_nbgraders_columns(database: Database, folder: Path) -> None:
    alice = person(database, "alice")
    for score in (0.0, 0.5, 1.0):
        tried(database, alice, score)
    tried(database, people.new_id(), 1.0)
    frame = pandas.read_csv(io.StringIO(exported(folder, "long")))
    assert list(frame.columns)[:11] == NBGRADER and tuple(frame.columns) == LONG and len(frame) == 4
    mine = frame[frame.student_id == "alice"]
    assert (
        list(mine.score) == [0, 0.5, 1]
        and list(mine.attempt) == [1, 2, 3]
        and list(mine.passed) == [False, False, True]
    )
    assert pandas.to_datetime(mine.timestamp).iloc[0] == NOW and set(mine.max_score) == {1}
    assert frame.student_id.str.startswith("visitor-").sum() == 1


def test_the_wide_form_is_a_line_a_student_with_their_best(database: Database, folder: Path) -> None:
    alice, bob = person(database, "alice"), person(database, "bob")
    tried(database, alice, 1.0)
    tried(database, alice, 0.25)
    tried(database, alice, 0.5, "explain")
    tried(database, bob, 0.0, question="again")
    frame = pandas.read_csv(io.StringIO(exported(folder, "wide"))).set_index("student_id")
    assert frame.loc["alice", "doubling"] == 1.5 and pandas.isna(frame.loc["alice", "again"])
    assert frame.loc["bob", "again"] == 0 and pandas.isna(frame.loc["bob", "doubling"])
    assert list(frame.total) == [1.5, 0] and set(frame.max_total) == {4}


def test_what_is_excused_counts_neither_for_nor_against(database: Database, folder: Path) -> None:
    alice, bob, eve = (person(database, name) for name in ("alice", "bob", "eve"))
    good, bad = tried(database, alice, 1.0), tried(database, alice, 0.5, "explain")
    tried(database, bob, 0.25)
    tried(database, bob, 1.0, "explain")
    for part in ("write", "explain"):
        tried(database, eve, 0.0, part, "again")
    decided = Decided("ill", None, NOW)
    with database.write() as connection:
        rulings.excuse(connection, Place(alice, "doubling", "write", good.id), decided)
        rulings.override(connection, Place(alice, "doubling", "explain", bad.id), True, 0.75, decided)
        rulings.excuse(connection, Place(bob, "doubling", "write"), decided)
        for part in ("write", "explain"):
            rulings.excuse(connection, Place(eve, "again", part), decided)
    frame = pandas.read_csv(io.StringIO(exported(folder, "wide"))).set_index("student_id")
    assert float(frame.loc["alice", "doubling"]) == 0.75 and float(frame.loc["bob", "doubling"]) == 2
    assert frame.loc["eve", "again"] == "EX"
    long = pandas.read_csv(io.StringIO(exported(folder, "long"))).set_index("attempt_id")
    assert long.loc[good.id, "excused"] and long.loc[bad.id, "score"] == 0.75 and not long.loc[bad.id, "excused"]


def test_canvas_gets_its_columns_the_points_and_whoever_has_an_account(database: Database, folder: Path) -> None:
    tried(database, person(database, "alice"), 1.0)
    tried(database, people.new_id(), 1.0)
    head, points, *students = rows(exported(folder, "canvas"))
    assert tuple(head[:4]) == CANVAS == ("Student", "ID", "SIS Login ID", "Section")
    assert points[0].strip() == "Points Possible" and points[4:] == ["2", "2"] and head[4] == "07 Doubling"
    assert students == [["alice", "", "alice", "selfgrad", "1.0", ""]]


def test_xapi_statements_follow_the_standard_and_have_ids_that_stay(database: Database, folder: Path) -> None:
    alice = person(database, "alice")
    made = tried(database, alice, 0.5)
    pending = Attempt(people.new_id(), alice, "doubling", "write", "code", "v1", "x", NOW)
    with database.write() as connection:
        attempts.store(connection, pending, None, 202)
    text = exported(folder, "xapi", "--site", SITE + "/")
    statements = [json.loads(line) for line in text.splitlines()]
    assert len(statements) == 1
    for statement in statements:
        formats.xapi(statement)
    result = statements[0]["result"]
    assert result["score"]["scaled"] == 0.5 and result["success"] is False and result["response"] == made.answer
    assert statements[0]["object"]["id"] == f"{SITE}/questions/doubling#write"
    (folder / "xapi").unlink()
    assert exported(folder, "xapi", "--site", SITE) == text


def test_grades_of_a_class_are_asked_for_by_its_title_or_code(
    database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alice, bob = person(database, "alice"), person(database, "bob")
    for learner in (alice, bob):
        tried(database, learner, 1.0)
    with database.write() as connection:
        for key in ("a", "b"):
            accounts.add(connection, f"teacher {key}", Role.INSTRUCTOR, None, None, NOW)
            owner = accounts.named(connection, f"teacher {key}")
            assert owner is not None
            course = courses.get(connection, courses.create(connection, key, "Autumn", owner.id, NOW))
        courses.join(connection, course, courses.Member(alice, "A.", False, NOW))
    text = exported(folder, "wide", "--class", course.code)
    assert [row[0] for row in rows(text)] == ["student_id", "alice"]
    for name, told in (("Autumn", course.code), ("Winter", "no such class")):
        words = ["export", "grades", "--class", name, "--questions", str(folder / "bank")]
        assert main([*words, "--database", f"sqlite:///{folder / 'selfgrad.db'}"]) == 2
        assert told in capsys.readouterr().err


def test_no_name_or_answer_becomes_a_formula(database: Database, folder: Path) -> None:
    for name in ('=HYPERLINK("http://x.example.org")', "+1", "-1+2", "@SUM(A1)", " =1", "＝2"):
        tried(database, person(database, name), 1.0)
    for form in ("long", "wide", "canvas"):
        cells = [cell for row in rows(exported(folder, form)) for cell in row]
        assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@", "＝"))]
        assert sum(cell.startswith("'") for cell in cells) >= 6


def test_numbers_stay_numbers_and_text_is_guarded() -> None:
    cells = (-1.5, 3, True, None, "-1", "\tx", "\r=1", "a\n=b", 'say "x"', "plain", "nul\0")
    line = "".join(csv_lines([cells]))
    assert rows(line) == [["-1.5", "3", "true", "", "'-1", "'\tx", "'\r=1", "a\n=b", 'say "x"', "plain", "nul"]]
    assert line.endswith("\r\n")


def test_any_number_of_attempts_is_read_in_pages_once_each(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE", 7)
    monkeypatch.setattr(exports, "LEARNERS", 3)
    learners = [person(database, f"student-{index}") for index in range(8)]
    made = [tried(database, learner, 1.0, part) for learner in learners for part in ("write", "explain", "write")]
    found = list(exports.attempts(database))
    assert sorted(one.id for one in found) == sorted(one.id for one in made)
    assert [one.number for one in found] == [1, 1, 2] * 8
    assert {one.student.id for one in exports.standings(database)} == {f"student-{index}" for index in range(8)}
    only = list(exports.attempts(database, learners[:2]))
    assert {one.student.id for one in only} == {"student-0", "student-1"} and len(only) == 6


def test_what_cannot_be_exported_is_told_in_one_line(
    database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{folder / 'selfgrad.db'}"
    (folder / "taken").write_text("mine")
    for words, told in (
        (["--format", "excel"], "excel"),
        (["--site", "nowhere"], "nowhere"),
        (["--to", str(folder / "taken")], "exists already"),
        (["--to", str(folder / "no" / "folder")], "cannot be written"),
        (["--database", f"sqlite:///{folder / 'none.db'}"], "no database"),
    ):
        given = words if "--database" in words else [*words, "--database", url]
        assert main(["export", "grades", "--questions", str(folder / "bank"), *given]) == 2
        out, err = capsys.readouterr()
        assert out == "" and told in err and err.count("\n") == 1
    assert (folder / "taken").read_text() == "mine"
    assert not (folder / "none.db").exists()


def test_an_hour_ago_and_now_are_told_in_utc(database: Database, folder: Path) -> None:
    made = Attempt(
        people.new_id(), person(database, "alice"), "doubling", "write", "code", "v", "x", NOW - timedelta(hours=1)
    )
    with database.write() as connection:
        attempts.store(connection, made, None, 202)
    row = dict(zip(LONG, rows(exported(folder, "long"))[1], strict=True))
    assert row["timestamp"] == "2026-11-24T11:00:00Z" and row["status"] == "pending" and row["score"] == ""
