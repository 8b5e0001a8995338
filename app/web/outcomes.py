"""What is asked of publishing, and what comes of it: frozen values for pages and API alike."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.grading.examination import Examination
from app.store.attempts import Keyed
from app.store.revisions import Revision
from app.store.suggestions import Suggestion
from app.web.who import Who


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
    """Two changes that do not go together. `marked` is the merge with both texts between lines that say whose they
    are; or, where only the code fails that the two make together, the merge without marks."""

    base: Revision  # what both began from; its number is 0 where that was a text of the question file
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
    reasons: tuple[str, ...] = ()  # refused, or a conflict whose merge fails: one sentence each
    examination: Examination | None = None  # of the code, if it was run
    kept: bool = False  # what is not published stays as the author's edit

    @property
    def status(self) -> int:
        return STATUS[self.end]
