"""Classes: who teaches one, who is in it, and until when its questions should be done."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(32), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("closed", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_course_owner_account"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", name=op.f("uq_course_code")),
    )
    op.create_index("ix_course_owner", "course", ["owner"])
    op.create_table(
        "member_of",
        sa.Column("course", sa.String(32), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("shown", sa.String(40), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("joined", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["course"], ["course.id"], name=op.f("fk_member_of_course_course"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["learner"], ["learner.id"], name=op.f("fk_member_of_learner_learner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course", "learner", name=op.f("pk_member_of")),
    )
    op.create_index("ix_member_of_course_shown_learner", "member_of", ["course", "shown", "learner"])
    op.create_index("ix_member_of_learner", "member_of", ["learner"])
    op.create_table(
        "due",
        sa.Column("course", sa.String(32), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("moment", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["course"], ["course.id"], name=op.f("fk_due_course_course"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course", "question", name=op.f("pk_due")),
    )


def downgrade() -> None:
    op.drop_table("due")
    op.drop_table("member_of")
    op.drop_table("course")
