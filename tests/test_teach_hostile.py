"""Documents that are no questions, bombs and damaged bodies at the editor: a sentence with a line, and never a 5xx."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.checking import check_paths
from app.sandbox.pool import Pool
from tests.authors import EDIT, Editor, faults, signed_in
from tests.client import site
from tests.question_text import QUESTION

SLUG = "~0123456789ab"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "a bomb": BOMB,
    "depth": "[" * 5000,
    "depth by indent": "".join(f"{' ' * at}a:\n" for at in range(400)),
    "many values": "x: [" + "1, " * 30_000 + "1]",
    "a tag": QUESTION.replace("number: 7", "number: !!python/object/apply:os.system [ls]"),
    "a merge key": QUESTION + "<<: {a: b}\n",
    "two documents": QUESTION + "---\nid: other\n",
    "a huge number": QUESTION.replace("number: 7", f"number: {'9' * 5000}"),
    "html": "<script>alert(1)</script>: <b>\n",
    "a formula": QUESTION.replace("How does one double a list?", "$" + "{" * 500 + "$"),
    "nothing": " \n",
    "marks": "<<<<<<< your text\nid: a\n=======\nid: b\n>>>>>>> end of the conflict\n",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("hostile"), pool) as made:
        yield made


@pytest.fixture(scope="module")
def ada(app: TestClient) -> TestClient:
    return signed_in(app, "Ada")


def documents(shared: Path) -> list[bytes]:
    """Every document of the collections."""
    folder = shared / "data/security/yaml"
    suite = [case["yaml"].encode() for case in json.loads((folder / "yaml_test_suite.json").read_text("utf-8"))]
    errors = [bytes.fromhex(case["hex"]) for case in json.loads((folder / "pyyaml_errors.json").read_text("utf-8"))]
    tags = [text.encode() for text in json.loads((folder / "python_tag_blocks.json").read_text("utf-8"))]
    return suite + errors + tags


def test_every_hostile_document_is_previewed_as_faults_with_lines(ada: TestClient, shared: Path) -> None:
    for data in documents(shared):
        text = data.decode("utf-8", "replace")
        answer = ada.post(f"{EDIT}/preview", data={"text": text, "slug": SLUG, "chapter": "lists"})
        assert answer.status_code == 200 and faults(answer.text), text


def test_every_hostile_document_that_is_uploaded_is_a_draft_with_faults_or_refused(
    ada: TestClient, shared: Path
) -> None:
    for at, data in enumerate(documents(shared)[::4]):
        form = {"slug": f"~{at:012x}", "chapter": "lists"}
        answer = ada.post(f"{EDIT}/new", data=form, files={"file": ("q.yaml", data)}, follow_redirects=False)
        if answer.status_code == 303:
            assert faults(ada.get(answer.headers["location"]).text), data
        else:
            assert answer.status_code == 422 and re.search(r"\b1?\d*:?\d+\b|line|Choose", answer.text, re.I), data


def test_check_tells_a_line_of_every_hostile_document(
    tmp_path: Path, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = []
    for at, data in enumerate(documents(shared)):
        files.append(tmp_path / f"{at:03}-doc.yaml")
        files[-1].write_bytes(data)
    assert check_paths(files, 1, json_wanted=False) == 1
    told = capsys.readouterr().out
    assert {int(name) for name in re.findall(r"(\d{3})-doc\.yaml:\d+:\d+: .", told)} == set(range(len(files)))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_gets_faults_and_nothing_breaks(ada: TestClient, name: str) -> None:
    text = HOSTILE[name]
    for button in ("look", "prove", "publish"):
        editor = Editor(ada, f"{EDIT}/new?kind=choice&chapter=lists")
        answer = editor.send(button, text)
        assert answer.status_code in (200, 303, 422), answer.status_code
        page = ada.get(editor.at).text
        assert name in ("nothing", "a formula") or faults(page)
        assert "<script>alert" not in page


@pytest.mark.parametrize("button", ["look", "prove", "publish", "take"])
@pytest.mark.parametrize("text,code", [(QUESTION + "# x\0", 422), ("# x\n" * 35_000, 413)], ids=["NUL", "long"])
def test_what_is_not_kept_is_refused_and_given_back(ada: TestClient, button: str, text: str, code: int) -> None:
    editor = Editor(ada, f"{EDIT}/new?kind=choice&chapter=lists")
    form = editor.form | {"text": text, "offer": '[["id"], "x", null]'}
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ada.post(f"{editor.at}/{button}", content=multipart(form), headers=headers)
    assert "# x" in answer.text and (answer.status_code == code or button == "take")


def multipart(form: dict[str, str]) -> bytes:
    head = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = (head.format(name, value) for name, value in form.items())
    return "".join([*parts, "--x--\r\n"]).encode()


def test_a_file_of_5_mb_is_too_much(ada: TestClient) -> None:
    form, big = {"slug": SLUG, "chapter": "lists"}, b"x" * 5_000_000
    assert ada.post(f"{EDIT}/new", data=form, files={"file": ("q.yaml", big)}).status_code == 413
    assert ada.post(f"{EDIT}/doubling/look", data={"text": "x" * 5_000_000}).status_code == 413


def test_a_file_that_is_no_text_is_refused_with_the_place(ada: TestClient) -> None:
    files = {"file": ("q.yaml", b"id: a\ntitle: \xff\xfe\n")}
    answer = ada.post(f"{EDIT}/new", data={"slug": SLUG, "chapter": "lists"}, files=files)
    assert answer.status_code == 422 and "2:8: this is not UTF-8" in answer.text


@pytest.mark.parametrize(
    "body",
    [b"", b"--x", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--", b"\xff\xfe" * 200, b"--x\r\n\r\n--x--\r\n"],
)
@pytest.mark.parametrize("address", ["new", "preview", "doubling/look", "doubling/publish", "doubling/take"])
def test_a_damaged_body_is_refused(ada: TestClient, body: bytes, address: str) -> None:
    forms = ("multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded", "text/x")
    for kind in forms:
        answer = ada.post(f"{EDIT}/{address}", content=body, headers={"Content-Type": kind})
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("choice", ["", "both", "FILE"])
def test_only_a_known_decision_is_taken(ada: TestClient, choice: str) -> None:
    assert ada.post(f"{EDIT}/doubling/decide", data={"choice": choice}).status_code == 422


def test_nothing_is_decided_where_nothing_is_written(ada: TestClient) -> None:
    assert ada.post(f"{EDIT}/doubling/decide", data={"choice": "file"}).status_code == 404
