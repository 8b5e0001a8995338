"""Thousands of documents that are no questions: each is refused with a line, and none is taken or crashes anything."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from app.bank.fault import FileFault
from app.bank.load import read_source
from tests.question_text import QUESTION

FILE = Path("q.yaml")
SPLINTERS = [
    *(b"!", b"&a ", b"*a ", b"\t", b"\r", b"\0", b"\xff", b": ", b"- ", b"[", b"]", b"{", b"}", b"'", b'"', b"|", b">"),
    *(b"%", b"---\n", b"...\n", b"\n", b"  ", b"? ", b"#", b"<<: ", b"1", b"!!python/x ", b"`", b"@", b"\\ud800"),
]


def refused(data: bytes) -> None:
    found = read_source(FILE, data)
    assert isinstance(found, list) and found
    check_places(found, data)


def check_places(found: list[FileFault], data: bytes) -> None:
    last = data.count(b"\n") + data.count(b"\r") + 1
    for fault in found:
        assert 1 <= fault.line <= last and fault.column >= 1 and fault.message


def load(path: Path) -> list[Any]:
    cases: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    return cases


def test_no_document_of_the_yaml_suite_is_a_question(shared: Path) -> None:
    for case in load(shared / "data/security/yaml/yaml_test_suite.json"):
        refused(case["yaml"].encode())


def test_no_broken_document_of_another_parsers_tests_is_a_question(shared: Path) -> None:
    for case in load(shared / "data/security/yaml/pyyaml_errors.json"):
        refused(bytes.fromhex(case["hex"]))


def test_documents_that_would_run_python_are_refused_for_their_tags(shared: Path) -> None:
    for text in load(shared / "data/security/yaml/python_tag_blocks.json"):
        found = read_source(FILE, text.encode())
        assert isinstance(found, list) and any("tags" in fault.message for fault in found)


def test_no_document_of_the_json_suite_is_a_question(shared: Path) -> None:
    for case in load(shared / "data/security/json/json_test_suite.json"):
        refused(bytes.fromhex(case["hex"]))


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_question_is_read_or_refused_and_nothing_else(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(150):
        data = bytearray(QUESTION.encode())
        for _ in range(rng.randrange(1, 4)):
            start = rng.randrange(len(data))
            data[start : start + rng.randrange(20)] = rng.choice([*SPLINTERS, data[:: rng.randrange(1, 50)]])
        found = read_source(FILE, bytes(data))
        if isinstance(found, list):
            check_places(found, bytes(data))
