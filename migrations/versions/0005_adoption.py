"""What becomes of an anonymous learner who signs in, and the answers of which somebody said how certain they were."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "moved",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("into", sa.String(32), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("learner", name=op.f("pk_moved")),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("question", sa.String(80), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner"], ["learner.id"], name=op.f("fk_set_aside_learner_learner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    op.create_index("ix_set_aside_learner_id", "set_aside", ["learner", "id"], unique=False)
    some = sa.text("certainty IS NOT NULL")
    op.create_index("ix_attempt_certain", "attempt", ["learner", "id"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index("ix_attempt_certain", table_name="attempt")
    op.drop_table("set_aside")
    op.drop_table("moved")
