"""the day itself: coaches, rooms and small groups, roll calls, incidents, what is asked afterwards."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    add_arrangements()
    add_roll_calls()
    add_notes_and_disclosures()
    add_incidents_and_replies()


def downgrade() -> None:
    """A letter about an incident would lead nowhere."""
    op.execute(LETTERS.delete().where(LETTERS.c.kind == "incident_reported"))
    for table in (
        "replies",
        "incidents",
        "disclosures",
        "host_notes",
        "roll_entries",
        "roll_calls",
        "wishes",
        "placings",
        "places",
    ):
        op.drop_table(table)


def add_arrangements() -> None:
    op.create_table(
        "places",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("kind", one_of("placekind", "coach", "room", "team"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("sex", one_of("sex", "male", "female"), nullable=True),
        sa.Column("label_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_places_capacity")),
        goes_with("places", "booking_id", "bookings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("booking_id", "kind", "number", name=op.f("uq_places_booking_id_kind_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_places_uid")),
    )
    op.create_table(
        "placings",
        sa.Column("participant_id", row_id(), nullable=False),
        sa.Column("kind", one_of("placekind", "coach", "room", "team"), nullable=False),
        sa.Column("place_id", row_id(), nullable=False),
        goes_with("placings", "participant_id", "participants"),
        goes_with("placings", "place_id", "places"),
        sa.PrimaryKeyConstraint("participant_id", "kind", name=op.f("pk_placings")),
    )
    op.create_index("ix_placings_place_id", "placings", ["place_id"])
    op.create_table(
        "wishes",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("first_id", row_id(), nullable=False),
        sa.Column("second_id", row_id(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_wishes_pair")),
        goes_with("wishes", "booking_id", "bookings"),
        goes_with("wishes", "first_id", "participants"),
        goes_with("wishes", "second_id", "participants"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_wishes_first_id_second_id")),
    )
    op.create_index("ix_wishes_booking_id", "wishes", ["booking_id"])
    op.create_index("ix_wishes_second_id", "wishes", ["second_id"])


def add_roll_calls() -> None:
    op.create_table(
        "roll_calls",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        goes_with("roll_calls", "booking_id", "bookings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_calls")),
        sa.UniqueConstraint("booking_id", "key", name=op.f("uq_roll_calls_booking_id_key")),
    )
    op.create_table(
        "roll_entries",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("call_id", row_id(), nullable=False),
        sa.Column("client_id", sa.String(100), nullable=False),
        sa.Column("participant_id", row_id(), nullable=True),
        sa.Column("state", one_of("presence", "present", "missing"), nullable=True),
        sa.Column("head_count", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.CheckConstraint("(participant_id IS NULL) = (state IS NULL)", name=op.f("ck_roll_entries_of_whom")),
        sa.CheckConstraint("(state IS NULL) <> (head_count IS NULL)", name=op.f("ck_roll_entries_one_thing")),
        sa.CheckConstraint("head_count >= 0", name=op.f("ck_roll_entries_head_count")),
        goes_with("roll_entries", "call_id", "roll_calls"),
        goes_with("roll_entries", "participant_id", "participants"),
        stays_with("roll_entries", "by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_entries")),
        sa.UniqueConstraint("call_id", "client_id", name=op.f("uq_roll_entries_call_id_client_id")),
    )
    op.create_index("ix_roll_entries_participant_id", "roll_entries", ["participant_id"])


def add_notes_and_disclosures() -> None:
    op.create_table(
        "host_notes",
        sa.Column("departure_id", row_id(), nullable=False),
        sa.Column("emergency", sa.JSON(), nullable=False),
        sa.Column("names_reason", sa.JSON(), nullable=False),
        goes_with("host_notes", "departure_id", "departures"),
        sa.PrimaryKeyConstraint("departure_id", name=op.f("pk_host_notes")),
    )
    op.create_table(
        "disclosures",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sheet", one_of("sheet", "phones", "health", "names"), nullable=False),
        sa.Column("purpose_sealed", sa.LargeBinary(), nullable=False),
        stays_with("disclosures", "booking_id", "bookings"),
        stays_with("disclosures", "by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sa.UniqueConstraint("uid", name=op.f("uq_disclosures_uid")),
    )
    op.create_index("ix_disclosures_booking_id", "disclosures", ["booking_id"])


def add_incidents_and_replies() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("concerned", sa.Integer(), nullable=False),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("names_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("concerned >= 0", name=op.f("ck_incidents_concerned")),
        stays_with("incidents", "booking_id", "bookings"),
        stays_with("incidents", "by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("booking_id", "form_token", name=op.f("uq_incidents_booking_id_form_token")),
        sa.UniqueConstraint("uid", name=op.f("uq_incidents_uid")),
    )
    op.create_table(
        "replies",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        goes_with("replies", "booking_id", "bookings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("booking_id", "form_token", name=op.f("uq_replies_booking_id_form_token")),
    )


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def stays_with(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """What the row belongs to cannot go before it."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def goes_with(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """The row goes when the one that it belongs to does."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


LETTERS = sa.table("letters", sa.column("kind"))
