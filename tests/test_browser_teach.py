"""What is misunderstood, in a real browser: found, answered with one note, read by the student who made the mistake."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.store.accounts import Role
from tests.browsing import FLAT, NEEDS_CHROMIUM, NINE, Site, Watch, faults_of, hand_in, overflow
from tests.people_parts import enter_as

pytestmark = NEEDS_CHROMIUM


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_note_is_written_and_read(reader: Page, browser: Browser, watch: Watch, graded: Site, scheme: Any) -> None:
    reader.goto(NINE)
    hand_in(reader, FLAT)
    expect(reader.locator("#write [data-verdict]")).to_contain_text("Not yet")
    teacher = watch.over(browser.new_context(base_url=graded.url, color_scheme=scheme).new_page())
    enter_as(teacher, graded, Role.INSTRUCTOR, f"Grace {scheme}")
    teacher.get_by_role("link", name="Teach").click()
    teacher.get_by_role("link", name="9. Slicing a 3x3 tensor").first.click()
    mistake = teacher.locator("article.mistake").first
    mistake.get_by_text("An example, as its writer saw it").click()
    expect(mistake).to_contain_text("flatten()")
    mistake.locator("summary", has_text="note").click()
    mistake.get_by_label("Your note").fill(f"A corner is *two* slices, in the {scheme}.")
    assert faults_of(teacher) == []
    mistake.get_by_role("button", name="the note").click()
    expect(teacher.locator("article.mistake").first).to_contain_text("Shown to everybody")
    for address in ("/teach", teacher.url, f"{teacher.url.split('#')[0]}/regrade"):
        teacher.goto(address)
        assert faults_of(teacher) == []
    teacher.goto(f"/teach{NINE}/parts/write/attempts")
    teacher.locator("tbody a").first.click()
    assert faults_of(teacher) == []
    teacher.set_viewport_size({"width": 320, "height": 640})
    for address in (teacher.url, "/teach", f"/teach{NINE}", f"/teach{NINE}/regrade"):
        teacher.goto(address)
        assert overflow(teacher) == []
    teacher.context.close()
    reader.reload()
    expect(reader.get_by_role("complementary", name="A note from your instructor")).to_contain_text("two slices")
    assert faults_of(reader) == []
