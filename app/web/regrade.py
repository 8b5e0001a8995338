"""Grading again: all attempts at a part by the question and the grader of today, on all lanes.

First it is only found out what would change (`again`), then that and nothing else is applied (`apply`): drawn inputs
differ from run to run, so grading a second time could give something else than what was shown. All attempts meet the
same inputs, but one that failed meets those that it failed on. A grader that fails changes no verdict; nor does one for
an answer that was changed meanwhile. An answer in words keeps its writer's ticks.

`Regrades` is for the pages: one at a time, in a thread of its own. Stopping or a crash leaves what is applied so far.
"""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import structlog

from app.bank.bank import Bank
from app.bank.question import CodePart, Part, ProsePart, Question
from app.grading.exams import Exam, Exams, draw_exam
from app.grading.grade import grade
from app.grading.prose import self_graded
from app.grading.signature import signature
from app.grading.verdict import Verdict
from app.sandbox.job import Busy, Ending, Job, Outcome, Runner, Unavailable
from app.store import regrading
from app.store.attempts import Attempt
from app.store.db import Database
from app.store.rulings import Decided

PAGE = 200  # attempts read at a time
KEPT = 5_000  # changes that wait to be applied
AT_ONCE = 100  # changes stored in one commit
TURN_S = 0.05
log = structlog.get_logger()


@dataclass(frozen=True)
class Found:
    """An attempt, and what it is graded as now. `verdict` is None where the grader failed."""

    before: Attempt
    verdict: Verdict | None
    signature: str | None

    @property
    def changed(self) -> bool:
        """It passes or not, its score, or how it ended."""
        was, now = self.before.verdict, self.verdict
        if now is None:
            return False
        told = (now.passed, now.score, now.ending)
        return was is None or self.before.status == "failed" or told != (was.passed, was.score, was.ending)


class SameExam(Exams):
    """Everybody is asked the same: what was drawn for a part serves all its attempts. No answer can learn from it,
    since all of them are written already. With a `seed` it is what was drawn from that one."""

    def __init__(self, run: Runner, seed: int | None = None) -> None:
        super().__init__(run)
        self._seed = secrets.randbits(48) if seed is None else seed
        self._one: dict[str, tuple[Part, Exam]] = {}
        self._drawn = threading.Lock()

    def take(self, key: str, part: CodePart) -> Exam:
        with self._drawn:
            if key not in self._one or self._one[key][0] != part:
                self._one[key] = (part, draw_exam(part, self._seed, self._run))
            return self._one[key][1]

    def prepare_soon(self, key: str, part: CodePart) -> None:
        """There is nothing to prepare."""


def patient(run: Runner) -> Runner:
    """Students go first: where too many wait already, the regrade comes again."""

    def runs(job: Job) -> Outcome:
        while True:
            try:
                return run(job)
            except Busy:
                time.sleep(TURN_S)

    return runs


def again(database: Database, question: Question, part: Part, run: Runner, lanes: int) -> Generator[Found, None, None]:
    """Every attempt at the part, the oldest first. Stores nothing. Raises Unavailable and CannotRead."""
    runner = patient(run)
    work = partial(_graded, question, part, runner, SameExam(runner))
    after = ""
    with ThreadPoolExecutor(lanes, thread_name_prefix="regrade") as threads:
        while True:
            with database.read() as connection:
                some = regrading.page(connection, question.id, part.id, after, PAGE)
            if not some:
                return
            yield from threads.map(work, some)
            after = some[-1].id


def _graded(question: Question, part: Part, run: Runner, exams: Exams, attempt: Attempt) -> Found:
    if attempt.kind != part.kind:  # the part became another one
        return Found(attempt, None, None)
    if (seed := drawn_from(attempt)) is not None:
        exams = SameExam(run, seed)
    try:
        verdict = grade(question, part, attempt.answer, run, seed=secrets.randbelow(2**31), exams=exams)
    except Unavailable:
        raise
    except Exception:  # a fault of ours changes no verdict
        log.exception("the grader broke", at=f"{question.id}/{part.id}", attempt=attempt.id)
        return Found(attempt, None, None)
    if verdict.ending is Ending.INTERNAL:
        return Found(attempt, None, None)
    mistake = signature(part, attempt.answer, verdict)
    if isinstance(part, ProsePart) and attempt.self_grade is not None:
        verdict = self_graded(part, verdict, attempt.self_grade)
    return Found(attempt, verdict, mistake)


def drawn_from(attempt: Attempt) -> int | None:
    """The seed of the inputs that it failed on: met with others it would fail on more or fewer of them, and have
    another score though nothing was corrected."""
    example = attempt.verdict.counterexample if attempt.verdict is not None else None
    return None if example is None else example.seed


def apply(database: Database, found: list[Found], version: str, decided: Decided, tell: Callable[[int], None]) -> int:
    """Store the changes, and give the old attempts among the others their signature; how many were changed. `tell`
    gets how many are looked through. Raises CannotSave; what is stored by then stays."""
    changed = 0
    for start in range(0, len(found), AT_ONCE):
        with database.write() as connection:
            for one in found[start : start + AT_ONCE]:
                if one.changed and one.verdict is not None:
                    changed += regrading.apply(connection, one.before, one.verdict, one.signature, version, decided)
                elif one.signature is not None and one.before.signature is None:
                    regrading.sign(connection, one.before, one.signature)
        tell(min(start + AT_ONCE, len(found)))
    return changed


@dataclass
class State:
    """How a regrade from the pages stands."""

    question: str
    part: str
    version: str
    total: int
    done: int = 0
    stage: str = "looking"  # then ready, applying, applied; or stopped, failed
    changes: list[Found] = field(default_factory=list)
    unsigned: list[Found] = field(default_factory=list)
    more: int = 0  # changes beyond those that are kept
    broken: int = 0  # attempts that could not be graded
    applied: int = 0
    why: str = ""

    @property
    def busy(self) -> bool:
        return self.stage in ("looking", "applying")

    def take(self, found: Found) -> None:
        self.done += 1
        self.broken += found.verdict is None
        if found.changed:
            if len(self.changes) < KEPT:
                self.changes.append(found)
            else:
                self.more += 1
        elif found.signature is not None and found.before.signature is None and len(self.unsigned) < KEPT:
            self.unsigned.append(found)


class Regrades:
    """At most one at a time; it is kept until the next one begins."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.state: State | None = None

    def of(self, question: str) -> State | None:
        state = self.state
        return state if state is not None and state.question == question else None

    def look(self, database: Database, bank: Bank, question: Question, part: Part, run: Runner, lanes: int) -> bool:
        """Begin; False if another one is at work."""
        with self._turn:
            if self.state is not None and self.state.busy:
                return self.state.question == question.id and self.state.part == part.id
            with database.read() as connection:
                total = regrading.count(connection, question.id, part.id)
            self.state = state = State(question.id, part.id, bank.version(question.id), total)
            self._stop.clear()
            self._begin(state, partial(self._looking, state, again(database, question, part, run, lanes)))
            return True

    def apply(self, database: Database, decided: Decided) -> None:
        """What was found is stored. Does nothing if nothing waits."""
        with self._turn:
            state = self.state
            if state is not None and state.stage == "ready":
                state.stage, state.done, state.total = "applying", 0, len(state.changes) + len(state.unsigned)
                self._begin(state, partial(self._applying, state, database, decided))

    def stop(self, wait_s: float = 5.0) -> None:
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join(wait_s)

    def _begin(self, state: State, work: Callable[[], None]) -> None:
        def working() -> None:
            try:
                work()
            except Unavailable as error:
                state.stage, state.why = "failed", str(error)
            except Exception as error:
                log.exception("the regrade broke", at=f"{state.question}/{state.part}")
                state.stage, state.why = "failed", f"It broke off ({type(error).__name__})."

        self._thread = threading.Thread(target=working, name="regrade", daemon=True)
        self._thread.start()

    def _looking(self, state: State, found: Generator[Found, None, None]) -> None:
        with contextlib.closing(found):
            for one in found:
                state.take(one)
                if self._stop.is_set():
                    state.stage = "stopped"
                    return
        state.stage = "ready"

    def _applying(self, state: State, database: Database, decided: Decided) -> None:
        def tell(done: int) -> None:
            state.done = done

        state.applied = apply(database, [*state.changes, *state.unsigned], state.version, decided, tell)
        state.stage = "applied"
