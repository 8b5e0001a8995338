"""Typing in a real browser: what the editor does with the keyboard, and a draft that is nobody else's."""

import json

import pytest
from playwright.sync_api import APIResponse, Page, expect

from tests.browsing import NEEDS_CHROMIUM, NINE, Watch, faults_of, hand_in, overflow, tab_to

pytestmark = NEEDS_CHROMIUM
FOUR = "/questions/list-comprehension"
DRAFT = f"/api/v1{FOUR}/parts/explain/draft"
OTHERS = "Another window has saved a different draft."


def save(reader: Page, text: str) -> None:
    reader.locator("#answer-explain").fill(text)
    for _ in range(100):
        if reader.request.get(DRAFT).json()["answer"] == text:
            break
        reader.wait_for_timeout(100)
    expect(reader.locator("#explain draft-line")).to_contain_text("Draft saved")


def serve_the_old_page(reader: Page, page: APIResponse) -> None:
    """The next time the page of question 4 is asked for, it comes as it was before the last draft was saved."""
    reader.route(f"**{FOUR}", lambda route: route.fulfill(response=page), times=1)


def put(reader: Page, text: str, base: int) -> None:
    assert reader.request.put(DRAFT, data={"answer": text, "base": base}).status == 204


@pytest.mark.parametrize("late", ["typed more", ""])
def test_a_draft_that_arrives_after_its_own_reload_is_nobody_elses(reader: Page, late: str) -> None:
    reader.goto(FOUR)
    save(reader, "typed")
    before = reader.request.get(FOUR)
    serve_the_old_page(reader, before)
    put(reader, late, 1)
    reader.locator("#answer-explain").fill(late)
    reader.reload()
    box, line = reader.locator("#answer-explain"), reader.locator("#explain draft-line")
    expect(box).to_have_value(late)
    expect(line).not_to_contain_text("Restore it")
    box.press_sequentially("!")
    expect(line).to_contain_text("Draft saved")
    expect(line).not_to_contain_text(OTHERS)
    assert reader.request.get(DRAFT).json()["answer"].replace("!", "") == late


def test_a_draft_that_arrives_while_one_types_on_is_built_upon(reader: Page, watch: Watch) -> None:
    watch.forgive("409")
    reader.goto(FOUR)
    save(reader, "typed")
    save(reader, "typed more")
    put(reader, "typed", 2)  # as if the reply to an earlier save had been lost on its way
    save(reader, "typed more still")
    expect(reader.locator("#explain draft-line")).not_to_contain_text(OTHERS)
    assert reader.request.get(DRAFT).json()["answer"] == "typed more still"


def test_typing_on_and_pressing_f5_at_once_raises_no_alarm(reader: Page) -> None:
    reader.goto(FOUR)
    save(reader, "typed")
    reader.locator("#answer-explain").press_sequentially(" more")
    reader.reload()
    expect(reader.locator("#answer-explain")).to_have_value("typed more")
    save(reader, "typed more still")
    expect(reader.locator("#explain draft-line")).not_to_contain_text(OTHERS)


@pytest.mark.parametrize("left", ["", "  \n", "handed in"])
def test_a_text_that_nobody_misses_is_not_offered(reader: Page, left: str) -> None:
    reader.goto(FOUR)
    hand_in(reader, "handed in", "explain")
    save(reader, "a newer draft")
    key, kept = f"selfgrad:draft:{DRAFT}", json.dumps({"text": left, "at": 1, "saved": False})
    reader.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [key, kept])
    reader.reload()
    expect(reader.locator("#answer-explain")).to_have_value("a newer draft")
    reader.wait_for_load_state("networkidle")
    expect(reader.locator("#explain draft-line")).not_to_contain_text("Restore it")


def test_an_offered_text_that_is_handed_in_is_offered_no_more(reader: Page) -> None:
    reader.goto(FOUR)
    key, kept = f"selfgrad:draft:{DRAFT}", json.dumps({"text": "left behind", "at": 1, "saved": False})
    reader.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [key, kept])
    reader.reload()
    expect(reader.get_by_role("button", name="Restore it")).to_be_visible()
    reader.locator("#answer-explain").fill("left behind")
    reader.get_by_role("button", name="Hand in and compare").click()
    expect(reader.locator("#explain .verdict")).to_be_visible()
    expect(reader.get_by_role("button", name="Restore it")).to_have_count(0)


# The editor


def test_tabbing_through_the_page_changes_no_answer(reader: Page) -> None:
    reader.goto(NINE)
    box = reader.locator("#answer-write")
    before = box.input_value()
    tab_to(reader, "code-editor *")
    expect(reader.locator("code-editor .cm-content")).to_be_focused()
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("button", name="Use a plain text box")).to_be_focused()
    reader.keyboard.press("Shift+Tab")
    expect(reader.locator("code-editor .cm-content")).to_be_focused()
    reader.keyboard.press("Shift+Tab")
    expect(reader.locator("code-editor .cm-content")).not_to_be_focused()
    assert box.input_value() == before


@pytest.mark.parametrize("used", ["x", "ArrowDown", "click"])
def test_tab_indents_once_the_editor_has_been_used(reader: Page, used: str) -> None:
    reader.goto(NINE)
    box = reader.locator("#answer-write")
    tab_to(reader, "code-editor *")
    editor = reader.locator("code-editor .cm-content")
    expect(editor).to_be_focused()
    editor.click() if used == "click" else reader.keyboard.press(used)
    before = box.input_value()
    reader.keyboard.press("Tab")
    assert len(box.input_value()) == len(before) + 4
    expect(editor).to_be_focused()


def test_tab_indents_in_an_editor_that_a_click_has_opened(reader: Page) -> None:
    reader.goto(NINE)
    box = reader.locator("#answer-write")
    before = box.input_value()
    box.click()
    expect(reader.locator("code-editor .cm-content")).to_be_focused()
    reader.keyboard.press("Tab")
    assert len(box.input_value()) == len(before) + 4


def test_what_is_selected_while_the_editor_loads_is_selected_in_it(reader: Page) -> None:
    reader.goto(NINE)
    held = []
    reader.route("**/vendor/editor.js", lambda route: held.append(route))
    box = reader.locator("#answer-write")
    box.focus()
    reader.keyboard.press("Control+a")
    while not held:
        reader.wait_for_timeout(20)
    held[0].continue_()
    expect(reader.locator("code-editor .cm-content")).to_be_focused()
    reader.keyboard.type("b = 1")
    assert box.input_value() == "b = 1"


def test_what_is_typed_while_the_editor_loads_is_kept(reader: Page) -> None:
    reader.goto(NINE)
    held = []
    reader.route("**/vendor/editor.js", lambda route: held.append(route))
    box = reader.locator("#answer-write")
    box.focus()
    reader.keyboard.press("Control+a")
    reader.keyboard.type("early ")
    while not held:
        reader.wait_for_timeout(20)
    held[0].continue_()
    expect(reader.locator("code-editor .cm-content")).to_be_focused()
    reader.keyboard.type("late")
    assert box.input_value() == "early late"


# What the pages say


def test_a_function_that_raises_is_told_so_twice_and_no_expected_value_is_marked(graded: object, reader: Page) -> None:
    reader.goto(FOUR)
    verdict = hand_in(reader, "def odd_doubled(xs):\n    return [1 // 0 for x in xs if x % 2]\n")
    expect(verdict.locator("mark")).to_have_count(0)
    assert verdict.inner_text().count("by zero") <= 2
    expect(verdict.locator(".fault")).to_contain_text("Line 2 of your code")


def test_code_in_an_explanation_scrolls_by_itself_on_a_small_screen(reader: Page) -> None:
    reader.set_viewport_size({"width": 320, "height": 640})
    reader.goto("/questions/loss")
    hand_in(reader, "A number that says how wrong the model is.", "explain")
    code = reader.locator(".prose pre").last
    assert code.evaluate("e => getComputedStyle(e).whiteSpace") == "pre"
    assert overflow(reader) == []
    assert not [fault for fault in faults_of(reader) if "scroll" in fault]


def test_fewer_ticks_than_points_are_called_tried(reader: Page) -> None:
    reader.goto(FOUR)
    verdict = hand_in(reader, "A list made in one expression.", "explain")
    verdict.locator("input[name=point]").first.check()
    verdict.get_by_role("button", name="Grade my answer").click()
    expect(reader.locator("#explain .summary")).to_contain_text("Graded by you")
    expect(reader.locator("#explain .verdict")).to_contain_text("it counts as tried")
    expect(reader.locator("#explain .verdict")).not_to_contain_text("weight")
    expect(reader.locator("#explain-title .state")).to_contain_text("tried")


def test_a_refused_answer_leads_back_to_its_question_without_javascript(plain: Page, watch: Watch) -> None:
    watch.forgive("413")
    watch.forgive("422")
    plain.goto(FOUR)
    plain.locator("#answer-explain").fill("é" * 40_000)
    plain.locator("#explain").get_by_role("button", name="Hand in and compare").click()
    expect(plain.locator("#sent")).to_be_visible()
    plain.locator(f"a[href^='{FOUR}']").click()
    expect(plain.locator("#answer-explain")).to_be_visible()
