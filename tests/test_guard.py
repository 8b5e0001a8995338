"""What stands before every page: where a request may come from, how long it may be, and the headers of every answer."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from starlette.types import Message

from app.sandbox.pool import Pool
from app.web.guard import ADDRESS_BYTES, BODY_BYTES, _Capped
from tests.client import DRAFT, FORM, PAGE, RIGHT, WRITE, site

HERE = "http://testserver"
MAY = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": HERE},
    {"Sec-Fetch-Site": "same-origin", "Origin": HERE},
]
MAY_NOT = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "Same-Origin, cross-site"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "https://example.org"},
    {"Origin": "null"},
    {"Origin": "http://testserver:81"},
    {"Origin": HERE + ".example.org"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("guard"), pool) as made:
        yield made


@pytest.mark.parametrize("headers", MAY, ids=str)
def test_a_page_of_ours_and_a_program_may_write(client: TestClient, headers: dict[str, str]) -> None:
    assert client.put(DRAFT, json={"answer": "x"}, headers=headers).status_code == 204
    assert client.post(FORM, data={"answer": RIGHT}, headers=headers, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("headers", MAY_NOT, ids=str)
def test_another_site_may_not_write(client: TestClient, headers: dict[str, str]) -> None:
    for answer in (
        client.put(DRAFT, json={"answer": "x"}, headers=headers),
        client.post(FORM, data={"answer": RIGHT}, headers=headers, follow_redirects=False),
        client.post(WRITE, json={"answer": RIGHT}, headers=headers),
        client.delete(PAGE, headers=headers),
    ):
        assert answer.status_code == 403 and "set-cookie" not in answer.headers


def test_another_site_may_link_to_a_page_and_not_read_the_api(client: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.get(PAGE, headers=headers).status_code == 200
    assert client.get("/api/v1/questions", headers=headers).status_code == 403


GOT = ["/", PAGE, "/nowhere", "/api/v1/nothing", "/static/nothing", "/healthz", "/static/favicon.svg", "/openapi.json"]


@pytest.mark.parametrize("method, address", [*(("GET", address) for address in GOT), ("POST", "/"), ("HEAD", "/")])
def test_every_answer_carries_the_policy(client: TestClient, method: str, address: str) -> None:
    headers = client.request(method, address).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert headers["content-security-policy"].endswith("require-trusted-types-for 'script'; trusted-types 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    for name in ("referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy"):
        assert headers[name]


def test_a_fault_of_ours_is_a_page_with_the_policy_too(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site(tmp_path, pool) as client:
        monkeypatch.setattr("app.web.questions.neighbours", lambda *_: 1 / 0)
        other = TestClient(client.app, raise_server_exceptions=False)
        other.portal = client.portal
        answer = other.get(PAGE)
    assert answer.status_code == 500 and "Our fault" in answer.text and "ZeroDivision" not in answer.text
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("address", ["/", "/questions", PAGE, "/about/grading", "/healthz", "/static/favicon.svg"])
def test_whatever_answers_get_answers_head(client: TestClient, address: str) -> None:
    got, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


def test_head_of_what_only_takes_posts_is_refused(client: TestClient) -> None:
    assert client.head(FORM).status_code == 405


def test_a_body_that_says_it_is_too_long_is_refused(client: TestClient) -> None:
    answer = client.post(WRITE, content=b"{" + b" " * BODY_BYTES + b"}", headers={"Content-Type": "application/json"})
    assert answer.status_code == 413 and "256 KiB" in answer.json()["detail"]


def test_a_body_that_does_not_say_so_is_refused_too(client: TestClient) -> None:
    def body() -> Iterator[bytes]:
        yield b'{"answer": "'
        for _ in range(BODY_BYTES // 1000):
            yield b"x" * 1024
        yield b'"}'

    answer = client.post(WRITE, content=body(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_a_form_that_is_too_long_gets_a_page(client: TestClient) -> None:
    answer = client.post(FORM, data={"answer": "x" * BODY_BYTES}, follow_redirects=False)
    assert answer.status_code == 413 and "256 KiB" in answer.text and "<h1>" in answer.text


@pytest.mark.parametrize("length", ["-1", "abc", "1" * 30, "\N{SUPERSCRIPT TWO}", ""])
def test_a_length_that_is_none_does_no_harm(client: TestClient, length: str) -> None:
    headers = [(b"Content-Type", b"application/json"), (b"Content-Length", length.encode("latin-1"))]
    answer = client.put(DRAFT, content=b'{"answer": "x"}', headers=headers)
    assert answer.status_code in (204, 400, 413)


def test_an_address_that_is_too_long_is_refused(client: TestClient) -> None:
    assert client.get("/questions/" + "x" * ADDRESS_BYTES).status_code == 414
    assert client.get("/questions?" + "x" * ADDRESS_BYTES).status_code == 414


def test_a_body_that_is_announced_too_long_and_never_comes_is_refused_all_the_same() -> None:
    first: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> Message:
        return first.pop() if first else await asyncio.Future()

    async def read() -> None:
        await _Capped({"type": "http", "headers": [(b"content-length", b"999999999")]}, receive)()

    with ThreadPoolExecutor(1) as aside, pytest.raises(HTTPException, match="256 KiB"):
        aside.submit(lambda: asyncio.run(read())).result()  # a browser's test may have left a loop in this thread


@pytest.mark.parametrize("address", ["/attempts/%00", "/join/%00", "/api/v1/suggestions/%00"])
def test_no_address_holds_a_nul(client: TestClient, address: str) -> None:
    """A database may refuse to look for one, and that would be a 500."""
    answer = client.get(address)
    assert answer.status_code == 404 and "NUL" in answer.text
