"""Alive, ready, and numbers."""

import time
from pathlib import Path

import pytest

from app.sandbox.pool import Pool
from tests.client import EXPLAIN, PAGE, RIGHT, WRITE, site


def test_a_whole_program_is_ready(tmp_path: Path, pool: Pool) -> None:
    with site(tmp_path, pool) as client:
        told = client.get("/readyz")
        assert told.status_code == 200
        assert told.json()["database"]["ok"] and told.json()["sandbox"]["ready"]
        assert told.json()["status"] == "ready"
        assert told.json()["questions"] == {"serving": 3, "faults": [], "conflicts": []}


def test_without_a_jail_it_is_ready_but_not_whole(tmp_path: Path) -> None:
    with site(tmp_path, Pool(lanes=1)) as client:
        told = client.get("/readyz")
        assert told.status_code == 200 and told.json()["status"] == "degraded" and told.json()["sandbox"]["says"]


def test_a_broken_question_file_is_told_with_its_place_and_the_last_good_one_serves(tmp_path: Path, pool: Pool) -> None:
    with site(tmp_path, pool) as client:
        path = tmp_path / "questions" / "lists" / "07-doubling.yaml"
        path.write_text(path.read_text().replace("title: Doubling", "titel: Doubling"))
        client.app.state.rooms.bank.refresh()  # type: ignore[attr-defined]
        told = client.get("/readyz")
        assert told.status_code == 200 and told.json()["status"] == "degraded"
        assert any(fault.startswith("lists/07-doubling.yaml:3:") for fault in told.json()["questions"]["faults"])
        assert str(tmp_path) not in told.text
        assert client.get(PAGE).status_code == 200


def test_a_database_of_another_schema_is_not_ready(tmp_path: Path, pool: Pool) -> None:
    with site(tmp_path, pool) as client:
        with client.app.state.rooms.database.write() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'other'")
        told = client.get("/readyz")
        assert told.status_code == 503 and told.json()["status"] == "unready" and told.json()["database"]["ok"] is False
        assert client.get("/healthz").status_code == 200


def test_a_start_that_cannot_be_says_why(tmp_path: Path, pool: Pool) -> None:
    (tmp_path / "selfgrad.db").mkdir()
    with pytest.raises(Exception, match="cannot be opened for writing"), site(tmp_path, pool):
        pass


def test_the_numbers_count_grades_by_ending(tmp_path: Path, pool: Pool) -> None:
    with site(tmp_path, pool) as client:
        client.post(WRITE, json={"answer": RIGHT})
        client.post(WRITE, json={"answer": "raise ValueError"})
        client.post(EXPLAIN, json={"answer": "Each is doubled."})
        lines = client.get("/metrics").text.splitlines()
    assert 'selfgrad_grades_total{ending="ok",kind="code"} 1.0' in lines
    assert 'selfgrad_grades_total{ending="error",kind="code"} 1.0' in lines
    assert 'selfgrad_grades_total{ending="ok",kind="prose"} 1.0' in lines
    assert 'selfgrad_grade_seconds_count{kind="code"} 2.0' in lines
    assert "selfgrad_lanes 2.0" in lines
    assert {"selfgrad_queue_depth", "selfgrad_lanes_busy"} <= {line.split()[0] for line in lines}


def test_an_edit_whose_solution_fails_is_told_and_the_last_good_version_stays(tmp_path: Path, pool: Pool) -> None:
    with site(tmp_path, pool) as client:
        path = tmp_path / "questions" / "lists" / "07-doubling.yaml"
        path.write_text(path.read_text().replace("return [2 * x for x in xs]", "return 1 / 0", 1))
        for _ in range(200):
            told = client.get("/readyz").json()
            if told["questions"]["faults"]:
                break
            time.sleep(0.1)
        assert any(fault.startswith("lists/07-doubling.yaml:") for fault in told["questions"]["faults"])
        assert client.post(WRITE, json={"answer": RIGHT}).json()["verdict"]["passed"]
