"""The examination of a page: every fenced Python block runs in the jail, in order, as one program a page.

A block is plain code, which must run to its end, or a session of `>>>` lines, each of which must give the output shown
below it (`...` stands for anything there). What follows the fence may say more:

    ```python answer=write     must also pass the grade of the question's part `write`, and as the reference of that
                               part it must leave no listed wrong answer right
    ```python norun            is shown and not run, and the page says so

Covered: each block reports when it has ended, so what comes later cannot change what is known of it; answers are graded
in processes of their own. **Not** covered: that a page is honest about what follows a block that cheats, since all
blocks share one process. Who cheats makes nothing but a false “tested” under a text of their own.
"""

from dataclasses import replace
from typing import Any

from app.bank.question import CodePart, Question
from app.grading.code import grade_code, printed
from app.grading.endings import HALF, fault_of, raised, unreadable
from app.grading.examination import BlockResult, Difference, Examination, State
from app.grading.exams import answer_job, draw_exam, outcome_fault
from app.grading.reports import reporting
from app.grading.session import examples, got, holds, is_session
from app.grading.show import clean
from app.grading.verdict import Fault, Verdict
from app.sandbox.job import Ending, Job, Limits, Outcome, Piece, PieceRun, Runner
from app.wiki.markup import Block, python_blocks

PAGE = Limits(wall_s=10.0, memory_mb=1024)  # for all blocks together
SEEDS = (1, 2, 3)  # as many exams an answer has to pass
ANSWERS = 6  # blocks of a page that can be answers: each is graded again and again
SHOWN = 600  # characters of what was expected and of what came
ANSWER, NORUN = "answer=", "norun"

MEANING: dict[Ending, str] = {
    Ending.OK: "",
    Ending.ERROR: "It stopped with an exception.",
    Ending.REFUSED: "Python cannot read it.",
    Ending.TIMEOUT: f"It was still running when the page’s {PAGE.wall_s:g} seconds were over: is there a loop that "
    "never ends?",
    Ending.MEMORY: f"It needed more memory than the {PAGE.memory_mb} MB that a page may have: does something grow for "
    "ever?",
    Ending.OUTPUT: "With it the page has printed more than 64 KB: is there a print in a loop that never ends?",
    Ending.KILLED: "It crashed, or was stopped for doing something that code on a page may not do.",
    Ending.NO_RESULT: "It ended the program before the page’s code was done, by something like os._exit().",
    Ending.INTERNAL: "The examination itself failed. That is our fault and not yours: please try again.",
}


def examine(question: Question | None, markdown: str, run: Runner) -> Examination:
    """`question` is the one that the page answers. Blocks while the code runs. Raises Busy and Unavailable, and nothing
    over a bad page."""
    fences = [_Fence(block) for block in python_blocks(markdown)]
    for one in [fence for fence in fences if fence.part_id is not None][ANSWERS:]:
        one.refusal, one.runs = f"A page can have at most {ANSWERS} blocks with “answer=”.", False
    told = iter(_run([fence for fence in fences if fence.runs], run))
    results: list[BlockResult] = []
    for fence in fences:
        if not fence.runs:
            result = fence.result(State.FAILED if fence.refusal else State.NOT_RUN, fence.refusal)
        else:
            result = next(told)
            if fence.part_id is not None and result.state is State.PASSED:
                result = _as_answer(fence, result, question, run)
        results.append(result)
    return Examination(blocks=tuple(results))


class _Fence:
    """A block: what is asked for behind its fence, and the pieces that it is run in. `refusal` says why it is not run,
    where that is a fault."""

    def __init__(self, block: Block) -> None:
        self.line = block.line
        self.code = block.code
        self.lines = block.code.removesuffix("\n").split("\n")
        self.words = [clean(word, 80, lines=False) for word in block.info.split()[1:]]
        self.part_id = next((word.removeprefix(ANSWER) for word in self.words if word.startswith(ANSWER)), None)
        self.refusal = self._refusal()
        self.runs = not self.refusal and NORUN not in self.words
        self.session = examples(block.line, block.code) if is_session(block.code) else []

    def _refusal(self) -> str:
        unknown = next((word for word in self.words if word != NORUN and not word.startswith(ANSWER)), None)
        if unknown is not None:
            return f"The word “{unknown}” behind the fence is not known: there are answer=… and norun."
        if len(self.words) > 1:
            return "Only one word can stand behind “python”: answer=… or norun."
        if HALF.search(self.code):
            return "It holds half a character (a lone surrogate), which is no text: type that place again."
        return ""

    def pieces(self) -> list[Piece]:
        if self.session:
            return [Piece(one.first, one.last, echo=True, may_raise=one.raises) for one in self.session]
        return [Piece(self.line, self.line + len(self.lines) - 1)]

    def put(self, page: list[str]) -> None:
        """Its code at its place among the page's lines."""
        if not self.session:
            page[self.line - 1 : self.line - 1 + len(self.lines)] = self.lines
        for one in self.session:
            page[one.first - 1 : one.last] = one.lines

    def result(self, state: State, says: str = "", **more: Any) -> BlockResult:
        return BlockResult(line=self.line, state=state, says=says, answers=self.part_id, **more)


def _run(fences: list[_Fence], run: Runner) -> list[BlockResult]:
    """All of them as one program, whose lines have the page's numbers."""
    if not fences:
        return []
    page = [""] * max(fence.line + len(fence.lines) - 1 for fence in fences)
    pieces: list[Piece] = []
    for fence in fences:
        fence.put(page)
        pieces += fence.pieces()
    outcome = run(Job(source="\n".join(page), pieces=tuple(pieces), limits=PAGE))
    ran = list(outcome.pieces)
    if len(ran) < len(pieces) and not (ran and _stops(pieces[len(ran) - 1], ran[-1])):
        ran.append(_unfinished(outcome))
    results: list[BlockResult] = []
    for fence in fences:
        count = len(fence.pieces())
        results.append(_judged(fence, ran[:count]))
        ran = ran[count:]
    return results


def _stops(piece: Piece, ran: PieceRun) -> bool:
    """The pieces after this one were not run."""
    raised = ran.ending in (Ending.ERROR, Ending.REFUSED)
    return ran.ending is not Ending.OK and not (raised and piece.may_raise)


def _unfinished(outcome: Outcome) -> PieceRun:
    """The piece that was being run when the program ended."""
    ending = outcome.ending
    if ending is Ending.INTERNAL and outcome.fault is not None:
        ending = Ending.KILLED  # so says the child, which has no setup that could fail: it is not believed
    return PieceRun(Ending.NO_RESULT if ending is Ending.OK else ending, outcome.output)


def _judged(fence: _Fence, ran: list[PieceRun]) -> BlockResult:
    if not ran:
        return fence.result(State.NOT_REACHED, "It was not run: the page’s code stopped in a block above it.")
    pieces = fence.pieces()
    output = printed(Outcome(Ending.OK, output="".join(one.output for one in ran)), 0)
    last = ran[-1]
    stopped = _stops(pieces[len(ran) - 1], last)
    differences = tuple(
        Difference(
            line=example.first, source=clean(example.lines[0], SHOWN, lines=False),
            expected=clean(example.shown, SHOWN), got=clean(got(one), SHOWN),
        )
        for example, one in zip(fence.session, ran, strict=False)
        if not holds(example, one) and not (stopped and one is last)
    )  # fmt: skip
    if stopped:
        fault = fault_of(last.fault)
        return fence.result(
            State.FAILED, _why(last.ending, fault), ending=last.ending, output=output, fault=fault,
            differences=differences,
        )  # fmt: skip
    says = _differs(differences) if differences else ""
    state = State.FAILED if differences else State.PASSED
    return fence.result(state, says, ending=Ending.OK, output=output, differences=differences)


def _differs(differences: tuple[Difference, ...]) -> str:
    first = differences[0]
    more = f" There are {len(differences)} such lines in this block." if len(differences) > 1 else ""
    return f"Line {first.line}, `{first.source}`, does not give what stands below it.{more}"


def _why(ending: Ending, fault: Fault | None) -> str:
    if fault is not None and ending is Ending.ERROR:
        return raised(fault)
    if fault is not None and ending is Ending.REFUSED:
        return unreadable(fault)
    return MEANING[ending]


def _as_answer(fence: _Fence, result: BlockResult, question: Question | None, run: Runner) -> BlockResult:
    """A block that has run, as an answer to a part of the question."""
    says, fault = "", None
    part = None if question is None or fence.part_id is None else question.part(fence.part_id)
    if question is None:
        says = "This page answers no question, so none of its blocks can be an answer."
    elif part is None:
        parts = ", ".join(f"“{one.id}”" for one in question.parts if isinstance(one, CodePart))
        says = f"The question has no part “{fence.part_id}”. " + (f"Its parts in code: {parts}." if parts else "")
    elif not isinstance(part, CodePart):
        says = f"The part “{part.id}” is not answered by code, so no block can be its answer."
    else:
        verdict = _failing(question, part, fence.code, run)
        if verdict is None:
            says = _lets_through(question, part, fence.code, run)
        else:
            says = f"As an answer to “{part.id}” it does not pass. {verdict.summary}"
            fault = verdict.error and _moved(verdict.error, fence)
    if not says:
        return result
    return result.model_copy(update={"state": State.FAILED, "says": says.strip(), "fault": fault})


def _failing(question: Question, part: CodePart, code: str, run: Runner) -> Verdict | None:
    """The first grade that it does not pass."""
    for seed in SEEDS:
        verdict = grade_code(question, part, code, run, seed=seed)
        if not verdict.passed:
            return verdict
    return None


def _lets_through(question: Question, part: CodePart, code: str, run: Runner) -> str:
    """Whether a wrong answer of the question file would be right if this block were the reference; empty if none. It
    meets the inputs as any answer does: in the child of the real reference it could read the author's own code."""
    exam = draw_exam(part, SEEDS[0], run)
    outcome = reporting(part, run)(answer_job(part, exam.seed, code, exam.inputs))
    if exam.fault or outcome_fault(part, outcome) or len(outcome.calls) != len(exam.inputs):
        return f"It cannot stand as the reference of “{part.id}”: it does not give plain data for every input."
    expected = tuple(call.value for call in outcome.calls)
    alike = replace(exam, expected=expected, variables=dict(outcome.variables), mistakes={})
    for wrong in part.wrong:
        if grade_code(question, part, wrong.code, run, seed=exam.seed, exam=alike, explain=False).passed:
            return f"With it as the reference of “{part.id}”, an answer known to be wrong would pass ({wrong.why})."
    return ""


def _moved(fault: Fault, fence: _Fence) -> Fault:
    """Its line as a line of the page."""
    return fault if fault.line is None else fault.model_copy(update={"line": fault.line + fence.line - 1})
