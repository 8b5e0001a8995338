"""The tables of teaching: mistakes and who made them, notes on those, decisions about attempts, agreement on points."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from app.store.rows import Moment, Row, metadata


class MistakeRow(Row, table=True):
    """How often a mistake was made at a part, and by how many."""

    __tablename__ = "mistake"

    question: str = Field(primary_key=True, max_length=64)
    part: str = Field(primary_key=True, max_length=64)
    signature: str = Field(primary_key=True, max_length=40)
    learners: int
    times: int


class SlipRow(Row, table=True):
    """A learner who made a mistake, how often, and the newest of those attempts."""

    __tablename__ = "slip"
    __table_args__ = (Index("ix_slip_learner", "learner"),)

    question: str = Field(primary_key=True, max_length=64)
    part: str = Field(primary_key=True, max_length=64)
    signature: str = Field(primary_key=True, max_length=40)
    learner: str = Field(primary_key=True, foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    times: int
    attempt: str = Field(max_length=32)


class AdviceRow(Row, table=True):
    """What an instructor says to everybody who makes a mistake, before or after it was written."""

    __tablename__ = "advice"

    question: str = Field(primary_key=True, max_length=64)
    part: str = Field(primary_key=True, max_length=64)
    signature: str = Field(primary_key=True, max_length=40)
    says: str = Field(sa_type=Text)  # Markdown
    by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL", max_length=32)
    changed: datetime = Field(sa_type=Moment)
    withdrawn: bool


class RulingRow(Row, table=True):
    """What was decided about an attempt, or (without `attempt`) about a whole part, after it was graded."""

    __tablename__ = "ruling"
    __table_args__ = (
        CheckConstraint("kind IN ('excuse', 'override', 'regrade', 'grade')", name="kind"),
        Index("ix_ruling_learner_question_part", "learner", "question", "part"),
        Index("ix_ruling_attempt", "attempt"),
    )

    id: str = Field(primary_key=True, max_length=32)
    learner: str = Field(foreign_key="learner.id", ondelete="CASCADE", max_length=32)
    question: str = Field(max_length=64)
    part: str = Field(max_length=64)
    attempt: str | None = Field(default=None, foreign_key="attempt.id", ondelete="CASCADE", max_length=32)
    kind: str = Field(max_length=10)
    passed: bool | None = None
    score: float | None = None
    reason: str = Field(sa_type=Text)
    before: str | None = Field(default=None, sa_type=Text)  # JSON: what it replaced, the old verdict among it
    by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL", max_length=32)
    made: datetime = Field(sa_type=Moment)
    lifted: datetime | None = Field(default=None, sa_type=Moment)


class TallyRow(Row, table=True):
    """In how many answers in words the machine, the writer and an instructor saw a key point so."""

    __tablename__ = "tally"

    question: str = Field(primary_key=True, max_length=64)
    part: str = Field(primary_key=True, max_length=64)
    point: str = Field(primary_key=True, max_length=64)
    machine: str = Field(primary_key=True, max_length=10)  # covered, maybe, not_found, none
    student: str = Field(primary_key=True, max_length=4)  # yes, no, none
    instructor: str = Field(primary_key=True, max_length=4)
    answers: int


MISTAKE, SLIP, ADVICE, RULING, TALLY = (
    metadata.tables[name] for name in ("mistake", "slip", "advice", "ruling", "tally")
)
