"""exports of rosters, what was looked at of one person, and what packages asked for when rosters were looked through."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

OF_GROUPS = ("phones", "health", "names")
LATER = ("call_list", "person_document", "person_phones", "person_health", "person_everything")


def upgrade() -> None:
    say_whose()
    op.create_table(
        "exports",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("booking_id", row_id(), nullable=True),
        sa.Column("departure_id", row_id(), nullable=True),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("form", one_of("exportform", "xlsx", "csv"), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.Column("purpose_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(booking_id IS NULL) <> (departure_id IS NULL)", name=op.f("ck_exports_of_what")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_exports_booking_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departures.id"], name=op.f("fk_exports_departure_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_exports_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("uid", name=op.f("uq_exports_uid")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_exports_token_hash")),
    )
    op.create_index(op.f("ix_exports_booking_id"), "exports", ["booking_id"])
    op.create_index(op.f("ix_exports_departure_id"), "exports", ["departure_id"])
    op.create_table(
        "fields_seen",
        sa.Column("package_id", row_id(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"], ["packages.id"], name=op.f("fk_fields_seen_package_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("package_id", name=op.f("pk_fields_seen")),
    )


def downgrade() -> None:
    """Who looked at one person's values cannot be told any more."""
    op.drop_table("fields_seen")
    op.drop_table("exports")
    op.execute(DISCLOSURES.delete().where(DISCLOSURES.c.sheet.in_(LATER)))
    with op.batch_alter_table("disclosures") as table:
        table.drop_constraint(op.f("ck_disclosures_sheet"), type_="check")
        table.create_check_constraint(op.f("ck_disclosures_sheet"), is_one_of(OF_GROUPS))
        table.drop_column("person_uid")


def say_whose() -> None:
    with op.batch_alter_table("disclosures") as table:
        table.add_column(sa.Column("person_uid", sa.String(32), nullable=True))
        table.drop_constraint(op.f("ck_disclosures_sheet"), type_="check")
        table.create_check_constraint(op.f("ck_disclosures_sheet"), is_one_of((*OF_GROUPS, *LATER)))


def is_one_of(values: tuple[str, ...]) -> str:
    return "sheet IN ({})".format(", ".join(f"'{value}'" for value in values))


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


DISCLOSURES = sa.table("disclosures", sa.column("sheet"))
