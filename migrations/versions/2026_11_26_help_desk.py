"""the help desk: guides, a directory, requests for help, counts without persons."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

NEW_LETTERS = ("help_received", "help_news", "help_to_office", "help_copied")
NEW_KEPT = "help_requests"
KEPT_BEFORE = ("documents", "rosters", "messages", "answers", "incidents", "disclosures", "exports", "breaches")
TOPICS = ("job", "medical", "schooling")
IS_OPEN = sa.text("state IN ('waiting', 'answered')")


def upgrade() -> None:
    make_guides()
    make_requests()
    make_entries()
    make_tallies()
    change_kept((*KEPT_BEFORE, NEW_KEPT))


def downgrade() -> None:
    """What was asked is gone with it, and so are the letters about it."""
    change_kept(KEPT_BEFORE)
    op.execute(LETTERS.delete().where(LETTERS.c.kind.in_(NEW_LETTERS)))
    for table in ("help_tallies", "help_entries", "help_requests", "help_offices", "help_guides", "help_topics"):
        op.drop_table(table)


def make_guides() -> None:
    op.create_table(
        "help_topics",
        sa.Column("topic", one_of("topic", *TOPICS), nullable=False),
        sa.Column("department_id", row_id(), nullable=False),
        sa.Column("answer_days", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("1 <= answer_days AND answer_days <= 20", name=op.f("ck_help_topics_answer_days")),
        foreign_key("help_topics", "department_id", "departments"),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_help_topics")),
    )
    op.create_table(
        "help_guides",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("topic", one_of("topic", *TOPICS), nullable=False),
        sa.Column("city_id", row_id(), nullable=False),
        sa.Column("office_id", row_id(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("publication", one_of("publication", "draft", "published", "withdrawn"), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        foreign_key("help_guides", "city_id", "cities"),
        foreign_key("help_guides", "office_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_guides")),
    )
    op.create_index("ix_help_guides_city_id_topic", "help_guides", ["city_id", "topic"])
    op.create_index(op.f("ix_help_guides_office_id"), "help_guides", ["office_id"])
    op.create_table(
        "help_offices",
        sa.Column("organisation_id", row_id(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        foreign_key("help_offices", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_help_offices")),
    )


def make_requests() -> None:
    outcomes = ("solved", "referred", "not_possible", "quiet", "unanswered")
    op.create_table(
        "help_requests",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("form_hash", sa.String(64), nullable=False),
        sa.Column("topic", one_of("topic", *TOPICS), nullable=False),
        sa.Column("city_id", row_id(), nullable=False),
        sa.Column("county_id", row_id(), nullable=True),
        sa.Column("home_city_id", row_id(), nullable=True),
        sa.Column("office_id", row_id(), nullable=False),
        sa.Column("home_office_id", row_id(), nullable=True),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_by_mail", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", one_of("requeststate", "waiting", "answered", "closed", "withdrawn"), nullable=False),
        sa.Column("outcome", one_of("outcome", *outcomes), nullable=True),
        sa.Column("taken_by_id", row_id(), nullable=True),
        sa.Column("escalations", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_word_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        check("help_requests", "home", "(home_city_id IS NOT NULL) OR (home_office_id IS NULL)"),
        check("help_requests", "closed", "(state IN ('closed', 'withdrawn')) = (closed_at IS NOT NULL)"),
        check("help_requests", "ended", "(state = 'closed') = (outcome IS NOT NULL)"),
        check("help_requests", "withdrawn", "state <> 'withdrawn' OR contact_sealed IS NULL"),
        foreign_key("help_requests", "city_id", "cities"),
        foreign_key("help_requests", "county_id", "counties"),
        foreign_key("help_requests", "home_city_id", "cities"),
        foreign_key("help_requests", "office_id", "organisations"),
        foreign_key("help_requests", "home_office_id", "organisations"),
        foreign_key("help_requests", "taken_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_requests")),
        sa.UniqueConstraint("uid", name=op.f("uq_help_requests_uid")),
        sa.UniqueConstraint("code", name=op.f("uq_help_requests_code")),
        sa.UniqueConstraint("form_hash", name=op.f("uq_help_requests_form_hash")),
    )
    op.create_index("ix_help_requests_office_id_state", "help_requests", ["office_id", "state"])
    op.create_index(
        "ix_help_requests_look_at", "help_requests", ["look_at"], postgresql_where=IS_OPEN, sqlite_where=IS_OPEN
    )
    for column in ("city_id", "home_office_id", "closed_at"):
        op.create_index(op.f(f"ix_help_requests_{column}"), "help_requests", [column])


def make_entries() -> None:
    sayings = ("asked", "added", "answer", "note", "passed_on", "escalated", "closed", "withdrawn")
    op.create_table(
        "help_entries",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("request_id", row_id(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saying", one_of("saying", *sayings), nullable=False),
        sa.Column("office_id", row_id(), nullable=True),
        sa.Column("by_id", row_id(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["help_requests.id"], name=op.f("fk_help_entries_request_id"), ondelete="CASCADE"
        ),
        foreign_key("help_entries", "office_id", "organisations"),
        foreign_key("help_entries", "by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_entries")),
        sa.UniqueConstraint("uid", name=op.f("uq_help_entries_uid")),
    )
    op.create_index(op.f("ix_help_entries_request_id"), "help_entries", ["request_id"])


def make_tallies() -> None:
    counts = ("asked", "one_day", "three_days", "five_days", "ten_days", "later")
    op.create_table(
        "help_tallies",
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("topic", one_of("topic", *TOPICS), nullable=False),
        sa.Column("city_id", row_id(), nullable=False),
        *(sa.Column(count, sa.Integer(), nullable=False) for count in counts),
        foreign_key("help_tallies", "city_id", "cities"),
        sa.PrimaryKeyConstraint("quarter", "topic", "city_id", name=op.f("pk_help_tallies")),
    )


def change_kept(values: tuple[str, ...]) -> None:
    """What may be deleted when its time is over, and is reported; what was reported of something else is forgotten."""
    for table in ("erasures", "retention_reports"):
        rows = sa.table(table, sa.column("kept"))
        op.execute(rows.delete().where(rows.c.kept.not_in(values)))
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"ck_{table}_kept"), type_="check")
            changed.create_check_constraint(op.f(f"ck_{table}_kept"), f"kept IN ({', '.join(map(repr, values))})")


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def foreign_key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


LETTERS = sa.table("letters", sa.column("kind"))
