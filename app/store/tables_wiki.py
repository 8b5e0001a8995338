"""The tables of the wiki: pages and their revisions, what waits, what is said about them, and who has read how far."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from app.store.rows import Moment, Row, metadata


class PageRow(Row, table=True):
    """A page of the one store of revisions: "answer/<question>" or "question/<question>". It has a row once somebody
    has changed it; until then it is what the question file says."""

    __tablename__ = "page"
    __table_args__ = (CheckConstraint("policy IN ('locked', 'members', 'everyone')", name="policy"),)

    page: str = Field(primary_key=True, max_length=80)
    head: int  # the newest revision's number; 0 while there is only a policy
    policy: str | None = Field(default=None, max_length=8)  # who may publish; none: as everywhere
    filed: str = Field(sa_type=Text)  # what the question file said when it was last taken up
    suggestions: int = 0  # that wait
    threads: int = 0  # that are open


class RevisionRow(Row, table=True):
    """A text of a page, for ever: rows are added and never changed, which triggers see to. `id` orders all pages'."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("page", "number", name="uq_revision_page_number"),
        CheckConstraint("kind IN ('seed', 'edit', 'merge', 'restore', 'import')", name="kind"),
        Index("ix_revision_shelf_id", "shelf", "id"),
        Index("ix_revision_shelf_kind_id", "shelf", "kind", "id"),
        Index("ix_revision_learner_shelf_id", "learner", "shelf", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    page: str = Field(max_length=80)
    shelf: str = Field(max_length=8)  # "answer" or "question": the page's first word
    number: int  # from 1
    base: int | None = None  # the revision that it was made from; none for the first
    kind: str = Field(max_length=8)
    text: str = Field(sa_type=Text)
    summary: str = Field(max_length=200)
    size: int  # characters
    change: int  # of the size
    learner: str | None = Field(default=None, max_length=32)  # none: the question file
    name: str = Field(max_length=80)  # as it was shown then
    accepted_by: str | None = Field(default=None, max_length=80)  # the name of who let a suggestion in
    restored: int | None = None  # the number of the revision whose text this is again
    created: datetime | None = Field(default=None, sa_type=Moment)  # none for what came with the question file
    blame: str = Field(sa_type=Text)  # JSON: for each paragraph the revision that it is from
    tested: str | None = Field(default=None, sa_type=Text)  # JSON: what came of running its code


class SuggestionRow(Row, table=True):
    """A text that its author could not publish, or did not want to."""

    __tablename__ = "suggestion"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'accepted', 'declined', 'withdrawn')", name="status"),
        Index("ix_suggestion_page_status_id", "page", "status", "id"),
        Index("ix_suggestion_status_id", "status", "id"),
        Index("ix_suggestion_learner_id", "learner", "id"),
    )

    id: str = Field(primary_key=True, max_length=32)
    page: str = Field(max_length=80)
    base: int
    text: str = Field(sa_type=Text)
    summary: str = Field(max_length=200)
    learner: str = Field(max_length=32)
    name: str = Field(max_length=80)
    created: datetime = Field(sa_type=Moment)
    tested: str | None = Field(default=None, sa_type=Text)  # JSON
    status: str = Field(max_length=9)
    reason: str = Field(default="", max_length=500)  # why it was declined
    decided_by: str | None = Field(default=None, max_length=80)
    decided: datetime | None = Field(default=None, sa_type=Moment)
    result: int | None = None  # the revision that it became


class EditRow(Row, table=True):
    """Somebody's unpublished text of a page. `version` counts the changes, as with a draft of an answer."""

    __tablename__ = "edit"
    __table_args__ = (Index("ix_edit_page", "page"),)

    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    page: str = Field(primary_key=True, max_length=80)
    base: int
    text: str = Field(sa_type=Text)
    summary: str = Field(max_length=200)
    version: int
    saved: datetime = Field(sa_type=Moment)
    refused: str | None = Field(default=None, sa_type=Text)  # JSON: why it was not published
    done: bool = False  # published, suggested or thrown away since


class ThreadRow(Row, table=True):
    """A discussion of a revision. `posts` and `latest` sum up its posts."""

    __tablename__ = "thread"
    __table_args__ = (Index("ix_thread_page_id", "page", "id"),)

    id: str = Field(primary_key=True, max_length=32)
    page: str = Field(max_length=80)
    revision: int
    quote: str = Field(max_length=500)
    title: str = Field(max_length=120)
    learner: str = Field(max_length=32)
    name: str = Field(max_length=80)
    created: datetime = Field(sa_type=Moment)
    latest: datetime = Field(sa_type=Moment)
    posts: int
    resolved: datetime | None = Field(default=None, sa_type=Moment)
    resolved_by: str | None = Field(default=None, max_length=80)
    resolution: int | None = None  # the revision that settled it


class PostRow(Row, table=True):
    """A word in a discussion."""

    __tablename__ = "post"
    __table_args__ = (Index("ix_post_thread_id", "thread", "id"),)

    id: str = Field(primary_key=True, max_length=32)
    thread: str = Field(foreign_key="thread.id", ondelete="CASCADE", max_length=32)
    text: str = Field(sa_type=Text)
    learner: str = Field(max_length=32)
    name: str = Field(max_length=80)
    created: datetime = Field(sa_type=Moment)


class ThanksRow(Row, table=True):
    """A person's thanks for a revision."""

    __tablename__ = "thanks"

    page: str = Field(primary_key=True, max_length=80)
    number: int = Field(primary_key=True)
    learner: str = Field(primary_key=True, max_length=32)
    created: datetime = Field(sa_type=Moment)


class ContributorRow(Row, table=True):
    """What somebody has done for a page, summed up in the commit that stores a revision."""

    __tablename__ = "contributor"
    __table_args__ = (Index("ix_contributor_learner", "learner"), Index("ix_contributor_page_edits", "page", "edits"))

    page: str = Field(primary_key=True, max_length=80)
    learner: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    edits: int
    first: int  # the numbers of their first and last revision
    last: int


class VisitRow(Row, table=True):
    """How far a person has read the list of changes: `before` when this visit began, `seen` now."""

    __tablename__ = "visit"

    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    before: int  # ids of revisions
    seen: int
    looked: datetime = Field(sa_type=Moment)


class RevealRow(Row, table=True):
    """A learner has chosen to see the answer to a question."""

    __tablename__ = "reveal"

    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    question: str = Field(primary_key=True, max_length=64)
    created: datetime = Field(sa_type=Moment)


class SentRow(Row, table=True):
    """A key that came with a request which stored something other than an attempt, and what became of it."""

    __tablename__ = "sent"
    __table_args__ = (Index("ix_sent_created", "created"),)

    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    key: str = Field(primary_key=True, max_length=300)
    fingerprint: str = Field(max_length=64)  # of the request's address and body
    status: int
    made: str = Field(max_length=120)  # the address of what was made
    created: datetime = Field(sa_type=Moment)


PAGE, REVISION, SUGGESTION, EDIT, THREAD, POST = (
    metadata.tables[name] for name in ("page", "revision", "suggestion", "edit", "thread", "post")
)
THANKS, CONTRIBUTOR, VISIT, REVEAL, SENT = (
    metadata.tables[name] for name in ("thanks", "contributor", "visit", "reveal", "sent")
)
