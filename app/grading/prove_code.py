"""Proof of code: every solution passes its own grade for several seeds, and every wrong answer fails it.

All in the sandbox; where something is at fault, the piece of the author's code that is to blame is looked for.
"""

from collections.abc import Iterator
from dataclasses import replace

from app.bank.question import CodePart, Question
from app.grading.code import grade_code
from app.grading.exams import Arguments, Exam, author_job, draw_exam, given_cases
from app.grading.kinds import ProofFault
from app.grading.kinds import fault as _fault
from app.grading.show import clean
from app.sandbox.job import Draw, Ending, Job, Outcome, Runner

SEEDS = (1, 2, 3)


def prove_code(
    question: Question, part: CodePart, run: Runner, *, readable: bool = True
) -> Iterator[ProofFault]:  # fmt: skip
    """With `readable` a wrong answer that Python cannot even read is a fault, since it shows no mistake."""
    yield from _prove_form(part)
    exams = [draw_exam(part, seed, run) for seed in SEEDS]
    if any(exam.fault for exam in exams):
        yield from _find_cause(part, next(exam for exam in exams if exam.fault), run)
        return
    passes = True
    for exam in exams:
        verdict = grade_code(question, part, part.solution, run, seed=exam.seed, exam=exam)
        if not verdict.passed:
            line = verdict.error.line if verdict.error else None
            yield _fault(f"the solution does not pass its own grade: {verdict.summary}", "solution", line=line)
            passes = False
            break
    yield from _prove_starter(question, part, exams[0], run)
    if passes:
        yield from _prove_wrong(question, part, exams, run, readable)


def _prove_form(part: CodePart) -> Iterator[ProofFault]:
    """What the grade needs and no type can demand."""
    if part.function and all(case.hidden for case in part.cases):
        yield _fault("no case is shown to the student: write one that is not hidden", "cases")
    if part.function and part.random is None and not any(case.hidden for case in part.cases):
        yield _fault("every input is known beforehand: add hidden cases or `random`", "cases")
    if part.variables and any(rule.uses for rule in part.rules):
        yield _fault("`uses` looks at what a function returns, and this part has none", "rules")


def _find_cause(part: CodePart, exam: Exam, run: Runner) -> Iterator[ProofFault]:
    """Which piece of the author's code is at fault: setup, a case, `make`, or the solution."""
    outcome = run(Job(source="", setup=part.setup))
    if _failed(outcome) is not None:
        yield _fault(f"the setup fails: {told(outcome)}", "setup", line=line_of(outcome))
        return
    alone = part.model_copy(update={"cases": (), "random": None})
    outcome = run(author_job(alone, exam.seed, ()))
    if part.trial and outcome.ending is Ending.INTERNAL:
        yield _fault(f"the trial cannot be made: {told(outcome)}", "trial")
        return
    if _failed(outcome) is not None:
        yield _fault(f"the solution does not run: {told(outcome)}", "solution", line=line_of(outcome))
        return
    if part.report and not draw_exam(part.model_copy(update={"report": ""}), exam.seed, run).fault:
        yield _fault(exam.fault, "report")
        return
    cases, _ = given_cases(part)
    ordered = sorted(range(len(part.cases)), key=lambda at: part.cases[at].hidden)
    found = False
    for at, case in zip(ordered, cases, strict=True):
        message = _case_fault(alone, case, None, exam.seed, run)
        if message:
            found = True
            yield _fault(message, "cases", at, "args")
    if not found and part.random is not None:
        draw = Draw(part.random.make, exam.seed, part.random.count)
        message = _case_fault(alone, None, draw, exam.seed, run)
        if message:
            found = True
            yield _fault(message, "random", "make")
    if not found:
        yield _fault(exam.fault, "solution")


def _case_fault(part: CodePart, case: Arguments | None, draw: Draw | None, seed: int, run: Runner) -> str:
    """What is wrong with one input or with the drawn ones; empty when nothing is."""
    job = author_job(part, seed, () if case is None else (case,), draw)
    made = run(replace(job, trial="", source=f"def {part.function}(*args):\n    return None\n"))
    if _failed(made) is not None:
        return f"this input cannot be made: {told(made)}"
    outcome = run(job)
    if _failed(outcome) is not None or any(call.fault for call in outcome.calls):
        return f"the solution fails on it: {told(outcome)}"
    return ""


def _failed(outcome: Outcome) -> Outcome | None:
    return None if outcome.ending is Ending.OK else outcome


def told(outcome: Outcome) -> str:
    fault = outcome.fault or next((call.fault for call in outcome.calls if call.fault), None)
    if fault is None:
        return clean(f"it ended as {outcome.ending.value} {outcome.output}".strip(), 300, lines=False)
    return clean(f"{fault.type}: {fault.message}", 300, lines=False)


def line_of(outcome: Outcome) -> int | None:
    return outcome.fault.line if outcome.fault else None


def _prove_starter(question: Question, part: CodePart, exam: Exam, run: Runner) -> Iterator[ProofFault]:
    if not part.starter.strip():
        return
    verdict = grade_code(question, part, part.starter, run, seed=exam.seed, exam=exam, explain=False)
    if verdict.ending is Ending.REFUSED:
        yield _fault(f"the starter cannot be read by Python: {verdict.summary}", "starter")
    elif verdict.passed:
        yield _fault("the starter passes as it is, so there is nothing left to do", "starter")


def _prove_wrong(
    question: Question, part: CodePart, exams: list[Exam], run: Runner, readable: bool
) -> Iterator[ProofFault]:  # fmt: skip
    for at, wrong in enumerate(part.wrong):
        for exam in exams:
            verdict = grade_code(question, part, wrong.code, run, seed=exam.seed, exam=exam, explain=False)
            if verdict.passed:
                yield _fault(f"this answer is meant to be wrong ({wrong.why}), but it passes", "wrong", at, "code")
                break
            if verdict.ending is Ending.INTERNAL:
                yield _fault("this answer breaks the grader; the log says how", "wrong", at, "code")
                break
            if verdict.ending is Ending.REFUSED and readable:
                line = verdict.error.line if verdict.error else None
                message = f"this answer is not even run, so it shows no mistake: {verdict.summary}"
                yield _fault(message, "wrong", at, "code", line=line)
                break
