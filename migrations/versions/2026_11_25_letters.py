"""letters: order, limits, an end to what is kept; reminders by package; messages to leaders."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SETTLED = "state IN ('sent', 'skipped', 'failed', 'doubtful')"
HAS_ADDRESS = "address_sealed IS NOT NULL"
# What every package had before it could say so itself: about what, how many days before.
REMINDERS = (("roster", 3), ("roster", 1), ("trip", 3), ("trip", 1))


def upgrade() -> None:
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("address_hash", sa.String(64), nullable=True))
        letters.alter_column("address_sealed", existing_type=sa.LargeBinary(), nullable=True)
    partial_index("ix_letters_settled", "letters", ["state", "next_look_at"], SETTLED)
    op.create_index("ix_letters_address_hash", "letters", ["address_hash"])
    partial_index("ix_letters_written_at", "letters", ["written_at"], HAS_ADDRESS)
    make_reminder_rules()
    make_messages()


def downgrade() -> None:
    op.drop_table("messages")
    op.drop_table("reminder_rules")
    for index in ("ix_letters_written_at", "ix_letters_address_hash", "ix_letters_settled"):
        op.drop_index(index, "letters")
    op.execute(LETTERS.delete().where(LETTERS.c.kind.in_(NEW_LETTERS) | LETTERS.c.address_sealed.is_(None)))
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("address_sealed", existing_type=sa.LargeBinary(), nullable=False)
        letters.drop_column("address_hash")


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def make_reminder_rules() -> None:
    op.create_table(
        "reminder_rules",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("package_id", row_id(), nullable=False),
        sa.Column("about", one_of("reminderabout", "roster", "trip", "afterwards"), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("reader", one_of("reminderreader", "leader", "families"), nullable=False),
        sa.CheckConstraint("0 <= days AND days <= 30", name=op.f("ck_reminder_rules_days")),
        sa.CheckConstraint("8 <= hour AND hour <= 20", name=op.f("ck_reminder_rules_hour")),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name=op.f("fk_reminder_rules_package_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rules")),
        sa.UniqueConstraint(
            "package_id", "about", "days", "reader", name=op.f("uq_reminder_rules_package_id_about_days_reader")
        ),
    )
    for about, days in REMINDERS:
        rule = sa.select(PACKAGES.c.id, sa.literal(about), sa.literal(days), sa.literal(9), sa.literal("leader"))
        op.execute(REMINDER_RULES.insert().from_select(["package_id", "about", "days", "hour", "reader"], rule))


def make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("departure_id", row_id(), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("words", sa.String(5000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_messages_by_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departures.id"], name=op.f("fk_messages_departure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("form_token", name=op.f("uq_messages_form_token")),
    )
    op.create_index(op.f("ix_messages_departure_id"), "messages", ["departure_id"])


PACKAGES = sa.table("packages", sa.column("id"))
REMINDER_RULES = sa.table(
    "reminder_rules", *(sa.column(name) for name in ("package_id", "about", "days", "hour", "reader"))
)
LETTERS = sa.table("letters", sa.column("kind"), sa.column("address_sealed"))
NEW_LETTERS = ("organiser_message", "reminder_afterwards", "family_reminder")
