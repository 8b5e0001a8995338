"""A question's file and its text from the browser, in the running program: live, through restarts, and in conflict."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from tests.authors import EDIT, Editor, field, signed_in
from tests.client import PAGE, bank_folder, browser, site
from tests.question_text import changed, put

NO_DICT = ('      - args: [[{py: "math.pi"}, {plain: 1.5}]]\n', "")
FILE = changed(NO_DICT)
HIS = changed(NO_DICT, ("Think of each item.", "Think of every item."))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bank_folder(tmp_path / "questions")
    return tmp_path


@pytest.fixture
def app(folder: Path, pool: Pool) -> Iterator[TestClient]:
    with site(folder, pool) as made:
        yield made


@pytest.fixture
def ada(app: TestClient) -> TestClient:
    made = signed_in(app, "Ada")
    editor = Editor(made, f"{EDIT}/doubling")
    assert editor.text == FILE
    assert editor.send("publish", FILE.replace("title: Doubling", "title: By Ada")).status_code == 303
    return made


def wait_for(so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not so():
        assert time.monotonic() < until
        time.sleep(0.1)


def conflicts(client: TestClient) -> list[str]:
    found: list[str] = client.get("/readyz").json()["questions"]["conflicts"]
    return found


def parted(app: TestClient, folder: Path) -> None:
    put(folder / "questions", HIS)
    wait_for(lambda: conflicts(app) != [])


def title(app: TestClient) -> str:
    return browser(app).get("/api/v1/questions/doubling").json()["title"]  # type: ignore[no-any-return]


def test_a_changed_file_is_told_everywhere_and_never_silently_decided(
    app: TestClient, ada: TestClient, folder: Path
) -> None:
    parted(app, folder)
    assert "its file was changed afterwards" in conflicts(app)[0] and app.get("/readyz").json()["status"] == "degraded"
    assert "was changed too" in ada.get(EDIT).text and "was changed too" in ada.get(f"{EDIT}/doubling").text
    assert title(app) == "By Ada"


def test_the_text_from_the_browser_is_kept_on_demand(app: TestClient, ada: TestClient, folder: Path) -> None:
    parted(app, folder)
    ada.post(f"{EDIT}/doubling/decide", data={"choice": "browser"})
    assert conflicts(app) == [] and title(app) == "By Ada"
    put(folder / "questions", FILE)
    wait_for(lambda: conflicts(app) != [])


def test_the_file_is_served_on_demand_and_what_was_written_stays_in_the_history(
    app: TestClient, ada: TestClient, folder: Path
) -> None:
    parted(app, folder)
    ada.post(f"{EDIT}/doubling/decide", data={"choice": "file"})
    assert conflicts(app) == [] and title(app) == "Doubling"
    assert "The file is served again" in ada.get(f"{EDIT}/doubling/history").text
    put(folder / "questions", HIS.replace("title: Doubling", "title: His"))
    wait_for(lambda: title(app) == "His")
    ada.post(f"{EDIT}/doubling/history/2/again")
    assert Editor(ada, f"{EDIT}/doubling").send("publish").status_code == 303 and title(app) == "By Ada"


def test_both_are_merged_on_demand_and_the_conflict_ends_with_the_publication(
    app: TestClient, ada: TestClient, folder: Path
) -> None:
    parted(app, folder)
    ada.post(f"{EDIT}/doubling/decide", data={"choice": "merge"})
    assert conflicts(app) != [] and title(app) == "By Ada"
    editor = Editor(ada, f"{EDIT}/doubling")
    assert "title: By Ada" in editor.text and "Think of every item." in editor.text
    assert editor.send("publish").status_code == 303
    assert conflicts(app) == [] and title(app) == "By Ada"


def test_merging_does_not_overwrite_a_draft(app: TestClient, ada: TestClient, folder: Path) -> None:
    parted(app, folder)
    Editor(ada, f"{EDIT}/doubling").send("look", FILE + "# mine\n")
    assert ada.post(f"{EDIT}/doubling/decide", data={"choice": "merge"}).status_code == 409
    assert "# mine" in field(ada.get(f"{EDIT}/doubling").text, "text")


def test_a_deleted_file_waits_and_its_question_can_stay_without_it(
    app: TestClient, ada: TestClient, folder: Path
) -> None:
    (folder / "questions/lists/07-doubling.yaml").unlink()
    wait_for(lambda: conflicts(app) != [])
    assert "its file was deleted" in conflicts(app)[0] and title(app) == "By Ada"
    ada.post(f"{EDIT}/doubling/decide", data={"choice": "browser"})
    assert conflicts(app) == [] and title(app) == "By Ada"


def test_a_file_that_changes_while_one_writes_is_not_overwritten(app: TestClient, folder: Path) -> None:
    bob = signed_in(app, "Bob")
    opened, drafted = Editor(bob, f"{EDIT}/doubling"), Editor(signed_in(app, "Carol"), f"{EDIT}/doubling")
    drafted.send("look", FILE.replace("title: Doubling", "title: By Carol"))
    put(folder / "questions", HIS)
    wait_for(lambda: Editor(bob, f"{EDIT}/doubling").text == HIS)
    late = opened.send("look", FILE + "# late\n")
    assert late.status_code == 409 and "# late" in late.text
    assert "Somebody else was faster" in drafted.client.get(f"{EDIT}/doubling").text
    clash = Editor(drafted.client, f"{EDIT}/doubling").send("publish")
    assert clash.status_code == 409
    merged = field(clash.text, "text")
    assert "title: By Carol" in merged and "Think of every item." in merged
    form = {name: field(clash.text, name) for name in ("base", "filed", "version", "chapter", "text")}
    assert drafted.client.post(f"{EDIT}/doubling/look", data=form, follow_redirects=False).status_code == 303
    assert Editor(drafted.client, f"{EDIT}/doubling").send("publish").status_code == 303
    assert title(app) == "By Carol" and conflicts(app) == []


def test_what_was_published_survives_a_restart(folder: Path, pool: Pool) -> None:
    with site(folder, pool) as app:
        ada = signed_in(app, "Ada")
        Editor(ada, f"{EDIT}/doubling").send("publish", FILE.replace("title: Doubling", "title: By Ada"))
        text = FILE.replace("id: doubling", "id: brand-new").replace("number: 7", "number: 30")
        Editor(ada, f"{EDIT}/new?kind=code").send("publish", text, chapter="sets")
        before = {one.id: app.app.state.rooms.bank.version(one.id) for one in app.app.state.rooms.bank.questions}  # type: ignore[attr-defined]
    put(folder / "questions", HIS)
    with site(folder, pool) as app:
        bank = app.app.state.rooms.bank  # type: ignore[attr-defined]
        assert {one.id: bank.version(one.id) for one in bank.questions} == before
        assert title(app) == "By Ada" and bank.chapter("brand-new") == "sets" and len(conflicts(app)) == 1


def test_another_process_takes_up_what_was_published(folder: Path, pool: Pool) -> None:
    with site(folder, pool) as app, site(folder, pool) as other:
        editor = Editor(signed_in(app, "Ada"), f"{EDIT}/doubling")
        editor.send("publish", FILE.replace("title: Doubling", "title: Hers"))
        wait_for(lambda: title(other) == "Hers")


def test_a_student_whose_question_is_taken_away_gets_their_answer_back(app: TestClient, ada: TestClient) -> None:
    text = FILE.replace("id: doubling", "id: brief").replace("number: 7", "number: 30")
    Editor(ada, f"{EDIT}/new?kind=code").send("publish", text, chapter="lists")
    ada.post(f"{EDIT}/brief/decide", data={"choice": "file"})
    answer = browser(app).post(PAGE.replace("doubling", "brief") + "/parts/write", data={"answer": "# my own words"})
    assert answer.status_code == 404 and "# my own words" in answer.text
