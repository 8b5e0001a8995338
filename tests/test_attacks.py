"""Each hostile program ends in one of the jail's endings, escapes nothing, and the next honest answer passes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.sandbox.job import Ending, Job, Limits, Outcome, Thing
from app.sandbox.pool import Pool
from tests import attacks

# Optional layers left out: all of them, those that Docker's default profile leaves, and the bare baseline.
SETTINGS = {
    "whole": "",
    "as in Docker": "own user,namespaces,empty root",
    "seccomp alone": "own user,namespaces,empty root,Landlock",
}
PATIENT = Limits(wall_s=60, memory_mb=256)  # for what ends by itself, however slow the machine is


def until(wall_s: float) -> Limits:
    return replace(PATIENT, wall_s=wall_s)


@pytest.fixture(scope="module", params=list(SETTINGS))
def jail(request: pytest.FixtureRequest) -> Iterator[Pool]:
    with Pool(lanes=1, skip=SETTINGS[request.param]) as made:
        yield made


def run(jail: Pool, source: str, *variables: str, limits: Limits = PATIENT) -> Outcome:
    """The outcome of a hostile program, after which an honest one must work."""
    made = jail.run(Job(source=source, variables=variables, limits=limits))
    good = jail.run(Job(source="import torch\na = torch.arange(4).sum()", variables=("a",)))
    assert good.ending is Ending.OK
    assert good.variables["a"].data == (6,)
    return made


BREAKOUTS = {**attacks.FILES, **attacks.NETWORK, **attacks.PROCESSES, **attacks.SIGNALS}


@pytest.mark.parametrize("name", BREAKOUTS)
def test_a_way_out_is_closed_to_a_program_that(name: str, jail: Pool) -> None:
    made = run(jail, attacks.TRY + BREAKOUTS[name], "escaped")
    assert made.ending in (Ending.OK, Ending.ERROR, Ending.KILLED)
    assert not made.variables.get("escaped"), made


@pytest.mark.parametrize("name", attacks.ENDS)
def test_an_end_is_put_to_a_program_that(name: str, jail: Pool) -> None:
    source, endings = attacks.ENDS[name]
    limits = until(0.3) if endings == {"timeout"} else until(1) if "timeout" in endings else PATIENT
    assert run(jail, source, limits=limits).ending.value in endings


@pytest.mark.parametrize("name", attacks.FORGED)
def test_nothing_is_believed_of_a_program_that(name: str, jail: Pool) -> None:
    limits = until(0.3) if name in attacks.HANGS else PATIENT
    made = run(jail, attacks.SEND + attacks.FORGED[name], "a", limits=limits)
    assert made.variables.get("a") is None
    assert made.ending is not Ending.INTERNAL


def test_values_that_only_pretend_to_be_numbers_arrive_as_the_name_of_their_type(jail: Pool) -> None:
    made = run(jail, "class Liar(int):\n  def __eq__(self, other): return True\na = Liar(3)", "a")
    assert made.variables["a"] == Thing("Liar")


def test_a_list_that_lies_about_itself_arrives_as_the_name_of_its_type(jail: Pool) -> None:
    made = run(jail, "class Liar(list):\n  def __iter__(self): return iter([1])\na = Liar()", "a")
    assert made.variables["a"] == Thing("Liar")


def test_an_expanded_tensor_is_measured_before_it_is_copied(jail: Pool) -> None:
    made = run(jail, "import torch\na = torch.zeros(1).expand(10**12)", "a")
    assert isinstance(made.variables["a"], Thing)


def test_a_list_that_holds_itself_comes_back_as_a_bounded_value(jail: Pool) -> None:
    made = run(jail, "a = []\na.append(a)", "a")
    assert made.ending is Ending.OK


def test_a_million_items_come_back_as_a_bounded_value(jail: Pool) -> None:
    made = run(jail, "a = [[0]] * 1_000_000", "a")
    assert made.ending is Ending.OK


def test_the_memory_of_a_child_holds_no_word_of_the_pools_environment(
    jail: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELFGRAD_SECRET_KEY", "a-secret-of-the-pool")
    made = run(jail, "import os\na = dict(os.environ)", "a")
    assert "SELFGRAD_SECRET_KEY" not in made.variables["a"]


def test_what_one_answer_changes_is_not_there_for_the_next(jail: Pool) -> None:
    run(jail, "import torch, builtins\ntorch.sum = None\nbuiltins.len = lambda x: 7\nbuiltins.mark = 1")
    made = run(jail, "import builtins\na = [len([]), hasattr(builtins, 'mark')]", "a")
    assert made.variables["a"] == [0, False]
