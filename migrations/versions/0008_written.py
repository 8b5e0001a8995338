"""Questions that are written in the browser, and an index for who is at work on a page."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "written",
        sa.Column("page", sa.String(80), nullable=False),
        sa.Column("chapter", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("filed", sa.Integer(), nullable=True),
        sa.Column("changed", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("page", name=op.f("pk_written")),
    )
    op.create_index("ix_edit_page", "edit", ["page"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_edit_page", table_name="edit")
    op.drop_table("written")
