"""The grading desk: takes answers in, has them graded, and stores each with its verdict in one commit.

Theory of operation
    `hand_in` starts a task and waits 2 s for it. In a thread the task grades the answer and stores it. If that takes
    longer, the answer is stored `pending` meanwhile, so a crash cannot lose what was acknowledged; the thread then
    settles the row. `sweep` takes up rows that nobody works at: after a restart, or when a verdict could not be saved.
    The jail warms up beside all this: code waits for it, and is refused (Unavailable) where there is none.
    At most `WAITING` answers wait; one more is told to come back (Busy).
"""

import asyncio
import contextlib
import secrets
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import structlog

from app.bank.bank import Bank
from app.bank.question import Part, Question
from app.grading.exams import Exams
from app.grading.grade import KINDS, grade
from app.grading.kinds import BadAnswer
from app.grading.signature import signature
from app.grading.verdict import Verdict
from app.sandbox.job import Busy, Ending, Unavailable
from app.sandbox.pool import Pool
from app.store import advice, attempts
from app.store.attempts import Attempt, Keyed, KeyTaken
from app.store.db import Database
from app.web.forms import VALUES, begun
from app.web.metrics import Metrics
from app.web.problems import KeyReused

PATIENCE_S = 2.0
GRACE_S = 3.0
WAITING = 200
SWEPT = 200  # rows taken up at a time
log = structlog.get_logger()


@dataclass(frozen=True)
class Handed:
    """An answer that is stored, and the status that says whether it is graded (201) or waits (202)."""

    attempt: Attempt
    status: int


@dataclass(frozen=True)
class Work:
    attempt: Attempt
    task: asyncio.Future[Handed]


@dataclass(frozen=True)
class Graded:
    """What metrics and the log are told of one grade."""

    verdict: Verdict
    seconds: float


class Desk:
    def __init__(self, database: Database, bank: Bank, pool: Pool, metrics: Metrics) -> None:
        self.pool = pool
        self.warm = asyncio.Event()  # the jail is ready, or it is known that it never will be
        self._database = database
        self._bank = bank
        self._metrics = metrics
        self._exams = Exams(pool.run)
        # More threads than lanes, so that one answer is stored while the next is graded.
        self._threads = ThreadPoolExecutor(pool.lanes + 2, thread_name_prefix="desk")
        self._at_work: dict[str, Work] = {}
        self._by_key: dict[tuple[str, Keyed], Work] = {}
        self._untold: deque[Graded] = deque()
        self._closing = False
        metrics.watch("selfgrad_queue_depth", "Answers that wait for a lane", lambda: self.waiting)
        metrics.watch("selfgrad_lanes_busy", "Lanes that grade", lambda: pool.running)
        metrics.watch("selfgrad_lanes", "Lanes", lambda: pool.lanes)

    @property
    def waiting(self) -> int:
        return max(0, len(self._at_work) - self.pool.running)

    async def hand_in(self, attempt: Attempt, question: Question, part: Part, keyed: Keyed | None) -> Handed:
        """Raises Busy, Unavailable, CannotSave and KeyReused; then the answer is not stored."""
        work = self._by_key.get((attempt.learner, keyed)) if keyed else None
        if work is None:
            if self._closing or len(self._at_work) >= self.pool.lanes + WAITING:
                raise Busy
            if KINDS[part.kind].runs and self.warm.is_set() and not self.pool.level().ready:
                raise Unavailable(self.pool.level().says)
            work = self._start(attempt, question, part, keyed)
        await asyncio.wait({work.task}, timeout=PATIENCE_S)
        if work.task.done():
            return work.task.result()
        return await asyncio.to_thread(self._store, work.attempt, keyed)

    async def sweep(self) -> None:
        """Take up what nobody works at."""
        rows = await asyncio.to_thread(self._unfinished)
        for attempt in rows:
            question = self._bank.get(attempt.question)
            part = question.part(attempt.part) if question else None
            if attempt.id in self._at_work or self._closing:
                continue
            if question is None or part is None or part.kind != attempt.kind:
                gone = _internal(attempt, "This question is no longer here, so the answer was not graded.")
                await asyncio.to_thread(self._store, attempt.settled(gone), None)
            elif not KINDS[part.kind].runs or self.pool.level().ready:
                self._start(attempt, question, part, None)

    async def close(self) -> None:
        """What is put aside and not begun stays in the database for the next start; what is begun gets 3 s."""
        self._closing = True
        for work in list(self._at_work.values()):
            work.task.cancel()  # a thread that is at it goes on, and stores what it finds
        self._threads.shutdown(wait=False, cancel_futures=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(self._threads.shutdown), GRACE_S)
        self._tell()

    def _start(self, attempt: Attempt, question: Question, part: Part, keyed: Keyed | None) -> Work:
        waits = KINDS[part.kind].runs and not self.warm.is_set()
        task = (
            asyncio.create_task(self._when_warm(attempt, question, part, keyed))
            if waits
            else self._begin(attempt, question, part, keyed)
        )
        work = Work(attempt, task)
        self._at_work[attempt.id] = work
        if keyed is not None:
            self._by_key[attempt.learner, keyed] = work

        def ended(task: asyncio.Future[Handed]) -> None:
            del self._at_work[attempt.id]
            if keyed is not None:
                del self._by_key[attempt.learner, keyed]
            if not task.cancelled() and (error := task.exception()) is not None:
                log.warning("not graded", attempt=attempt.id, why=type(error).__name__, says=str(error))
            loop.call_soon(loop.call_soon, self._tell)  # two turns on, when the response is on its way

        loop = asyncio.get_running_loop()
        task.add_done_callback(ended)
        return work

    async def _when_warm(self, attempt: Attempt, question: Question, part: Part, keyed: Keyed | None) -> Handed:
        await self.warm.wait()
        return await self._begin(attempt, question, part, keyed)

    def _begin(
        self, attempt: Attempt, question: Question, part: Part, keyed: Keyed | None
    ) -> asyncio.Future[Handed]:  # fmt: skip
        asked = time.perf_counter()
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, self._work, attempt, question, part, keyed, asked)

    def _work(self, attempt: Attempt, question: Question, part: Part, keyed: Keyed | None, asked: float) -> Handed:
        """In a thread: look whether it was done before, grade, store."""
        if keyed is not None and (before := self._answered(attempt.learner, keyed)) is not None:
            return before
        queued = (time.perf_counter() - asked) * 1000
        verdict = self._verdict(attempt, question, part)
        if verdict.ending is Ending.INTERNAL and self._closing:
            raise Busy  # the jail is being closed under it
        timing = verdict.timing_ms.model_copy(update={"queue": round(verdict.timing_ms.queue + queued, 3)})
        verdict = verdict.model_copy(update={"timing_ms": timing})
        self._untold.append(Graded(verdict, time.perf_counter() - asked))
        tried, mistake = honest(part, attempt.answer, verdict), signature(part, attempt.answer, verdict)
        return self._store(attempt.settled(verdict, honest=tried, signature=mistake), keyed)

    def _tell(self) -> None:
        """Metrics and the log, which no visitor waits for."""
        while self._untold:
            graded = self._untold.popleft()
            self._metrics.graded(graded.verdict, graded.seconds)
            at, ending = f"{graded.verdict.question}/{graded.verdict.part}", graded.verdict.ending.value
            log.info("graded", at=at, ending=ending, ms=round(graded.seconds * 1000, 1))

    def _verdict(self, attempt: Attempt, question: Question, part: Part) -> Verdict:
        try:
            seed = secrets.randbelow(2**31)
            return grade(question, part, attempt.answer, self.pool.run, seed=seed, exams=self._exams)
        except (Busy, Unavailable):
            raise
        except Exception:  # a fault of ours must end in a verdict that says so, never in a lost answer
            log.exception("the grader broke", at=f"{question.id}/{part.id}", attempt=attempt.id)
            return _internal(attempt, "The grader itself broke on this answer.")

    def _store(self, attempt: Attempt, keyed: Keyed | None) -> Handed:
        status = 202 if attempt.status == "pending" else 201
        try:
            with self._database.write() as connection:
                attempts.store(connection, attempt, keyed, status)
                said = advice.on(connection, attempt.question, attempt.part, attempt.signature)
        except KeyTaken:
            before = self._answered(attempt.learner, keyed) if keyed else None
            if before is None:
                raise
            return before
        return Handed(attempt if said is None else replace(attempt, advice=said), status)

    def _answered(self, learner: str, keyed: Keyed) -> Handed | None:
        """What was answered to this key before. Raises KeyReused."""
        with self._database.read() as connection:
            known = attempts.remembered(connection, learner, keyed.key)
            if known is None:
                return None
            if known.fingerprint != keyed.fingerprint:
                raise KeyReused
            return Handed(attempts.mine(connection, known.attempt, learner), known.status)

    def _unfinished(self) -> list[Attempt]:
        with self._database.read() as connection:
            return attempts.unfinished(connection, SWEPT)


def honest(part: Part, answer: str, verdict: Verdict) -> bool:
    """A try that earns a hint: not what the form began with, no text that could not be looked at as an answer."""
    looked_at = verdict.assessed and (verdict.ending is not Ending.REFUSED or verdict.error is not None)
    return looked_at and _meant(part, answer) != _meant(part, begun(part, ""))


def _meant(part: Part, text: str) -> object:
    """The answer itself where it is a value, since JSON can be spelled in many ways; else its text."""
    try:
        read = KINDS[part.kind].read(part, text)
    except BadAnswer:
        return text.strip()
    return read if part.kind in VALUES else text.strip()


def _internal(attempt: Attempt, summary: str) -> Verdict:
    return Verdict(
        question=attempt.question,
        part=attempt.part,
        kind=attempt.kind,
        passed=False,
        score=None,
        ending=Ending.INTERNAL,
        summary=summary,
        assessed=False,
        how="It was not graded. This is our fault, and it does not count as an attempt.",
    )
