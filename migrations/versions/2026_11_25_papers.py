"""papers of groups: what a city wants, and what a leader has ticked."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

PAPERS = (
    "plan", "safety_plan", "risk_check", "filing", "contract", "itinerary", "roster", "consents", "grouping",
    "briefing", "roll_calls", "incidents", "evaluation", "certificates",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "paper_rules",
        sa.Column("city_id", row_id(), nullable=False),
        sa.Column("paper", one_of(PAPERS, "paper"), nullable=False),
        sa.Column("counted", one_of(("before", "after"), "counted"), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("0 <= days AND days <= 365", name=op.f("ck_paper_rules_days")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_paper_rules_city_id")),
        sa.PrimaryKeyConstraint("city_id", "paper", name=op.f("pk_paper_rules")),
    )
    op.create_table(
        "paper_ticks",
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("paper", one_of(PAPERS, "paper"), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_paper_ticks_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_paper_ticks_by_id")),
        sa.PrimaryKeyConstraint("booking_id", "paper", name=op.f("pk_paper_ticks")),
    )


def downgrade() -> None:
    op.drop_table("paper_ticks")
    op.drop_table("paper_rules")


def one_of(values: tuple[str, ...], name: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
