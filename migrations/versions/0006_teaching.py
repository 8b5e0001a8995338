"""First scores beside the sums of each learner, mistakes by their signature, instructors' advice and rulings."""

import itertools
import zlib
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH = 5_000
FIRST = {
    "first": sa.String(32),
    "first_score": sa.Float(),
    "first_passed": sa.Boolean(),
    "first_certainty": sa.Integer(),
    "began": sa.BigInteger(),
    "solved_after": sa.BigInteger(),
    "solved_try": sa.Integer(),
}
PLACE = ("question", "part")


def upgrade() -> None:
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("items", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("points", sa.Float(), nullable=False, server_default="0"))
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("grader", sa.String(16), nullable=True))
        batch_op.add_column(sa.Column("signature", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("excused", sa.Boolean(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("teacher_grade", sa.Text(), nullable=True))
        batch_op.create_index("ix_attempt_question_part_id", [*PLACE, "id"], unique=False)
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.add_column(sa.Column("draw", sa.Integer(), nullable=False, server_default="0"))
        for name, kind in FIRST.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.add_column(sa.Column("excused", sa.Boolean(), nullable=False, server_default="0"))
    _new_tables()
    _fill(op.get_bind())
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.create_index("ix_progress_question_part_draw", [*PLACE, "draw"], unique=False)


def _new_tables() -> None:
    op.create_table(
        "mistake",
        *_place(),
        sa.Column("signature", sa.String(40), nullable=False),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*PLACE, "signature", name=op.f("pk_mistake")),
    )
    op.create_table(
        "slip",
        *_place(),
        sa.Column("signature", sa.String(40), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name=op.f("fk_slip_learner_learner"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(*PLACE, "signature", "learner", name=op.f("pk_slip")),
    )
    op.create_index("ix_slip_learner", "slip", ["learner"], unique=False)
    op.create_table(
        "advice",
        *_place(),
        sa.Column("signature", sa.String(40), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("by", sa.String(32), nullable=True),
        sa.Column("changed", sa.DateTime(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_advice_by_account"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint(*PLACE, "signature", name=op.f("pk_advice")),
    )
    op.create_table(
        "ruling",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        *_place(),
        sa.Column("attempt", sa.String(32), nullable=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("by", sa.String(32), nullable=True),
        sa.Column("made", sa.DateTime(), nullable=False),
        sa.Column("lifted", sa.DateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('excuse', 'override', 'regrade', 'grade')", name=op.f("ck_ruling_kind")),
        sa.ForeignKeyConstraint(
            ["learner"], ["learner.id"], name=op.f("fk_ruling_learner_learner"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["attempt"], ["attempt.id"], name=op.f("fk_ruling_attempt_attempt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_ruling_by_account"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
    )
    op.create_index("ix_ruling_learner_question_part", "ruling", ["learner", *PLACE], unique=False)
    op.create_index("ix_ruling_attempt", "ruling", ["attempt"], unique=False)
    op.create_table(
        "tally",
        *_place(),
        sa.Column("point", sa.String(64), nullable=False),
        sa.Column("machine", sa.String(10), nullable=False),
        sa.Column("student", sa.String(4), nullable=False),
        sa.Column("instructor", sa.String(4), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*PLACE, "point", "machine", "student", "instructor", name=op.f("pk_tally")),
    )


def _place() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(64), nullable=False) for name in PLACE]


def _fill(connection: sa.Connection) -> None:
    """What the program keeps from now on, of the attempts that are there. A mistake gets its signature when its attempt
    is graded again."""
    names = ("learner", "question", "part", "id", "created", "passed", "score", "certainty")
    attempt = sa.table("attempt", sa.column("status"), *[sa.column(name) for name in names])
    attempt.c.created.type = sa.DateTime()
    attempt.c.passed.type = sa.Boolean()
    progress = sa.table("progress", *[sa.column(name) for name in ("learner", *PLACE, "draw", *FIRST)])
    here = sa.and_(*(progress.c[name] == sa.bindparam(f"at_{name}") for name in ("learner", *PLACE)))
    change = sa.update(progress).where(here).values({name: sa.bindparam(name) for name in ("draw", *FIRST)})
    asked = sa.select(*[attempt.c[name] for name in names]).where(attempt.c.status == "graded")
    ordered = connection.execute(asked.order_by(*[attempt.c[name] for name in ("learner", *PLACE, "created", "id")]))
    rows = (_first(place, list(some)) for place, some in itertools.groupby(ordered, lambda row: tuple(row)[:3]))
    while some := list(itertools.islice(rows, BATCH)):
        connection.execute(change, some)
    learners = [row[0] for row in connection.execute(sa.text("SELECT DISTINCT learner FROM progress WHERE draw = 0"))]
    for start in range(0, len(learners), BATCH):  # who has only answers that count nowhere
        drawn = [{"id": one, "draw": _draw(one)} for one in learners[start : start + BATCH]]
        connection.execute(sa.text("UPDATE progress SET draw = :draw WHERE learner = :id"), drawn)
    connection.execute(
        sa.text(
            "UPDATE learner SET items = (SELECT count(first_score) FROM progress WHERE progress.learner = learner.id), "
            "points = (SELECT coalesce(sum(first_score), 0) FROM progress WHERE progress.learner = learner.id)"
        )
    )


def _first(place: tuple[str, ...], rows: list[Any]) -> dict[str, Any]:
    first = rows[0]
    solved = next((at for at, row in enumerate(rows) if row.passed), None)
    began = _seconds(first.created)
    return dict(zip(("at_learner", "at_question", "at_part"), place, strict=True)) | {
        "draw": _draw(place[0]), "first": first.id, "first_score": first.score, "first_passed": first.passed,
        "first_certainty": first.certainty, "began": began,
        "solved_after": None if solved is None else _seconds(rows[solved].created) - began,
        "solved_try": None if solved is None else solved + 1,
    }  # fmt: skip


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def _draw(learner: str) -> int:
    return zlib.crc32(learner.encode()) & 0x7FFFFFFF


def downgrade() -> None:
    for name in ("tally", "ruling", "advice", "slip", "mistake"):
        op.drop_table(name)
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.drop_index("ix_progress_question_part_draw")
        for name in ("draw", *FIRST, "excused"):
            batch_op.drop_column(name)
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_question_part_id")
        for name in ("grader", "signature", "excused", "teacher_grade"):
            batch_op.drop_column(name)
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.drop_column("points")
        batch_op.drop_column("items")
