"""Fifty people edit one page at once, through the real app: every save ends saved, merged or as a conflict to finish,
and every sentence is read back."""

import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.wiki.merge import END, THEIRS, YOURS
from tests.client import browser, site
from tests.wiki_parts import REVISIONS, WIKI, edit

PEOPLE = 50
MARKS = re.compile("|".join(re.escape(mark) + "\n" for mark in (YOURS, THEIRS, END)))
PARAGRAPHS = [f"Paragraph {number} begins. It goes on. It ends." for number in range(12)]
CODE = "```python\nassert [2 * x for x in [1, 2]] == [2, 4]\n```"


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("together"), pool, wiki="everyone") as made:
        yield made


def work(app: TestClient, person: int, base: dict[str, Any], ends: list[str], start: threading.Barrier) -> None:
    """Adds a sentence at a place of chance; finishes conflicts as a person would, until it is in. Sends each request
    twice, as a browser does whose connection broke."""
    client, chance = browser(app), random.Random(person)
    sentence = f"Sentence of person {person}."
    place = chance.choice(["begins.", "goes on.", "ends."])
    paragraph = chance.choice(PARAGRAPHS)
    text = base["text"].replace(paragraph, paragraph.replace(place, f"{place} {sentence}"), 1)
    number = base["revision"]
    start.wait()
    for turn in range(PEOPLE):
        answers = [edit(client, text, number, key=f"person-{person}-turn-{turn}-of-many") for _ in range(2)]
        told = answers[1].json()  # what a browser shows; a conflict is not remembered, and may be none the second time
        if answers[1].status_code == 409:
            assert answers[0].status_code == 409
            ends.append("conflict")
            assert sentence in told["yours"] and sentence in told["merged"]
            if answers[1].status_code == 201:  # sent again it met a newer text, and fitted
                ends.append(answers[1].json()["result"])
                return
            text, number = MARKS.sub("", told["merged"]), told["head"]  # both texts are kept
            continue
        assert answers[1].status_code == 201 and answers[0].status_code in (201, 409), answers[1].text
        assert answers[0].status_code == 409 or answers[0].headers["location"] == answers[1].headers["location"]
        ends.append(told["result"])
        return
    ends.append("gave up")


def test_fifty_editors_at_once_lose_nothing(app: TestClient) -> None:
    text = "\n\n".join([*PARAGRAPHS[:6], CODE, *PARAGRAPHS[6:]]) + "\n"
    base = edit(browser(app), text).json()
    ends: list[str] = []
    start = threading.Barrier(PEOPLE)
    threads = [threading.Thread(target=work, args=(app, n, base, ends, start)) for n in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = Counter(ends)
    assert set(told) <= {"saved", "merged", "conflict"} and told["saved"] + told["merged"] == PEOPLE, told
    assert told["merged"] and told["conflict"]  # both ways were tried
    reader = browser(app)
    page = reader.get(WIKI).json()
    for person in range(PEOPLE):
        assert f"Sentence of person {person}." in page["text"], person
    assert page["revision"] == 2 + PEOPLE  # the file's, the first one here, and one each: nothing was stored twice
    numbers = [one["revision"] for one in reader.get(f"{REVISIONS}?limit=200").json()["revisions"]]
    assert numbers == list(range(page["revision"], 0, -1))
