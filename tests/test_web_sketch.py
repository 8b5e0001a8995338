"""Drawn parts on the pages and in the API, without a browser: grids, tables, and what a verdict shows."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.web.plot import nice, places, plot, points_in, signed
from tests.browsing import ROOT
from tests.client import site
from tests.sketches import relu, sigmoid

SIGMOID = "/questions/sigmoid"
FORM = f"{SIGMOID}/parts/draw"
API = f"/api/v1{FORM}"
CURVE = [[x / 4, round(sigmoid(x / 4), 3)] for x in range(-24, 25)]
LINE = [[-6, 0], [6, 1]]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("sketch"), pool, questions=ROOT / "questions") as made:
        yield made


def table(heights: dict[int, str]) -> dict[str, list[str]]:
    return {"x": [str(x) for x in heights], "y": list(heights.values()), "answer": [""]}


# By the API


def test_a_curve_is_handed_in_as_points_and_comes_back_as_such(client: TestClient) -> None:
    sent = client.post(f"{API}/attempts", json={"answer": CURVE})
    assert sent.status_code == 201
    verdict = sent.json()["verdict"]
    assert verdict["passed"] and verdict["score"] == 1 and verdict["kind"] == "draw"
    assert client.get(sent.headers["Location"]).json()["answer"] == CURVE


def test_the_true_curve_is_told_only_with_a_verdict(client: TestClient) -> None:
    part = client.get(f"/api/v1{SIGMOID}").json()["parts"][0]
    assert part["kind"] == "draw" and part["x"] == [-6, 6] and part["y"] == [-1, 1.5]
    assert "torch.sigmoid" not in json.dumps(part) and "tanh" not in json.dumps(part)
    reference = client.post(f"{API}/attempts", json={"answer": LINE}).json()["verdict"]["reference"]
    assert all(abs(y - sigmoid(x)) < 1e-3 for x, y in reference)


@pytest.mark.parametrize("answer", [None, True, 3, [], [[0]], [[0, 1], [0, 99]], "[[0, NaN], [1, 2]]", {"x": 1}, "x"])
def test_what_is_no_curve_is_refused_plainly(client: TestClient, answer: Any) -> None:
    reply = client.post(f"{API}/attempts", json={"answer": answer})
    assert reply.status_code == 422 and reply.json()["detail"]


# Without JavaScript


def test_a_table_of_heights_is_an_answer(client: TestClient) -> None:
    filled = table({x: f"{sigmoid(x):.2f}" for x in range(-6, 7)})
    page = client.post(FORM, data=filled)
    assert re.search(r"/attempts/", str(page.url)) and "every property" in page.text
    assert page.text.count('class="true" d="M0 ') == 1 and 'value="0.73"' in page.text


def test_heights_may_be_left_blank_and_written_as_people_write_them(client: TestClient) -> None:
    filled = table({-6: "", -5: " −0,5", -4: "+1.", -3: " "})
    reply = client.post(FORM, data=filled, follow_redirects=False)
    attempt = client.get("/api/v1" + reply.headers["Location"]).json()
    assert attempt["answer"] == [[-5.0, -0.5], [-4.0, 1.0]]


@pytest.mark.parametrize(
    ("heights", "says"),
    [
        ({}, "There is no curve yet"),
        ({-6: "", 6: " "}, "There is no curve yet"),
        ({-6: "0", 6: "one"}, "The height at x = 6 is no number: “one”."),
        ({-6: "0", 6: "nan"}, "NaN is no number"),
        ({-6: "0", 6: "7"}, "Point 2 is off the grid: its y is 7"),
    ],
)  # fmt: skip
def test_a_table_that_is_no_curve_is_told_and_leads_back(client: TestClient, heights: Any, says: str) -> None:
    page = client.post(FORM, data=table(heights) if heights else {"x": [], "y": [""]})
    assert page.status_code == 422 and says in page.text


def test_what_was_drawn_stands_in_the_pad_and_in_the_table_again(client: TestClient) -> None:
    client.put(f"{API}/draft", json={"answer": json.dumps(LINE), "base": 0})
    page = client.get(SIGMOID).text
    assert '<path class="mine" d="M0 600L1000 200"/>' in page
    assert 'name="x" value="0"><input name="y" value="0.5"' in page


NO_CURVES = ["", "nothing", "[1, 2]", '[["a", "b"]]', "[[NaN, 1], [2, 3]]", "[" * 5_000, "{}", "7"]


@pytest.mark.parametrize("draft", NO_CURVES)
def test_a_draft_that_is_no_curve_leaves_the_grid_empty(client: TestClient, draft: str) -> None:
    client.put(f"{API}/draft", json={"answer": draft, "base": None})
    page = client.get(SIGMOID)
    assert page.status_code == 200 and '<path class="mine" d=""/>' in page.text


def test_the_style_and_the_script_of_the_pad_come_only_where_there_is_one(client: TestClient) -> None:
    for slug, there in (("sigmoid", True), ("relu", True), ("tensor-3x3", False)):
        page = client.get(f"/questions/{slug}").text
        assert ("css/draw.css" in page) is there and ("js/sketch-pad.js" in page) is there


# The numbers of a plot


@pytest.mark.parametrize(
    ("ends", "most", "step"),
    [((-6, 6), 13, 1), ((-3, 3), 13, 0.5), ((0, 1), 9, 0.2), ((-1, 1.5), 9, 0.5), ((0, 0.03), 9, 0.005)],
)  # fmt: skip
def test_a_step_is_a_round_number(ends: tuple[float, float], most: int, step: float) -> None:
    assert nice(ends, most) == pytest.approx(step)


def test_the_places_of_a_grid_are_multiples_of_the_step() -> None:
    assert places((-0.7, 0.7), 0.5) == [-0.5, 0, 0.5]


def test_a_plot_has_labels_axes_and_both_curves() -> None:
    made = plot((-3, 3), (-1, 3), "[[-2, 0], [0, 0], [2, 2]]", [[x, relu(x)] for x in (-3, 0, 3)])
    assert [line.says for line in made.across if line.says] == ["−3", "−2", "−1", "0", "1", "2", "3"]
    assert [[line.at for line in lines if line.zero] for lines in (made.up, made.across)] == [["75%"], ["50%"]]
    assert made.mine == "M166.7 750L500 750L833.3 250" and made.true == "M0 750L500 750L1000 0"
    row = {row.says: (row.mine, row.true) for row in made.rows}
    assert row["1"] == ("1", "1") and row["−3"] == ("", "0") and row["2.5"] == ("", "2.5")


def test_a_curve_from_another_grid_stays_on_the_sheet() -> None:
    assert plot((0, 1), (0, 1), "[[-5, 9], [5, -9]]").mine == "M0 0L1000 1000"


def test_points_are_read_from_left_to_right() -> None:
    assert points_in("[[2, 1], [1, 5]]") == [(1, 5), (2, 1)]
    assert points_in("[[1e999, 1]]") == [] == points_in("")


def test_a_number_is_short_and_has_a_real_minus_sign() -> None:
    assert [signed(value) for value in (-0.001, -1.5, 0.125, None)] == ["0", "−1.5", "0.12", ""]
