"""Exams are drawn ahead, met by one answer each, and never kept too long or too many."""

import threading

import pytest

from app.grading.exams import Exams
from app.grading.grade import grade
from app.sandbox.job import Job, Outcome, Runner, Unavailable
from tests.grading_parts import DOUBLE, Counting, function_part, question_of, variables_part

PART = function_part()
QUESTION = question_of(PART)


SHARING = "def share(x, shape):\n    seen = x.reshape(shape)\n    seen[0] = 9\n    return seen, x\n"


def test_a_value_that_would_lose_its_strides_is_told_as_it_was_written(runner: Runner) -> None:
    part_of_a_table = "torch.zeros(3, 4)[:, :2]"
    cases = [{"args": [{"py": "torch.zeros(6)"}, [3, 2]]}, {"args": [{"py": part_of_a_table}, [3, 2, 1]]}]
    part = function_part(solution=SHARING, function="share", cases=cases, random=None)
    made = grade(question_of(part), part, SHARING.replace("x.reshape", "x.contiguous().view"), runner, seed=1)
    assert made.counterexample is not None and part_of_a_table in str(made.counterexample.args)
    assert "survives" not in made.summary


def test_a_prepared_exam_leaves_one_child_for_the_grade(runner: Runner) -> None:
    counting = Counting(runner)
    exams = Exams(counting)
    exams.prepare("test/write", PART)
    assert len(counting.jobs) == 1
    assert grade(QUESTION, PART, DOUBLE, counting, seed=1, exams=exams).passed
    exams.close()
    assert [job.source for job in counting.jobs].count(DOUBLE) >= 2
    assert counting.jobs[1].draw is None


def test_no_two_answers_meet_the_same_inputs(runner: Runner) -> None:
    exams = Exams(runner)
    exams.prepare("a", PART)
    inputs = {exams.take("a", PART).inputs.__repr__() for _ in range(4)}
    assert len(inputs) == 4


def test_the_next_exam_is_drawn_after_a_grade(runner: Runner) -> None:
    exams = Exams(runner)
    assert grade(QUESTION, PART, DOUBLE, runner, seed=1, exams=exams).passed
    exams.close()
    assert exams.take("test/write", PART).inputs


def test_what_is_not_drawn_is_drawn_once(runner: Runner) -> None:
    part = variables_part("a = 1", "a")
    counting = Counting(runner)
    exams = Exams(counting)
    for _ in range(3):
        assert grade(question_of(part), part, "a = 1", counting, seed=1, exams=exams).passed
    assert len(counting.jobs) == 4


def test_an_exam_of_an_older_question_is_not_used(runner: Runner) -> None:
    exams = Exams(runner)
    exams.prepare("a", PART)
    newer = function_part(cases=[{"args": [[7]]}])
    assert exams.take("a", newer).inputs[0] == ([7],)


def test_only_so_many_exams_wait(runner: Runner) -> None:
    exams = Exams(runner, parts=2)
    counting = Counting(runner)
    for key in "abc":
        exams.prepare(key, PART)
    exams._run = counting
    exams.prepare("c", PART)
    exams.prepare("b", PART)
    assert not counting.jobs
    exams.prepare("a", PART)
    assert len(counting.jobs) == 1


def test_a_faulty_exam_is_not_kept(runner: Runner) -> None:
    broken = function_part(solution="def double(xs):\n    return 1 / 0")
    counting = Counting(runner)
    exams = Exams(counting)
    exams.prepare("a", broken)
    assert exams.take("a", broken).fault
    assert len(counting.jobs) == 2


def test_many_threads_get_exams_of_their_own(runner: Runner) -> None:
    exams = Exams(runner)
    taken: list[str] = []

    def take() -> None:
        exams.prepare("a", PART)
        taken.append(repr(exams.take("a", PART).inputs))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 8


def test_no_jail_is_told_and_leaves_nothing_behind() -> None:
    def refuse(job: Job) -> Outcome:
        raise Unavailable("no jail")

    exams = Exams(refuse)
    exams.prepare_soon("a", PART)
    for _ in range(2):
        with pytest.raises(Unavailable):
            exams.take("a", PART)
    exams.close()
