"""Who is shown the answer to a question: whoever has answered it, or has chosen to see it, which is recorded; and those
who look after the answers."""

from app.bank.question import Part, Question
from app.store import progress, visits
from app.store.accounts import Role
from app.store.db import Connection
from app.store.progress import Progress
from app.web.rooms import Rooms, now
from app.web.who import Who


def is_shown(connection: Connection, question: Question, who: Who) -> bool:
    if who.role >= Role.EDITOR or visits.revealed(connection, who.learner, question.id) is not None:
        return True
    standing = progress.of(connection, who.learner)
    return all(_answered(part, standing.get((question.id, part.id))) for part in question.parts)


def reveal(rooms: Rooms, question: Question, who: Who) -> None:
    """They choose to see the answer: recorded the first time, unless they have answered."""
    with rooms.database.read() as connection:
        if is_shown(connection, question, who):
            return
    with rooms.database.write() as connection:
        visits.reveal(connection, who.learner, question.id, now())


def _answered(part: Part, standing: Progress | None) -> bool:
    """An answer in words is answered once it is handed in; everything else has to pass."""
    return standing is not None and (standing.done or part.kind == "prose" and standing.attempts > 0)
