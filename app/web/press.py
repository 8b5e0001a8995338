"""The press: what publishing needs besides the database. Threads of its own, since examining a page's code may take
seconds in which nothing else should wait; what is known of code that was examined before; and how often people come.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import TypeVar

from app.bank.bank import Bank
from app.bank.question import Question
from app.grading.examination import Examination
from app.grading.fences import examine
from app.sandbox.job import Busy, Job, Outcome
from app.sandbox.pool import Pool
from app.web.pace import Pace
from app.wiki.markup import python_blocks

THREADS = 8
WAITING = 200
KEPT = 256  # examinations
BY_PERSON = [(60, 60.0), (600, 3600.0)]
BY_ADDRESS = [(600, 60.0)]  # a class behind one address
OFTEN = "That was very often in a short time. Your text is kept: publish it in a while."
T = TypeVar("T")
Code = tuple[date, str, str, tuple[tuple[str, str], ...]]  # the day, the question, its version, the page's blocks


class Press:
    """`policy`: who may publish where a page says nothing of it: locked, members or everyone."""

    def __init__(self, bank: Bank, pool: Pool, warm: asyncio.Event, policy: str) -> None:
        self.policy = policy
        self.people = Pace(BY_PERSON, OFTEN)
        self.addresses = Pace(BY_ADDRESS, OFTEN)
        self._bank = bank
        self._pool = pool
        self._warm = warm
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="press")
        self._waiting = 0
        self._lock = threading.Lock()
        self._known: OrderedDict[Code, Future[Examination]] = OrderedDict()
        self._free = threading.Semaphore(max(1, pool.lanes - 1))

    async def do(self, work: Callable[..., T], *args: object) -> T:
        """Runs `work` in a thread, once it is known whether code can be run here. Raises Busy, and what it raises."""
        if self._waiting >= WAITING:
            raise Busy
        self._waiting += 1
        try:
            await self._warm.wait()
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._waiting -= 1

    def run(self, job: Job) -> Outcome:
        """In the jail, but of its lanes one is left to answers: a page may compute for ten seconds, and many may be
        sent. Raises Busy and Unavailable."""
        with self._free:
            return self._pool.run(job)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def examine(self, question: Question, text: str, today: date) -> Examination:
        """As app/grading/fences.py does, but code that has passed today is not run again, and the same code not twice
        at a time. Raises Busy and Unavailable."""
        blocks = python_blocks(text)
        if not blocks:
            return Examination()
        programs = tuple((block.info, block.code) for block in blocks)
        code = (today, question.id, self._bank.version(question.id), programs)
        with self._lock:
            known = self._known.get(code)
            mine = known is None
            if known is None:
                known = self._known[code] = Future()
                if len(self._known) > KEPT:
                    self._known.popitem(last=False)
            self._known.move_to_end(code)
        if mine:
            self._examine(question, text, code, known)
        found = known.result()
        if not mine and not found.passed:
            return examine(question, text, self.run)  # what it says of lines was said to somebody else
        lines = zip(found.blocks, blocks, strict=True)
        return Examination(blocks=tuple(result.model_copy(update={"line": block.line}) for result, block in lines))

    def _examine(self, question: Question, text: str, code: Code, known: Future[Examination]) -> None:
        passed = False
        try:
            found = examine(question, text, self.run)
            passed = found.passed
            known.set_result(found)
        except BaseException as error:
            known.set_exception(error)
        finally:
            if not passed:  # the next one may have better luck, and needs the right lines
                with self._lock:
                    self._known.pop(code, None)
