"""The demo's API: what it takes, what it refuses and how it says so, with the real process that trains."""

import ast
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.web import runs
from app.web.demo import KNOBS, SEEN
from app.web.runs import OF_ONE, Run, Runs
from tests.browsing import ROOT, few_pictures
from tests.client import browser, site

RUNS = "/api/v1/demo/runs"
JUDGE = "/api/v1/demo/predictions"
SLOW = {"epochs": 1000, "pace": 2}
SEVEN = [255 if 6 <= y < 9 and 8 <= x < 20 or y >= 9 and x == 20 - y // 3 else 0 for y in range(28) for x in range(28)]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("demo")
    few_pictures(folder)
    with site(folder, pool) as made:
        yield made


def house(client: TestClient) -> Runs:
    found: Runs = client.app.state.rooms.runs  # type: ignore[attr-defined]
    return found


def trained(client: TestClient, **said: Any) -> str:
    """The id of a run that has ended."""
    run_id: str = client.post(RUNS, json={"epochs": 2} | said).json()["id"]
    events(client, run_id)
    return run_id


def events(client: TestClient, run_id: str) -> list[tuple[str, dict[str, Any]]]:
    """All that a watcher is told, up to the end."""
    told = client.get(f"{RUNS}/{run_id}/events").text.split("\n\n")
    parts = [text.split("\ndata: ") for text in told if text.startswith("event: ")]
    return [(name.removeprefix("event: "), json.loads(data)) for name, data in parts]


def stop(client: TestClient, *ids: str) -> None:
    for run_id in ids:
        client.post(f"{RUNS}/{run_id}/stop")
        events(client, run_id)


def test_a_run_is_told_from_its_start_to_its_end(client: TestClient) -> None:
    sent = client.post(RUNS, json={"model": "linear", "epochs": 3, "lr": 0.5, "batch_size": 64})
    assert sent.status_code == 201 and sent.headers["location"] == f"{RUNS}/{sent.json()['id']}"
    told = events(client, sent.json()["id"])
    names = [name for name, _ in told]
    assert names[0] == "start" and names[-1] == "done" and names.count("epoch") == 3 and "frame" in names
    start, done = told[0][1], told[-1][1]
    assert start["provenance"]["name"] == "few pictures" and start["config"]["lr"] == 0.5
    assert done["epoch"] == 3 and len(done["worst"]) == 12 and done["compute_ms"] > 0
    assert [data["epoch"] for name, data in told if name == "epoch"] == [1, 2, 3]


def test_a_stream_is_never_packed(client: TestClient) -> None:
    answer = client.get(f"{RUNS}/{trained(client)}/events", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in answer.headers and answer.headers["cache-control"] == "no-store"


def test_the_same_seed_gives_the_same_run(client: TestClient) -> None:
    def losses(seed: int) -> list[float]:
        run = trained(client, model="net", preset="better", seed=seed)
        return [epoch["loss"] for epoch in client.get(f"{RUNS}/{run}").json()["epochs"]]

    assert losses(1) == losses(1) != losses(2)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"lr": 0}', "learning rate"),
        ('{"lr": -1}', "learning rate"),
        ('{"lr": NaN}', "learning rate"),
        ('{"lr": 1e9}', "learning rate"),
        ('{"lr": 1e999}', "learning rate"),
        ('{"lr": "fast"}', "learning rate"),
        ('{"batch_size": 0}', "batch size"),
        ('{"batch_size": 1201}', "larger than the 1200 pictures"),
        ('{"epochs": 1000000000}', "epochs"),
        ('{"epochs": 1.5}', "epochs"),
        ('{"seed": -1}', "seed"),
        ('{"model": "forest"}', "model"),
        ('{"model": ["net"]}', "model"),
        ('{"preset": {}}', "preset"),
        ('{"loss": "none"}', "loss"),
        ('{"shuffle": 1}', "shuffle"),
        ('{"pace": 0}', "pace"),
        ('{"pace": NaN}', "pace"),
        ('{"pace": true}', "pace"),
        ('{"pace": 5e-324}', "pace"),
        ('{"kind": "sweep", "loss": "accuracy"}', "sweep"),
        ('{"kind": "dance"}', "kind"),
        ('{"momentum": 0.9}', "momentum"),
        ("[]", "JSON object"),
    ],
)
def test_settings_that_make_no_sense_are_told_in_a_sentence(client: TestClient, body: str, told: str) -> None:
    answer = client.post(RUNS, content=body, headers=JSON)
    assert answer.status_code == 422 and told in answer.json()["detail"]


@pytest.mark.parametrize("path", ["", "/events", "/script"])
def test_a_run_that_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"{RUNS}/{'0' * 32}{path}").status_code == 404
    assert client.post(JUDGE, json={"run": "x", "pixels": SEVEN}).status_code == 404
    assert client.post(f"{RUNS}/x/stop").status_code == 404


def test_a_drawing_is_read_by_the_model_of_its_run(client: TestClient) -> None:
    run = trained(client, model="linear", preset="better", epochs=10)
    answer = client.post(JUDGE, json={"run": run, "pixels": SEVEN})
    assert answer.status_code == 200 and answer.json()["probability_of_3"] < 0.5
    seen = answer.json()["normalised"]
    assert len(seen) == 784 and max(seen) == 255 and seen != SEVEN
    assert client.post(JUDGE, json={"run": run, "pixels": SEVEN, "centre": False}).json()["normalised"] == SEVEN


@pytest.mark.parametrize(
    "pixels",
    [
        json.dumps(SEVEN[:783]), json.dumps([*SEVEN, 0]), json.dumps([0] * 784), json.dumps([*SEVEN[:783], 256]),
        json.dumps([*SEVEN[:783], -1]), json.dumps([*SEVEN[:783], "9"]), json.dumps([*SEVEN[:783], True]),
        "[" + "NaN," * 783 + "255]", '"white"', "null", "{}", "[[]]",
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_told_in_a_sentence(client: TestClient, app: TestClient, pixels: str) -> None:
    run = getattr(app, "some_run", None) or trained(client)
    app.some_run = run  # type: ignore[attr-defined]
    answer = client.post(JUDGE, content=f'{{"run": "{run}", "pixels": {pixels}}}', headers=JSON)
    assert answer.status_code == 422 and len(answer.json()["detail"]) > 20


def test_an_empty_drawing_is_told_as_such(client: TestClient) -> None:
    answer = client.post(JUDGE, json={"run": trained(client), "pixels": [0] * 784})
    assert answer.status_code == 422 and "empty" in answer.json()["detail"]


def test_a_key_that_comes_again_starts_no_second_run(client: TestClient) -> None:
    key = {"Idempotency-Key": "a key that nobody guesses"}
    first, again = (client.post(RUNS, json={"epochs": 1}, headers=key) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert client.post(RUNS, json={"epochs": 2}, headers=key).status_code == 422
    stop(client, first.json()["id"])


def test_a_thousand_starts_from_one_address_take_a_few_places_and_the_server_goes_on(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "GRACE_S", 1000)  # nobody watches, and a busy machine may take long over a thousand
    answers = [client.post(RUNS, json=SLOW) for _ in range(1000)]
    taken = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert len(taken) == OF_ONE
    refused = answers[-1]
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0 and "address" in refused.text
    assert client.get("/healthz").status_code == 200
    assert client.get(f"{RUNS}/{taken[-1]}").json()["ahead"] == len(taken) - 1
    stop(client, *reversed(taken))
    assert trained(client)


def test_a_run_can_be_paused_stepped_and_stopped_by_its_owner_alone(client: TestClient) -> None:
    run = client.post(RUNS, json=SLOW).json()["id"]
    assert browser(client).post(f"{RUNS}/{run}/pause").status_code == 403
    for word, state in (("pause", "paused"), ("step", "paused"), ("resume", "running")):
        assert client.post(f"{RUNS}/{run}/{word}").status_code == 204
        assert client.get(f"{RUNS}/{run}").json()["state"] in (state, "waiting")
    assert client.post(f"{RUNS}/{run}/dance").status_code == 422
    stop(client, run)
    assert client.get(f"{RUNS}/{run}").json()["end"]["why"] == "stopped"


def test_another_site_cannot_start_a_run(client: TestClient) -> None:
    assert client.post(RUNS, json={}, headers={"Origin": "https://example.org"}).status_code == 403


def test_a_run_is_handed_out_as_a_script(client: TestClient) -> None:
    answer = client.get(f"{RUNS}/{trained(client, lr=0.25)}/script")
    assert answer.headers["content-disposition"] == 'attachment; filename="three_or_seven.py"'
    assert ast.parse(answer.text) and "0.25" in answer.text


def test_a_sweep_tells_sixteen_rates_at_once_and_has_no_single_model(client: TestClient) -> None:
    run = trained(client, kind="sweep", model="net")
    told = events(client, run)
    assert len(told[0][1]["rates"]) == 16 and len(told[1][1]["accuracy"]) == 16
    assert client.post(JUDGE, json={"run": run, "pixels": SEVEN}).status_code == 409
    assert client.get(f"{RUNS}/{run}/script").status_code == 422


def test_a_process_that_dies_ends_its_run_and_the_next_one_gets_another(client: TestClient) -> None:
    trained(client)
    run = client.post(RUNS, json=SLOW).json()["id"]
    trainer = house(client)._trainer
    assert trainer is not None and trainer._process is not None
    trainer._process.kill()
    assert events(client, run)[-1][0] == "error"
    name, data = events(client, trained(client))[-1]
    assert name == "done", data


def test_a_run_that_nobody_watches_is_given_up(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "GRACE_S", -1.0)
    run = client.post(RUNS, json=SLOW).json()["id"]
    kept: Run = house(client)._known[run]
    assert client.portal is not None
    client.portal.call(ended, kept)
    assert kept.end is not None and kept.end.data.get("why", "stopped") == "stopped"


async def ended(run: Run) -> None:
    while run.end is None:
        await run.changed.wait()


def test_only_the_newest_runs_are_kept(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KEPT", 2)
    ids = [trained(client, epochs=1) for _ in range(4)]
    found = [client.get(f"{RUNS}/{run}").status_code for run in ids]
    assert found[0] == 404 and found[-1] == 200


def test_without_scripts_a_form_trains_and_its_page_has_the_epochs(client: TestClient) -> None:
    page = client.post("/demo/runs", data={"model": "net", "epochs": "3", "lr": "0.5", "shuffle": "true"})
    assert page.status_code == 200 and page.url.query.startswith(b"run=")
    assert page.text.count("<tr><td>") == 3 and "few pictures" in page.text
    assert 'value="net" selected' in page.text and 'name="shuffle" value="true" checked' in page.text


def test_a_form_that_makes_no_sense_gets_a_page_that_says_so(client: TestClient) -> None:
    page = client.post("/demo/runs", data={"lr": "-1"})
    assert page.status_code == 422 and "learning rate" in page.text and 'href="/demo"' in page.text


@pytest.mark.parametrize("asked", ["lr=x", "lr=nan", "epochs=9999999999", "model=<b>", "run=x&run=y", "twin=<b>"])
def test_an_address_that_makes_no_sense_is_a_page_all_the_same(client: TestClient, asked: str) -> None:
    page = client.get(f"/demo?{asked}")
    assert page.status_code == 200 and "<b>" not in page.text


def test_questions_lead_to_their_knobs_and_knobs_to_their_questions(tmp_path: Path, pool: Pool) -> None:
    with site(tmp_path, pool, questions=ROOT / "questions") as client:
        page = client.get("/demo").text
        for slug, seen in SEEN.items():
            assert f'href="{escape(seen.href)}"' in client.get(f"/questions/{slug}").text
            assert f'id="{seen.anchor}"' in page
        for slug in KNOBS.values():
            assert f'href="/questions/{slug}"' in page and slug in SEEN
        assert "See it happen" not in client.get("/questions/list-comprehension").text


def test_the_numbers_for_operators_count_who_waits_and_watches(client: TestClient) -> None:
    text = client.get("/metrics").text
    assert "selfgrad_demo_waiting 0.0" in text and "selfgrad_demo_watchers 0.0" in text


def test_a_data_folder_that_cannot_be_read_ends_the_run_with_a_sentence(tmp_path: Path, pool: Pool) -> None:
    (tmp_path / "mnist_sample.tgz").write_bytes(b"no archive")
    with site(tmp_path, pool) as client:
        run = client.post(RUNS, json={"epochs": 1}).json()["id"]
        name, data = events(client, run)[-1]
        assert name == "error" and "mnist_sample.tgz" in data["message"] and str(tmp_path) not in data["message"]
