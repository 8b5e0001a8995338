"""Writing questions in the browser, as an instructor without JavaScript does it."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.bank.load import Source, read_source
from app.sandbox.pool import Pool
from app.store.accounts import Role
from tests.authors import EDIT, Editor, faults, field, signed_in
from tests.client import FORM, RIGHT, WRITE, browser, site
from tests.question_text import changed, line_of

NO_DICT = ('      - args: [[{py: "math.pi"}, {plain: 1.5}]]\n', "")
numbers = iter(range(20, 200))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("authors"), pool) as made:
        yield made


@pytest.fixture(scope="module")
def ada(app: TestClient) -> TestClient:
    return signed_in(app, "Ada")


@pytest.fixture(scope="module")
def eddie(app: TestClient) -> TestClient:
    return signed_in(app, "Eddie", Role.EDITOR)


@pytest.fixture(scope="module")
def grace(app: TestClient) -> TestClient:
    return signed_in(app, "Grace")


def new_text(slug: str, *changes: tuple[str, str]) -> str:
    """A whole question with an id and a number of its own."""
    return changed(NO_DICT, ("id: doubling", f"id: {slug}"), ("number: 7", f"number: {next(numbers)}"), *changes)


def published(client: TestClient, slug: str, *changes: tuple[str, str]) -> str:
    """The text of a new question that students have now."""
    text = new_text(slug, *changes)
    answer = Editor(client, f"{EDIT}/new?kind=code").send("publish", text, chapter="lists")
    assert answer.status_code == 303, answer.text
    return text


def versions(app: TestClient) -> dict[str, str]:
    bank = app.app.state.rooms.bank  # type: ignore[attr-defined]
    return {one.id: bank.version(one.id) for one in bank.questions}


@pytest.mark.parametrize(
    "method,address",
    [
        ("GET", EDIT), ("GET", f"{EDIT}/new"), ("POST", f"{EDIT}/new"), ("POST", f"{EDIT}/preview"),
        ("GET", f"{EDIT}/doubling"), ("POST", f"{EDIT}/doubling/look"), ("POST", f"{EDIT}/doubling/prove"),
        ("POST", f"{EDIT}/doubling/take"), ("POST", f"{EDIT}/doubling/publish"), ("POST", f"{EDIT}/doubling/discard"),
        ("POST", f"{EDIT}/doubling/decide"), ("GET", f"{EDIT}/doubling/history"), ("GET", f"{EDIT}/doubling/history/1"),
        ("POST", f"{EDIT}/doubling/history/1/again"), ("GET", f"{EDIT}/doubling/drafts/Ada"),
    ],
)  # fmt: skip
def test_only_instructors_come_in(app: TestClient, eddie: TestClient, method: str, address: str) -> None:
    stranger = browser(app).request(method, address, data={"text": "x"}, follow_redirects=False)
    assert stranger.status_code == 401 or "/sign-in" in stranger.headers["location"]
    assert eddie.request(method, address, data={"text": "x"}).status_code == 403


def test_a_role_that_is_taken_away_is_gone_with_the_next_click_and_the_text_is_given_back(app: TestClient) -> None:
    eve = signed_in(app, "Eve")
    editor = Editor(eve, f"{EDIT}/doubling")
    with app.app.state.rooms.database.write() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("UPDATE account SET role = 'member' WHERE name = 'Eve'")
        connection.commit()
    answer = editor.send("look", editor.text + "# mine\n")
    assert answer.status_code == 403 and "# mine" in answer.text


@pytest.mark.parametrize("kind", ["code", "prose", "choice", "number", "predict", "order", "parsons", "draw"])
def test_a_new_question_begins_with_an_example_that_can_be_read(ada: TestClient, kind: str) -> None:
    editor = Editor(ada, f"{EDIT}/new?kind={kind}&chapter=lists")
    assert isinstance(read_source(Path("q.yaml"), editor.text.encode(), named=False), Source)
    assert faults(editor.page) == [] and "As a student sees it" in editor.page


def test_a_mistake_is_told_at_its_line_and_nothing_else_is_lost(ada: TestClient) -> None:
    text = new_text("mistaken") + "colour: red\n"
    editor = Editor(ada, f"{EDIT}/new?kind=code")
    answer = editor.send("look", text)
    assert answer.status_code == 303
    page = ada.get(answer.headers["location"]).text
    assert faults(page) == [(text.count("\n"), 1)] and "unknown key <code>colour</code>" in page
    assert field(page, "text") == text and "Draft saved" in page


def test_a_preview_keeps_and_runs_nothing(app: TestClient, ada: TestClient) -> None:
    text = new_text("only-seen")
    page = ada.post(f"{EDIT}/preview", data={"text": text, "slug": "~0123456789ab", "chapter": "lists"}).text
    assert "How does one double a list?" in page and "What students do not see" in page
    assert "<form" not in page and "<fieldset" in page
    assert ada.get(f"{EDIT}/~0123456789ab").status_code == 404


def test_what_students_do_not_see_stands_apart_from_what_they_see(ada: TestClient) -> None:
    page = ada.post(f"{EDIT}/preview", data={"text": new_text("apart"), "slug": "~0123456789ab"}).text
    seen, hidden = page.split('class="hidden-parts"')
    for secret in ("2 * x", "list(range(3))", "xs + xs", "rng.random()", "Each item is doubled", "Multiply it by two"):
        assert secret not in unescape(re.sub(r"<[^>]+>", "", seen))
        assert secret in unescape(re.sub(r"<[^>]+>", "", hidden))


def test_a_question_is_mended_published_and_answered(app: TestClient, ada: TestClient) -> None:
    text = new_text("mended")
    editor = Editor(ada, f"{EDIT}/new?kind=code")
    broken = text.replace("return [2 * x for x in xs]", "return [3 * x for x in xs")
    refused = editor.send("publish", broken, chapter="lists")
    assert refused.status_code == 422 and "Not published." in refused.text and len(faults(refused.text)) == 1
    assert browser(app).get("/questions/mended").status_code == 404
    again = Editor(ada, editor.at)
    answer = again.send("publish", text)
    assert answer.headers["location"].startswith(f"{EDIT}/mended?published=")
    student = browser(app)
    assert "How does one double a list?" in student.get("/questions/mended").text
    verdict = student.post(WRITE.replace("doubling", "mended"), json={"answer": RIGHT}).json()["verdict"]
    assert verdict["passed"]
    assert ada.get(editor.at).status_code == 404


def test_what_cannot_be_proved_is_not_published_and_every_fault_has_its_line(ada: TestClient) -> None:
    text = new_text("unproved", ("return xs + xs", "return [2 * x for x in xs]"))
    editor = Editor(ada, f"{EDIT}/new?kind=code")
    answer = editor.send("publish", text)
    line = line_of(text, "- code:")
    assert answer.status_code == 422 and faults(answer.text)[0][0] == line
    assert "meant to be wrong" in answer.text and field(ada.get(editor.at).text, "text") == text


def test_a_proof_tells_what_each_wrong_answer_fails_on(ada: TestClient) -> None:
    page = Editor(ada, f"{EDIT}/new?kind=code").send("prove", new_text("tried"), chapter="lists").text
    assert "Proved" in page and "double([1, 2, 3])" in page and "[2, 4, 6]" in page
    assert re.search(r"Repeats the list.*Not yet", page, re.DOTALL)


def test_what_it_gave_is_taken_as_the_expected_value(ada: TestClient) -> None:
    editor = Editor(ada, f"{EDIT}/new?kind=number&chapter=lists")
    page = editor.send("prove", editor.text.replace("value: 8\n", "value: 9\n")).text
    offer = unescape(re.findall(r'name="offer" value="([^"]*)"', page)[0])
    assert json.loads(offer)[0] == ["parts", 0, "value"]
    form = {name: field(page, name) for name in editor.form} | {"offer": offer}
    answer = ada.post(f"{editor.at}/take", data=form, follow_redirects=False)
    assert answer.status_code == 303
    assert field(ada.get(editor.at).text, "text") == editor.text


@pytest.mark.parametrize(
    "offer",
    [
        "", "[]", "{}", '[["a"], 3, null]', '["a", "b", null]', '[[[1]], "x", null]', "[" * 9000,
        '[["id"], "a: b", null]', '[["answer"], "x", [1, 2]]', '[["answer"], "x", [99, 1]]', '[["answer"], "x", 3]',
        '[["answer"], "x", [2, -1]]', '[["answer"], "x", [true, 1]]', '[["title"], "x", [2, 1]]',
    ],
)  # fmt: skip
def test_no_other_value_is_written_into_the_text(ada: TestClient, offer: str) -> None:
    assert Editor(ada, f"{EDIT}/doubling").send("take", offer=offer).status_code == 422


def test_an_edit_is_served_at_once_and_stands_in_the_history(app: TestClient, ada: TestClient) -> None:
    text = published(ada, "historic")
    before = versions(app)["historic"]
    editor = Editor(ada, f"{EDIT}/historic")
    changed_text = text.replace("How does one double a list?", "How is a list doubled?")
    assert editor.send("publish", changed_text, summary="Shorter").status_code == 303
    assert "How is a list doubled?" in browser(app).get("/questions/historic").text
    assert versions(app)["historic"] != before
    history = ada.get(f"{EDIT}/historic/history").text
    assert "Shorter" in history and "The first version" in history and history.count("Ada") >= 2
    second = ada.get(f"{EDIT}/historic/history/2").text
    assert "<ins>is a list doubled</ins>" in second or "<ins>" in second and "<del>" in second


def test_an_attempt_keeps_the_version_that_it_answered(app: TestClient, ada: TestClient) -> None:
    text = published(ada, "in-use")
    student = browser(app)
    student.post(FORM.replace("doubling", "in-use"), data={"answer": RIGHT})
    was = versions(app)["in-use"]
    editor = Editor(ada, f"{EDIT}/in-use")
    assert "students have answered this question" in editor.page
    answer = editor.send("publish", text.replace("title: Doubling", "title: Twice"))
    assert "keeps the version" in ada.get(answer.headers["location"]).text
    with app.app.state.rooms.database.read() as connection:  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("SELECT version FROM attempt WHERE question = 'in-use'").fetchall()
    assert [row[0] for row in rows] == [was] and versions(app)["in-use"] != was


def test_two_instructors_at_one_question_get_both_texts_and_their_merge(ada: TestClient, grace: TestClient) -> None:
    text = published(ada, "contested")
    hers, theirs = Editor(ada, f"{EDIT}/contested"), Editor(grace, f"{EDIT}/contested")
    grace_text = text.replace("Think of each item.", "Think of every item.")
    theirs.send("look", grace_text)
    assert "Grace" in ada.get(f"{EDIT}/contested").text
    assert "Think of every item." in ada.get(f"{EDIT}/contested/drafts/Grace").text
    assert hers.send("publish", text.replace("title: Doubling", "title: By Ada")).status_code == 303
    answer = Editor(grace, f"{EDIT}/contested").send("publish", grace_text)
    assert answer.status_code == 409
    merged = field(answer.text, "text")
    assert "title: By Ada" in merged and "Think of every item." in merged
    form = {name: field(answer.text, name) for name in ("base", "filed", "version", "chapter", "text")}
    assert grace.post(f"{EDIT}/contested/look", data=form, follow_redirects=False).status_code == 303
    assert Editor(grace, f"{EDIT}/contested").send("publish").status_code == 303
    assert "By Ada" in grace.get("/questions/contested").text


def test_two_changes_of_one_line_are_marked_and_nothing_is_overwritten(ada: TestClient, grace: TestClient) -> None:
    text = published(ada, "marked")
    theirs = Editor(grace, f"{EDIT}/marked")
    Editor(ada, f"{EDIT}/marked").send("publish", text.replace("title: Doubling", "title: Ada’s"))
    answer = theirs.send("publish", text.replace("title: Doubling", "title: Grace’s"))
    merged = field(answer.text, "text")
    assert answer.status_code == 409 and "<<<<<<<" in merged and "Ada’s" in merged and "Grace’s" in merged
    assert "Ada’s" in ada.get("/questions/marked").text
    assert "Grace’s" in field(grace.get(f"{EDIT}/marked").text, "text")


def test_a_draft_that_was_saved_in_another_tab_is_not_overwritten(ada: TestClient) -> None:
    published(ada, "two-tabs")
    one, other = Editor(ada, f"{EDIT}/two-tabs"), Editor(ada, f"{EDIT}/two-tabs")
    one.send("look", one.text + "# one\n")
    answer = other.send("look", other.text + "# other\n")
    assert answer.status_code == 409 and "# one" in answer.text and "# other" in answer.text
    assert "# one" in field(ada.get(f"{EDIT}/two-tabs").text, "text")


def test_a_script_keeps_a_draft_without_a_page(ada: TestClient) -> None:
    editor = Editor(ada, f"{EDIT}/new?kind=choice&chapter=lists")
    answer = ada.post(f"{editor.at}/look", data=editor.form, headers={"X-Fragment": "draft"})
    assert (answer.status_code, answer.headers["x-draft-version"], answer.text) == (204, "1", "")


def test_a_form_that_is_sent_twice_publishes_once(ada: TestClient) -> None:
    text = new_text("once")
    editor = Editor(ada, f"{EDIT}/new?kind=code")
    first, second = editor.send("publish", text, chapter="lists"), editor.send("publish", text, chapter="lists")
    assert first.status_code == second.status_code == 303
    assert second.headers["location"].startswith(f"{EDIT}/once?")
    assert ada.get(f"{EDIT}/once/history/2").status_code == 404
    assert editor.at not in ada.get(EDIT).text


@pytest.mark.parametrize(
    "change,says",
    [
        (("id: fresh", "id: doubling"), "the id <code>doubling</code> is taken"),
        (("id: fresh", "id: new"), "kept for an address"),
    ],
)
def test_an_id_that_is_taken_is_a_fault_at_its_line(ada: TestClient, change: tuple[str, str], says: str) -> None:
    text = new_text("fresh", change)
    page = ada.post(f"{EDIT}/preview", data={"text": text, "slug": "~0123456789ab", "chapter": "lists"}).text
    assert faults(page) == [(1, 5)] and says in page


def test_a_number_that_is_taken_in_the_chapter_is_a_fault_at_its_line(ada: TestClient) -> None:
    text = re.sub(r"number: \d+", "number: 7", new_text("fresh"))
    data = {"text": text, "slug": "~0123456789ab", "chapter": "lists"}
    page = ada.post(f"{EDIT}/preview", data=data).text
    assert faults(page) == [(2, 9)] and "the number 7 is taken by <code>doubling</code>" in page
    assert faults(ada.post(f"{EDIT}/preview", data=data | {"chapter": "sets"}).text) == []


def test_an_id_is_stable_for_ever(app: TestClient, ada: TestClient) -> None:
    text = published(ada, "stable")
    answer = Editor(ada, f"{EDIT}/stable").send("publish", text.replace("id: stable", "id: renamed"))
    assert answer.status_code == 422 and "is stable for ever" in answer.text
    assert {"stable"} == {"stable", "renamed"} & versions(app).keys()


def test_a_question_that_was_taken_away_can_come_back_and_its_id_is_never_used_again(
    app: TestClient, ada: TestClient
) -> None:
    text = published(ada, "gone")
    assert "Take the question away" in ada.get(f"{EDIT}/gone").text
    ada.post(f"{EDIT}/gone/decide", data={"choice": "file"})
    assert browser(app).get("/questions/gone").status_code == 404 and "gone" not in versions(app)
    other = Editor(ada, f"{EDIT}/new?kind=code").send("publish", new_text("gone"), chapter="lists")
    assert other.status_code == 422 and "was used before" in other.text
    editor = Editor(ada, f"{EDIT}/gone")
    assert editor.text == text and editor.send("publish").status_code == 303 and "gone" in versions(app)


def test_an_earlier_text_becomes_a_draft_and_never_overwrites_one(app: TestClient, ada: TestClient) -> None:
    text = published(ada, "again-and-again")
    Editor(ada, f"{EDIT}/again-and-again").send("publish", text.replace("title: Doubling", "title: Second"))
    ada.post(f"{EDIT}/again-and-again/history/1/again")
    editor = Editor(ada, f"{EDIT}/again-and-again")
    assert editor.text == text and editor.send("publish").status_code == 303
    Editor(ada, f"{EDIT}/again-and-again").send("look", text + "# mine\n")
    refused = ada.post(f"{EDIT}/again-and-again/history/2/again")
    assert refused.status_code == 409 and "# mine" in field(ada.get(f"{EDIT}/again-and-again").text, "text")


def test_a_draft_can_be_thrown_away(ada: TestClient) -> None:
    editor = Editor(ada, f"{EDIT}/new?kind=choice&chapter=lists")
    editor.send("look")
    assert editor.at in ada.get(EDIT).text
    editor.send("discard")
    assert editor.at not in ada.get(EDIT).text


def test_nobody_throws_away_where_the_new_question_of_a_colleague_belongs(ada: TestClient, grace: TestClient) -> None:
    editor = Editor(ada, f"{EDIT}/new?kind=choice&chapter=lists")
    editor.send("look")
    grace.post(f"{editor.at}/discard")
    assert Editor(ada, editor.at).form["chapter"] == "lists"


def test_a_new_name_is_a_new_chapter_and_the_contents_are_grouped(app: TestClient, ada: TestClient) -> None:
    answer = Editor(ada, f"{EDIT}/new?kind=code").send("publish", new_text("in-a-new-one"), chapter="ordered-sets")
    assert answer.status_code == 303
    contents = browser(app).get("/questions").text
    assert re.findall(r"<h2>([^<]+)</h2>", contents) == ["Lists", "Ordered sets"]


@pytest.mark.parametrize("chapter", ["", "Sets", "a b", "../x", "a" * 65, "sets-"])
def test_a_chapter_is_called_by_plain_words(ada: TestClient, chapter: str) -> None:
    assert Editor(ada, f"{EDIT}/new?kind=code").send("look", chapter=chapter).status_code == 422


@pytest.mark.parametrize("name", ["base", "version"])
@pytest.mark.parametrize("value", ["-1", "x", "9" * 30, "٣", "1.5"])
def test_a_damaged_form_is_refused_and_the_text_given_back(ada: TestClient, name: str, value: Any) -> None:
    answer = Editor(ada, f"{EDIT}/doubling").send("look", **{name: value})
    assert answer.status_code == 422


def test_a_base_that_does_not_exist_is_refused(ada: TestClient) -> None:
    assert Editor(ada, f"{EDIT}/doubling").send("look", base="999").status_code == 404


@pytest.mark.parametrize("slug", ["nothing", "~0123456789ab", "~x", "x" * 100, "%00", "a%2Fb"])
def test_what_is_not_there_cannot_be_edited(ada: TestClient, slug: str) -> None:
    assert ada.get(f"{EDIT}/{slug}").status_code == 404
    assert ada.get(f"{EDIT}/{slug}/history/1").status_code == 404
    assert ada.post(f"{EDIT}/{slug}/decide", data={"choice": "file"}).status_code == 404
    if not slug.startswith("~0"):
        assert ada.post(f"{EDIT}/{slug}/look", data={"text": "id: x", "chapter": "lists"}).status_code == 404


def test_the_guide_is_a_page_and_the_schema_stands_beside_it(app: TestClient) -> None:
    page = browser(app).get("/about/questions").text
    assert "<h1>How a question is written</h1>" in page and page.count("kind: ") >= 8
    assert 'href="question.schema.json"' in page
    assert browser(app).get("/about/question.schema.json").json()["$defs"]


@pytest.mark.parametrize(
    "address", ["", "/new", "/new?kind=parsons", "/doubling", "/doubling?hidden=1", "/doubling/history"]
)
def test_every_page_of_authors_is_whole(ada: TestClient, address: str) -> None:
    answer = ada.get(EDIT + address)
    assert answer.status_code == 200 and answer.text.rstrip().endswith("</html>")
    assert answer.headers["cache-control"] in ("no-store", "private, no-cache")


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30, "x", "٣"])
def test_a_revision_that_cannot_be_is_found_nowhere(ada: TestClient, number: str) -> None:
    assert ada.get(f"{EDIT}/doubling/history/{number}").status_code in (404, 422)
    assert ada.post(f"{EDIT}/doubling/history/{number}/again").status_code in (404, 422)
    assert ada.get(f"{EDIT}/doubling/history?before={number}").status_code in (200, 422)
    assert ada.get(f"{EDIT}/doubling?published={number}").status_code in (200, 422)
