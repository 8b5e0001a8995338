"""Accounts in a real browser: by keyboard alone, without scripts, and at a computer that others use too."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.store.accounts import Role
from tests.browsing import NEEDS_CHROMIUM, NINE, RIGHT, Site, Watch, faults_of, overflow, tab_to
from tests.people_parts import enter_as

pytestmark = NEEDS_CHROMIUM
PASSWORD = "a few plain words"


def sign_up(page: Page, name: str) -> None:
    page.goto("/sign-up")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
    expect(page.locator("header nav")).to_contain_text(name)


def draft(page: Page, text: str) -> None:
    sent = page.request.put(f"/api/v1{NINE}/parts/write/draft", data={"answer": text})
    assert sent.status == 204


def test_an_account_is_made_and_entered_by_keyboard_alone(reader: Page, watch: Watch) -> None:
    watch.forgive("401")
    reader.goto(NINE)
    draft(reader, RIGHT)
    tab_to(reader, "header a[href='/sign-in']")
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile("/sign-in"))
    tab_to(reader, "main a[href^='/sign-up']")
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile("/sign-up"))
    tab_to(reader, "#name")
    reader.keyboard.type("By Keyboard")
    reader.keyboard.press("Tab")
    reader.keyboard.type(PASSWORD)
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("status")).to_contain_text("1 draft")
    reader.get_by_role("link", name="Go on to the page you came from").press("Enter")
    expect(reader).to_have_url(re.compile(NINE))
    reader.goto("/me")
    reader.get_by_role("button", name="Sign out", exact=True).press("Enter")
    expect(reader.locator("header nav")).to_contain_text("Sign in")
    reader.goto("/sign-in?next=/about/grading")
    for password in ("not that one", PASSWORD):
        tab_to(reader, "#name")
        reader.locator("#name").fill("by keyboard")
        reader.keyboard.press("Tab")
        reader.keyboard.type(password)
        reader.keyboard.press("Enter")
        if password != PASSWORD:
            expect(reader.get_by_role("alert")).to_contain_text("no account with this name and this password")
    expect(reader).to_have_url(re.compile("/about/grading$"))


def test_without_scripts_everything_of_an_account_works(plain: Page) -> None:
    sign_up(plain, "Plain Forms")
    plain.goto("/me")
    plain.locator("summary").click()
    plain.locator("#forget").fill("plain forms")
    plain.get_by_role("button", name="Delete my account").click()
    expect(plain.locator("h1")).to_have_text("Your account is deleted")


def test_signing_out_leaves_nothing_that_was_typed_in_the_browser(reader: Page) -> None:
    sign_up(reader, "Library Visitor")
    reader.evaluate("localStorage.setItem('selfgrad:draft:x', 'what I typed')")
    draft(reader, "what I typed")
    reader.goto("/me")
    reader.get_by_role("button", name="Sign out", exact=True).click()
    expect(reader.locator("header nav")).to_contain_text("Sign in")
    assert reader.evaluate("Object.keys(localStorage)") == []
    assert "what I typed" not in reader.request.get(NINE).text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_an_account_can_be_used_by_everybody(
    reader: Page, site: Site, scheme: Any
) -> None:
    reader.emulate_media(color_scheme=scheme)
    enter_as(reader, site, Role.ADMIN, f"Reads In The {scheme}")
    for path in ("/me", "/teach/people", "/forgotten"):
        for width in (320, 1280):
            reader.set_viewport_size({"width": width, "height": 800})
            reader.goto(path)
            assert faults_of(reader) == [] and overflow(reader) == [], path


def test_an_admin_enters_by_a_link_and_gives_a_role(reader: Page, plain: Page, site: Site) -> None:
    sign_up(plain, "Will Teach")
    enter_as(reader, site, Role.ADMIN, "Governs")
    expect(reader.locator("h1")).to_have_text("Governs")
    reader.goto("/teach/people?q=will")
    assert faults_of(reader) == []
    reader.get_by_label("Role of Will Teach").select_option("instructor")
    reader.get_by_role("button", name="Give Will Teach this role").click()
    plain.goto("/me")
    expect(plain.locator("header nav")).to_contain_text("Teach")
