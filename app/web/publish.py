"""Publishing: what becomes of a text that somebody wants a page to have. Pages and API both come here.

Theory of operation
    What the text says is judged first: its length, whether its author may publish here, how often they did lately, and
    all its code in the jail. Only then a transaction is begun, and the text is appended after the newest revision. If
    somebody was faster, the text is merged with theirs; a merge whose code is new is run as well; then it is tried
    again. Where the two cannot be merged, the author gets both texts and a marked merge to finish. Nothing is lost on
    any way: what is not published is kept as the author's edit.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.bank.question import Question
from app.grading.examination import Examination
from app.store.attempts import Keyed
from app.store.revisions import Revision
from app.store.suggestions import Suggestion
from app.web.deps import Rooms, Who

TEXT = 20_000  # characters
SUMMARY = 200


class End(StrEnum):
    SAVED = "saved"
    MERGED = "merged"  # with what others had published since the base
    UNCHANGED = "unchanged"  # the page says that already
    SUGGESTED = "suggested"  # kept for somebody who may publish
    CONFLICT = "conflict"  # to be finished by hand
    REFUSED = "refused"  # its code fails, or a rule is broken: kept as an edit


STATUS = {
    End.SAVED: 201, End.MERGED: 201, End.UNCHANGED: 200, End.SUGGESTED: 202, End.CONFLICT: 409, End.REFUSED: 422,
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What somebody wants a page to say."""

    base: int  # the revision that they began from
    text: str
    summary: str = ""
    suggest: bool = False  # as a suggestion, even if it could be published


@dataclass(frozen=True)
class Asker:
    """Who asks, from where, and the request's key."""

    who: Who
    address: str
    keyed: Keyed | None
    now: datetime


@dataclass(frozen=True)
class Clash:
    """Two changes of the same place. `marked` is the merge with both texts between lines that say whose they are."""

    base: Revision
    theirs: Revision
    yours: str
    marked: str


@dataclass(frozen=True)
class Outcome:
    """What became of a change. Exactly the parts that belong to its end are there."""

    end: End
    revision: Revision | None = None  # saved, merged, unchanged
    suggestion: Suggestion | None = None  # suggested
    clash: Clash | None = None  # conflict
    reasons: tuple[str, ...] = ()  # refused: one sentence each
    examination: Examination | None = None  # of the code, if it was run

    @property
    def status(self) -> int:
        return STATUS[self.end]


def publish(rooms: Rooms, asker: Asker, question: Question, change: Change) -> Outcome:
    """Blocks while code runs. Raises TooLong, NotAnAnswer, NoRevision (of the base), TooOften, KeyReused, Busy,
    Unavailable, CannotRead and CannotSave; a text that is refused for its length or for want of a jail is kept too."""
    raise NotImplementedError


def restore(rooms: Rooms, asker: Asker, question: Question, number: int) -> Outcome:
    """The text of revision `number` again, as a new revision: saved, unchanged or, where one may not, suggested."""
    raise NotImplementedError


def undo(rooms: Rooms, asker: Asker, question: Question, number: int) -> Outcome:
    """Takes back what revision `number` changed, whatever came after it: saved, unchanged, suggested or a conflict."""
    raise NotImplementedError


def accept(rooms: Rooms, asker: Asker, suggestion: str, text: str | None = None) -> Outcome:
    """Publishes a suggestion in its author's name, as it is or with changes (`text`). Raises NotAllowed, SignInFirst,
    NoSuggestion, Decided, and what `publish` raises."""
    raise NotImplementedError


def decline(rooms: Rooms, asker: Asker, suggestion: str, reason: str) -> Suggestion:
    """Raises NotAllowed, SignInFirst, NoSuggestion, Decided and NotAnAnswer (without a reason)."""
    raise NotImplementedError


def withdraw(rooms: Rooms, asker: Asker, suggestion: str) -> Suggestion:
    """One's own. Raises NoSuggestion and Decided."""
    raise NotImplementedError


def may_publish(rooms: Rooms, who: Who, policy: str | None) -> bool:
    """Whether somebody's change of a page with this policy (None: as everywhere) goes straight in."""
    raise NotImplementedError


def newer_file(question: Question, filed: str | None) -> str | None:
    """The question file's answer, if it was changed after the wiki's page began and nobody has taken that up."""
    return question.answer if filed is not None and filed != question.answer else None
