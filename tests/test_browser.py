"""The real pages in a real browser: what a visitor sees, does, and must never lose."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browsing import (
    ANSWERS,
    FLAT,
    NEEDS_CHROMIUM,
    NINE,
    PAGES,
    RIGHT,
    Site,
    Watch,
    faults_of,
    fill,
    hand_in,
    overflow,
    tab_to,
)  # fmt: skip

pytestmark = NEEDS_CHROMIUM


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_used_by_everybody(passerby: Page, watch: Watch, path: str, scheme: Any) -> None:
    watch.forgive("404")
    passerby.emulate_media(color_scheme=scheme)
    passerby.goto(path)
    assert faults_of(passerby) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_no_more_than_320_pixels(passerby: Page, watch: Watch, path: str) -> None:
    watch.forgive("404")
    passerby.set_viewport_size({"width": 320, "height": 640})
    passerby.goto(path)
    assert overflow(passerby) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_weighs_at_most_15_kb(site: Site, path: str) -> None:
    with httpx.stream("GET", site.url + path, headers={"Accept-Encoding": "gzip"}) as reply:
        assert reply.headers["Content-Encoding"] == "gzip"
        assert len(b"".join(reply.iter_raw())) <= 15_000


def test_the_first_page_leads_to_the_three_first_questions(reader: Page) -> None:
    reader.goto("/")
    links = reader.locator(".first a")
    assert [link.get_attribute("href") for link in links.all()] == [
        "/questions/list-comprehension", NINE, "/questions/zip-pairs",
    ]  # fmt: skip


def test_the_table_of_contents_says_the_state_of_all_37_in_words(reader: Page) -> None:
    reader.goto("/questions")
    states = reader.locator(".contents .state").all_inner_texts()
    assert len(states) == 37
    assert all("not begun" in state for state in states)


def test_a_theme_is_kept_from_page_to_page(reader: Page) -> None:
    reader.goto("/")
    switch = reader.get_by_role("button", name="Theme")
    switch.click()
    switch.click()
    reader.goto("/questions")
    expect(switch).to_have_text("Theme: dark")
    assert reader.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_hint_opens_alone_and_leaves_what_was_typed(graded: Site, reader: Page) -> None:
    reader.goto(NINE)
    hand_in(reader, FLAT)
    reader.locator("#answer-write").fill("half an answer")
    reader.get_by_role("button", name="Stuck? A first hint").click()
    expect(reader.locator("#hint-1")).to_be_focused()
    expect(reader.locator("#hint-2")).to_have_count(0)
    expect(reader.locator("#answer-write")).to_have_value("half an answer")


def test_nothing_but_hints_asked_for_and_no_solution_is_in_a_page(reader: Page) -> None:
    reader.goto(NINE)
    assert "b[1:, 1:]" not in reader.content()
    expect(reader.locator(".hints li")).to_have_count(0)


# Answering in code

@pytest.mark.parametrize("slug", ANSWERS)
def test_a_wrong_answer_is_shown_what_was_expected_beside_what_came(graded: Site, reader: Page, slug: str) -> None:
    reader.goto(f"/questions/{slug}")
    verdict = hand_in(reader, ANSWERS[slug][0])
    expect(verdict.locator(".summary")).to_contain_text("Not yet")
    expect(verdict.locator(".beside .label")).to_have_text(["Expected", "Got"])
    expect(verdict.locator("mark").first).to_be_visible()
    assert faults_of(reader) == []


@pytest.mark.parametrize("slug", ANSWERS)
def test_a_right_answer_is_told_so_and_the_part_is_done(graded: Site, reader: Page, slug: str) -> None:
    reader.goto(f"/questions/{slug}")
    verdict = hand_in(reader, ANSWERS[slug][1])
    expect(verdict.locator(".summary")).to_contain_text("Right")
    expect(verdict.locator(".checks .word").first).to_have_text("right")
    reader.goto("/questions")
    expect(reader.locator("li", has=reader.locator(f"a[href='/questions/{slug}']"))).not_to_contain_text("not begun")


def test_a_list_of_lists_is_drawn_otherwise_than_a_list_of_tuples(graded: Site, reader: Page) -> None:
    reader.goto("/questions/zip-pairs")
    pictures = hand_in(reader, ANSWERS["zip-pairs"][0]).locator(".beside .picture")
    expected, got = (re.sub(r"first difference:|\s", "", text) for text in pictures.all_text_contents())
    assert expected.startswith("[(") and got.startswith("[[")


def test_a_verdict_fits_into_320_pixels(graded: Site, reader: Page) -> None:
    reader.set_viewport_size({"width": 320, "height": 640})
    reader.goto(NINE)
    hand_in(reader, FLAT)
    assert overflow(reader) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_result_has_a_page_of_its_own(graded: Site, reader: Page, scheme: Any) -> None:
    reader.emulate_media(color_scheme=scheme)
    reader.goto(NINE)
    hand_in(reader, FLAT).get_by_text("Link to this result").click()
    expect(reader.locator(".verdict .summary")).to_contain_text("Not yet")
    expect(reader.locator(".listing")).to_contain_text("b.flatten()[-4:]")
    assert faults_of(reader) == []


def test_an_exception_is_shown_with_the_line_that_raised_it(graded: Site, reader: Page) -> None:
    reader.goto(NINE)
    verdict = hand_in(reader, "import torch\n\na = torhc.arange(1, 10)\n")
    expect(verdict.locator(".fault")).to_contain_text("Line 3 of your code")
    expect(verdict.locator(".fault code").first).to_have_text("a = torhc.arange(1, 10)")
    expect(verdict.locator(".raised")).to_contain_text("NameError")
    reader.evaluate("localStorage.clear()")
    reader.reload()
    reader.locator("#answer-write").focus()
    expect(reader.locator("code-editor .cm-fault")).to_have_text("a = torhc.arange(1, 10)")


def test_question_9_can_be_answered_with_the_keyboard_alone(graded: Site, reader: Page) -> None:
    reader.goto("/questions")
    tab_to(reader, f"a[href='{NINE}']")
    reader.keyboard.press("Enter")
    reader.wait_for_url(f"**{NINE}")
    tab_to(reader, "code-editor *")
    editor = reader.locator("code-editor .cm-content")
    expect(editor).to_be_focused()
    reader.keyboard.press("Control+a")
    reader.keyboard.insert_text(FLAT)
    reader.keyboard.press("Control+Enter")
    expect(reader.locator("#write .summary")).to_contain_text("Not yet")
    expect(reader.locator("#write .unseen[role=status]")).to_contain_text("Not yet")
    expect(editor).to_be_focused()
    reader.keyboard.press("Control+a")
    reader.keyboard.insert_text(RIGHT)
    reader.keyboard.press("Escape")
    reader.keyboard.press("Tab")
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("button", name="Check my answer")).to_be_focused()
    reader.keyboard.press("Enter")
    expect(reader.locator("#write .summary")).to_contain_text("Right")


def test_the_editor_indents_with_tab_and_lets_go_after_escape(reader: Page) -> None:
    reader.goto(NINE)
    box = reader.locator("#answer-write")
    box.focus()
    expect(reader.locator("code-editor .cm-content")).to_be_focused()
    reader.keyboard.press("Control+a")
    reader.keyboard.type("if 1:\n")
    reader.keyboard.press("Tab")
    assert box.input_value() == "if 1:\n        "
    reader.keyboard.press("Escape")
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("button", name="Use a plain text box")).to_be_focused()
    assert faults_of(reader) == []


def test_an_answer_that_takes_long_waits_for_its_verdict(graded: Site, reader: Page) -> None:
    reader.goto("/questions/list-comprehension")
    fill(reader, "import time\ntime.sleep(1.2)\n" + ANSWERS["list-comprehension"][0])
    reader.keyboard.press("Control+Enter")
    expect(reader.locator("#write .submit-line [role=status]").first).to_have_text("Grading…")
    expect(reader.locator("#write .waiting")).to_be_visible()
    expect(reader.locator("#write .verdict .summary")).to_contain_text("Not yet", timeout=60_000)


def test_a_browser_without_sethtml_sends_the_form_as_ever(graded: Site, reader: Page) -> None:
    reader.add_init_script("delete Element.prototype.setHTML")
    reader.goto(NINE)
    fill(reader, FLAT)
    reader.get_by_role("button", name="Check my answer").click()
    expect(reader).to_have_url(re.compile("/attempts/"))
    expect(reader.locator(".verdict .summary")).to_contain_text("Not yet")


def test_the_plain_text_box_is_remembered(reader: Page) -> None:
    reader.goto(NINE)
    reader.get_by_role("button", name="Use a plain text box").click()
    reader.reload()
    reader.locator("#answer-write").focus()
    expect(reader.locator("#answer-write")).to_be_focused()
    expect(reader.get_by_role("button", name="Use the code editor")).to_be_visible()


def test_the_editor_is_fetched_only_when_it_is_wanted(reader: Page) -> None:
    fetched: list[str] = []
    reader.on("request", lambda request: fetched.append(request.url))
    reader.goto(NINE, wait_until="networkidle")
    assert not any("vendor" in url for url in fetched)


def test_an_answer_in_words_is_compared_ticked_and_scored(reader: Page) -> None:
    reader.goto("/questions/list-comprehension")
    verdict = hand_in(reader, "It builds a new list in one expression.", "explain")
    expect(verdict.locator(".own")).to_contain_text("It builds a new list")
    boxes = verdict.locator("input[name=point]")
    for box in boxes.all():
        box.check()
    assert faults_of(reader) == []
    verdict.get_by_role("button", name="Grade my answer").click()
    count = boxes.count()
    expect(reader.locator("#explain .score")).to_contain_text(f"{count} of {count} points, 100 %")


# Without JavaScript


def test_code_is_graded_without_javascript(graded: Site, plain: Page) -> None:
    plain.goto(NINE)
    plain.locator("#answer-write").fill(FLAT)
    plain.get_by_role("button", name="Check my answer").click()
    expect(plain).to_have_url(re.compile("/attempts/"))
    expect(plain.locator(".verdict .summary")).to_contain_text("Not yet")
    plain.locator("#answer-write").fill(RIGHT)
    plain.get_by_role("button", name="Check my answer").click()
    expect(plain.locator(".verdict .summary")).to_contain_text("Right")
    plain.get_by_text("Back to the whole question").click()
    expect(plain.locator("#answer-write")).to_have_value(RIGHT)


def test_words_are_graded_without_javascript(plain: Page) -> None:
    plain.goto("/questions/list-comprehension")
    plain.locator("#answer-explain").fill("It makes a new list from another one.")
    plain.locator("#explain").get_by_role("button", name="Hand in and compare").click()
    plain.locator("input[name=point]").first.check()
    plain.get_by_role("button", name="Grade my answer").click()
    expect(plain.locator(".score")).to_contain_text("1 of")


def test_hints_open_without_javascript(plain: Page) -> None:
    for there, button in enumerate(("Stuck? A first hint", "A stronger hint"), 1):
        plain.goto(NINE)
        plain.locator("#answer-write").fill(FLAT)
        plain.get_by_role("button", name="Check my answer").click()
        plain.goto(NINE)
        plain.get_by_role("button", name=button).click()
        expect(plain.locator(".hints li")).to_have_count(there)


# Drafts


def test_a_draft_is_saved_within_two_seconds_and_is_there_after_a_reload(reader: Page) -> None:
    reader.goto(NINE)
    fill(reader, "a = 1  # half way")
    expect(reader.locator("#write draft-line")).to_contain_text("Draft saved", timeout=2_000)
    reader.reload()
    expect(reader.locator("#answer-write")).to_have_value("a = 1  # half way")
    expect(reader.locator("#write draft-line")).not_to_contain_text("Restore")


def test_leaving_at_once_loses_nothing_and_hands_nothing_in(reader: Page) -> None:
    reader.goto(NINE)
    fill(reader, "a = 2  # typed and left")
    reader.get_by_text("Contents").click()
    reader.wait_for_url("**/questions")
    expect(reader.locator("li", has=reader.locator(f"a[href='{NINE}']"))).to_contain_text("draft kept")
    reader.goto(NINE)
    expect(reader.locator("#answer-write")).to_have_value("a = 2  # typed and left")
    expect(reader.locator(".verdict")).to_have_count(0)


def test_a_text_typed_while_the_program_is_down_is_offered_when_it_is_back(
    tmp_path_factory: pytest.TempPathFactory, page: Page
) -> None:
    mortal = Site(tmp_path_factory.mktemp("mortal"))
    mortal.start()
    try:
        page.goto(mortal.url + NINE)
        fill(page, "saved before")
        line = page.locator("#write draft-line")
        expect(line).to_contain_text("Draft saved")
        mortal.kill()
        page.locator("#answer-write").fill("typed while it was down")
        expect(line).to_contain_text("will be saved when the connection is back")
        page.goto("about:blank")
        mortal.start()
        page.goto(mortal.url + NINE)
        expect(page.locator("#answer-write")).to_have_value("saved before")
        page.get_by_role("button", name="Restore it").click()
        expect(page.locator("#answer-write")).to_have_value("typed while it was down")
        expect(line).to_contain_text("Draft saved")
    finally:
        mortal.stop()


def test_a_lost_connection_is_told_and_made_up_for(reader: Page, watch: Watch, context: BrowserContext) -> None:
    watch.forgive("ERR_INTERNET_DISCONNECTED")
    reader.goto(NINE)
    fill(reader, "before")
    context.set_offline(True)
    reader.locator("#answer-write").fill("while away")
    line = reader.locator("#write draft-line")
    expect(line).to_contain_text("Kept in this browser; will be saved when the connection is back.")
    context.set_offline(False)
    expect(line).to_contain_text("Draft saved")


def test_two_windows_never_overwrite_each_other_silently(reader: Page, watch: Watch, context: BrowserContext) -> None:
    watch.forgive("409")
    reader.goto(NINE)
    fill(reader, "first")
    expect(reader.locator("#write draft-line")).to_contain_text("Draft saved")
    other = watch.over(context.new_page())
    other.goto(NINE)
    other.locator("#answer-write").fill("second")
    expect(other.locator("#write draft-line")).to_contain_text("Draft saved")
    reader.locator("#answer-write").fill("first again")
    expect(reader.locator("#write draft-line")).to_contain_text("Another window has saved a different draft.")
    reader.get_by_role("button", name="Show the other").click()
    expect(reader.locator("#answer-write")).to_have_value("second")
    reader.get_by_role("button", name="Restore it").click()
    expect(reader.locator("#answer-write")).to_have_value("first again")
    expect(reader.locator("#write draft-line")).to_contain_text("Draft saved")
