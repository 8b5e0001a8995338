"""The whole schema on one page. A row is storage only: it validates nothing, and no page ever sees one.

Most tables point at a learner: somebody with a signed cookie; an account is a learner with a name. Verdicts and
self-grades are kept as the JSON that was shown. `progress` sums attempts up, so that a page costs the same with one
attempt as with a million. There are no relationship attributes: a query names the columns that it needs.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Dialect, Index, MetaData, Text, UniqueConstraint, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. It is stored without a zone, which SQLite could not keep, and read back with one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Row(SQLModel):
    metadata = metadata


class LearnerRow(Row, table=True):
    """Somebody who has stored something."""

    __tablename__ = "learner"

    id: str = Field(primary_key=True, max_length=32)
    created: datetime = Field(sa_type=Moment)


class AttemptRow(Row, table=True):
    """One answer that was handed in. `failed`: grading it went wrong, which is our fault and counts nowhere."""

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'graded', 'failed')", name="status"),
        Index("ix_attempt_learner_question_part_created", "learner", "question", "part", "created"),
        Index(
            "ix_attempt_pending",
            "created",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
    )

    id: str = Field(primary_key=True, max_length=32)
    learner: str = Field(foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    question: str = Field(max_length=64)
    part: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    version: str = Field(max_length=64)  # of the question, when it was answered
    answer: str = Field(sa_type=Text)
    status: str = Field(max_length=8)
    created: datetime = Field(sa_type=Moment)
    ending: str | None = Field(default=None, max_length=16)
    passed: bool = False  # graded by the machine or, in words, by the learner
    score: float | None = None  # of a prose answer: from the learner's own grade
    verdict: str | None = Field(default=None, sa_type=Text)  # JSON
    self_grade: str | None = Field(default=None, sa_type=Text)  # JSON: point -> bool
    certainty: int | None = None  # 1 guessed, 2 fairly sure, 3 certain: said before the verdict was seen


class DraftRow(Row, table=True):
    """What a learner has typed into a part. `version` counts the changes; a change names the version it was made on."""

    __tablename__ = "draft"

    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    question: str = Field(primary_key=True, max_length=64)
    part: str = Field(primary_key=True, max_length=64)
    text: str = Field(sa_type=Text)
    version: int
    saved: datetime = Field(sa_type=Moment)
    submitted: bool = False  # handed in since: the attempt is the newer text


class ProgressRow(Row, table=True):
    """A learner's attempts at a part, summed up in the commit that stores them. Only graded ones are counted."""

    __tablename__ = "progress"
    __table_args__ = (Index("ix_progress_question", "question"),)

    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    question: str = Field(primary_key=True, max_length=64)
    part: str = Field(primary_key=True, max_length=64)
    attempts: int
    tries: int  # of these the honest ones: they could be an answer, and were looked at
    done: bool  # one passed
    last: str = Field(foreign_key="attempt.id", ondelete="CASCADE", max_length=32)
    worked: datetime = Field(sa_type=Moment)


class HintsRow(Row, table=True):
    """How many hints of a question a learner has opened."""

    __tablename__ = "hints"

    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    question: str = Field(primary_key=True, max_length=64)
    opened: int
    last: datetime = Field(sa_type=Moment)


class IdempotencyRow(Row, table=True):
    """A key that came with a request which stored an attempt, and what was answered."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("ix_idempotency_created", "created"),)

    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    key: str = Field(primary_key=True, max_length=300)
    fingerprint: str = Field(max_length=64)  # of the request's address and body
    attempt: str = Field(foreign_key="attempt.id", ondelete="CASCADE", max_length=32)
    status: int
    created: datetime = Field(sa_type=Moment)


class AccountRow(Row, table=True):
    """A learner with a name, who can sign in. `key` is the name as it is compared: nobody looks like somebody else."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role IN ('member', 'editor', 'instructor', 'admin')", name="role"),
        UniqueConstraint("key"),
        UniqueConstraint("learner"),
    )

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=40)
    key: str = Field(max_length=80)
    learner: str = Field(foreign_key="learner.id", ondelete="RESTRICT", max_length=32)
    role: str = Field(max_length=10)
    password: str | None = Field(default=None, max_length=200)  # argon2; without one only a link or a provider signs in
    created: datetime = Field(sa_type=Moment)


class SessionRow(Row, table=True):
    """Somebody signed in at one browser. The cookie holds a random token, and this table only its SHA-256."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_account", "account"),)

    id: str = Field(primary_key=True, max_length=64)
    account: str = Field(foreign_key="account.id", ondelete="CASCADE", max_length=32)
    created: datetime = Field(sa_type=Moment)
    seen: datetime = Field(sa_type=Moment)
    ends: datetime = Field(sa_type=Moment)
    browser: str = Field(max_length=200)  # what it called itself


class SignInLinkRow(Row, table=True):
    """A link that signs in once; the table holds only the SHA-256 of its token."""

    __tablename__ = "sign_in_link"

    id: str = Field(primary_key=True, max_length=64)
    account: str = Field(foreign_key="account.id", ondelete="CASCADE", max_length=32)
    ends: datetime = Field(sa_type=Moment)


LEARNER, ATTEMPT, DRAFT, PROGRESS, HINTS, IDEMPOTENCY = (
    metadata.tables[name] for name in ("learner", "attempt", "draft", "progress", "hints", "idempotency")
)
ACCOUNT, SESSION, SIGN_IN_LINK = (metadata.tables[name] for name in ("account", "session", "sign_in_link"))


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


class WrittenRow(Row, table=True):
    """A question that is written in the browser, by its page in the store of revisions ("question/<id>", or
    "question/~…" as long as it has no id). `number` is the revision that is served, none while it is only a draft or
    its file is served; `filed` the revision that holds the file's text which it knows, none where there was no file."""

    __tablename__ = "written"

    page: str = Field(primary_key=True, max_length=80)
    chapter: str = Field(max_length=64)
    number: int | None = None
    filed: int | None = None
    changed: datetime = Field(sa_type=Moment)


WRITTEN = metadata.tables["written"]
