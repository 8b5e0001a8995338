"""The examination of a page: every fenced Python block runs in the jail, in order, as one program a page."""

from app.bank.question import Question
from app.grading.examination import Examination
from app.sandbox.job import Runner


def examine(question: Question | None, markdown: str, run: Runner) -> Examination:
    """Raises Busy and Unavailable, and nothing over a bad page."""
    raise NotImplementedError
