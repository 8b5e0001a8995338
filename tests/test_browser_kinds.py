"""Every question in a real browser, used by keyboard alone; and the kinds of answers that are not typed into a box."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import NEEDS_CHROMIUM, Site, faults_of, overflow, tab_to
from tests.question_text import built_in

pytestmark = NEEDS_CHROMIUM
QUESTIONS = [question.id for question in built_in().questions]
ORDER = "/questions/sgd-seven-steps"
SEVEN = ["initialise", "predict", "loss", "gradient", "step", "repeat", "stop"]
LINES = "/questions/sgd-epoch"


def answer(page: Page, part: str) -> Any:
    return json.loads(page.locator(f"#answer-{part}").input_value() or "[]")


def press(page: Page, part: str, move: str) -> None:
    page.locator(f"#{part} button[value='{move}']").focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("slug", QUESTIONS)
def test_each_question_can_be_used_by_everybody(passerby: Page, slug: str) -> None:
    passerby.goto(f"/questions/{slug}")
    for scheme in ("light", "dark"):
        passerby.emulate_media(color_scheme=scheme)
        assert faults_of(passerby) == []
    passerby.set_viewport_size({"width": 320, "height": 700})
    assert overflow(passerby) == []


@pytest.mark.parametrize("slug", QUESTIONS)
def test_tab_comes_to_every_part_of_a_question_in_its_order(passerby: Page, slug: str) -> None:
    passerby.goto(f"/questions/{slug}")
    parts: list[str] = passerby.evaluate("[...document.querySelectorAll('.part')].map(part => part.id)")
    reached: list[str] = []
    for _ in range(400):
        passerby.keyboard.press("Tab")
        at = passerby.evaluate(
            "document.activeElement.closest('.part')?.id ?? (document.activeElement.closest('.turn') ? '.' : '')"
        )
        if at == ".":
            break
        if at and at not in reached:
            reached.append(at)
        if at and passerby.evaluate("document.activeElement.matches('textarea')"):
            passerby.keyboard.press("Escape")  # so that Tab leaves an editor
    assert parts and reached == parts


def test_steps_are_put_in_order_by_keyboard_and_the_draft_survives(reader: Page) -> None:
    reader.goto(ORDER)
    for place, id in enumerate(SEVEN):
        while answer(reader, "order").index(id) > place:
            press(reader, "order", f"up:{id}")
            assert reader.evaluate("document.activeElement.closest('li').dataset.id") == id
    assert answer(reader, "order") == SEVEN
    expect(reader.locator("#order draft-line")).to_contain_text("Draft saved")
    reader.reload()
    assert answer(reader, "order") == SEVEN
    reader.locator("#order .primary").focus()
    reader.keyboard.press("Enter")
    expect(reader.locator("#order .verdict.pass")).to_contain_text("every step is in its place")


def test_steps_can_be_dragged_too(reader: Page) -> None:
    reader.goto(ORDER)
    first = answer(reader, "order")
    reader.locator("#order li").nth(3).drag_to(reader.locator("#order li").first, target_position={"x": 40, "y": 2})
    assert answer(reader, "order") == [first[3], *first[:3], *first[4:]]


def test_lines_become_a_program_by_keyboard_and_it_is_run(graded: Site, reader: Page) -> None:
    reader.goto(LINES)
    for id in ("def", "for", "predict", "loss", "backward"):
        press(reader, "arrange", f"use:{id}")
    press(reader, "arrange", "in:for")
    for id in ("predict", "loss", "backward"):
        press(reader, "arrange", f"in:{id}")
        press(reader, "arrange", f"in:{id}")
    press(reader, "arrange", "out:backward")
    press(reader, "arrange", "drop:loss")
    assert answer(reader, "arrange") == [["def", 0], ["for", 1], ["predict", 2], ["backward", 1]]
    expect(reader.locator("#arrange .left li")).not_to_have_count(0)
    reader.keyboard.press("Control+Enter")
    reader.locator("#arrange .primary").click()
    expect(reader.locator("#arrange .verdict.fail")).to_be_visible()


def test_a_choice_is_kept_as_a_draft_and_answered_by_keyboard(reader: Page) -> None:
    reader.goto("/questions/metrics-which-set")
    tab_to(reader, "#which input[name=choice]")
    reader.keyboard.press("Space")
    reader.keyboard.press("ArrowDown")
    chosen = reader.evaluate("document.activeElement.value")
    expect(reader.locator("#which draft-line")).to_contain_text("Draft saved")
    reader.reload()
    expect(reader.locator(f"#which input[value={chosen}]")).to_be_checked()
    tab_to(reader, "#which input[name=certainty]")
    reader.keyboard.press("Space")
    tab_to(reader, "#which .primary")
    reader.keyboard.press("Enter")
    expect(reader.locator("#which .verdict")).to_contain_text("You had said: i guess")


def test_a_number_is_answered_with_the_enter_key(reader: Page) -> None:
    reader.goto("/questions/gradient")
    reader.locator("#answer-slope").fill("4,0")
    reader.keyboard.press("Enter")
    expect(reader.locator("#slope .verdict.pass")).to_be_visible()


def test_what_cannot_be_read_is_told_in_place_and_kept(reader: Page, watch: Any) -> None:
    watch.forgive("422")
    reader.goto("/questions/gradient")
    reader.locator("#answer-slope").fill("four")
    reader.keyboard.press("Enter")
    expect(reader.locator("#slope [role=alert]")).to_contain_text("could not be read as a number")
    expect(reader.locator("#answer-slope")).to_have_value("four")


def test_a_prediction_is_compared_with_what_the_snippet_really_does(graded: Site, reader: Page) -> None:
    reader.goto("/questions/broadcasting")
    reader.locator("#answer-column-and-row").fill("raises")
    reader.locator("#column-and-row .primary").click()
    expect(reader.locator("#column-and-row .note")).to_contain_text("A size of 1 fits every size")
    reader.locator("#answer-column-and-row").fill("3 x 4")
    reader.locator("#column-and-row .primary").click()
    expect(reader.locator("#column-and-row .verdict.pass")).to_contain_text("(3, 4)")


def test_every_kind_has_its_place_on_the_page_about_grading(reader: Page) -> None:
    kinds = {part.kind for question in built_in().questions for part in question.parts}
    reader.goto("/about/grading")
    for kind in kinds:
        expect(reader.locator(f"#{kind}")).to_have_count(1)
