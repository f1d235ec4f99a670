"""trips that a school and a host agree on: wishes, inquiries with their versions, packages for one school."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

SIDES = ("school", "host")
STATES = ("draft", "with_host", "with_school", "agreed", "declined", "withdrawn", "expired")
STEPS = ("send", "write", "agree", "decline", "withdraw", "expire", "take_on", "hand_back")
WAITING = sa.text("state IN ('with_host', 'with_school')")
DRAFT = sa.text("number IS NULL")


def upgrade() -> None:
    for table in ("packages", "departures"):
        op.add_column(table, sa.Column("for_school_id", row_id(), nullable=True))
        op.create_index(op.f(f"ix_{table}_for_school_id"), table, ["for_school_id"])
    op.create_table(
        "wished_items",
        sa.Column("school_id", row_id(), nullable=False),
        sa.Column("menu_item_id", row_id(), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["organisations.id"], name=op.f("fk_wished_items_school_id")),
        sa.ForeignKeyConstraint(
            ["menu_item_id"], ["menu_items.id"], name=op.f("fk_wished_items_menu_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_wished_items_by_id")),
        sa.PrimaryKeyConstraint("school_id", "menu_item_id", name=op.f("pk_wished_items")),
    )
    op.create_index(op.f("ix_wished_items_menu_item_id"), "wished_items", ["menu_item_id"])
    op.create_table(
        "inquiries",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("school_id", row_id(), nullable=False),
        sa.Column("city_id", row_id(), nullable=False),
        sa.Column("leader_id", row_id(), nullable=False),
        sa.Column("organiser_id", row_id(), nullable=True),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("state", one_of(STATES, "inquirystate"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_word_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times_reminded", sa.Integer(), nullable=False),
        sa.Column("package_id", row_id(), nullable=True),
        sa.Column("booking_id", row_id(), nullable=True),
        sa.CheckConstraint("(state = 'agreed') = (booking_id IS NOT NULL)", name=op.f("ck_inquiries_agreed")),
        sa.ForeignKeyConstraint(["school_id"], ["organisations.id"], name=op.f("fk_inquiries_school_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_inquiries_city_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["users.id"], name=op.f("fk_inquiries_leader_id")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organisations.id"], name=op.f("fk_inquiries_organiser_id")),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name=op.f("fk_inquiries_package_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_inquiries_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiries")),
        sa.UniqueConstraint("leader_id", "form_token", name=op.f("uq_inquiries_leader_id_form_token")),
        sa.UniqueConstraint("package_id", name=op.f("uq_inquiries_package_id")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_inquiries_booking_id")),
    )
    op.create_index("ix_inquiries_city_id_state", "inquiries", ["city_id", "state"])
    op.create_index(
        "ix_inquiries_last_word_at", "inquiries", ["last_word_at"], postgresql_where=WAITING, sqlite_where=WAITING
    )
    op.create_index(op.f("ix_inquiries_school_id"), "inquiries", ["school_id"])
    op.create_index(op.f("ix_inquiries_organiser_id"), "inquiries", ["organiser_id"])
    op.create_table(
        "inquiry_versions",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("inquiry_id", row_id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("side", one_of(SIDES, "side"), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.CheckConstraint("(number IS NULL) = (sent_at IS NULL)", name=op.f("ck_inquiry_versions_sent")),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiries.id"], name=op.f("fk_inquiry_versions_inquiry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_inquiry_versions_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_versions")),
        sa.UniqueConstraint("inquiry_id", "number", name=op.f("uq_inquiry_versions_inquiry_id_number")),
    )
    op.create_index(
        "ix_inquiry_versions_draft",
        "inquiry_versions",
        ["inquiry_id", "side"],
        unique=True,
        postgresql_where=DRAFT,
        sqlite_where=DRAFT,
    )
    op.create_table(
        "inquiry_events",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("inquiry_id", row_id(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", row_id(), nullable=True),
        sa.Column("side", one_of(SIDES, "side"), nullable=True),
        sa.Column("step", one_of(STEPS, "step"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiries.id"], name=op.f("fk_inquiry_events_inquiry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_inquiry_events_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_events")),
    )
    op.create_index(op.f("ix_inquiry_events_inquiry_id"), "inquiry_events", ["inquiry_id"])


def downgrade() -> None:
    for table in ("inquiry_events", "inquiry_versions", "inquiries", "wished_items"):
        op.drop_table(table)
    for table in ("departures", "packages"):
        op.drop_index(op.f(f"ix_{table}_for_school_id"), table)
        op.drop_column(table, "for_school_id")


def one_of(values: tuple[str, ...], name: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
