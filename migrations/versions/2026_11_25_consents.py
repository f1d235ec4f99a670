"""consents: texts, links and answers of guardians; recipients of a package; refused health notes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NEW_LETTER = "consent_missing"


def upgrade() -> None:
    op.add_column("packages", sa.Column("recipients", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "participants", sa.Column("is_health_note_refused", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    make_notices()
    make_links()
    make_answers()


def downgrade() -> None:
    op.drop_table("consent_answers")
    op.drop_table("consent_links")
    op.drop_table("consent_notices")
    op.execute(LETTERS.delete().where(LETTERS.c.kind == NEW_LETTER))
    with op.batch_alter_table("participants") as participants:
        participants.drop_column("is_health_note_refused")
    with op.batch_alter_table("packages") as packages:
        packages.drop_column("recipients")


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> Any:
    return sa.DateTime(timezone=True)


def foreign_key(table: str, column: str, target: str) -> Any:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def make_notices() -> None:
    op.create_table(
        "consent_notices",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("essence", sa.String(64), nullable=False),
        sa.Column("words_json_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", moment(), nullable=False),
        foreign_key("consent_notices", "booking_id", "bookings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_notices")),
        sa.UniqueConstraint("uid", name=op.f("uq_consent_notices_uid")),
        sa.UniqueConstraint("booking_id", "text_hash", name=op.f("uq_consent_notices_booking_id_text_hash")),
    )


def make_links() -> None:
    op.create_table(
        "consent_links",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("person_uid", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("made_at", moment(), nullable=False),
        sa.Column("made_by_id", row_id(), nullable=False),
        sa.Column("ends_at", moment(), nullable=False),
        sa.Column("replaced_at", moment(), nullable=True),
        foreign_key("consent_links", "booking_id", "bookings"),
        foreign_key("consent_links", "made_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_consent_links_token_hash")),
    )
    op.create_index("ix_consent_links_booking_id_person_uid", "consent_links", ["booking_id", "person_uid"])


def make_answers() -> None:
    method = sa.Enum("link", "paper", name="consentmethod", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "consent_answers",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("person_uid", sa.String(32), nullable=False),
        sa.Column("notice_id", row_id(), nullable=False),
        sa.Column("essence", sa.String(64), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("method", method, nullable=False),
        sa.Column("child_name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("given_by_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("at", moment(), nullable=False),
        sa.Column("link_id", row_id(), nullable=True),
        sa.Column("recorded_by_id", row_id(), nullable=True),
        sa.Column("withdrawn_at", moment(), nullable=True),
        sa.Column("withdrawal_recorded_by_id", row_id(), nullable=True),
        sa.CheckConstraint("(link_id IS NULL) <> (recorded_by_id IS NULL)", name=op.f("ck_consent_answers_one_way")),
        foreign_key("consent_answers", "booking_id", "bookings"),
        foreign_key("consent_answers", "notice_id", "consent_notices"),
        foreign_key("consent_answers", "link_id", "consent_links"),
        foreign_key("consent_answers", "recorded_by_id", "users"),
        foreign_key("consent_answers", "withdrawal_recorded_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_answers")),
        sa.UniqueConstraint("uid", name=op.f("uq_consent_answers_uid")),
    )
    op.create_index("ix_consent_answers_booking_id_person_uid", "consent_answers", ["booking_id", "person_uid"])


LETTERS = sa.table("letters", sa.column("kind"))
