"""`selfgrad bench grade`: how long a grade takes, always as a ratio to what it is compared with in the same run.

Two ways of taking turns, so that a noisy neighbour hits all kinds alike. *Steady*: a cold `import torch`, grades,
bare runs, posts to the web app, the zygote's bare fork and a small process, in blocks of ten of a kind. *Rested*: a
bare run, a grade, a post, one of each in turn and 30 ms of rest before each, as when a class types: the processor has
been elsewhere meanwhile, and all its caches are cold. Medians and 99th percentiles; absolute milliseconds and the load
average stand beside the ratios.
"""

import json
import os
import platform
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.bank.bank import Bank
from app.bank.question import Question
from app.bench_web import served
from app.grading.exams import Exams
from app.grading.grade import grade
from app.sandbox.job import Job
from app.sandbox.pool import Pool
from app.settings import Settings
from app.terminal import Usage, progress

ROUNDS = 20
A_BLOCK = 10  # of one kind in a row, so that each kind meets only the work that it leaves behind itself
BLOCK_REST_S = 0.1
TURNS = 200
TURN_REST_S = 0.03
SETTLING = 50  # grades after which everything that is made once is there
LEAK_GRADES = 2_000
THROUGHPUT_S = 5.0
QUESTION, PART = "tensor-3x3", "write"

Numbers = list[float]


def grade_bench(settings: Settings, *, as_json: bool) -> None:
    """Measure and print. Raises Usage and Unavailable."""
    question = Bank(settings.questions).get(QUESTION)
    if question is None or question.part(PART) is None:
        raise Usage(f"The benchmark grades {QUESTION}/{PART}, which is not among these questions.")
    with Pool(settings.lanes, standby=False) as pool:
        marked = Marked(question, pool)
        made: dict[str, Any] = {"machine": machine()}
        with served(settings, f"{QUESTION}/{PART}", marked.part.solution) as post:
            made |= steady(pool, marked, post)
            made["rested"] = rested(marked, post)
        made |= throughput(pool, marked, settings.lanes)
        made |= leaks(pool, marked)
        made["load_after"] = os.getloadavg()
    print(json.dumps(made) if as_json else table(made))


class Marked:
    """Grades the same right answer again and again, exactly as the web app does."""

    def __init__(self, question: Question, pool: Pool) -> None:
        self.question = question
        self.pool = pool
        self.exams = Exams(pool.run)
        part = question.part(PART)
        assert part is not None and part.kind == "code"
        self.part = part
        self.bare_job = Job(source=part.solution, variables=part.variables)

    def __call__(self) -> float:
        """Milliseconds from the request to the verdict."""
        started = time.perf_counter()
        seed = secrets.randbits(32)
        verdict = grade(self.question, self.part, self.part.solution, self.pool.run, seed=seed, exams=self.exams)
        took = (time.perf_counter() - started) * 1000
        if not verdict.passed:
            raise Usage(f"The benchmark's right answer was not passed: {verdict.summary}")
        return took

    def bare(self) -> float:
        """Milliseconds of one `run` without any grading."""
        started = time.perf_counter()
        self.pool.run(self.bare_job)
        return (time.perf_counter() - started) * 1000


def machine() -> dict[str, Any]:
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "load_before": os.getloadavg(),
        "date": time.strftime("%Y-%m-%d"),
    }


def steady(pool: Pool, marked: Marked, post: Callable[[], float]) -> dict[str, Any]:
    """Blocks of ten of a kind."""
    measures: dict[str, Callable[[], float]] = {
        "grade": marked,
        "run": marked.bare,
        "http": post,
        "zygote_fork": pool.time_a_fork,
        "small_fork": small_process,
    }
    seen: dict[str, Numbers] = {name: [] for name in ("cold", *measures)}
    marked()
    post()
    with progress("steady blocks", total=ROUNDS) as done:
        for _ in range(ROUNDS):
            seen["cold"].append(cold_import())
            for name, measure in measures.items():
                time.sleep(BLOCK_REST_S)
                seen[name] += [measure() for _ in range(A_BLOCK)]
            done()
    p50 = {name: statistics.median(numbers) for name, numbers in seen.items()}
    more = {"cold import / grade": p50["cold"] / p50["grade"]}
    more["grade / zygote fork and exit"] = p50["grade"] / p50["zygote_fork"]
    return {"ms": spread(seen), "ratios": more | to_a_bare_run(seen)}


def rested(marked: Marked, post: Callable[[], float]) -> dict[str, Any]:
    """Single turns, each after a rest; the bare run rests as long as the post does."""
    measures: dict[str, Callable[[], float]] = {"grade": marked, "run": marked.bare, "http": post}
    seen: dict[str, Numbers] = {name: [] for name in measures}
    with progress("rested turns", total=TURNS) as done:
        for _ in range(TURNS):
            for name, measure in measures.items():
                time.sleep(TURN_REST_S)
                seen[name].append(measure())
            done()
    return {"ms": spread(seen), "ratios": to_a_bare_run(seen)}


def to_a_bare_run(seen: dict[str, Numbers]) -> dict[str, float]:
    p50 = {name: statistics.median(seen[name]) for name in ("grade", "run", "http")}
    return {
        "grade / bare run": p50["grade"] / p50["run"],
        "HTTP POST to verdict / bare run": p50["http"] / p50["run"],
    }


def spread(seen: dict[str, Numbers]) -> dict[str, dict[str, float]]:
    return {name: {"p50": statistics.median(some), "p99": percentile(some, 99)} for name, some in seen.items()}


def cold_import() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return (time.perf_counter() - started) * 1000


def small_process() -> float:
    """Start and end of the smallest program."""
    started = time.perf_counter()
    subprocess.run(["/bin/true"], check=True)
    return (time.perf_counter() - started) * 1000


def throughput(pool: Pool, marked: Marked, lanes: int) -> dict[str, Any]:
    """Grades a second, one after the other and on all lanes."""

    def grade_until(deadline: float) -> int:
        count = 0
        while time.monotonic() < deadline:
            marked()
            count += 1
        return count

    made = {}
    for name, workers in (("one lane", 1), ("all lanes", lanes)):
        deadline = time.monotonic() + THROUGHPUT_S
        with ThreadPoolExecutor(workers) as executor:
            total = sum(executor.map(grade_until, [deadline] * workers))
        made[name] = total / THROUGHPUT_S
    return {"grades_per_second": made | {"lanes": lanes, "a core": made["all lanes"] / (os.cpu_count() or 1)}}


def leaks(pool: Pool, marked: Marked) -> dict[str, Any]:
    """What the zygote and this process hold, before and after many grades."""
    for _ in range(SETTLING):
        marked()
    time.sleep(1)
    before = held(pool)
    with progress("grading", total=LEAK_GRADES) as done:
        for _ in range(LEAK_GRADES):
            marked()
            done()
    time.sleep(1)
    return {"held_before": before, f"held_after_{LEAK_GRADES}": held(pool)}


def held(pool: Pool) -> dict[str, int]:
    pid = pool.zygote_pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {
        "zygote_descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "zygote_resident_kb": _status(f"/proc/{pid}/status", "VmRSS"),
        "children": len(children),
        "child_private_kb": max(_status(f"/proc/{child}/status", "RssAnon") for child in children),
        "own_descriptors": len(os.listdir("/proc/self/fd")),
        "own_resident_kb": _status("/proc/self/status", "VmRSS"),
    }


def _status(path: str, name: str) -> int:
    line = next(line for line in Path(path).read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])


def percentile(numbers: Numbers, percent: int) -> float:
    return sorted(numbers)[min(len(numbers) - 1, len(numbers) * percent // 100)]


def table(made: dict[str, Any]) -> str:
    rows = [f"{name}: {value}" for name, value in made["machine"].items()]
    for title, some in (("steady, in blocks of ten", made), ("rested, one by one", made["rested"])):
        rows += ["", title, f"{'milliseconds':<36}{'p50':>10}{'p99':>10}"]
        rows += [f"{name:<36}{row['p50']:>10.2f}{row['p99']:>10.2f}" for name, row in some["ms"].items()]
        rows += [f"{name:<36}{ratio:>10.2f}" for name, ratio in some["ratios"].items()]
    rows += ["", *(f"grades a second, {name:<19}{rate:>10.1f}" for name, rate in made["grades_per_second"].items())]
    for moment in ("held_before", f"held_after_{LEAK_GRADES}"):
        rows += ["", moment.replace("_", " ")]
        rows += [f"  {name.replace('_', ' '):<34}{number:>10}" for name, number in made[moment].items()]
    return "\n".join(rows)
