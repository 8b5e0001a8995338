"""An instructor's note on a mistake: it reaches everybody who made it and everybody who will, since it is looked up by
the mistake's signature whenever an attempt is read. It can be changed and withdrawn; who did it last is kept, and when.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select, update

from app.store.db import Statement
from app.store.tables import ACCOUNT, ADVICE


@dataclass(frozen=True)
class Advice:
    says: str  # Markdown
    by: str | None  # the account's name; None when the account is gone
    changed: datetime
    withdrawn: bool = False


COLUMNS = (ADVICE.c.says, ACCOUNT.c.name, ADVICE.c.changed, ADVICE.c.withdrawn)
SIGNED = select(*COLUMNS, ADVICE.c.part, ADVICE.c.signature).outerjoin(ACCOUNT, ACCOUNT.c.id == ADVICE.c.by)


def _giving(insert: Callable[..., Any]) -> Any:
    row = insert(ADVICE)
    changed = {name: row.excluded[name] for name in ("says", "by", "changed", "withdrawn")}
    return row.on_conflict_do_update(index_elements=["question", "part", "signature"], set_=changed)


GIVE = Statement(_giving)


def give(
    connection: Connection, question: str, part: str, signature: str, says: str, by: str, now: datetime
) -> None:  # fmt: skip
    """`by` is an account's id."""
    place = {"question": question, "part": part, "signature": signature}
    GIVE(connection, place | {"says": says, "by": by, "changed": now, "withdrawn": False})


def withdraw(connection: Connection, question: str, part: str, signature: str, by: str, now: datetime) -> None:
    """Nobody is shown it any more; the text is kept, to be given again."""
    here = _at(question, part, signature)
    connection.execute(update(ADVICE).where(here).values(withdrawn=True, by=by, changed=now))


def on(connection: Connection, question: str, part: str, signature: str | None) -> Advice | None:
    """What is said to who makes this mistake."""
    if signature is None:
        return None
    row = connection.execute(SIGNED.where(_at(question, part, signature), ADVICE.c.withdrawn.is_(False))).first()
    return None if row is None else Advice(*row[:4])


def of(connection: Connection, question: str) -> dict[tuple[str, str], Advice]:
    """All advice on a question's mistakes, what was withdrawn too, by part and signature."""
    rows = connection.execute(SIGNED.where(ADVICE.c.question == question))
    return {(row.part, row.signature): Advice(*row[:4]) for row in rows}


def _at(question: str, part: str, signature: str) -> Any:
    return and_(ADVICE.c.question == question, ADVICE.c.part == part, ADVICE.c.signature == signature)
