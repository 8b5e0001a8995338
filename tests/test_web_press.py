"""The press: code that has passed is not run again that day, and nobody comes too often."""

import asyncio
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.bank.bank import Bank
from app.sandbox.job import Job, Outcome
from app.sandbox.pool import Pool
from app.web.pace import Pace, TooOften
from app.web.press import Press
from tests.client import bank_folder

TODAY, TOMORROW = date(2026, 11, 26), date(2026, 11, 27)
TEXT = "Like this:\n\n```python\nx = 1\n```\n"


class Counting:
    """A real jail, and how often it was asked."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.lanes = pool.lanes
        self.jobs = 0

    def run(self, job: Job) -> Outcome:
        self.jobs += 1
        return self.pool.run(job)


@pytest.fixture
def jail(pool: Pool) -> Counting:
    return Counting(pool)


@pytest.fixture
def press(tmp_path: Path, jail: Any) -> Press:
    return Press(Bank(bank_folder(tmp_path)), jail, asyncio.Event(), "members")


def test_code_that_has_passed_is_not_run_again_that_day(press: Press, jail: Counting) -> None:
    question = press._bank.questions[0]
    first = press.examine(question, TEXT, TODAY)
    again = press.examine(question, "More above.\n\n" + TEXT, TODAY)
    assert first.passed and again.passed and jail.jobs == 1
    assert [block.line for block in first.blocks] == [4] and [block.line for block in again.blocks] == [6]
    press.examine(question, TEXT, TOMORROW)
    assert jail.jobs == 2


def test_the_same_code_of_many_at_once_is_run_once(press: Press, jail: Counting) -> None:
    question = press._bank.questions[0]
    threads = [threading.Thread(target=press.examine, args=(question, TEXT, TODAY)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jail.jobs == 1


def test_code_that_failed_is_run_again_and_its_lines_are_right(press: Press, jail: Counting) -> None:
    question = press._bank.questions[0]
    broken = TEXT.replace("x = 1", "x = y")
    for above in ("", "More.\n\n"):
        found = press.examine(question, above + broken, TODAY).failed
        assert found is not None and found.fault is not None
        assert found.fault.line == found.line == 4 + above.count("\n")
    assert jail.jobs == 2


def test_a_page_without_code_needs_no_jail(press: Press, jail: Counting) -> None:
    assert press.examine(press._bank.questions[0], "Only words.", TODAY).passed and jail.jobs == 0


def test_somebody_may_come_so_often_within_a_window_that_slides() -> None:
    now = 0.0
    pace = Pace([(2, 10.0), (3, 100.0)], "slower", lambda: now)
    pace.step("alice")
    now = 4.0
    pace.step("alice")
    pace.step("bob")
    now = 9.0
    with pytest.raises(TooOften) as refused:
        pace.step("alice")
    assert refused.value.retry_after == 1 and str(refused.value) == "slower"
    now = 10.0
    pace.step("alice")
    now = 50.0
    with pytest.raises(TooOften) as refused:
        pace.step("alice")
    assert refused.value.retry_after == 50
    now = 100.0
    pace.step("alice")


def test_who_has_not_come_for_long_is_forgotten() -> None:
    now = 0.0
    pace = Pace([(1, 10.0)], "slower", lambda: now)
    for number in range(10_001):
        pace.step(f"{number}")
    now = 20.0
    pace.step("one more")
    assert len(pace._times) == 1


def test_pages_leave_a_lane_to_answers(tmp_path: Path, pool: Pool) -> None:
    assert pool.lanes == 2
    press, seen = Press(Bank(bank_folder(tmp_path)), pool, asyncio.Event(), "members"), list[int]()
    question = press._bank.questions[0]
    pages = [f"```python\nfor x in range(2_000_000): {number}\n```\n" for number in range(6)]
    threads = [threading.Thread(target=press.examine, args=(question, page, TODAY)) for page in pages]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen.append(pool.running)
        time.sleep(0.002)
    assert max(seen) == 1
