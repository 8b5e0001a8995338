"""The wiki: one store of revisions, suggestions, unpublished edits, discussions, thanks, visits and reveals."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What was published stays: no row of `revision` is deleted, and none is changed but for the name of its author.
KEPT = "id, page, shelf, number, base, kind, text, summary, size, change, restored, created, blame, tested"
GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER revision_kept BEFORE UPDATE OF {KEPT} ON revision "
        "BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END",
        "CREATE TRIGGER revision_stays BEFORE DELETE ON revision "
        "BEGIN SELECT RAISE(ABORT, 'a revision is never deleted'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION revision_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a revision is never changed or deleted'; END $$",
        f"CREATE TRIGGER revision_kept BEFORE UPDATE OF {KEPT} ON revision "
        "FOR EACH ROW EXECUTE FUNCTION revision_is_kept()",
        "CREATE TRIGGER revision_stays BEFORE DELETE ON revision FOR EACH ROW EXECUTE FUNCTION revision_is_kept()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "contributor",
        sa.Column("page", sa.String(80), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("page", "learner", name=op.f("pk_contributor")),
    )
    op.create_index("ix_contributor_learner", "contributor", ["learner"], unique=False)
    op.create_index("ix_contributor_page_edits", "contributor", ["page", "edits"], unique=False)

    op.create_table(
        "page",
        sa.Column("page", sa.String(80), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(8), nullable=True),
        sa.Column("filed", sa.Text(), nullable=False),
        sa.Column("suggestions", sa.Integer(), nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.CheckConstraint("policy IN ('locked', 'members', 'everyone')", name=op.f("ck_page_policy")),
        sa.PrimaryKeyConstraint("page", name=op.f("pk_page")),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(80), nullable=False),
        sa.Column("shelf", sa.String(8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("summary", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("learner", sa.String(32), nullable=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("accepted_by", sa.String(80), nullable=True),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=True),
        sa.Column("blame", sa.Text(), nullable=False),
        sa.Column("tested", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('seed', 'edit', 'merge', 'restore', 'import')", name=op.f("ck_revision_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("page", "number", name="uq_revision_page_number"),
    )
    op.create_index("ix_revision_learner_shelf_id", "revision", ["learner", "shelf", "id"], unique=False)
    op.create_index("ix_revision_shelf_id", "revision", ["shelf", "id"], unique=False)
    op.create_index("ix_revision_shelf_kind_id", "revision", ["shelf", "kind", "id"], unique=False)

    op.create_table(
        "suggestion",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("page", sa.String(80), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("summary", sa.String(200), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("tested", sa.Text(), nullable=True),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided", sa.DateTime(), nullable=True),
        sa.Column("result", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'accepted', 'declined', 'withdrawn')", name=op.f("ck_suggestion_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
    )
    op.create_index("ix_suggestion_learner_id", "suggestion", ["learner", "id"], unique=False)
    op.create_index("ix_suggestion_page_status_id", "suggestion", ["page", "status", "id"], unique=False)
    op.create_index("ix_suggestion_status_id", "suggestion", ["status", "id"], unique=False)

    op.create_table(
        "thanks",
        sa.Column("page", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("page", "number", "learner", name=op.f("pk_thanks")),
    )
    op.create_table(
        "thread",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("page", sa.String(80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("quote", sa.String(500), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("latest", sa.DateTime(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.DateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(80), nullable=True),
        sa.Column("resolution", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
    )
    op.create_index("ix_thread_page_id", "thread", ["page", "id"], unique=False)

    op.create_table(
        "edit",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("page", sa.String(80), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("summary", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved", sa.DateTime(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name=op.f("fk_edit_learner_learner"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner", "page", name=op.f("pk_edit")),
    )
    op.create_table(
        "post",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("thread", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["thread"], ["thread.id"], name=op.f("fk_post_thread_thread"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index("ix_post_thread_id", "post", ["thread", "id"], unique=False)

    op.create_table(
        "reveal",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner"], ["learner.id"], name=op.f("fk_reveal_learner_learner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("learner", "question", name=op.f("pk_reveal")),
    )
    op.create_table(
        "sent",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("made", sa.String(120), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name=op.f("fk_sent_learner_learner"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner", "key", name=op.f("pk_sent")),
    )
    op.create_index("ix_sent_created", "sent", ["created"], unique=False)

    op.create_table(
        "visit",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("looked", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name=op.f("fk_visit_learner_learner"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner", name=op.f("pk_visit")),
    )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("visit")
    op.drop_table("sent")
    op.drop_table("reveal")
    op.drop_table("post")
    op.drop_table("edit")
    op.drop_table("thread")
    op.drop_table("thanks")
    op.drop_table("suggestion")
    op.drop_table("revision")
    op.drop_table("page")
    op.drop_table("contributor")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION revision_is_kept()")
