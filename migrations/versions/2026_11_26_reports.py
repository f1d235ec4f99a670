"""reports with the tables that they keep."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

PLANS = ("youth", "community", "tourism")
SPANS = ("year", "q1", "q2", "q3", "q4")
STATES = ("asked", "making", "ready", "failed")
IS_BEING_MADE = sa.text("state IN ('asked', 'making')")


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=True),
        sa.Column("city_id", row_id(), nullable=True),
        sa.Column("plan", one_of(PLANS, "plan"), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("span", one_of(SPANS, "span"), nullable=False),
        sa.Column("question", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("parties", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("by_id", row_id(), nullable=True),
        sa.Column("asking_city_id", row_id(), nullable=True),
        sa.Column("form_token", sa.String(64), nullable=True),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("state", one_of(STATES, "reportstate"), nullable=False),
        sa.Column("next_look_at", moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("chapters_in_all", sa.Integer(), nullable=False),
        sa.Column("made_at", moment(), nullable=True),
        sa.CheckConstraint("(agreement_id IS NULL) <> (city_id IS NULL)", name=op.f("ck_reports_subject")),
        sa.CheckConstraint("(by_id IS NULL) = (form_token IS NULL)", name=op.f("ck_reports_asker")),
        sa.CheckConstraint("(state = 'ready') = (made_at IS NOT NULL)", name=op.f("ck_reports_made_at")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_reports_agreement_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_reports_city_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_reports_by_id")),
        sa.ForeignKeyConstraint(["asking_city_id"], ["cities.id"], name=op.f("fk_reports_asking_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("question", "version", name=op.f("uq_reports_question_version")),
        sa.UniqueConstraint("by_id", "form_token", name=op.f("uq_reports_by_id_form_token")),
    )
    for column in ("agreement_id", "city_id", "asking_city_id"):
        op.create_index(f"ix_reports_{column}", "reports", [column])
    op.create_index(
        "ix_reports_being_made",
        "reports",
        ["question"],
        unique=True,
        postgresql_where=IS_BEING_MADE,
        sqlite_where=IS_BEING_MADE,
    )
    op.create_table(
        "report_chapters",
        sa.Column("report_id", row_id(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_chapters_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "key", name=op.f("pk_report_chapters")),
        sa.UniqueConstraint("report_id", "position", name=op.f("uq_report_chapters_report_id_position")),
    )


def downgrade() -> None:
    op.drop_table("report_chapters")
    op.drop_table("reports")


def one_of(values: tuple[str, ...], name: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment() -> Any:
    return sa.DateTime(timezone=True)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
