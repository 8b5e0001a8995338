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
from app.grading.examination import State
from app.grading.fences import examine
from app.grading.grade import KINDS
from app.grading.kinds import ProofFault
from app.grading.show import clean
from app.sandbox.job import Busy, Runner, Unavailable

log = logging.getLogger(__name__)


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
    """The Python of the answer is examined as that of a page that somebody has edited."""
    for block in examine(question, question.answer, run).blocks:
        if block.state is State.FAILED:
            says = f"the Python of the answer does not hold: {block.says}"
            if block.differences:
                expected, got = (clean(text, 120, lines=False) for text in block.differences[0].both)
                says += f" Expected: {expected}. Got: {got}"
            yield ProofFault(None, ("answer",), says, block.at)
