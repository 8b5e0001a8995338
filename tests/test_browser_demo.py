"""The demo in a real browser: training, drawing and asking, by mouse, by keys, without scripts, on small screens."""

import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.demo.drawing import normalised
from app.demo.strokes import draw_sample
from tests.browsing import NEEDS_CHROMIUM, Watch, faults_of, overflow, tab_to
from tests.demo_vectors import FILE

pytestmark = NEEDS_CHROMIUM
THREE = [
    (0.3, 0.25), (0.5, 0.17), (0.68, 0.28), (0.6, 0.44), (0.42, 0.48), (0.62, 0.53), (0.7, 0.7), (0.5, 0.84),
    (0.28, 0.75),
]  # fmt: skip
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.6, 0.45), (0.5, 0.65), (0.42, 0.88)]


def train(page: Page, address: str = "/demo?epochs=8", pace: str = "") -> None:
    page.goto(address)
    page.locator("#k-pace").select_option(pace)
    page.get_by_role("button", name="Train").click()


def ended(page: Page, says: str = "Done") -> None:
    expect(page.locator("[data-status]")).to_contain_text(re.compile(says), timeout=30_000)
    expect(page.get_by_role("button", name="Stop")).to_be_disabled(timeout=30_000)


def draw(page: Page, line: list[tuple[float, float]]) -> None:
    page.get_by_role("button", name="Clear").click()
    pad = page.locator(".pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def test_a_3_and_a_7_drawn_on_the_pad_are_read_right(reader: Page) -> None:
    train(reader)
    ended(reader)
    answer = reader.locator("[data-answer]")
    for line, digit in ((THREE, "3"), (SEVEN, "7")):
        draw(reader, line)
        expect(answer).to_contain_text(f"The model says {digit}", timeout=30_000)
    reader.get_by_label("Without centring").check()
    expect(answer).to_contain_text("The model says")


def test_a_training_shows_its_weights_its_curves_and_its_worst_mistakes(reader: Page) -> None:
    train(reader)
    ended(reader)
    weights = reader.locator(".pane .weights canvas").first
    colours = weights.evaluate("c => new Set(c.getContext('2d').getImageData(0, 0, 28, 28).data).size")
    assert colours > 20
    expect(reader.locator(".run-0").first).to_be_visible()
    expect(reader.locator(".worst li")).to_have_count(12)
    expect(reader.locator("[data-provenance]")).to_contain_text("few pictures")
    for summary, rows in (("The curves as a table", 8), ("The pictures as tables", 3 * 28)):
        reader.get_by_text(summary).click()
        expect(reader.locator(f"details:has-text('{summary}') tbody tr")).to_have_count(rows)
    reader.get_by_text("The pictures as tables").click()  # thousands of cells that are all alike
    assert faults_of(reader) == []


def test_a_run_is_paused_stepped_and_stopped(reader: Page) -> None:
    train(reader, "/demo?epochs=1000", "12")
    status = reader.locator("[data-status]")
    expect(status).to_contain_text("Epoch 2", timeout=30_000)
    reader.get_by_role("button", name="Pause").click()
    expect(reader.get_by_role("button", name="Go on")).to_be_visible()
    before = status.inner_text()
    reader.get_by_role("button", name="One batch").click()
    expect(status).not_to_have_text(before)
    reader.get_by_role("button", name="Stop").click()
    ended(reader, "Stopped after")


def test_a_reload_joins_the_run_again(reader: Page) -> None:
    train(reader, "/demo?epochs=1000", "12")
    expect(reader.locator("[data-status]")).to_contain_text("Epoch 2", timeout=30_000)
    assert "run=" in reader.url
    reader.reload()
    expect(reader.locator("[data-status]")).to_contain_text("Epoch", timeout=30_000)
    expect(reader.locator("#k-epochs")).to_have_value("1000")
    reader.get_by_role("button", name="Stop").click()
    ended(reader, "Stopped after")


def test_a_net_dies_at_a_high_rate_and_the_knob_leads_to_question_17(reader: Page) -> None:
    reader.goto("/questions/high-learning-rate")
    reader.get_by_role("link", name="a net diverges at a learning rate of 50").click()
    expect(reader.locator("#k-lr")).to_have_value("50")
    expect(reader.locator("#k-model")).to_have_value("net")
    reader.locator("#k-pace").select_option("")
    reader.get_by_role("button", name="Train").click()
    ended(reader, "the net is dead|Diverged")
    reader.locator("#rate .asks").click()
    expect(reader).to_have_url(re.compile("/questions/high-learning-rate$"))


def test_twins_stand_side_by_side(reader: Page) -> None:
    train(reader, "/demo?epochs=4&twin=shuffle")
    ended(reader)
    expect(reader.locator(".pane h3")).to_have_text(["shuffled", "in order"])
    expect(reader.locator("live-chart").first.locator("polyline")).to_have_count(2)
    reader.get_by_text("The curves as a table").click()
    expect(reader.locator("[data-table=epochs] tbody tr")).to_have_count(8)


def test_a_sweep_is_a_row_of_curves_and_a_table(reader: Page) -> None:
    reader.goto("/demo?model=net&epochs=3")
    reader.locator("#k-pace").select_option("")
    reader.get_by_role("button", name="Sweep").click()
    expect(reader.locator("[data-status]")).to_contain_text("The sweep is done", timeout=60_000)
    expect(reader.locator(".sweep li")).to_have_count(16)
    expect(reader.locator(".sweep")).to_contain_text("dead")
    reader.get_by_text("The sweep as a table").click()
    expect(reader.locator("[data-table=sweep] tbody tr")).to_have_count(16)
    assert faults_of(reader) == []


def test_what_makes_no_sense_is_said_in_the_page(reader: Page, watch: Watch) -> None:
    watch.forgive("422")
    reader.goto("/demo")
    reader.locator("#k-lr").fill("0")
    reader.get_by_role("button", name="Train").click()
    expect(reader.locator("[data-status]")).to_contain_text("learning rate is a number above 0")


def test_everything_can_be_done_by_keys_alone(reader: Page) -> None:
    reader.goto("/demo?epochs=8")
    reader.locator("#k-pace").select_option("")
    tab_to(reader, "button.primary")
    reader.keyboard.press("Enter")
    ended(reader)
    tab_to(reader, ".pad")
    for key in ["ArrowLeft"] * 7 + ["ArrowUp"] * 8 + [" "] + ["ArrowRight"] * 13:
        reader.keyboard.press(key)
    for _ in range(5):
        for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowLeft"):
            reader.keyboard.press(key)
    reader.keyboard.press(" ")
    expect(reader.locator("[data-answer]")).to_contain_text("The model says 7", timeout=30_000)
    reader.keyboard.press("Delete")
    expect(reader.locator("[data-answer]")).to_contain_text("empty")
    tab_to(reader, "[data-example='3']")
    reader.keyboard.press("Enter")
    expect(reader.locator("[data-answer]")).to_contain_text("The model says 3", timeout=30_000)


def test_the_browser_normalises_as_the_server_does(reader: Page) -> None:
    rows = json.loads(FILE.read_text(encoding="ascii"))
    sample = draw_sample(3, train=20, valid=20)
    drawings = [row.tolist() for group in sample.values() for row in group]
    asked = [[row["pixels"], row["centre"]] for row in rows] + [[drawing, True] for drawing in drawings]
    reader.goto("/demo")
    seen = reader.evaluate(
        """async asked => {
            const {normalised} = await import('/static/js/demo-normalise.js');
            return asked.map(([pixels, centre]) => normalised(pixels, centre));
        }""",
        asked,
    )
    assert seen == [row["normalised"] for row in rows] + [normalised(drawing) for drawing in drawings]


def test_a_photo_is_read_and_one_that_is_too_large_is_refused_in_words(reader: Page, tmp_path: Path) -> None:
    train(reader)
    ended(reader)
    answer = reader.locator("[data-answer]")
    digit = draw_sample(5, train=1, valid=1)["train/7"][0].reshape(28, 28)
    rows = [bytes(int(240 - 0.8 * value) for value in row.repeat(10)) for row in digit for _ in range(10)]
    for name, file, told in (
        ("seven.png", png(280, rows), "The model says"),
        ("huge.png", png(8000, [b"\xf0" * 8000] * 7000), "56 megapixels"),
        ("blank.png", png(100, [b"\xf0" * 100] * 100), "Nothing stands out"),
        ("words.png", b"no picture", "not a picture"),
    ):
        (tmp_path / name).write_bytes(file)
        reader.locator("#photo").set_input_files(tmp_path / name)
        expect(answer).to_contain_text(told, timeout=30_000)


def png(width: int, rows: list[bytes]) -> bytes:
    """In 8-bit grey."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, len(rows), 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_used_by_everybody_after_a_run(reader: Page, scheme: Any) -> None:
    reader.emulate_media(color_scheme=scheme)
    train(reader)
    ended(reader)
    assert faults_of(reader) == []


def test_after_a_run_the_page_needs_no_more_than_320_pixels(reader: Page) -> None:
    reader.set_viewport_size({"width": 320, "height": 640})
    train(reader, "/demo?epochs=4&twin=model")
    ended(reader)
    for details in reader.locator("details:visible").all():
        details.locator("summary").click()
    assert overflow(reader) == []


def test_without_scripts_a_training_ends_in_a_table(plain: Page) -> None:
    plain.goto("/demo")
    plain.locator("#k-epochs").fill("3")
    plain.get_by_role("button", name="Train").click()
    expect(plain.get_by_role("heading", name="Your run, epoch by epoch")).to_be_visible()
    expect(plain.locator("#run ~ .scroll tbody tr")).to_have_count(3)
    expect(plain.locator(".notice")).to_contain_text("Drawing needs JavaScript")
