"""A question is written in a browser: a mistake is mended by its message, seen as a student, published, answered."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.settings import Settings
from app.store import accounts
from app.store.accounts import Role
from app.store.db import Database
from app.web.rooms import now
from app.web.starters import starter
from tests.browsing import NEEDS_CHROMIUM, Site, Watch, faults_of, overflow

pytestmark = NEEDS_CHROMIUM
SLUG = "written-in-a-browser"
TEXT = starter("number", 90).replace("id: my-question", f"id: {SLUG}")


@pytest.fixture
def author(graded: Site, browser: Browser, base_url: str, watch: Watch) -> Iterator[Page]:
    """A browser at which an instructor is signed in; what they publish is taken away again."""
    token = secrets.token_urlsafe(24)
    database = Database(Settings.read(data_dir=graded.folder).database_url)
    with database.write() as connection:
        account = accounts.add(connection, f"Author {token[:6]}", Role.INSTRUCTOR, None, None, now())
        accounts.sign_in(connection, account.id, token, "a test", now())
    database.close()
    context = browser.new_context(base_url=base_url, reduced_motion="reduce")
    context.add_cookies([{"name": "session", "value": token, "url": base_url}])
    page = watch.over(context.new_page())
    page.set_default_timeout(20_000)
    yield page
    context.request.post(f"/teach/edit/{SLUG}/decide", form={"choice": "file"})
    context.close()


def paste(page: Page, text: str) -> None:
    page.locator("#text_").fill(text)


def test_a_question_is_written_mended_published_and_answered(author: Page, browser: Browser, base_url: str) -> None:
    author.goto("/teach/edit/new")
    assert faults_of(author) == []
    author.evaluate("localStorage.setItem('selfgrad:plain-text-box', 'yes')")
    author.get_by_role("button", name="A number").click()
    paste(author, TEXT.replace("value: 8\n", "valve: 8\n"))
    fault = author.locator("#live_ .faults li").first
    expect(fault).to_contain_text("did you mean value?")
    expect(author.locator(".sight")).to_be_visible()  # as it was before
    fault.locator("a").click()
    assert author.locator(":focus").evaluate("area => area.value.slice(area.selectionStart)").startswith("valve")
    expect(author.locator("#saved_")).to_contain_text("Draft saved")
    paste(author, TEXT.replace("value: 8\n", "value: 9\n"))
    expect(author.locator(".student")).to_contain_text("How many bits does it take")
    expect(author.locator(".hidden-parts")).to_contain_text("math.log2(256)")
    author.get_by_role("button", name="Prove it").click()
    expect(author.locator(".proof")).to_contain_text("the expression gives 8")
    assert faults_of(author) == []
    author.set_viewport_size({"width": 320, "height": 640})
    assert overflow(author) == []
    author.locator(".offers button").click()
    expect(author.locator("#text_")).to_have_value(TEXT)
    author.get_by_role("button", name="Publish").click()
    expect(author.get_by_text("Students see it now.")).to_be_visible()
    student = browser.new_context(base_url=base_url).new_page()
    student.goto(f"/questions/{SLUG}")
    student.get_by_label("Your number").fill("8 bits")
    student.get_by_role("button", name="Check my answer").click()
    expect(student.locator(".verdict.pass")).to_be_visible()
    student.context.close()


def test_the_editor_marks_the_line_at_fault_and_keeps_the_draft(author: Page) -> None:
    author.goto("/teach/edit/new?kind=choice")
    content = author.locator(".cm-content")
    expect(content).to_contain_text("kind: choice")
    content.click()
    author.keyboard.press("Control+Home")
    author.keyboard.type("colour: red\n")
    expect(author.locator(".cm-fault")).to_have_attribute("data-says", re.compile("^← unknown key colour; known here"))
    expect(author.locator("#saved_")).to_contain_text("Draft saved")
    author.reload()
    expect(author.locator(".cm-fault")).to_contain_text("colour: red")
    author.get_by_role("button", name="Throw the draft away").click()
    expect(author.get_by_role("heading", name="Questions", exact=True)).to_be_visible()
