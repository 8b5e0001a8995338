"""The rooms of the house as the pages conduct them, and what time it is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from itsdangerous import Signer

from app.bank.bank import Bank
from app.bank.question import Part, Question
from app.store.db import Database
from app.web.desk import Desk
from app.web.door import Door
from app.web.metrics import Metrics
from app.web.press import Press
from app.web.problems import NotHere
from app.web.regrade import Regrades
from app.web.render import Pages
from app.web.runs import Runs


@dataclass(frozen=True)
class Rooms:
    """Everything that the pages conduct; made once, in main."""

    bank: Bank
    database: Database
    desk: Desk
    pages: Pages
    metrics: Metrics
    signer: Signer
    runs: Runs
    door: Door
    press: Press
    regrades: Regrades = field(default_factory=Regrades)

    def place(self, question: str, part: str) -> tuple[Question, Part]:
        """Raises NotHere."""
        found = self.question(question)
        asked = found.part(part)
        if asked is None:
            raise NotHere
        return found, asked

    def question(self, question: str) -> Question:
        found = self.bank.get(question)
        if found is None:
            raise NotHere
        return found

    def version(self, question: Question) -> str:
        """Raises NotHere for a question that was taken away a moment ago."""
        source = self.bank.source(question.id)
        if source is None:
            raise NotHere
        return source.version


def now() -> datetime:
    return datetime.now(UTC)
