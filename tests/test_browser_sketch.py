"""Drawing in a real browser: with the mouse, with the keyboard alone, by the table, and without JavaScript."""

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import NEEDS_CHROMIUM, Site, Watch, faults_of, overflow, tab_to
from tests.sketches import relu, sigmoid

pytestmark = NEEDS_CHROMIUM
SIGMOID, RELU = "/questions/sigmoid", "/questions/relu"
GRID = {SIGMOID: ((-6, 6), (-1, 1.5)), RELU: ((-3, 3), (-1, 3))}
Curve = Callable[[float], float]


def draw(page: Page, path: str, curve: Curve, low: float, high: float, moves: int = 60) -> None:
    """One stroke with the mouse."""
    sheet = page.locator("#draw .pad.live .plot")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box
    (left, right), (bottom, top) = GRID[path]

    def to(x: float) -> tuple[float, float]:
        across, down = (x - left) / (right - left), (top - curve(x)) / (top - bottom)
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    page.mouse.move(*to(low))
    page.mouse.down()
    for move in range(1, moves + 1):
        page.mouse.move(*to(low + (high - low) * move / moves))
    page.mouse.up()


def points(page: Page) -> list[list[float]]:
    text = page.locator("#answer-draw").input_value()
    found: list[list[float]] = json.loads(text) if text else []
    return found


def check(page: Page, says: str) -> None:
    page.locator("#draw").get_by_role("button", name="Check my answer").click()
    expect(page.locator("#draw .verdict .summary")).to_contain_text(says)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_curve_drawn_with_the_mouse_is_graded_and_the_true_one_laid_over(
    graded: Site, reader: Page, scheme: Any
) -> None:
    reader.emulate_media(color_scheme=scheme)
    reader.goto(SIGMOID)
    draw(reader, SIGMOID, lambda x: sigmoid(x) + 0.01 * math.sin(9 * x), -6, 6)
    check(reader, "Right")
    expect(reader.locator("#draw .overlay path.true")).to_have_attribute("d", re.compile("^M0 "))
    expect(reader.locator("#draw .legend")).to_contain_text("the true curve, dashed")
    assert faults_of(reader) == []


def test_a_wrong_curve_is_told_where_it_is_wrong(graded: Site, reader: Page) -> None:
    reader.goto(SIGMOID)
    draw(reader, SIGMOID, math.tanh, -6, 6)
    check(reader, "your curve is at −1, below 0")
    expect(reader.locator("#draw .note")).to_contain_text("tanh")
    reader.locator("#draw .both summary").click()
    expect(reader.locator("#draw .both tbody tr").nth(6)).to_have_text(re.compile(r"^0\s*0\s*0\.5$"))
    assert faults_of(reader) == []


def test_drawing_over_a_piece_replaces_it_and_undo_brings_it_back(reader: Page) -> None:
    reader.goto(RELU)
    draw(reader, RELU, lambda x: 1.0, -2.5, 2.5)
    before = points(reader)
    draw(reader, RELU, lambda x: 2.0, 1, -1)
    heights = [y for _, y in points(reader)]
    assert heights[0] == heights[-1] == pytest.approx(1, abs=0.02) and max(heights) == pytest.approx(2, abs=0.02)
    assert points(reader) == sorted(points(reader))
    reader.get_by_role("button", name="Undo").click()
    assert points(reader) == before
    reader.get_by_role("button", name="Clear").click()
    assert points(reader) == []
    expect(reader.locator("#draw .hint")).to_be_visible()
    reader.locator("#draw .pad.live").press("Control+z")
    assert points(reader) == before


def test_a_stroke_leaves_the_paper_and_comes_back_without_a_line_along_the_edge(reader: Page) -> None:
    reader.goto(RELU)
    draw(reader, RELU, lambda x: 2 + 3 * math.cos(x), -3, 3)
    assert not [point for point in points(reader) if -0.7 < point[0] < 0.7 and point[1] < 3]
    assert len(points(reader)) > 20


def test_the_table_follows_the_curve_and_the_curve_the_table(reader: Page) -> None:
    reader.goto(SIGMOID)
    draw(reader, SIGMOID, sigmoid, -6, 6)
    box = reader.get_by_label("x = 0", exact=True)
    assert float(box.input_value()) == pytest.approx(0.5, abs=0.02)
    box.fill("1,25")
    assert [0, 1.25] in points(reader)
    box.fill("")
    assert not [x for x, _ in points(reader) if abs(x) < 0.49]
    box.press("Enter")
    expect(reader.get_by_label("x = 1", exact=True)).to_be_focused()
    expect(reader.locator("#draw .verdict")).to_have_count(0)


def test_relu_can_be_drawn_with_the_keyboard_alone(graded: Site, reader: Page) -> None:
    reader.goto(RELU)
    tab_to(reader, ".pad.live")
    voice = reader.locator("sketch-pad .unseen[role=status]")
    expect(voice).to_have_text("x = −3, y = 0")
    reader.keyboard.press("ArrowRight")
    reader.keyboard.press("ArrowRight")
    reader.keyboard.press("Enter")
    expect(voice).to_have_text("Point set at x = −2, y = 0; 1 in all")
    for _ in range(4):
        reader.keyboard.press("ArrowRight")
    reader.keyboard.press("Space")
    for key in ["ArrowRight"] * 4 + ["PageUp"] * 4:
        reader.keyboard.press(key)
    expect(voice).to_have_text("x = 2, y = 2")
    reader.keyboard.press("Enter")
    assert points(reader) == [[-2, 0], [0, 0], [2, 2]]
    reader.keyboard.press("Control+Enter")
    expect(reader.locator("#draw .verdict .summary")).to_contain_text("Right")
    assert faults_of(reader) == []


def test_the_keyboard_takes_points_away_and_goes_in_small_steps(reader: Page) -> None:
    reader.goto(RELU)
    pad = reader.locator("#draw .pad.live")
    pad.focus()
    for key in ("Home", "Enter", "Shift+ArrowRight", "Shift+ArrowUp", "Enter", "End", "ArrowDown", "Enter"):
        reader.keyboard.press(key)
    assert points(reader) == [[-3, 0], [-2.9, 0.02], [3, pytest.approx(-0.08)]]
    reader.keyboard.press("Delete")
    assert points(reader) == [[-3, 0], [-2.9, 0.02]]
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("button", name="Undo")).to_be_focused()


def test_a_drawing_is_kept_as_a_draft_and_is_there_after_a_reload(reader: Page) -> None:
    reader.goto(RELU)
    draw(reader, RELU, relu, -2, 2)
    expect(reader.locator("#draw draft-line")).to_contain_text("Draft saved")
    before = points(reader)
    reader.reload()
    assert points(reader) == before
    expect(reader.locator("#draw .pad .mine")).to_have_attribute("d", re.compile("^M"))
    assert float(reader.get_by_label("x = 1", exact=True).input_value()) == pytest.approx(1, abs=0.05)


def test_a_curve_is_given_by_its_table_without_javascript(graded: Site, plain: Page) -> None:
    plain.goto(RELU)
    for x in (-2, -1, 0, 1, 2):
        plain.get_by_label(f"x = {x}".replace("-", "−"), exact=True).fill(str(relu(x)))
    plain.locator("#draw").get_by_role("button", name="Check my answer").click()
    expect(plain).to_have_url(re.compile("/attempts/"))
    expect(plain.locator(".verdict .summary")).to_contain_text("Right")
    expect(plain.get_by_label("x = 1.5", exact=True)).to_have_value("1.5")


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("path", [SIGMOID, RELU])
def test_a_pad_and_its_verdict_fit_into_any_window(graded: Site, reader: Page, path: str, width: int) -> None:
    reader.set_viewport_size({"width": width, "height": 800})
    reader.goto(path)
    draw(reader, path, lambda x: 0.3, -2.5, 2.5)
    check(reader, "Not yet")
    reader.locator("#draw .both summary").click()
    assert overflow(reader) == []


@pytest.fixture
def finger(browser: Browser, base_url: str, watch: Watch) -> Iterator[Page]:
    """A telephone."""
    window: Any = {"width": 390, "height": 800}
    context = browser.new_context(has_touch=True, is_mobile=True, viewport=window, base_url=base_url)
    yield watch.over(context.new_page())
    context.close()


def test_a_finger_draws_on_the_pad_and_does_not_scroll_the_page(finger: Page) -> None:
    finger.goto(RELU)
    sheet = finger.locator("#draw .pad.live .plot")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box
    scrolled = finger.evaluate("scrollY")
    touch = finger.context.new_cdp_session(finger)
    for index in range(31):
        kind = "touchStart" if index == 0 else "touchMove"
        spot = {"x": box["x"] + box["width"] * (0.2 + index / 50), "y": box["y"] + box["height"] * (0.8 - index / 60)}
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [spot]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert len(points(finger)) > 20 and finger.evaluate("scrollY") == scrolled
