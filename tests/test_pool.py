"""The pool: one job a child, faults of the machine told apart from faults of the answer, nothing left behind."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.sandbox import handle
from app.sandbox import pool as pools
from app.sandbox.job import Busy, Draw, Ending, Expression, Fault, Job, Limits, Outcome, Runner, Unavailable
from app.sandbox.pool import Pool
from tests.browsing import ROOT


@pytest.fixture(scope="module")
def own() -> Iterator[Pool]:
    """A pool whose processes may be killed: it is as good as new after each test."""
    with Pool(lanes=2, standby=True) as made:
        yield made


GOOD = Job(source="a = 6 * 7", variables=("a",))


def test_variables_that_are_missing_are_absent(runner: Runner) -> None:
    made = runner(Job(source="a = 1", variables=("a", "b")))
    assert made.variables == {"a": 1}


def test_a_function_is_called_with_each_case_and_goes_on_after_one_that_raises(runner: Runner) -> None:
    made = runner(Job(source="def f(x):\n    return 1 / x", function="f", cases=((2,), (0,), (4,))))
    assert [call.value for call in made.calls] == [0.5, None, 0.25]
    assert made.calls[1].fault == Fault("ZeroDivisionError", "division by zero", 2, "return 1 / x")


def test_arguments_are_reported_before_and_after_a_call(runner: Runner) -> None:
    made = runner(Job(source="def f(xs): xs.append(9)", function="f", cases=(([1],),)))
    assert (made.calls[0].args, made.calls[0].after) == (([1],), ([1, 9],))


def test_an_expression_is_evaluated_with_the_setup(runner: Runner) -> None:
    job = Job(source="def f(x): return x", setup="base = 40", function="f", cases=((Expression("base + 2"),),))
    assert runner(job).calls[0].value == 42


def test_drawn_cases_follow_the_given_ones_and_depend_on_the_seed(runner: Runner) -> None:
    make = "def make(rng): return ([rng.randrange(100) for _ in range(5)],)"
    outcomes = [
        runner(Job(source="def f(x): return x", function="f", cases=((1,),), draw=Draw(make, seed, 3)))
        for seed in (1, 1, 2)
    ]
    values = [[call.value for call in made.calls] for made in outcomes]
    assert values[0][0] == 1 and len(values[0]) == 4
    assert values[0] == values[1] != values[2]


@pytest.mark.parametrize("draw", [None, Draw("def make(rng): return (int(torch.rand(1) < 9),)", 5, 1)])
def test_a_program_meets_the_same_random_numbers_whatever_the_setup_used(draw: Draw | None, runner: Runner) -> None:
    program = "import torch\nnumber = torch.rand(1).item()\ndef f(x): return number"
    plain = Job(source=program, function="f", cases=((1,),), seed=3)
    used = replace(plain, setup="import torch; torch.rand(9)", draw=draw)
    assert runner(plain).calls[0].value == runner(used).calls[0].value


@pytest.mark.parametrize(
    "job",
    [
        Job(source="a = 1", setup="1 / 0"),
        Job(source="def f(x): pass", function="f", cases=((Expression("nothing"),),)),
        Job(source="def f(x): pass", function="f", draw=Draw("def make(rng): return [1]", 1, 1)),
    ],
    ids=["setup", "expression", "draw"],
)
def test_a_fault_of_the_authors_part_is_never_the_answers(job: Job, runner: Runner) -> None:
    assert runner(job).ending is Ending.INTERNAL


def test_prints_of_the_body_and_of_each_call_are_kept_apart(runner: Runner) -> None:
    made = runner(Job(source="print('body')\ndef f(x): print(x)", function="f", cases=((1,), (2,))))
    assert (made.output, [call.output for call in made.calls]) == ("body\n", ["1\n", "2\n"])


def test_the_body_runs_as_the_main_program(runner: Runner) -> None:
    assert runner(Job(source="if __name__ == '__main__':\n    a = 1", variables=("a",))).variables == {"a": 1}


def test_a_missing_function_is_no_result_and_the_names_that_are_there_are_told(runner: Runner) -> None:
    made = runner(Job(source="def odd_double(xs): pass", function="odd_doubled", cases=(([],),)))
    assert (made.ending, made.names) == (Ending.NO_RESULT, ("odd_double",))


def test_an_exception_names_the_answers_own_line_and_not_the_librarys(runner: Runner) -> None:
    made = runner(Job(source="import torch\n\nx = torch.ones(2) @ torch.ones(3)\n"))
    assert made.ending is Ending.ERROR
    assert made.fault is not None
    assert (made.fault.line, made.fault.source) == (3, "x = torch.ones(2) @ torch.ones(3)")


def test_a_source_that_does_not_compile_is_refused_with_its_line(runner: Runner) -> None:
    made = runner(Job(source="a = 1\ndef f(:\n    pass"))
    assert made.ending is Ending.REFUSED
    assert made.fault is not None and made.fault.line == 2


@pytest.mark.parametrize("name", ["doctest", "sqlite3", "numpy.ma", "numpy.polynomial", "urllib.parse", "zoneinfo"])
def test_an_ordinary_import_works(name: str, runner: Runner) -> None:
    assert runner(Job(source=f"import {name}\na = 1", variables=("a",))).ending is Ending.OK


def test_a_program_that_leaves_early_says_so(runner: Runner) -> None:
    made = runner(Job(source="import os\nos._exit(1)", function="f", cases=((1,),)))
    assert made.ending is Ending.NO_RESULT
    assert made.fault is not None and "left before" in made.fault.message


@pytest.mark.parametrize(("code", "ending"), [("", Ending.OK), ("0", Ending.OK), ("3", Ending.ERROR)])
def test_leaving_with_a_code_is_a_failure(code: str, ending: Ending, runner: Runner) -> None:
    assert runner(Job(source=f"raise SystemExit({code})")).ending is ending


def test_torch_trains_inside(runner: Runner) -> None:
    source = """
import torch
from torch import nn
model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
x = torch.rand(64, 2)
loader = torch.utils.data.DataLoader(list(zip(x, x.sum(1, keepdim=True))), batch_size=16, shuffle=True)
losses = []
for _ in range(20):
    for xb, yb in loader:
        loss = nn.functional.mse_loss(model(xb), yb)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    losses.append(loss.item())
fell = losses[-1] < losses[0]
"""
    assert runner(Job(source=source, variables=("fell",), limits=Limits(wall_s=20))).variables == {"fell": True}


def test_jobs_side_by_side_do_not_mix(runner: Runner) -> None:
    seen: dict[int, object] = {}

    def one(number: int) -> None:
        seen[number] = runner(Job(source=f"a = {number}", variables=("a",))).variables["a"]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {number: number for number in range(40)}


def test_a_killed_zygote_is_replaced_without_the_answer_noticing(own: Pool) -> None:
    for _ in range(3):
        assert own.zygote_pid is not None
        os.kill(own.zygote_pid, signal.SIGKILL)
        assert own.run(GOOD).variables == {"a": 42}


def test_a_stopped_zygote_is_replaced(own: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handle, "SPARE_S", 0.5)
    while not own.standing_by:
        time.sleep(0.1)
    stopped = own.zygote_pid
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    assert [own.run(GOOD).variables for _ in range(8)] == [{"a": 42}] * 8
    assert own.zygote_pid != stopped


def test_a_zygote_killed_under_a_job_costs_one_silent_retry(own: Pool) -> None:
    outcomes: list[Outcome] = []
    slow = Job(source="import time\ntime.sleep(1)\na = 42", variables=("a",), limits=Limits(wall_s=10))
    thread = threading.Thread(target=lambda: outcomes.append(own.run(slow)))
    thread.start()
    time.sleep(0.3)
    assert own.zygote_pid is not None
    os.kill(own.zygote_pid, signal.SIGKILL)
    thread.join()
    assert outcomes[0].variables == {"a": 42}


def test_killed_spares_are_passed_over(own: Pool) -> None:
    for _ in range(5):
        for child in _children(own):
            os.kill(child, signal.SIGKILL)
        assert own.run(GOOD).variables == {"a": 42}


def test_a_hundred_jobs_leave_no_descriptor_and_no_process(own: Pool) -> None:
    own.run(GOOD)
    while not own.standing_by:
        time.sleep(0.1)
    time.sleep(1)
    gc.collect()  # of what other tests have left
    descriptors, children = len(os.listdir("/proc/self/fd")), len(_children(own))
    for _ in range(100):
        own.run(GOOD)
    time.sleep(1)
    assert len(os.listdir("/proc/self/fd")) <= descriptors and len(_children(own)) == children


def test_one_job_too_many_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch, pool: Pool) -> None:
    monkeypatch.setattr(pools, "WAITING", 0)
    with pytest.raises(Busy):
        pool.run(GOOD)


def test_nothing_runs_before_the_start_or_after_the_close() -> None:
    pool = Pool(lanes=1)
    with pytest.raises(Unavailable):
        pool.run(GOOD)
    pool.start()
    pool.close()
    with pytest.raises(Unavailable):
        pool.run(GOOD)


def test_a_way_out_found_by_the_self_test_closes_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.sandbox import selftest

    monkeypatch.setattr(selftest, "ESCAPES", "open_ways = ['reading a file']")
    pool = Pool(lanes=1)
    with pytest.raises(Unavailable, match="reading a file"):
        pool.start()
    assert not pool.level().ready
    with pytest.raises(Unavailable):
        pool.run(GOOD)


def test_a_machine_without_the_filter_grades_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An interpreter that ends at once stands for a zygote that cannot lock itself."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    pool = Pool(lanes=1)
    with pytest.raises(Unavailable, match="before it was ready"):
        pool.start()


def test_another_system_than_linux_is_told_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(Unavailable, match="needs Linux"):
        Pool(lanes=1).start()


def test_the_level_names_its_layers(pool: Pool) -> None:
    assert pool.level().ready
    assert {"seccomp", "no_new_privs", "limits"} <= set(pool.level().layers)


def _children(pool: Pool) -> list[int]:
    pid = pool.zygote_pid
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


CLOSED_EARLY = """
import os
import time
from app.sandbox import handle

class Late(handle.Spare):
    def __init__(self, *args):
        time.sleep(0.1)  # so that the others are still on their way
        super().__init__(*args)

handle.Spare = Late
before = len(os.listdir("/proc/self/fd"))
zygote = handle.Zygote()
zygote.wait_ready()
for _ in range(6):
    zygote.ask()
zygote.take(10).close()
zygote.close()
print(len(os.listdir("/proc/self/fd")) - before)
"""


def test_a_zygote_that_is_closed_while_spares_arrive_leaves_no_descriptor(pool: Pool) -> None:
    command = [sys.executable, "-W", "error", "-c", CLOSED_EARLY]  # a socket that nobody closed is told on stderr
    made = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (made.stdout, made.stderr) == ("0\n", "")
