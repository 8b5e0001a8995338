"""Proof of a question: it says of itself what is right and what is wrong, and here that is put to the test.

Every kind of part proves what its question file claims: right answers pass, wrong ones fail, snippets give what they
should. Code runs in the sandbox; a fault tells the place in the file.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace

from app.bank.fault import FileFault
from app.bank.load import Source
from app.bank.question import Part, Question
from app.grading.grade import KINDS
from app.grading.kinds import ProofFault
from app.grading.prove_code import line_of, told
from app.sandbox.job import Busy, Ending, Job, Limits, Runner, Unavailable
from app.wiki.markup import python_blocks

log = logging.getLogger(__name__)
SNIPPETS = Limits(wall_s=20.0, memory_mb=1024)


def prove(source: Source, run: Runner) -> list[FileFault]:
    """The faults of a question file, each with its line and column. Raises Busy and Unavailable."""
    return [source.fault(fault.message, *fault.where, line=fault.line) for fault in proof_faults(source.question, run)]


def proof_faults(question: Question, run: Runner) -> Iterator[ProofFault]:
    for index, part in enumerate(question.parts):
        for fault in _prove_part(question, part, run):
            yield replace(fault, part_id=part.id, where=("parts", index, *fault.where))
    yield from _prove_snippets(question, run)


def _prove_part(question: Question, part: Part, run: Runner) -> Iterator[ProofFault]:
    """A part on which the proof itself breaks is at fault, and keeps no other file from being proved or served."""
    try:
        yield from KINDS[part.kind].prove(question, part, run)
    except (Busy, Unavailable):
        raise
    except Exception as error:
        log.exception("%s/%s broke the proof", question.id, part.id)
        yield ProofFault(part.id, (), f"the proof breaks on this part ({type(error).__name__}); the log says how")


def _prove_snippets(question: Question, run: Runner) -> Iterator[ProofFault]:
    """The Python of the answer runs, all blocks of the page as one program."""
    program, lines = page_program(question.answer)
    if not program:
        return
    outcome = run(Job(source=program, limits=SNIPPETS))
    if outcome.ending is not Ending.OK:
        at = line_of(outcome)
        line = lines[at - 1] if at and at <= len(lines) else None
        why = told(outcome)
        if outcome.fault and outcome.fault.source:
            why = f"{why.removesuffix(': ')} in `{outcome.fault.source}`"
        yield ProofFault(None, ("answer",), f"the Python of the answer does not run: {why}", line)


def page_program(markdown: str) -> tuple[str, list[int]]:
    """All Python blocks of a page as one program, and for each of its lines the page's."""
    program: list[str] = []
    lines: list[int] = []
    for block in python_blocks(markdown):
        code = block.code.splitlines()
        program += code
        lines += range(block.line, block.line + len(code))
    return "\n".join(program) + "\n" if program else "", lines
