"""retention: what was deleted when, requests for deletion, breaches; the periods that a notice promises."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    promise_periods()
    add_reports()
    add_requests()
    add_breaches()


def downgrade() -> None:
    """Letters about requests and breaches would lead nowhere."""
    op.execute(LETTERS.delete().where(LETTERS.c.kind.in_(["deletion_asked", "breach_reported"])))
    for table in (
        "breach_texts",
        "breach_measures",
        "breaches",
        "account_deletions",
        "deletion_requests",
        "retention_reports",
        "erasures",
    ):
        op.drop_table(table)
    with op.batch_alter_table("consent_notices") as notices:
        for column in ("documents_days", "rosters_days", "answers_days"):
            notices.drop_column(column)


def promise_periods() -> None:
    """Every text so far said 30 days, one year and three years."""
    for column, days in (("documents_days", "30"), ("rosters_days", "365"), ("answers_days", "1096")):
        op.add_column("consent_notices", sa.Column(column, sa.Integer(), server_default=days, nullable=False))


def add_reports() -> None:
    op.create_table(
        "erasures",
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("kept", kept(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        goes_with("erasures", "booking_id", "bookings"),
        sa.PrimaryKeyConstraint("booking_id", "kept", name=op.f("pk_erasures")),
    )
    op.create_table(
        "retention_reports",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kept", kept(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ran_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kept", name=op.f("pk_retention_reports")),
    )


def add_requests() -> None:
    op.create_table(
        "deletion_requests",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("person_uid", sa.String(32), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("asked_by_id", row_id(), nullable=True),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("done_by_id", row_id(), nullable=True),
        stays_with("deletion_requests", "booking_id", "bookings"),
        stays_with("deletion_requests", "asked_by_id", "users"),
        stays_with("deletion_requests", "done_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion_requests")),
    )
    op.create_index(op.f("ix_deletion_requests_booking_id"), "deletion_requests", ["booking_id"])
    op.create_index(op.f("ix_deletion_requests_person_uid"), "deletion_requests", ["person_uid"])
    one_open("deletion_requests", "person_uid")
    op.create_table(
        "account_deletions",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("user_id", row_id(), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("done_by_id", row_id(), nullable=True),
        stays_with("account_deletions", "user_id", "users"),
        stays_with("account_deletions", "done_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_deletions")),
    )
    one_open("account_deletions", "user_id")


def add_breaches() -> None:
    scope = one_of("scope", "account", "departure", "group", "everything")
    measures = ("noticed", "contained", "regulator_told", "schools_told", "guardians_told", "closed")
    op.create_table(
        "breaches",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("reported_at", moment(), nullable=False),
        sa.Column("noticed_at", moment(), nullable=False),
        sa.Column("began_at", moment(), nullable=False),
        sa.Column("ended_at", moment(), nullable=False),
        sa.Column("scope", scope, nullable=False),
        sa.Column("user_id", row_id(), nullable=True),
        sa.Column("departure_id", row_id(), nullable=True),
        sa.Column("booking_id", row_id(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("began_at <= ended_at", name=op.f("ck_breaches_times")),
        sa.CheckConstraint("(scope = 'account') = (user_id IS NOT NULL)", name=op.f("ck_breaches_account")),
        sa.CheckConstraint("(scope = 'departure') = (departure_id IS NOT NULL)", name=op.f("ck_breaches_departure")),
        sa.CheckConstraint("(scope = 'group') = (booking_id IS NOT NULL)", name=op.f("ck_breaches_group")),
        stays_with("breaches", "by_id", "users"),
        stays_with("breaches", "user_id", "users"),
        stays_with("breaches", "departure_id", "departures"),
        stays_with("breaches", "booking_id", "bookings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaches")),
        sa.UniqueConstraint("form_token", name=op.f("uq_breaches_form_token")),
        sa.UniqueConstraint("uid", name=op.f("uq_breaches_uid")),
    )
    op.create_table(
        "breach_measures",
        sa.Column("breach_id", row_id(), nullable=False),
        sa.Column("measure", one_of("measure", *measures), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        goes_with("breach_measures", "breach_id", "breaches"),
        stays_with("breach_measures", "by_id", "users"),
        sa.PrimaryKeyConstraint("breach_id", "measure", name=op.f("pk_breach_measures")),
    )
    op.create_table(
        "breach_texts",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("breach_id", row_id(), nullable=False),
        sa.Column("audience", one_of("audience", "guardians", "schools", "regulator"), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        goes_with("breach_texts", "breach_id", "breaches"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_texts")),
        sa.UniqueConstraint(
            "breach_id", "audience", "language", name=op.f("uq_breach_texts_breach_id_audience_language")
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_breach_texts_uid")),
    )


def one_open(table: str, column: str) -> None:
    is_open = sa.text("done_at IS NULL")
    op.create_index(f"ix_{table}_open", table, [column], unique=True, postgresql_where=is_open, sqlite_where=is_open)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> Any:
    return sa.DateTime(timezone=True)


def kept() -> sa.Enum:
    return one_of(
        "kept", "documents", "rosters", "messages", "answers", "incidents", "disclosures", "exports", "breaches"
    )


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def stays_with(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """What the row belongs to cannot go before it."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def goes_with(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """The row goes when the one that it belongs to does."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


LETTERS = sa.table("letters", sa.column("kind"))
