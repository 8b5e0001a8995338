"""Same mistake, same note: the author's note reaches whoever makes the mistake in other words, and nobody else."""

from dataclasses import replace
from typing import Any

import pytest

from app.bank.question import CodePart
from app.grading import mistakes
from app.grading.code import grade_code, run_all
from app.grading.exams import Exam, answer_job, draw_exam
from app.grading.mistakes import recognised
from app.grading.verdict import Verdict
from app.report import verdict_text
from app.sandbox.job import Busy, Job, Outcome, Runner
from tests.grading_parts import Counting, function_part, question_of, variables_part

pytestmark = pytest.mark.usefixtures("patient")
SQUARES = {
    "code": "def double(xs):\n    return [x ** 2 for x in xs]\n",
    "why": "Squares instead of doubling.",
    "reply": "`x ** 2` is x **times x**.",
}
ONE_SHORT = {"code": "def double(xs):\n    return [2 * x for x in xs[:-1]]\n", "why": "Loses the last item."}
PRINTS = {"code": "def double(xs):\n    print([2 * x for x in xs])\n", "why": "Prints.", "reply": "Return it."}
FIRST = {"code": "def double(xs):\n    return [2 * xs[0]] + [2 * x for x in xs[1:]]\n", "why": "Fails on nothing."}
WRONG = [ONE_SHORT, SQUARES, PRINTS, FIRST]
MUTATES = {"code": "def double(xs):\n    xs[:] = [2 * x for x in xs]\n    return xs\n", "why": "Changes the list."}


def marked(answer: str, run: Runner, part: CodePart | None = None, **how: Any) -> Verdict:
    part = part or function_part(wrong=WRONG)
    return grade_code(question_of(part), part, answer, run, seed=1, **how)


def noted(verdict: Verdict) -> list[tuple[str, str]]:
    return [(note.id, note.says) for note in verdict.notes or ()]


def test_the_same_mistake_in_other_words_gets_the_authors_reply(runner: Runner) -> None:
    answer = "def double(numbers):\n    out = []\n    for n in numbers:\n        out.append(pow(n, 2))\n    return out"
    made = marked(answer, runner)
    assert not made.passed
    assert noted(made) == [("wrong-2", "`x ** 2` is x **times x**.")]
    assert "A common mistake: `x ** 2` is x **times x**." in verdict_text(made)


def test_a_mistake_without_a_reply_is_told_in_one_sentence(runner: Runner) -> None:
    made = marked("def double(xs):\n    return [xs[i] * 2 for i in range(len(xs) - 1)]", runner)
    says = "Your results are the same as those of a well-known wrong answer, which loses the last item."
    assert noted(made) == [("wrong-1", says)]


def test_another_mistake_gets_no_note(runner: Runner) -> None:
    assert not noted(marked("def double(xs):\n    return [x ** 3 for x in xs]", runner))
    assert not noted(marked("def double(xs):\n    return [x ** 2 for x in xs] if xs else None", runner))
    assert not noted(marked("def double(xs):\n    return tuple(x ** 2 for x in xs)", runner))


def test_a_right_answer_gets_no_note_and_costs_no_child_more(runner: Runner) -> None:
    counting = Counting(runner)
    made = marked("def double(xs):\n    return [x + x for x in xs]", counting)
    assert made.passed and made.notes is None
    assert len(counting.jobs) == 2


def test_an_exception_on_the_same_inputs_is_the_same_mistake(runner: Runner) -> None:
    first_looked_at = "def double(xs):\n    first = xs[0]\n    return [2 * x for x in xs]"
    assert [id for id, _ in noted(marked(first_looked_at, runner))] == ["wrong-4"]
    other_type = "def double(xs):\n    xs.index(xs[0] if xs else 0)\n    return [2 * x for x in xs]"
    assert not noted(marked(other_type, runner))


def test_a_print_is_not_taken_for_a_stub(runner: Runner) -> None:
    assert noted(marked("def double(xs):\n    print(list(map(lambda x: x * 2, xs)))", runner)) == [
        ("wrong-3", "Return it.")
    ]
    assert not noted(marked("def double(xs):\n    ...", runner))


def test_slips_are_no_mistake_in_common(runner: Runner) -> None:
    slip = {"code": "def double(xs):\n    return [2 * y for x in xs] + why\n", "why": "Forgets to define a name."}
    assert not noted(marked("def double(xs):\n    return total", runner, function_part(wrong=[slip])))


def test_exceptions_everywhere_have_to_say_the_same(runner: Runner) -> None:
    part = function_part(wrong=[{"code": "def double(xs):\n    return xs * 2.0\n", "why": "Multiplies the list."}])
    assert noted(marked("def double(xs):\n    return 2.0 * xs", runner, part))
    assert not noted(marked("def double(xs):\n    return xs + 2", runner, part))


def test_a_rule_broken_beside_right_values_is_no_mistake_in_the_values(runner: Runner) -> None:
    loop = {"code": "def double(xs):\n    return list(map(lambda x: 2 * x, xs))\n", "why": "Uses map."}
    part = function_part(wrong=[loop], rules=[{"uses": "list-comprehension"}])
    made = marked("def double(xs):\n    return list(2 * x for x in xs)", runner, part)
    assert not made.passed and not made.notes


def test_a_changed_argument_has_to_be_changed_alike(runner: Runner) -> None:
    part = function_part(wrong=[MUTATES], unchanged=True)
    by_index = "def double(xs):\n    for i in range(len(xs)):\n        xs[i] *= 2\n    return xs"
    assert noted(marked(by_index, runner, part))
    emptied = "def double(xs):\n    out = [2 * x for x in xs]\n    xs.clear()\n    return out"
    assert not noted(marked(emptied, runner, part))


def test_things_are_the_same_by_their_type(runner: Runner) -> None:
    part = function_part(wrong=[{"code": "def double(xs):\n    return (2 * x for x in xs)\n", "why": "A generator."}])
    assert noted(marked("def double(xs):\n    for x in xs:\n        yield x + x", runner, part))
    assert not noted(marked("def double(xs):\n    return map(lambda x: 2 * x, xs)", runner, part))


def test_variables_have_mistakes_too(runner: Runner) -> None:
    wrong = {"code": "a = 6\nb = a + 2\n", "why": "Adds.", "reply": "Doubling is no addition of two."}
    part = variables_part("a = 6\nb = 2 * a\n", "a", "b", wrong=[wrong])
    assert noted(marked("a = 6\nb = 8", runner, part)) == [("wrong-1", "Doubling is no addition of two.")]
    assert not noted(marked("a = 6\nb = 9", runner, part))
    assert not noted(marked("a = ...\nb = ...", runner, part))
    assert not noted(marked("c = 1", runner, part))


def test_without_explanation_no_wrong_answer_runs(runner: Runner) -> None:
    counting = Counting(runner)
    made = marked(SQUARES["code"], counting, explain=False)
    assert made.notes is None
    assert len(counting.jobs) == 2


def test_the_wrong_answers_run_once_for_an_exam_that_is_kept(runner: Runner) -> None:
    part = function_part(wrong=WRONG, random=None)
    exam = draw_exam(part, 1, runner)
    counting = Counting(runner)
    for _ in range(2):
        assert noted(marked("def double(xs):\n    return [x * x for x in xs]", counting, part, exam=exam))
    assert sum(job.source == SQUARES["code"] for job in counting.jobs) == 1


def outcome_of(part: CodePart, exam: Exam, answer: str, run: Runner) -> Outcome:
    return run(answer_job(part, exam.seed, answer, exam.inputs))


def test_nobody_waits_for_a_note_where_the_grader_is_busy(runner: Runner) -> None:
    part = function_part(wrong=WRONG)
    exam = draw_exam(part, 1, runner)
    answered = outcome_of(part, exam, SQUARES["code"], runner)

    def busy(job: Job) -> Outcome:
        raise Busy

    assert recognised(part, exam, answered, busy) is None
    assert recognised(part, exam, answered, runner) is not None


class Waiting:
    """A runner whose jobs wait: each for so many milliseconds as it is told next."""

    def __init__(self, run: Runner, *waits: float, own: float = 0.0) -> None:
        self.run, self.waits, self.own = run, iter(waits), own

    def __call__(self, job: Job) -> Outcome:
        made = self.run(job)
        if job.function == "facts":
            return replace(made, run_ms=self.own)
        return replace(made, queue_ms=next(self.waits, 0.0))


@pytest.mark.parametrize("waits, noticed", [((300.0,), True), ((400.0,), False), ((300.0, 90.0), True),
                                            ((300.0, 90.0, 90.0), False)])  # fmt: skip
def test_waiting_for_ones_own_rules_or_once_for_the_next_exam_costs_no_note(
    waits: tuple[float, ...], noticed: bool, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mistakes, "BUSY_MS", 50.0)
    part = function_part(wrong=[FIRST, PRINTS, ONE_SHORT], rules=[{"avoids": ["loop"]}], random=None)
    exam = draw_exam(part, 1, runner)
    answered = outcome_of(part, exam, ONE_SHORT["code"], runner)
    first, *others = waits
    slow = Waiting(runner, first, own=290.0)
    ran = run_all(part, ONE_SHORT["code"], slow, exam)
    found = recognised(part, exam, replace(answered, queue_ms=ran.for_others_ms), Waiting(runner, *others))
    assert (found is not None) == noticed


def test_a_wrong_answer_that_never_ends_hides_no_other(runner: Runner) -> None:
    endless = {"code": "def double(xs):\n    while True:\n        pass\n", "why": "Never ends.", "reply": "Stop."}
    part = function_part(wrong=[endless, ONE_SHORT], limits={"wall_s": 1})
    assert [id for id, _ in noted(marked(ONE_SHORT["code"], runner, part))] == ["wrong-2"]
