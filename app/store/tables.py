"""The whole schema: here what hangs on people and their attempts; what hangs on pages is in tables_wiki and found here
too. A row is storage only: it validates nothing, and no page ever sees one.

Most tables point at a learner: somebody with a signed cookie; an account is a learner with a name. Verdicts and
self-grades are kept as the JSON that was shown. `progress` sums attempts up, so that a page costs the same with one
attempt as with a million. There are no relationship attributes: a query names the columns that it needs.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.store.rows import Moment, Row, metadata
from app.store.tables_teach import ADVICE, MISTAKE, RULING, SLIP, TALLY
from app.store.tables_wiki import (
    CONTRIBUTOR,
    EDIT,
    PAGE,
    POST,
    REVEAL,
    REVISION,
    SENT,
    SUGGESTION,
    THANKS,
    THREAD,
    VISIT,
)  # fmt: skip

__all__ = [
    "ACCOUNT", "ADVICE", "ATTEMPT", "CONTRIBUTOR", "COURSE", "DRAFT", "DUE", "EDIT", "HINTS", "IDEMPOTENCY",
    "IDENTITY", "LEARNER", "MEMBER_OF", "MISTAKE", "MOVED", "PAGE", "POST", "PROGRESS", "REVEAL", "REVISION",
    "RULING", "SENT", "SESSION", "SET_ASIDE", "SIGN_IN_LINK", "SLIP", "SUGGESTION", "TALLY", "THANKS",
    "THREAD", "VISIT", "WRITTEN", "Moment", "Row", "metadata",
]  # fmt: skip


class LearnerRow(Row, table=True):
    """Somebody who has stored something. `items` and `points` sum up their first scores at all parts."""

    __tablename__ = "learner"

    id: str = Field(primary_key=True, max_length=32)
    created: datetime = Field(sa_type=Moment)
    items: int = Field(sa_column_kwargs={"server_default": "0"})
    points: float = Field(sa_column_kwargs={"server_default": "0"})


class AttemptRow(Row, table=True):
    """One answer that was handed in. `failed`: grading it went wrong, which is our fault and counts nowhere."""

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'graded', 'failed')", name="status"),
        Index("ix_attempt_learner_question_part_created", "learner", "question", "part", "created"),
        Index("ix_attempt_question_part_id", "question", "part", "id"),
        Index(
            "ix_attempt_pending",
            "created",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_attempt_certain",
            "learner",
            "id",
            sqlite_where=text("certainty IS NOT NULL"),
            postgresql_where=text("certainty IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True, max_length=32)
    learner: str = Field(foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    question: str = Field(max_length=64)
    part: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    version: str = Field(max_length=64)  # of the question that the verdict is of
    answer: str = Field(sa_type=Text)
    status: str = Field(max_length=8)
    created: datetime = Field(sa_type=Moment)
    ending: str | None = Field(default=None, max_length=16)
    passed: bool = False  # graded by the machine or, in words, by the learner
    score: float | None = None  # of a prose answer: from the learner's own grade
    verdict: str | None = Field(default=None, sa_type=Text)  # JSON
    self_grade: str | None = Field(default=None, sa_type=Text)  # JSON: point -> bool
    certainty: int | None = None  # 1 guessed, 2 fairly sure, 3 certain: said before the verdict was seen
    grader: str | None = Field(default=None, max_length=16)  # the version of the program that made the verdict
    signature: str | None = Field(default=None, max_length=40)  # of the mistake, see app/grading/signature.py
    excused: bool = Field(sa_column_kwargs={"server_default": "0"})  # by an instructor: not counted
    teacher_grade: str | None = Field(default=None, sa_type=Text)  # JSON: point -> bool, as an instructor reads it


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
    """A learner's attempts at a part, summed up in the commit that stores them. Only graded ones are counted.

    `first…` is of the first attempt that counts. By `draw`, which is even over learners, some of very many are taken.
    """

    __tablename__ = "progress"
    __table_args__ = (Index("ix_progress_question_part_draw", "question", "part", "draw"),)

    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    question: str = Field(primary_key=True, max_length=64)
    part: str = Field(primary_key=True, max_length=64)
    attempts: int
    tries: int  # of these the honest ones: they could be an answer, and were looked at
    done: bool  # one passed
    last: str = Field(foreign_key="attempt.id", ondelete="CASCADE", max_length=32)
    worked: datetime = Field(sa_type=Moment)
    draw: int = Field(sa_column_kwargs={"server_default": "0"})
    first: str | None = Field(default=None, max_length=32)
    first_score: float | None = None
    first_passed: bool | None = None
    first_certainty: int | None = None
    began: int | None = Field(default=None, sa_type=BigInteger)  # when the first was handed in: seconds since 1970
    solved_after: int | None = Field(default=None, sa_type=BigInteger)  # seconds from there to the first that passed
    solved_try: int | None = None  # which one that was, counted from 1
    excused: bool = Field(sa_column_kwargs={"server_default": "0"})  # from the whole part


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


class IdentityRow(Row, table=True):
    """Who an account is at a provider that signs people in."""

    __tablename__ = "identity"
    __table_args__ = (Index("ix_identity_account", "account"),)

    issuer: str = Field(primary_key=True, max_length=255)
    subject: str = Field(primary_key=True, max_length=255)
    account: str = Field(foreign_key="account.id", ondelete="CASCADE", max_length=32)
    created: datetime = Field(sa_type=Moment)


class MovedRow(Row, table=True):
    """Where an anonymous learner's things went when somebody signed in; without `into`, a former member's account."""

    __tablename__ = "moved"

    learner: str = Field(primary_key=True, max_length=32)
    into: str | None = Field(default=None, max_length=32)
    at: datetime = Field(sa_type=Moment)


class SetAsideRow(Row, table=True):
    """A draft that came with somebody who signed in, where the account had another one of the same part."""

    __tablename__ = "set_aside"
    __table_args__ = (Index("ix_set_aside_learner_id", "learner", "id"),)

    id: str = Field(primary_key=True, max_length=32)
    learner: str = Field(foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    question: str = Field(max_length=80)  # or a page
    part: str = Field(max_length=64)
    base: int | None = None  # of a change of a page: the revision that it was made from
    text: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Moment)


class CourseRow(Row, table=True):
    """A class. Whoever has the link with its code may join while it is not closed."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("code"), Index("ix_course_owner", "owner"))

    id: str = Field(primary_key=True, max_length=32)
    title: str = Field(max_length=80)
    code: str = Field(max_length=16)
    owner: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL", max_length=32)
    created: datetime = Field(sa_type=Moment)
    closed: datetime | None = Field(default=None, sa_type=Moment)


class MemberOfRow(Row, table=True):
    """Somebody in a class, and what they wish to be called there. An anonymous one is shown by no name at all."""

    __tablename__ = "member_of"
    __table_args__ = (
        Index("ix_member_of_course_shown_learner", "course", "shown", "learner"),
        Index("ix_member_of_learner", "learner"),
    )

    course: str = Field(primary_key=True, foreign_key="course.id", ondelete="CASCADE", max_length=32)
    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    shown: str = Field(max_length=40)
    anonymous: bool = False
    joined: datetime = Field(sa_type=Moment)


class DueRow(Row, table=True):
    """Until when a class should have done a question. Nothing is locked afterwards."""

    __tablename__ = "due"

    course: str = Field(primary_key=True, foreign_key="course.id", ondelete="CASCADE", max_length=32)
    question: str = Field(primary_key=True, max_length=64)
    moment: datetime = Field(sa_type=Moment)
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


LEARNER, ATTEMPT, DRAFT, PROGRESS, HINTS, IDEMPOTENCY = (
    metadata.tables[name] for name in ("learner", "attempt", "draft", "progress", "hints", "idempotency")
)
ACCOUNT, SESSION, SIGN_IN_LINK = (metadata.tables[name] for name in ("account", "session", "sign_in_link"))
MOVED, SET_ASIDE, IDENTITY = (metadata.tables[name] for name in ("moved", "set_aside", "identity"))
COURSE, MEMBER_OF, DUE = (metadata.tables[name] for name in ("course", "member_of", "due"))
WRITTEN = metadata.tables["written"]
