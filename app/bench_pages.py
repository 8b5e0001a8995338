"""`selfgrad bench pages`: what a page costs when the site is young, and after years.

Two web apps run at the same time, each with a database of its own: one as it is after the first day, the other with a
million attempts and ten thousand revisions of one answer. The visitor has done all parts in both, in the old one with a
hundred attempts at each. Each page is asked of one and the other in turns, so that a noisy neighbour hits both alike;
meanwhile another visitor asks each of them for a page every 50 ms. Medians and 99th percentiles; cost that does
not grow has a ratio of 1.
"""

import contextlib
import json
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.bank.bank import Bank
from app.bank.question import CodePart, Question
from app.bench import machine, spread
from app.bench_web import Client, get, server, wait_ready
from app.settings import Settings
from app.store import filling
from app.store.db import Database
from app.store.revisions import answer_to
from app.terminal import Usage, progress

ATTEMPTS, REVISIONS, EACH = 1_000_000, 10_000, 100  # `each`: of a learner at a part, the visitor among them
YOUNG = (1_000, 10, 5)
ROUNDS = 20
A_BLOCK = 10
A_COMMIT = 200  # learners' attempts that are stored together
WARM = 5  # of each page before anything is counted
LOAD_REST_S = 0.05
QUESTION, PART = "tensor-3x3", "write"


def pages_bench(
    settings: Settings, *, as_json: bool, attempts: int = ATTEMPTS, revisions: int = REVISIONS, rounds: int = ROUNDS
) -> None:
    """Measure and print. Raises Usage."""
    bank = Bank(settings.questions)
    question = bank.get(QUESTION)
    if question is None or not isinstance(question.part(PART), CodePart):
        raise Usage(f"The benchmark looks at the pages of {QUESTION}, which is not among these questions.")
    made: dict[str, Any] = {"machine": machine(), "attempts": attempts, "revisions": revisions}
    grown = (attempts, revisions, EACH)
    with site(settings, bank, question, *YOUNG) as young, site(settings, bank, question, *grown) as old:
        made["filled_s"], made["database_mb"] = old.filled_s, {"young": young.megabytes(), "old": old.megabytes()}
        made["ms"], made["ratios"] = measured(young, old, rounds)
    made["load_after"] = os.getloadavg()
    print(json.dumps(made) if as_json else table(made))


class Site:
    """A web app with its database, a visitor, and the pages that are asked for."""

    def __init__(self, client: Client, other: Client, database: Path, revisions: int, filled_s: float) -> None:
        self.client = client
        self.other = other
        self.database = database
        self.filled_s = filled_s
        wiki = f"/wiki/{QUESTION}"
        self.pages = {
            "home": "/",
            "question": f"/questions/{QUESTION}",
            "wiki page": wiki,
            "wiki history": f"{wiki}/revisions",  # the young one has ten rows to show, the old one fourteen
            "wiki history, ten rows": f"{wiki}/revisions?before=11",
            "wiki diff": f"{wiki}/diff?from={revisions - 1}&to={revisions}",
            "wiki first to last": f"{wiki}/diff?from=1&to={revisions}",
        }

    def megabytes(self) -> float:
        beside = (self.database.with_name(self.database.name + end) for end in ("", "-wal"))
        return round(sum(file.stat().st_size for file in beside if file.exists()) / 1e6, 1)


@contextmanager
def site(
    settings: Settings, bank: Bank, question: Question, attempts: int, revisions: int, each: int
) -> Iterator[Site]:  # fmt: skip
    """Served, filled, and seen by a visitor who has answered and may see the wiki's answer."""
    part = question.part(PART)
    assert isinstance(part, CodePart)
    with contextlib.ExitStack() as stack:
        port, url = stack.enter_context(server(settings))
        client, other = (stack.enter_context(contextlib.closing(Client(port))) for _ in range(2))
        wait_ready(client)
        answer = json.dumps({"answer": part.solution}).encode()
        for one in (other, client):  # the newest attempt is the client's
            done = one.ask(f"POST /api/v1/questions/{question.id}/parts/{PART}/attempts", answer)
            shown = one.ask(f"POST /wiki/{question.id}/reveal")
            if (done[0], shown[0]) != (201, 303):
                raise Usage(f"The web app answered {done[0]} to an attempt, {shown[0]} to a wish to see the answer.")
        started = time.perf_counter()
        fill(url, bank, question, attempts, revisions, each)
        filled_s = round(time.perf_counter() - started, 1)
        yield Site(client, other, Path(url.removeprefix("sqlite:///")), revisions, filled_s)


def fill(url: str, bank: Bank, question: Question, attempts: int, revisions: int, each: int) -> None:
    """In many transactions, beside the web app that has the database open."""
    now = datetime.now(UTC)
    parts = [(one.id, part.id, part.kind) for one in bank.questions for part in one.parts]
    groups = range(attempts // each)
    with contextlib.closing(Database(url)) as database:
        with database.read() as connection:
            visitor = filling.newest_learner(connection)
        with progress("filling", total=len(groups[::A_COMMIT])) as done:
            for start in groups[::A_COMMIT]:
                with database.write() as connection:
                    filling.add_attempts(connection, visitor, parts, groups[start : start + A_COMMIT], each, now)
                done()
        with database.write() as connection:
            filling.add_revisions(connection, answer_to(question), revisions, now)


def measured(young: Site, old: Site, rounds: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Milliseconds of each page in both, and how much dearer it is in the old one."""
    sites = {"young": young, "old": old}
    for site in sites.values():
        site.client.renew()
        site.other.renew()
    seen: dict[str, list[float]] = {f"{page}, {name}": [] for page in young.pages for name in sites}
    with loaded([young, old]), progress("pages", total=rounds) as done:
        for site in [young, old] * WARM:
            for path in site.pages.values():
                get(site.client, path)
        for _ in range(rounds):
            for page in young.pages:
                for turn in range(A_BLOCK):
                    for name in list(sites)[:: -1 if turn % 2 else 1]:
                        seen[f"{page}, {name}"].append(get(sites[name].client, sites[name].pages[page]))
            done()
    p50 = {name: statistics.median(some) for name, some in seen.items()}
    return spread(seen), {page: p50[f"{page}, old"] / p50[f"{page}, young"] for page in young.pages}


@contextmanager
def loaded(sites: list[Site]) -> Iterator[None]:
    """Another visitor walks through the pages of each site."""
    stop = threading.Event()

    def walk(site: Site) -> None:
        while True:
            for page in site.pages.values():
                if stop.wait(LOAD_REST_S):
                    return
                get(site.other, page)

    walkers = [threading.Thread(target=walk, args=(site,), daemon=True) for site in sites]
    for walker in walkers:
        walker.start()
    try:
        yield
    finally:
        stop.set()
        for walker in walkers:
            walker.join()


def table(made: dict[str, Any]) -> str:
    rows = [f"{name}: {value}" for name, value in made["machine"].items()]
    rows += [f"load after: {made['load_after']}"]
    young, old = made["database_mb"]["young"], made["database_mb"]["old"]
    rows += ["", f"young: {YOUNG[0]:,} attempts, {YOUNG[1]:,} revisions of the page, {young:,} MB"]
    rows += [f"old: {made['attempts']:,} attempts, {made['revisions']:,} revisions of the page, {old:,} MB"]
    rows += ["", f"{'milliseconds':<28}{'p50':>10}{'p99':>10}"]
    rows += [f"{name:<28}{row['p50']:>10.2f}{row['p99']:>10.2f}" for name, row in made["ms"].items()]
    rows += ["", "old / young, medians"]
    rows += [f"{name:<28}{ratio:>10.2f}" for name, ratio in made["ratios"].items()]
    return "\n".join(rows)
