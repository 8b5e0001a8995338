"""A question file that is changed while its answer lives in the wiki: nothing is overwritten, and the newer text is
offered until somebody has taken it up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from tests.client import bank_folder, browser, site
from tests.wiki_parts import WIKI, edit, problem, somebody


@pytest.fixture
def app(tmp_path: Path, pool: Pool) -> Iterator[TestClient]:
    bank_folder(tmp_path / "questions")
    with site(tmp_path, pool) as made:
        yield made


def write(app: TestClient, folder: Path, before: str, after: str) -> None:
    """Into the answer of the question file; the server takes it up at once."""
    path = folder / "questions" / "lists" / "07-doubling.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    app.app.state.rooms.bank.refresh()  # type: ignore[attr-defined]


def test_a_page_that_nobody_edited_says_what_the_file_says(app: TestClient, tmp_path: Path) -> None:
    write(app, tmp_path, "Like this:", "Like that:")
    told = browser(app).get(WIKI).json()
    assert told["text"].startswith("Like that:") and told["revision"] == 1 and not told["newer_file"]


def test_a_newer_file_overwrites_nothing_and_is_merged_on_wish(app: TestClient, tmp_path: Path) -> None:
    member = somebody(app, "alice")
    text = member.get(WIKI).json()["text"] + "\nA sentence of the wiki.\n"
    edit(member, text)
    write(app, tmp_path, "Like this:", "Like that:")
    told = member.get(WIKI).json()
    assert told["text"] == text and told["newer_file"]
    problem(browser(app).post(f"{WIKI}/file", json={}), 422)  # a visitor may not publish here
    taken = member.post(f"{WIKI}/file", json={})
    assert taken.status_code == 201 and taken.json()["kind"] == "import"
    told = member.get(WIKI).json()
    assert told["text"] == text.replace("Like this:", "Like that:") and not told["newer_file"]
    problem(member.post(f"{WIKI}/file", json={}), 422)


def test_a_newer_file_that_touches_the_same_place_is_a_conflict(app: TestClient, tmp_path: Path) -> None:
    member = somebody(app, "alice")
    edit(member, member.get(WIKI).json()["text"].replace("Like this:", "Like so:"))
    write(app, tmp_path, "Like this:", "Like that:")
    refused = member.post(f"{WIKI}/file", json={})
    problem(refused, 409)
    assert "Like so:" in refused.json()["merged"] and "Like that:" in refused.json()["merged"]


def test_a_newer_file_can_be_left_alone(app: TestClient, tmp_path: Path) -> None:
    member = somebody(app, "alice")
    made = edit(member, member.get(WIKI).json()["text"] + "\nMore.\n").json()
    write(app, tmp_path, "Like this:", "Like that:")
    assert member.post(f"{WIKI}/file", json={"ignore": True}).json()["result"] == "unchanged"
    told = member.get(WIKI).json()
    assert (told["text"], told["revision"], told["newer_file"]) == (made["text"], made["revision"], False)
