"""The wiki's API: each promise of the contract, over the real app, database and jail."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.store.accounts import Role
from app.wiki.merge import YOURS
from tests.client import browser
from tests.wiki_parts import AGAIN, NAMES, REVISIONS, WIKI, added, edit, problem, somebody, text_of

SEED = "Like this:\n\n```python\nassert [2 * x for x in [1, 2]] == [2, 4]\n```\n"
BROKEN = SEED + "\n```python\nfor epoch in range(3):\n    loss = model(x)\n```\n"


@pytest.fixture
def member(app: TestClient) -> TestClient:
    return somebody(app, next(NAMES))


@pytest.fixture
def editor(app: TestClient) -> TestClient:
    return somebody(app, next(NAMES), Role.EDITOR)


@pytest.fixture
def visitor(app: TestClient) -> TestClient:
    """A program that nobody has used, without a cookie."""
    return browser(app)


def test_the_current_answer_is_the_question_files_first(visitor: TestClient) -> None:
    told = visitor.get("/api/v1/wiki/broken").json()
    assert told["text"] == SEED and told["revision"] == 1 and told["by"] == "the question file"
    assert visitor.get("/api/v1/wiki/broken/revisions").json()["revisions"][0]["kind"] == "seed"
    assert visitor.get("/api/v1/wiki/broken/revisions/1").json()["text"] == SEED


def test_an_edit_is_published_and_reads_back(member: TestClient, visitor: TestClient) -> None:
    text = added(member, "Saved \N{SNOWMAN} <script>alert(1)</script>\r\n\t'; --")
    answer = edit(member, text, summary="a <b>summary</b>")
    assert answer.status_code == 201 and answer.json()["result"] == "saved"
    told = visitor.get(answer.headers["location"]).json()
    assert (told["text"], told["summary"]) == (text, "a <b>summary</b>")
    assert told["tested"]["states"] == ["passed"] and told["tested"]["torch"]
    assert visitor.get(REVISIONS).json()["revisions"][0]["revision"] == told["revision"]
    assert {"name": told["by"], "edits": 1} in visitor.get(WIKI).json()["contributors"]


def test_two_who_change_different_places_are_merged(member: TestClient, app: TestClient) -> None:
    base = edit(member, added(member, "Of alice and bob: first. Of both: second.")).json()
    texts = [base["text"].replace("first.", "first, says alice."), base["text"].replace("second.", "then, says bob.")]
    first, second = (
        edit(who, text, base["revision"]) for who, text in zip((member, somebody(app, next(NAMES))), texts, strict=True)
    )
    assert (first.status_code, first.json()["result"]) == (201, "saved")
    assert (second.status_code, second.json()["result"], second.json()["kind"]) == (201, "merged", "merge")
    assert "Of alice and bob: first, says alice. Of both: then, says bob." in text_of(member)
    assert second.json()["base"] == base["revision"]


def test_two_who_change_the_same_place_get_both_texts_and_a_merge_to_finish(member: TestClient) -> None:
    base = edit(member, added(member, "The same place.")).json()
    edit(member, base["text"].replace("same place", "place of alice"), base["revision"])
    mine = base["text"].replace("same place", "place of bob")
    refused = edit(member, mine, base["revision"])
    problem(refused, 409)
    told = refused.json()
    assert told["yours"] == mine and "place of alice" in told["theirs"] and told["base_text"] == base["text"]
    assert "place of alice" in told["merged"] and "place of bob" in told["merged"] and YOURS in told["merged"]
    assert member.get(f"{WIKI}/draft").json()["text"] == mine
    assert "line 1" in problem(edit(member, told["merged"], told["head"]), 422)  # the marks are still there
    assert edit(member, mine, told["head"]).status_code == 201


def test_code_that_fails_is_not_published_and_is_kept_with_the_reason(member: TestClient) -> None:
    before = text_of(member)
    refused = edit(member, BROKEN)
    assert "line 8" in problem(refused, 422) and "draft" in refused.json()["kept"]
    failed = refused.json()["failed"]
    assert failed["line"] == 8 and failed["fault"]["type"] == "NameError" and failed["ending"] == "error"
    assert member.get(f"{WIKI}/draft").json()["text"] == BROKEN and text_of(member) == before
    mended = BROKEN.replace("model(x)", "epoch")
    assert edit(member, mended).status_code == 201


def test_code_that_fails_can_be_suggested(member: TestClient) -> None:
    answer = edit(member, BROKEN + "\nSuggested.\n", suggest=True)
    assert answer.status_code == 202
    found = member.get(answer.headers["location"]).json()
    assert found["text"] == BROKEN + "\nSuggested.\n" and found["blocks"][1]["state"] == "failed"


def test_two_changes_whose_code_fails_only_together_are_a_conflict(member: TestClient) -> None:
    text = "First.\n\n```python\nx = 1\n```\n\nMiddle.\n\n```python\nprint(2)\n```\n"
    base = edit(member, text).json()
    assert edit(member, text.replace("x = 1", "z = 1"), base["revision"]).status_code == 201
    refused = edit(member, text.replace("print(2)", "print(x)"), base["revision"])
    assert "fit together" in problem(refused, 409)
    told = refused.json()
    assert "z = 1" in told["merged"] and "print(x)" in told["merged"] and YOURS not in told["merged"]
    assert told["blocks"][1]["fault"]["type"] == "NameError"


def test_what_an_answer_block_claims_is_graded(member: TestClient) -> None:
    page = "```python answer=write\ndef double(xs):\n    return {}\n```\n"
    assert edit(member, page.format("[2 * x for x in xs]")).status_code == 201
    assert problem(edit(member, page.format("xs + xs")), 422)


def test_a_revision_is_taken_back_and_restored(member: TestClient) -> None:
    first = edit(member, added(member, "A good sentence.")).json()
    second = edit(member, added(member, "Vandalism.")).json()
    third = edit(member, added(member, "Another good one.")).json()
    undone = member.post(f"{REVISIONS}/{second['revision']}/undo")
    assert undone.status_code == 201 and undone.json()["kind"] == "restore"
    assert undone.json()["text"] == third["text"].replace("Vandalism.\n\n", "")
    restored = member.post(f"{REVISIONS}/{first['revision']}/restore").json()
    assert (restored["text"], restored["restored"]) == (first["text"], first["revision"])
    assert member.post(f"{REVISIONS}/{first['revision']}/restore").json()["result"] == "unchanged"
    problem(member.post(f"{REVISIONS}/1/undo"), 422)
    problem(member.post(f"{REVISIONS}/9999/restore"), 404)


def test_the_difference_of_any_two_revisions_adds_up(member: TestClient) -> None:
    first = edit(member, added(member, "The one thing.")).json()
    second = edit(member, first["text"].replace("one thing", "other thing")).json()
    told = member.get(f"{WIKI}/diff?from={first['revision']}&to={second['revision']}").json()
    spans = [span for row in told["rows"] for span in row["spans"]]
    assert {"kind": "removed", "text": "one"} in spans and {"kind": "added", "text": "other"} in spans
    assert "".join(span["text"] for span in spans if span["kind"] != "removed") == second["text"]
    assert member.get(f"{WIKI}/diff").json() == told
    problem(member.get(f"{WIKI}/diff?from=1&to=9999"), 404)
    for wrong in ("from=0", "to=x", "from=99999999999999999999"):
        problem(member.get(f"{WIKI}/diff?{wrong}"), 422)


def test_blame_names_the_revision_of_each_paragraph(member: TestClient) -> None:
    made = edit(member, added(member, "The newest paragraph.")).json()
    told = member.get(f"{WIKI}/blame").json()
    assert "".join(one["text"] for one in told["paragraphs"]) == made["text"]
    assert told["paragraphs"][0]["revision"] == made["revision"] > told["paragraphs"][-1]["revision"]


def test_what_is_taken_back_leaves_everybody_their_paragraphs(member: TestClient, app: TestClient) -> None:
    edit(member, added(member, "A paragraph of alice."))
    before = member.get(f"{WIKI}/blame").json()["paragraphs"]
    vandal = somebody(app, next(NAMES))
    gone = edit(vandal, "All is gone.\n").json()["revision"]
    assert member.post(f"{REVISIONS}/{gone}/undo").status_code == 201
    assert member.get(f"{WIKI}/blame").json()["paragraphs"] == before


def test_the_history_is_read_slice_by_slice(member: TestClient) -> None:
    for number in range(3):
        edit(member, added(member, f"Slice {number}."))
    numbers: list[int] = []
    address = f"{REVISIONS}?limit=2"
    while address:
        told = member.get(address).json()
        numbers += [one["revision"] for one in told["revisions"]]
        address = f"{REVISIONS}?limit=2&before={told['next']}" if told["next"] else ""
    assert numbers == list(range(numbers[0], 0, -1))


def test_the_same_key_stores_once(member: TestClient, visitor: TestClient) -> None:
    for who, status in ((member, 201), (visitor, 202)):
        text = added(who, f"Sent twice: {status}.")
        base = who.get(WIKI).json()["revision"]
        first, second = (edit(who, text, base, key="a-key-of-16-letters") for _ in range(2))
        assert first.status_code == second.status_code == status
        assert first.headers["location"] == second.headers["location"]
        problem(edit(who, text + "more", base, key="a-key-of-16-letters"), 422)


def test_the_same_text_again_is_no_revision(member: TestClient) -> None:
    made = edit(member, added(member, "Once is enough.")).json()
    again = edit(member, made["text"], made["base"])
    assert (again.status_code, again.json()["result"]) == (200, "unchanged")
    assert again.json()["revision"] == made["revision"]


@pytest.mark.parametrize("text,status", [("x" * 20_001, 413), ("", 422), (" \n", 422), ("a\0b", 422), ("\ud800", 422)])
def test_a_text_that_can_be_no_page_is_told(member: TestClient, text: str, status: int) -> None:
    body = json.dumps({"base": 1, "text": text}).encode("ascii")
    problem(member.post(REVISIONS, content=body, headers={"Content-Type": "application/json"}), status)


def test_a_text_that_is_too_long_is_kept(member: TestClient) -> None:
    text = "word " * 4001
    refused = edit(member, text)
    assert "20,000" in problem(refused, 413) and "kept" in refused.json()["kept"]
    assert member.get(f"{WIKI}/draft").json()["text"] == text
    assert edit(member, "word " * 4000).status_code == 201
    assert member.post(f"{REVISIONS}/1/restore").json()["text"] == SEED


@pytest.mark.parametrize("body", [{}, {"base": 0, "text": "x"}, {"base": "x", "text": "x"}, {"base": 1}, [], None, "x"])
def test_a_change_that_makes_no_sense_is_told(member: TestClient, body: Any) -> None:
    problem(member.post(REVISIONS, json=body), 422)


def test_a_base_that_is_not_there_is_told(member: TestClient) -> None:
    assert "no revision" in problem(edit(member, "x", 9999), 422)


def test_a_draft_is_kept_with_its_version(member: TestClient) -> None:
    address, first = f"{WIKI}/draft", {"base": 1, "text": "a", "version": 0}
    assert member.get(address).json()["version"] == 0
    assert member.put(address, json=first).headers["x-draft-version"] == "1"
    assert member.put(address, json=first | {"text": "ab", "version": 1}).headers["x-draft-version"] == "2"
    refused = member.put(address, json=first | {"text": "b"})
    problem(refused, 409)
    assert refused.json()["answer"] == "ab"
    assert member.put(address, json=first | {"text": "x" * 20_001}).status_code == 413
    assert member.get(address).json()["text"] == "ab"


def test_changes_of_all_pages_are_listed(member: TestClient, visitor: TestClient) -> None:
    seen = visitor.get("/api/v1/changes?limit=1").json()["changes"]
    edit(member, added(member, "On one page."))
    edit(member, added(member, "On another.", AGAIN), at=AGAIN)
    since = seen[0]["id"] if seen else 0
    found = visitor.get(f"/api/v1/changes?since={since}").json()["changes"]
    assert [one["question"] for one in found] == ["again", "doubling"]
    assert visitor.get("/api/v1/changes?kind=seed").json()["changes"]
    problem(visitor.get("/api/v1/changes?kind=x"), 422)


def test_whatever_is_written_reads_back_as_it_was(editor: TestClient, shared: Path) -> None:
    attacks: list[str] = []
    for path in sorted((shared / "data/security/xss").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            attacks.append(case if isinstance(case, str) else case.get("payload", case.get("input")))
    everything = "\n".join(attacks).replace("\0", "")  # which is refused
    chunks = [everything[at : at + 19_900] for at in range(0, len(everything), 19_900)]
    for number, chunk in enumerate(chunks):
        text, summary = f"{number}\n{chunk}", attacks[number][:200].replace("\0", "")
        answer = edit(editor, text, summary=summary)
        assert answer.status_code == 201, answer.text
        told = editor.get(answer.headers["location"]).json()
        assert (told["text"], told["summary"]) == (text, summary)
    spans = [span for row in editor.get(f"{WIKI}/diff").json()["rows"] for span in row["spans"]]
    assert "".join(span["text"] for span in spans if span["kind"] != "removed") == text
    assert editor.post(f"{REVISIONS}/1/restore").status_code == 201


@pytest.mark.parametrize("way", ["", "/revisions", "/revisions/1", "/diff", "/blame", "/threads", "/suggestions"])
def test_a_page_that_is_not_there_is_told(visitor: TestClient, way: str) -> None:
    problem(visitor.get(f"/api/v1/wiki/nothing{way}"), 404)


def test_all_of_it_is_described(visitor: TestClient) -> None:
    paths = visitor.get("/openapi.json").json()["paths"]
    assert "/api/v1/wiki/{question_id}/revisions" in paths and "/api/v1/suggestions/{suggestion_id}/accept" in paths
