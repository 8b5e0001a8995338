"""The wiki in a real browser: two people at one answer, code that is refused and mended, a suggestion let in."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.settings import Settings
from app.store import accounts
from app.store.accounts import Role
from app.store.db import Database
from app.store.people import new_id
from app.web.rooms import now
from app.wiki.merge import END, THEIRS, YOURS
from tests.browsing import NEEDS_CHROMIUM, Site, Watch, faults_of, overflow, tab_to
from tests.wiki_browsers import LOOP, MENDED

pytestmark = NEEDS_CHROMIUM
MARKS = re.compile("|".join(re.escape(mark) + "\n" for mark in (YOURS, THEIRS, END)))
Open = Callable[..., Page]


@pytest.fixture
def people(site: Site, browser: Browser, watch: Watch) -> Iterator[Open]:
    """`people(role)`: the page of a browser of its own, with a new account of that role; without a role with none."""
    opened: list[BrowserContext] = []

    def open_(role: Role | None = None, **options: Any) -> Page:
        context = browser.new_context(base_url=site.url, reduced_motion="reduce", **options)
        opened.append(context)
        if role is not None:
            session = {"name": "session", "value": account(site, role), "url": site.url}
            context.add_cookies([session])  # type: ignore[list-item]
        page = watch.over(context.new_page())
        page.set_default_timeout(15_000)
        return page

    yield open_
    for context in opened:
        context.close()


def account(site: Site, role: Role) -> str:
    """The token of a session of somebody new."""
    token = new_id()
    with database(site) as store, store.write() as connection:
        long_ago = now() - timedelta(days=9)
        made = accounts.add(connection, f"{role.name.title()} {token[-6:]}", role, None, None, long_ago)
        accounts.sign_in(connection, made.id, token, "a test", now())
    return token


@contextmanager
def database(site: Site) -> Iterator[Database]:
    """The running program's own, from beside it."""
    store = Database(Settings.read(data_dir=site.folder).database_url)
    try:
        yield store
    finally:
        store.close()


def uncover(page: Page, slug: str) -> None:
    page.goto(f"/wiki/{slug}")
    button = page.get_by_role("button", name="Show me the answer now")
    if button.count():
        button.click()
    expect(page.locator("article.prose")).to_be_visible()


def edit(page: Page, slug: str, change: Callable[[str], str]) -> None:
    """Open the form and type; nothing is sent yet."""
    uncover(page, slug)
    page.goto(f"/wiki/{slug}/edit")
    box = page.locator("#text")
    box.fill(change(box.input_value()))


def publish(page: Page) -> None:
    page.get_by_role("button", name="Run the code and publish").click()


# Issue 5, "Done means"


def test_two_browsers_edit_one_answer_at_once_and_both_sentences_are_in_the_result(graded: Site, people: Open) -> None:
    one, two = people(Role.MEMBER), people(Role.MEMBER)
    edit(one, "zip-pairs", lambda text: "One writes at the beginning.\n\n" + text)
    edit(two, "zip-pairs", lambda text: text + "\nTwo writes at the end.\n")
    publish(one)
    expect(one.locator(".said")).to_contain_text("Published")
    publish(two)
    expect(two.locator(".said")).to_contain_text("together with what somebody else had changed")
    for page in (one, two):
        page.goto("/wiki/zip-pairs")
        expect(page.locator("article")).to_contain_text("One writes at the beginning.")
        expect(page.locator("article")).to_contain_text("Two writes at the end.")
        page.goto("/wiki/zip-pairs/edit")  # what was published at once, before it was saved as a draft, left no draft
        expect(page.get_by_role("button", name="Put my draft away")).to_have_count(0)


def test_a_broken_loop_is_refused_with_its_traceback_and_the_mended_one_is_published(
    graded: Site, people: Open, watch: Watch
) -> None:
    watch.forgive("422")
    page = people(Role.MEMBER)
    edit(page, "training-loop", lambda text: LOOP)
    publish(page)
    refused = page.locator(".refused")
    expect(refused).to_contain_text("Not published.")
    expect(refused.locator("figcaption")).to_have_text("Line 6 of the text")
    expect(refused).to_contain_text("w = w + rate * (1 - w)")
    expect(refused).to_contain_text("NameError")
    expect(page.locator("#text")).to_have_value(LOOP)
    assert faults_of(page) == []
    page.locator("#text").fill(MENDED)
    publish(page)
    expect(page.locator("article")).to_contain_text("rate = 0.0, .5")
    expect(page.locator(".tested.passed")).to_contain_text("Tested on torch")


def test_a_strangers_suggestion_is_let_in_by_an_editor(graded: Site, people: Open) -> None:
    stranger, editor = people(), people(Role.EDITOR)
    edit(stranger, "bias", lambda text: text + "\nA sentence of a stranger.\n")
    expect(stranger.get_by_text("your edit will wait as a suggestion")).to_be_visible()
    stranger.locator("#summary").fill("one more sentence")
    stranger.get_by_role("button", name="Send as a suggestion").click()
    expect(stranger.locator(".said")).to_contain_text("Kept as a suggestion")
    editor.goto("/wiki/suggestions")
    editor.locator("li", has_text="one more sentence").get_by_role("link").first.click()
    expect(editor.locator(".diff ins").last).to_contain_text("A sentence of a stranger.")
    editor.get_by_role("button", name="Run the code and accept").click()
    expect(editor.locator(".said")).to_contain_text("Accepted")
    stranger.goto("/wiki/bias")
    expect(stranger.locator("article")).to_contain_text("A sentence of a stranger.")


# The desk


def test_the_preview_follows_what_is_typed_and_the_counter_counts(people: Open) -> None:
    page = people()
    edit(page, "relu", lambda text: "# A title\n\n**bold** $x^2$ \N{SNOWMAN}")
    shown = page.locator("#preview")
    expect(shown.locator("h3")).to_have_text("A title")
    expect(shown.locator("strong")).to_have_text("bold")
    expect(shown.locator("math msup")).to_be_visible()
    expect(page.locator("[data-size]")).to_have_text("27")
    assert faults_of(page) == []


def test_what_is_typed_is_kept_and_is_there_again(people: Open) -> None:
    page = people()
    edit(page, "relu", lambda text: text + "\nhalf a sentence")
    expect(page.locator("draft-line")).to_contain_text("Draft saved", timeout=5_000)
    page.reload()
    expect(page.locator("#text")).to_have_value(re.compile("half a sentence"))
    expect(page.locator("draft-line")).not_to_contain_text("Restore")
    page.get_by_role("button", name="Put my draft away").click()
    expect(page.locator("#text")).not_to_have_value(re.compile("half a sentence"))


def test_a_conflict_is_finished_by_hand_with_the_keyboard_alone(graded: Site, people: Open, watch: Watch) -> None:
    watch.forgive("409")
    one, two = people(Role.MEMBER), people(Role.MEMBER, color_scheme="dark")
    for page, name in ((one, "One"), (two, "Two")):
        edit(page, "view", lambda text, name=name: f"{name} begins so.\n" + text.partition("\n")[2])  # type: ignore[misc]
    publish(one)
    publish(two)
    expect(two.locator("#clash")).to_contain_text("Not published yet.")
    expect(two.get_by_text("This browser kept")).to_have_count(0)  # what was sent has arrived
    merge = two.locator("#text").input_value()
    assert "One begins so." in merge and "Two begins so." in merge
    assert faults_of(two) == []
    two.set_viewport_size({"width": 320, "height": 640})
    assert overflow(two) == []
    two.emulate_media(color_scheme="light")
    assert faults_of(two) == []
    tab_to(two, "#text")
    two.keyboard.press("Control+a")
    two.keyboard.insert_text(MARKS.sub("", merge))
    two.keyboard.press("Control+Enter")
    expect(two.locator(".said")).to_contain_text("Published")
    expect(two.locator("article")).to_contain_text("One begins so.")


def test_everything_works_without_javascript(graded: Site, people: Open) -> None:
    page = people(Role.MEMBER, java_script_enabled=False)
    edit(page, "mini-batches", lambda text: text + "\nWritten *without* scripts.\n")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview em").last).to_have_text("without")
    publish(page)
    expect(page.locator("article")).to_contain_text("Written without scripts.")
    page.get_by_role("link", name="History").click()
    page.get_by_role("button", name="Compare the two chosen").click()
    expect(page.locator(".diff ins").last).to_contain_text("Written *without* scripts.")


# For everybody


@pytest.fixture(scope="module")
def ways(site: Site) -> list[str]:
    """The pages about one answer, with something on each of them."""
    wiki, api, name = "/wiki/gradient", "/api/v1/wiki/gradient", "gradient"
    sums = "\n$$\\sum_{i=1}^{n} i = \\frac{n (n + 1)}{2}$$\n\n```python norun\nx\n```\n"
    cookies = {"session": account(site, Role.MEMBER)}
    with httpx.Client(base_url=site.url, cookies=cookies, follow_redirects=True, timeout=60) as client:
        text = client.get(api).json()["text"] + sums
        assert client.post(f"{api}/revisions", json={"base": 1, "text": text}).status_code == 201
        more = {"base": 2, "text": f"{text}\nMore.\n", "suggest": True}
        assert client.post(f"{api}/revisions", json=more).status_code == 202
        thread = {"revision": "2", "title": "A question", "quote": "x", "text": "*Why?*"}
        talk = client.post(f"{wiki}/discussion", data=thread).url.path
        suggestion = client.get(f"{api}/suggestions").json()["suggestions"][0]["suggestion"]
    return [
        wiki, f"{wiki}?blame=1", f"{wiki}/edit", f"{wiki}/revisions", f"{wiki}/revisions/1", f"{wiki}/diff?from=1&to=2",
        f"{wiki}/restore?revision=1", f"{wiki}/discussion", talk, f"{wiki}/discussion/new", f"{wiki}/suggestions",
        f"/wiki/suggestions/{suggestion}", "/wiki/suggestions", "/wiki", "/changes",
        f"/changes?page={name}",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_an_answer_can_be_used_by_everybody(people: Open, ways: list[str], scheme: Any) -> None:
    page = people(Role.EDITOR, color_scheme=scheme)
    assert {way: found for way in ways[:-2] if (found := faults_at(page, way))} == {}


def faults_at(page: Page, way: str) -> list[str]:
    page.goto(way)
    return faults_of(page)


def test_the_pages_of_an_answer_need_no_more_than_320_pixels(people: Open, ways: list[str]) -> None:
    page = people(Role.EDITOR, viewport={"width": 320, "height": 640})
    found = {}
    for way in [*ways, "/wiki/backward"]:
        page.goto(way)
        found[way] = overflow(page)
    assert {way: sticking for way, sticking in found.items() if sticking} == {}


def test_the_pages_of_an_answer_weigh_at_most_15_kb(site: Site, ways: list[str]) -> None:
    with httpx.Client(base_url=site.url, cookies={"session": account(site, Role.EDITOR)}) as client:
        for way in ways:
            with client.stream("GET", way, headers={"Accept-Encoding": "gzip"}) as reply:
                assert len(b"".join(reply.iter_raw())) <= 15_000, way


def test_no_attack_runs_in_a_preview_or_on_the_page(graded: Site, people: Open, shared: Path) -> None:
    attacks = json.loads((shared / "data/security/xss/payloadbox.json").read_text(encoding="utf-8"))
    found = [case if isinstance(case, str) else case.get("payload", case.get("input")) for case in attacks]
    text = "\n\n".join(attack for attack in found[::9] if "```" not in attack and "\0" not in attack)[:15_000]
    page = people(Role.EDITOR)
    ran: list[str] = []
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    edit(page, "weight-update", lambda _: text)
    expect(page.locator("#preview .preview-text")).to_be_visible()
    publish(page)
    page.goto("/wiki/weight-update/diff", wait_until="networkidle")
    expect(page.locator(".diff")).to_be_visible()
    assert ran == []
