"""notices, what is attached to them, who has read them, who wants the digest."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

CATEGORIES = (
    "youth_exchange", "community", "tourism", "education", "employment", "health", "safety", "experience", "other",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("office_id", row_id(), nullable=False),
        sa.Column("city_id", row_id(), nullable=False),
        sa.Column("kind", one_of(("notice", "policy"), "noticekind"), nullable=False),
        sa.Column("category", one_of(CATEGORIES, "category"), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("document_number", sa.String(60), nullable=False),
        sa.Column("visibility", one_of(("public", "partners", "department"), "visibility"), nullable=False),
        sa.Column("department_id", row_id(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("publication", one_of(("draft", "published", "withdrawn"), "publication"), nullable=False),
        sa.Column("published_at", moment(), nullable=True),
        sa.Column("changed_at", moment(), nullable=False),
        sa.Column("changed_by_id", row_id(), nullable=False),
        sa.Column("search_title", sa.Text(), nullable=False),
        sa.Column("search_words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(visibility = 'department') = (department_id IS NOT NULL)", name=op.f("ck_notices_department")
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_notices_validity")),
        sa.CheckConstraint("(publication = 'draft') = (published_at IS NULL)", name=op.f("ck_notices_published_at")),
        sa.ForeignKeyConstraint(["office_id"], ["organisations.id"], name=op.f("fk_notices_office_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_notices_city_id")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_notices_department_id")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_notices_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    for column in ("office_id", "city_id", "department_id", "published_at"):
        op.create_index(f"ix_notices_{column}", "notices", [column])
    op.create_table(
        "notice_files",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("notice_id", row_id(), nullable=False),
        sa.Column("filename", sa.String(120), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_files_notice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_files")),
    )
    op.create_index("ix_notice_files_notice_id", "notice_files", ["notice_id"])
    op.create_table(
        "notice_readings",
        sa.Column("notice_id", row_id(), nullable=False),
        sa.Column("user_id", row_id(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_readings_notice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notice_readings_user_id")),
        sa.PrimaryKeyConstraint("notice_id", "user_id", name=op.f("pk_notice_readings")),
    )
    op.create_index("ix_notice_readings_user_id", "notice_readings", ["user_id"])
    op.create_table(
        "digest_readers",
        sa.Column("user_id", row_id(), nullable=False),
        sa.Column("since", moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_digest_readers_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_digest_readers")),
    )


def downgrade() -> None:
    for table in ("digest_readers", "notice_readings", "notice_files", "notices"):
        op.drop_table(table)


def one_of(values: tuple[str, ...], name: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment() -> Any:
    return sa.DateTime(timezone=True)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
