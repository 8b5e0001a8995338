"""A class from the first start to the grades, in browsers: the owner comes in by the printed link, writes and mends a
question, three students make the same mistake, one note reaches them and whoever comes later, the grades leave."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Browser, Page, expect

from app.web.starters import starter
from tests.browsing import NEEDS_CHROMIUM, Site, Watch, hand_in

pytestmark = NEEDS_CHROMIUM
SLUG = "first-powers"
TEXT = starter("code", 91).replace("id: my-question", f"id: {SLUG}")
BROKEN = TEXT.replace("    function: powers\n", "    functoin: powers\n")
SQUARES = "def powers(n):\n    return [n * n for _ in range(n)]\n"
NOTE = "You multiply the *number of powers* by itself; what is multiplied is 2."
LETTER = "A note from your instructor"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A program that nobody has used: its log holds the owner's link."""
    made = Site(tmp_path_factory.mktemp("story"))
    made.start()
    yield made
    made.stop()


def newcomer(browser: Browser, site: Site, watch: Watch) -> Page:
    page = watch.over(browser.new_context(base_url=site.url, reduced_motion="reduce").new_page())
    page.set_default_timeout(20_000)
    return page


def enter(page: Page, site: Site) -> None:
    link = re.search(r"http://\S+/sign-in/once/\S+", (site.folder / "log").read_text())
    assert link is not None
    page.goto(link[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/me*")


def publish(page: Page) -> None:
    page.goto("/teach/edit/new")
    page.evaluate("localStorage.setItem('selfgrad:plain-text-box', 'yes')")
    page.locator("button[name=kind][value=code]").click()
    page.locator("#text_").fill(BROKEN)
    expect(page.locator("#live_ .faults li").first).to_contain_text("did you mean function?")
    page.locator("#text_").fill(TEXT)
    expect(page.locator(".student")).to_contain_text("returns the list of the first")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Students see it now.")).to_be_visible(timeout=60_000)


def makes_the_mistake(page: Page) -> None:
    page.goto(f"/questions/{SLUG}")
    hand_in(page, SQUARES)
    expect(page.locator("#write [data-verdict]")).to_contain_text("Not yet", timeout=60_000)


def test_from_the_first_start_to_the_grades(fresh: Site, browser: Browser, watch: Watch, tmp_path: Path) -> None:
    watch.origin = fresh.url
    owner, students = newcomer(browser, fresh, watch), [newcomer(browser, fresh, watch) for _ in range(3)]
    enter(owner, fresh)
    publish(owner)
    for student in students:
        makes_the_mistake(student)
        expect(student.get_by_role("complementary", name=LETTER)).to_have_count(0)
    owner.goto(f"/teach/questions/{SLUG}")
    mistake = owner.locator("article.mistake").first
    expect(mistake).to_contain_text("3")
    mistake.locator("summary", has_text="note").click()
    mistake.get_by_label("Your note").fill(NOTE)
    mistake.get_by_role("button", name="the note").click()
    for student in students:
        student.reload()
        expect(student.get_by_role("complementary", name=LETTER)).to_contain_text("what is multiplied is 2")
    later = newcomer(browser, fresh, watch)
    makes_the_mistake(later)
    expect(later.get_by_role("complementary", name=LETTER)).to_contain_text("what is multiplied is 2")
    owner.goto("/teach/export")
    with owner.expect_download() as coming:
        owner.get_by_role("link", name="All attempts").click()
    coming.value.save_as(tmp_path / "grades.csv")
    frame = pandas.read_csv(tmp_path / "grades.csv")
    mine = frame[frame.question == SLUG]
    assert len(mine) == 4 and mine.score.max() < 1 and mine.student_id.nunique() == 4
    for page in (owner, later, *students):
        page.context.close()
