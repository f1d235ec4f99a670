"""What a city proposes to change of an agreement; which office a request for help went to first."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

NEVER_MOVED = """
    saying = 'asked' AND office_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM help_entries AS moved
        WHERE moved.request_id = help_entries.request_id AND moved.saying IN ('passed_on', 'escalated')
    )
"""
ITS_OFFICE = "(SELECT office_id FROM help_requests WHERE help_requests.id = help_entries.request_id)"


def upgrade() -> None:
    op.create_table(
        "agreement_proposals",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("what", one_of(("join", "leave", "end"), "proposed"), nullable=False),
        sa.Column("city_id", row_id(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("proposing_city_id", row_id(), nullable=False),
        sa.Column("proposed_by_id", row_id(), nullable=False),
        sa.Column("proposed_at", moment(), nullable=False),
        sa.CheckConstraint("(what = 'end') = (city_id IS NULL)", name=op.f("ck_agreement_proposals_city")),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreements.id"],
            name=op.f("fk_agreement_proposals_agreement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_agreement_proposals_city_id")),
        sa.ForeignKeyConstraint(
            ["proposing_city_id"], ["cities.id"], name=op.f("fk_agreement_proposals_proposing_city_id")
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_agreement_proposals_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_proposals")),
        sa.UniqueConstraint(
            "agreement_id", "what", "city_id", name=op.f("uq_agreement_proposals_agreement_id_what_city_id")
        ),
    )
    op.execute(f"UPDATE help_entries SET office_id = {ITS_OFFICE} WHERE {NEVER_MOVED}")


def downgrade() -> None:
    op.execute("UPDATE help_entries SET office_id = NULL WHERE saying = 'asked'")
    op.drop_table("agreement_proposals")


def one_of(values: tuple[str, ...], name: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment() -> Any:
    return sa.DateTime(timezone=True)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
