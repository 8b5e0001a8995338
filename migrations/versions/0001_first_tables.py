"""The first tables: learners, their attempts, drafts and progress, and the keys of requests that stored something."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "learner",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("ending", sa.String(16), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("self_grade", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'graded', 'failed')", name=op.f("ck_attempt_status")),
        sa.ForeignKeyConstraint(
            ["learner"], ["learner.id"], name=op.f("fk_attempt_learner_learner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(
            "ix_attempt_learner_question_part_created", ["learner", "question", "part", "created"], unique=False
        )
        batch_op.create_index(
            "ix_attempt_pending",
            ["created"],
            unique=False,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )

    op.create_table(
        "draft",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved", sa.DateTime(), nullable=False),
        sa.Column("submitted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name=op.f("fk_draft_learner_learner"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner", "question", "part", name=op.f("pk_draft")),
    )
    op.create_table(
        "idempotency",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("attempt", sa.String(32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt"], ["attempt.id"], name=op.f("fk_idempotency_attempt_attempt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["learner"], ["learner.id"], name=op.f("fk_idempotency_learner_learner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("learner", "key", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index("ix_idempotency_created", ["created"], unique=False)

    op.create_table(
        "progress",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("last", sa.String(32), nullable=False),
        sa.Column("worked", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["last"], ["attempt.id"], name=op.f("fk_progress_last_attempt"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["learner"], ["learner.id"], name=op.f("fk_progress_learner_learner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("learner", "question", "part", name=op.f("pk_progress")),
    )


def downgrade() -> None:
    op.drop_table("progress")
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_index("ix_idempotency_created")

    op.drop_table("idempotency")
    op.drop_table("draft")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_attempt_pending",
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.drop_index("ix_attempt_learner_question_part_created")

    op.drop_table("attempt")
    op.drop_table("learner")
