"""How certain a learner was, which hints they have opened, and how many honest tries earned those."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("certainty", sa.Integer(), nullable=True))
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE progress SET tries = attempts")  # every try before this counted the same
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.alter_column("tries", server_default=None)
    op.create_table(
        "hints",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("last", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name=op.f("fk_hints_learner_learner"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner", "question", name=op.f("pk_hints")),
    )


def downgrade() -> None:
    op.drop_table("hints")
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.drop_column("tries")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_column("certainty")
