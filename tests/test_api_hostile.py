"""Hostile and awkward input at every field: always a 2xx, 3xx or 4xx, stored text equal, and right answers still pass.

The client raises whatever would be a 500. The collections are real ones, read from ../shared when it is there.
"""

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from tests.client import DRAFT, EXPLAIN, FORM, RIGHT, WRITE, site

JSON = {"Content-Type": "application/json"}
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
SELF_GRADE = "/api/v1/attempts/" + "0" * 32 + "/self-grade"
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"answer":' * 20_000,
    "deep and closed": b'{"answer":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "NaN": b'{"answer": NaN}',
    "infinity": b'{"answer": -Infinity, "base": Infinity, "points": {"doubled": NaN}}',
    "a huge number": b'{"answer": 1' + b"0" * 5000 + b', "base": 1e999}',
    "a huge base": b'{"answer": "x", "base": 99999999999999999999999999}',
    "half a character": rb'{"answer": "\ud800", "points": {"\udfff": true}}',
    "a surrogate key": rb'{"\ud800": 1}',
    "NUL": rb'{"answer": "a\u0000b", "points": {"\u0000": true}}',
    "no UTF-8": b'{"answer": "\xff\xfe"}',
    "UTF-16": '{"answer": "x"}'.encode("utf-16"),
    "a BOM": b'\xef\xbb\xbf{"answer": "x"}',
    "a list": b'["answer"]',
    "null": b"null",
    "a string": b'"answer"',
    "twice": b'{"answer": "x", "answer": 1}',
    "more than asked": b'{"answer": "x", "learner": "somebody", "passed": true, "__proto__": {}}',
    "many keys": json.dumps({"points": {str(number): True for number in range(9_000)}}).encode(),
}
KINDS = [
    "application/json", "application/json; charset=utf-7", "text/plain", "application/x-www-form-urlencoded", "",
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "a/b/c;;=", "json",
    "application/problem+json", "multipart/form-data; boundary=" + "x" * 300,
]  # fmt: skip
FORMS = [
    b"", b"=", b"&&&&", b"answer", b"answer=%", b"answer=%zz", b"answer=%ff%fe", b"answer=%00", b"answer=%ud800",
    b"answer=\xff\xfe", b"answer=%ED%A0%80", b"answer=a&answer=b", b"answer[]=a", b"&".join([b"a=b"] * 5000),
    b"answer=x;key=y", b"answer=x&key=%00", b"answer=x&key=" + b"k" * 5000, b"point=doubled&point=doubled&answer=+",
]  # fmt: skip
MULTIPART = [
    b"", b"--x", b"--x--", b"--x\r\n\r\nabc",
    b"--x\r\nContent-Disposition: form-data; name=answer\r\n\r\nx\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="answer"; filename="a.py"\r\n\r\nx\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="answer"\r\nContent-Type: text/plain; charset=no\r\n\r\n\xff\r\n--x',
    b"--x\r\nContent-Disposition: \xff\xff\r\n\r\n\r\n--x--", b"--x\r\n" + b"A: b\r\n" * 2000 + b"\r\n--x--",
]  # fmt: skip
PATHS = [
    "%00",
    "%ff",
    "%",
    "%zz",
    "..",
    "%2e%2e%2f",
    "a%0d%0ab",
    "9" * 1000,
    "-1",
    "'",
    "doubling%20",
    "DOUBLING",
    "%ed%a0%80",
]
COOKIES = [
    "learner=",
    "learner=.",
    "learner=\xff",
    "learner=a" * 200,
    ";;;",
    "=",
    "learner",
    'learner="x',
    "learner=\x7f",
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("hostile"), pool) as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def still_well(client: TestClient) -> Iterator[None]:
    yield
    assert client.post(WRITE, json={"answer": RIGHT}).json()["verdict"]["passed"]


def collection(shared: Path, name: str) -> list[Any]:
    path = shared / "data" / "security" / name
    if not path.is_file():
        pytest.skip(f"../shared/data/security/{name} is not here")
    found: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("method, address", [("POST", WRITE), ("POST", EXPLAIN), ("PUT", DRAFT), ("PUT", SELF_GRADE)])
def test_no_body_does_harm(client: TestClient, method: str, address: str, body: bytes) -> None:
    answer = client.request(method, address, content=body, headers=JSON)
    assert answer.status_code < 500
    assert answer.status_code < 300 or answer.json()["detail"]
    assert len(answer.content) < 3000  # nothing that was sent is repeated


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method, address", [("POST", WRITE), ("POST", FORM), ("PUT", DRAFT)])
def test_no_content_type_does_harm(client: TestClient, method: str, address: str, kind: str) -> None:
    for body in (b'{"answer": "x"}', b"answer=x", b"--x\r\n"):
        assert client.request(method, address, content=body, headers={"Content-Type": kind}).status_code < 500


@pytest.mark.parametrize("body", FORMS, ids=range(len(FORMS)))
def test_no_form_does_harm(client: TestClient, body: bytes) -> None:
    assert client.post(FORM, content=body, headers=URLENCODED, follow_redirects=False).status_code < 500
    made = client.post(EXPLAIN, json={"answer": "Each is doubled."}).json()["attempt"]
    address = f"/attempts/{made}/self-grade"
    assert client.post(address, content=body, headers=URLENCODED, follow_redirects=False).status_code < 500


@pytest.mark.parametrize("body", MULTIPART, ids=range(len(MULTIPART)))
def test_no_multipart_form_does_harm(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post(FORM, content=body, headers=headers, follow_redirects=False).status_code < 500


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "address",
    [
        "/{}", "/questions/{}", "/attempts/{}", "/questions/doubling?hints={}", "/static/{}", "/api/v1/questions/{}",
        "/api/v1/attempts/{}", "/questions/doubling/parts/{}", "/api/v1/questions/doubling/parts/{}/draft",
    ],
)  # fmt: skip
def test_no_address_does_harm(client: TestClient, address: str, path: str) -> None:
    assert client.get(address.format(path)).status_code < 500


@pytest.mark.parametrize("cookie", COOKIES)
def test_no_cookie_does_harm(client: TestClient, cookie: str) -> None:
    headers = [(b"Cookie", cookie.encode("latin-1"))]
    for address in ("/", "/questions/doubling", "/api/v1/questions"):
        assert client.get(address, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "name", ["Accept", "X-Fragment", "Idempotency-Key", "Host", "Origin", "Accept-Encoding", "Range"]
)
def test_no_header_does_harm(client: TestClient, name: str) -> None:
    for value in (b"", b"\xff\xfe", b"x" * 5000, b"*/*;q=nan, ,;", b"bytes=9-1,-0", b"[::1", b"a@b:99999"):
        headers = [(name.encode(), value)]
        assert client.get("/questions/doubling", headers=headers).status_code < 500
        assert client.get("/static/favicon.svg", headers=headers).status_code < 500
        assert client.post(EXPLAIN, json={"answer": "x"}, headers=headers).status_code < 500


@pytest.mark.no_cover
def test_naughty_strings_are_stored_and_shown_as_they_are(client: TestClient, shared: Path) -> None:
    for text in collection(shared, "strings/blns.json"):
        assert client.put(DRAFT, json={"answer": text}).status_code == 204
        assert client.get(DRAFT).json()["answer"] == text
        if text.strip():
            made = client.post(EXPLAIN, json={"answer": text})
            sent = text.replace("\r\n", "\n")
            assert sent in unescape(client.get(f"/attempts/{made.json()['attempt']}").text).replace("\r\n", "\n")


@pytest.mark.no_cover
@pytest.mark.parametrize("name", ["sqli", "ssti", "path_traversal", "open_redirect", "cmd_injection"])
def test_no_string_of_the_collections_does_harm(client: TestClient, shared: Path, name: str) -> None:
    strings = collection(shared, f"strings/{name}.json")
    for text in strings[:: max(1, len(strings) // 200)]:
        assert client.put(DRAFT, json={"answer": text}).status_code in (204, 422)
        assert client.post(FORM, data={"answer": "", "key": text}, follow_redirects=False).status_code == 422
        assert client.get("/questions/doubling", params={"hints": text, "next": text}).status_code in (200, 414)
        for address in (f"/questions/{quote(text[:400], safe='')}", f"/{quote(text[:400])}"):
            answer = client.get(f"http://testserver{address}", follow_redirects=False)
            assert answer.status_code < 500 and "location" not in answer.headers


@pytest.mark.no_cover
def test_no_document_of_the_json_collection_does_harm(client: TestClient, shared: Path) -> None:
    for case in collection(shared, "json/json_test_suite.json"):
        raw = bytes.fromhex(case["hex"])
        for body in (raw, b'{"answer": "x", "points": ' + raw + b"}"):
            for method, address in (("POST", WRITE), ("PUT", DRAFT), ("PUT", SELF_GRADE)):
                status = client.request(method, address, content=body, headers=JSON).status_code
                assert status < 500, case["name"]
                if case["name"].startswith("n_") and body is raw:
                    assert status >= 400, case["name"]
