"""the day itself: coaches, rooms and small groups, roll calls, incidents, what is asked afterwards."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    add_arrangements()


def downgrade() -> None:
    for table in ("wishes", "placings", "places"):
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


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def goes_with(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """The row goes when the one that it belongs to does."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
