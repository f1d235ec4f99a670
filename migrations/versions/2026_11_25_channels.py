"""letters by several channels: ways in an order, urgency, limits, the reader's own page."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ON_THE_WAY = "state IN ('pending', 'sending', 'handing_over')"
UNREAD = "read_at IS NULL AND (channel = 'page' AND state = 'sent' OR state = 'failed')"


def upgrade() -> None:
    op.drop_index("ix_letters_next_look_at", "letters")
    op.drop_index("ix_letters_address_hash", "letters")
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("channel", channels(), nullable=False, server_default="mail"))
        letters.add_column(sa.Column("urgency", sa.SmallInteger(), nullable=False, server_default="0"))
        letters.add_column(sa.Column("later_ways_sealed", sa.LargeBinary(), nullable=True))
        letters.add_column(sa.Column("reader_id", row_id(), nullable=True))
        letters.add_column(sa.Column("given_up", sa.String(200), nullable=True))
        letters.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
        letters.create_foreign_key(op.f("fk_letters_reader_id"), "users", ["reader_id"], ["id"], ondelete="SET NULL")
    columns = ["channel", "urgency", "next_look_at", "id"]
    partial_index("ix_letters_on_the_way", columns, ON_THE_WAY)
    partial_index("ix_letters_before_others", ["address_hash", "due_at", "id"], ON_THE_WAY)
    partial_index("ix_letters_unread", ["reader_id"], UNREAD)
    op.create_index("ix_letters_address_hash_sent_at", "letters", ["address_hash", "sent_at"])
    op.create_index("ix_letters_reader_id", "letters", ["reader_id", "id"])
    op.create_table(
        "outlets",
        sa.Column("channel", channels(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("away_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_outlets")),
    )
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("channels", sa.JSON(), nullable=False, server_default='["mail"]'))
        users.add_column(sa.Column("robot_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Letters that only a newer version can bring are gone with it; those that were brought stay in the figures."""
    with op.batch_alter_table("users") as users:
        users.drop_column("robot_sealed")
        users.drop_column("channels")
    op.drop_table("outlets")
    for index in (
        "ix_letters_reader_id",
        "ix_letters_address_hash_sent_at",
        "ix_letters_unread",
        "ix_letters_before_others",
        "ix_letters_on_the_way",
    ):
        op.drop_index(index, "letters")
    on_the_way = LETTERS.c.state.in_(("pending", "sending", "handing_over"))
    op.execute(LETTERS.delete().where(LETTERS.c.channel != "mail", on_the_way))
    with op.batch_alter_table("letters") as letters:
        letters.drop_constraint(op.f("fk_letters_reader_id"), type_="foreignkey")
        letters.drop_constraint(op.f("ck_letters_channel"), type_="check")
        for column in ("read_at", "given_up", "reader_id", "later_ways_sealed", "urgency", "channel"):
            letters.drop_column(column)
    op.create_index("ix_letters_address_hash", "letters", ["address_hash"])
    partial_index("ix_letters_next_look_at", ["next_look_at", "id"], ON_THE_WAY)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def channels() -> sa.Enum:
    values = ("mail", "text", "robot", "page")
    return sa.Enum(*values, name="channel", native_enum=False, create_constraint=True, length=32)


def partial_index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "letters", columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


LETTERS = sa.table("letters", sa.column("state"), sa.column("channel"))
