"""The quick way of handing in answers exactly as FastAPI's own way does."""

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from tests.client import EXPLAIN, WRITE, site

PLAIN = "application/json"
CAREFUL = "application/json; charset=utf-8"  # as good, and not what the quick way looks for
ANSWER = b'{"answer": "It doubles each number."}'
BODIES = [
    ANSWER,
    b'{"answer": "It doubles.", "answer": "It doubles each number."}',
    b'{"answer": "It doubles.", "certainty": 2, "more": [1]}',
    b'{"answer": "\\ud800"}',
    b'{"answer": "It doubles.", "certainty": 4}',
    b'{"answer": "It doubles.", "certainty": "2"}',
    b'{"answer": null}',
    b'{"answer": 1e999}',
    b'{"answer": NaN}',
    b'{"answer": ' + b"9" * 5000 + b"}",
    b'{"answer": ' + b"[" * 100_000 + b"}",
    b'{"answer": "\xff"}',
    b"\xef\xbb\xbf" + ANSWER,
    ANSWER.decode().encode("utf-16"),
    b'{"answer": "' + b"x" * 70_000 + b'"}',
    b'{"answer": "' + b"x" * 300_000 + b'"}',
    b"{}",
    b"[]",
    b"null",
    b"{",
    b"",
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("quick"), pool) as made:
        yield made


def told(client: TestClient, body: bytes, **headers: str) -> tuple[int, object]:
    answer = client.post(EXPLAIN, content=body, headers=headers)
    found = answer.json()
    found.pop("attempt", None)
    (found.get("verdict") or {}).pop("timing_ms", None)
    return answer.status_code, found


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40].decode("latin-1"))
def test_both_ways_say_the_same(client: TestClient, body: bytes) -> None:
    assert told(client, body, **{"Content-Type": PLAIN}) == told(client, body, **{"Content-Type": CAREFUL})


@pytest.mark.parametrize("key", ["once", "", "\xe9", "x" * 201])
def test_both_ways_understand_a_key(client: TestClient, key: str) -> None:
    raw = key.encode("latin-1")
    given = [
        client.post(EXPLAIN, content=ANSWER, headers=[(b"Content-Type", kind.encode()), (b"Idempotency-Key", raw)])
        for kind in (PLAIN, CAREFUL, PLAIN)
    ]
    assert len({one.status_code for one in given}) == 1
    assert len({one.headers.get("location") for one in given}) == 1  # one attempt, or none


def test_another_kind_of_content_is_refused(client: TestClient) -> None:
    assert told(client, ANSWER, **{"Content-Type": "text/plain"})[0] == 422


def test_both_ways_are_one_route_to_whoever_reads_about_it(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]
    route = described["/api/v1/questions/{question_id}/parts/{part_id}/attempts"]["post"]
    assert {one["name"] for one in route["parameters"]} == {"question_id", "part_id", "Idempotency-Key"}
    assert "AnswerIn" in json.dumps(route["requestBody"]) and set(route["responses"]) >= {"201", "202", "413", "422"}


@pytest.mark.parametrize("address", [WRITE.replace("doubling", "nothing"), WRITE.replace("/write/", "/nothing/")])
def test_what_is_not_there_is_told(client: TestClient, address: str) -> None:
    assert client.post(address, json={"answer": "x"}).status_code == 404
