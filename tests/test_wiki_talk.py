"""Discussion beside an answer, the list of changes, and its feeds."""

import re
from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store.accounts import Role
from app.store.people import new_id
from tests.client import browser, site
from tests.wiki_browsers import SEED, WIKI, field, send, shown_to, signed_in, store

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("talk"), pool) as made:
        yield made


@pytest.fixture
def ann(app: TestClient) -> TestClient:
    return shown_to(signed_in(app, "Ann"))


@pytest.fixture
def bob(app: TestClient) -> TestClient:
    return shown_to(signed_in(app, "Bob"))


def begin(client: TestClient, **more: str) -> str:
    """The address of a new thread."""
    form = {"revision": "1", "title": "Is it a copy?", "quote": "Like this", "text": "I *wonder*."} | more
    sent = client.post(f"{WIKI}/discussion", data=form, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    return str(sent.headers["location"].partition("?")[0])


def test_a_thread_speaks_of_a_revision_and_a_passage(ann: TestClient) -> None:
    address = begin(ann)
    send(ann, SEED + "\nMore.\n")
    page = ann.get(address).text
    assert "Is it a copy?" in page and '<blockquote class="quoted">Like this</blockquote>' in page
    assert "<em>wonder</em>" in page and f"{WIKI}/diff?from=1&amp;to=2" in page
    assert "Is it a copy?" in ann.get(f"{WIKI}/discussion").text


def test_a_thread_is_answered_settled_by_a_revision_and_opened_again(ann: TestClient, bob: TestClient) -> None:
    address = begin(ann)
    assert '<span class="count">1' in ann.get(WIKI).text
    assert "Yes, it is." in bob.post(address, data={"text": "Yes, it is."}).text
    send(bob, SEED + "\nIt is a copy.\n")
    page = bob.post(f"{address}/settle", data={"revision": "2"}).text
    assert f'Settled by Bob with <a href="{WIKI}/revisions/2">revision 2</a>' in page
    assert '<span class="count">' not in ann.get(WIKI).text
    assert "○ Open." in ann.post(f"{address}/reopen").text


def test_a_post_that_is_sent_twice_is_stored_once(ann: TestClient) -> None:
    address = begin(ann)
    data = {"text": "Only once.", "key": field(ann.get(address).text, "key")}
    for _ in range(2):
        page = ann.post(address, data=data)
    assert page.text.count("Only once.") == 1


def test_everybody_reads_and_members_write(ann: TestClient, app: TestClient) -> None:
    address = begin(ann)
    stranger = shown_to(browser(app))
    assert "I <em>wonder</em>." in stranger.get(address).text
    for way in (address, f"{address}/settle", f"{address}/reopen", f"{WIKI}/discussion"):
        form = {"text": "x", "title": "x", "revision": "1"}
        assert stranger.post(way, data=form).status_code == 401
    assert "sign in" in stranger.get(f"{WIKI}/discussion/new").text


def test_a_post_that_cannot_be_taken_is_told(ann: TestClient) -> None:
    for form, status in (
        ({"text": " "}, 422), ({"title": ""}, 422), ({"title": "x" * 121}, 413), ({"quote": "x" * 501}, 413),
        ({"text": "x" * 20_001}, 413), ({"revision": "9"}, 404), ({"revision": "x"}, 422), ({"text": "a\0"}, 422),
        ({"quote": "\0"}, 422),
    ):  # fmt: skip
        whole = {"revision": "1", "title": "T", "quote": "", "text": "t"} | form
        assert ann.post(f"{WIKI}/discussion", data=whole).status_code == status, form


def test_a_thread_of_another_page_is_not_here(ann: TestClient) -> None:
    address = begin(ann)
    shown_to(ann, "again")
    assert ann.get(address.replace("doubling", "again")).status_code == 404
    assert ann.get(f"{WIKI}/discussion/{new_id()}").status_code == 404
    assert ann.get(f"{WIKI}/discussion/x").status_code == 404


# Changes


def titles(page: str) -> list[str]:
    return re.findall(r'class="summary-line">(.*?)</p>', page)


def test_changes_are_filtered_by_page_kind_and_person(ann: TestClient, bob: TestClient) -> None:
    shown_to(bob, "again")
    send(ann, SEED + "\nOne.\n", "one")
    send(bob, SEED + "\nOther.\n", "other", slug="again")
    ann.post(f"{WIKI}/restore", data={"revision": "1", "summary": "back"})
    assert titles(ann.get("/changes").text) == ["back", "other", "one"]
    assert titles(ann.get("/changes?page=again").text) == ["other"]
    assert titles(ann.get("/changes?by=ann").text) == ["back", "one"]
    assert titles(ann.get("/changes?kind=restore").text) == ["back"]
    assert titles(ann.get("/changes?page=doubling&kind=edit&by=Ann").text) == ["one"]
    for nothing in ("page=nowhere", "by=nobody", "page=doubling&by=Bob"):
        assert "Nothing fits." in ann.get(f"/changes?{nothing}").text


def test_changes_come_in_slices(ann: TestClient) -> None:
    for number in range(60):
        store(ann, f"Text {number}.", f"number {number}")
    page = ann.get("/changes").text
    older = re.search(r'href="(\?before=\d+)"', page)
    assert older and len(titles(page)) == 50
    assert titles(ann.get(f"/changes{older[1]}").text) == [f"number {number}" for number in reversed(range(10))]


def test_changes_since_the_last_visit_are_marked(ann: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.visits.ONE_VISIT", timedelta(seconds=-1))
    store(ann, "One.", "one")
    assert 'class="new"' not in ann.get("/changes").text  # a first visit has no last one
    store(ann, "Two.", "two")
    page = ann.get("/changes").text
    assert page.count('class="new"') == 1 and "You had seen what follows" in page
    assert 'class="new"' not in ann.get("/changes").text


def test_whoever_only_passes_by_leaves_nothing_behind(app: TestClient) -> None:
    store(app, "One.")
    rooms = app.app.state.rooms  # type: ignore[attr-defined]
    for cookie in ("", "learner=forged"):
        browser(app).get("/changes", headers={"Cookie": cookie})
    with rooms.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM visit").scalar() == 0


def test_a_feed_is_atom_and_its_entries_keep_their_ids(app: TestClient, ann: TestClient) -> None:
    store(ann, "One.", "a < b & c \x01 \ud7ff", "Eve <x>")
    address = app.get("/changes.atom")
    assert address.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(address.content)
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", f"entry/{ATOM}id", f"entry/{ATOM}updated", f"entry/{ATOM}author/{ATOM}name"):
        assert feed.findtext(f"{ATOM}{name}")
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    link = entry.find(f"{ATOM}link")
    assert link is not None and link.attrib["href"] == f"http://testserver{WIKI}/revisions/2"
    assert (entry.findtext(f"{ATOM}summary") or "").startswith("a < b & c \N{REPLACEMENT CHARACTER} \ud7ff")
    again = ElementTree.fromstring(app.get("/changes.atom", headers={"Host": "other.example"}).content)
    assert again.findtext(f"{ATOM}entry/{ATOM}id") == entry.findtext(f"{ATOM}id")
    of_page = ElementTree.fromstring(app.get(f"{WIKI}/changes.atom").content)
    assert of_page.findtext(f"{ATOM}entry/{ATOM}id") == entry.findtext(f"{ATOM}id")
    assert of_page.findtext(f"{ATOM}id") != feed.findtext(f"{ATOM}id")


def test_a_feed_says_on_which_page_the_same_is_read(app: TestClient) -> None:
    for address, page in (("/changes.atom", "/changes"), (f"{WIKI}/changes.atom", f"{WIKI}/revisions")):
        feed = ElementTree.fromstring(browser(app).get(address).text)
        assert [one.attrib["href"] for one in feed.findall(f"{ATOM}link[@rel='alternate']")] == [f"http://testserver{page}"]


def test_the_list_of_all_answers_says_who_wrote_last_and_what_waits(app: TestClient, ann: TestClient) -> None:
    assert "As its author wrote it" in browser(app).get("/wiki").text
    begin(ann)
    send(ann, SEED + "\nUnheard of.\n")
    page = browser(app).get("/wiki").text
    assert f'<a href="{WIKI}/revisions">revision 2</a>; <a href="{WIKI}/discussion">1 open discussion</a>' in page
    assert "Ann" in page and "Unheard of" not in page


def test_a_feed_without_changes_is_a_feed(app: TestClient) -> None:
    feed = ElementTree.fromstring(app.get("/changes.atom").content)
    assert feed.find(f"{ATOM}entry") is None and feed.findtext(f"{ATOM}updated")
    assert app.get("/wiki/nowhere/changes.atom").status_code == 404


def test_no_list_of_changes_and_no_feed_gives_an_answer_away(app: TestClient) -> None:
    store(app, "SECRET words.", "a summary")
    for address in ("/changes", "/changes.atom", f"{WIKI}/changes.atom", "/wiki/suggestions", f"{WIKI}/suggestions"):
        assert "SECRET" not in browser(app).get(address).text


def test_an_editor_sees_the_newest_of_all(app: TestClient) -> None:
    editor = signed_in(app, "Edith", Role.EDITOR)
    store(app, "One.", "one")
    assert "one" in editor.get("/changes").text
