"""the audit log: entries, each linked to the one before it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", row_id(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("by_id", row_id(), nullable=True),
        sa.Column("user_id", row_id(), nullable=True),
        sa.Column("subject", sa.String(60), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_audit_entries_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_audit_entries_user_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_what_number", "audit_entries", ["what", "number"])
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"])
    op.create_index(op.f("ix_audit_entries_by_id"), "audit_entries", ["by_id"])
    op.create_index(op.f("ix_audit_entries_user_id"), "audit_entries", ["user_id"])
    op.create_index(op.f("ix_audit_entries_subject"), "audit_entries", ["subject"])
    op.create_table(
        "audit_ends",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", row_id(), nullable=False),
        sa.Column("last", row_id(), nullable=False),
        sa.Column("link_before", sa.String(64), nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_ends_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_ends")),
    )


def downgrade() -> None:
    op.drop_table("audit_ends")
    op.drop_table("audit_entries")


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
