"""visits, their programmes, reports and follow-ups; what an exchange is about; which exchange returns which."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

PURPOSES = ("learning", "field_research", "ceremony", "joint_work", "festival")
STATES = ("proposed", "changed", "accepted", "declined", "carried_out", "cancelled")
STEPS = ("propose", "change", "accept", "decline", "carry_out", "cancel", "report")
PLANS = ("youth", "community", "tourism")


def upgrade() -> None:
    create_visits()
    create_parts()
    op.add_column("exchanges", sa.Column("visit_id", row_id(), nullable=True))
    op.add_column("exchanges", sa.Column("title", sa.String(120), nullable=False, server_default=""))
    op.add_column("exchanges", sa.Column("persons", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("exchanges", sa.Column("called_off_at", moment(), nullable=True))
    with op.batch_alter_table("exchanges") as exchanges:
        exchanges.create_foreign_key(op.f("fk_exchanges_visit_id"), "visits", ["visit_id"], ["id"])
        exchanges.create_unique_constraint(op.f("uq_exchanges_visit_id"), ["visit_id"])
        exchanges.create_check_constraint(op.f("ck_exchanges_about"), "(departure_id IS NULL) <> (visit_id IS NULL)")
    create_returns()


def downgrade() -> None:
    """The exchanges of visits go with them."""
    for table in ("returns", "return_wishes", "return_rules"):
        op.drop_table(table)
    op.execute("DELETE FROM exchange_steps WHERE exchange_id IN (SELECT id FROM exchanges WHERE visit_id IS NOT NULL)")
    op.execute("DELETE FROM exchanges WHERE visit_id IS NOT NULL")
    with op.batch_alter_table("exchanges") as exchanges:
        exchanges.drop_constraint(op.f("ck_exchanges_about"), type_="check")
        exchanges.drop_constraint(op.f("uq_exchanges_visit_id"), type_="unique")
        exchanges.drop_constraint(op.f("fk_exchanges_visit_id"), type_="foreignkey")
        for column in ("called_off_at", "persons", "title", "visit_id"):
            exchanges.drop_column(column)
    for table in ("visit_events", "visit_follow_ups", "visit_files", "visit_entries", "visit_members", "visits"):
        op.drop_table(table)


def create_visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("plan", one_of(PLANS, "plan"), nullable=False),
        sa.Column("purpose", one_of(PURPOSES, "purpose"), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("aims", sa.String(4000), nullable=False),
        sa.Column("sending_city_id", row_id(), nullable=False),
        sa.Column("hosting_city_id", row_id(), nullable=False),
        sa.Column("speaking_city_id", row_id(), nullable=False),
        sa.Column("host_office_id", row_id(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", one_of(STATES, "visitstate"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=True),
        sa.Column("contact_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seen", sa.String(4000), nullable=False),
        sa.Column("results", sa.String(4000), nullable=False),
        sa.Column("lessons", sa.String(4000), nullable=False),
        sa.Column("reported_at", moment(), nullable=True),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("proposed_by_id", row_id(), nullable=False),
        sa.Column("proposed_at", moment(), nullable=False),
        sa.Column("changed_at", moment(), nullable=False),
        sa.CheckConstraint("sending_city_id <> hosting_city_id", name=op.f("ck_visits_sides")),
        sa.CheckConstraint(
            "speaking_city_id IN (sending_city_id, hosting_city_id)", name=op.f("ck_visits_speaking")
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_visits_dates")),
        sa.CheckConstraint("(state = 'carried_out') = (came IS NOT NULL)", name=op.f("ck_visits_came")),
        sa.CheckConstraint("came > 0", name=op.f("ck_visits_persons")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_visits_{column}"))
            for column, table in (
                ("agreement_id", "agreements"), ("sending_city_id", "cities"), ("hosting_city_id", "cities"),
                ("speaking_city_id", "cities"), ("host_office_id", "organisations"), ("proposed_by_id", "users"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("uid", name=op.f("uq_visits_uid")),
        sa.UniqueConstraint("proposed_by_id", "form_token", name=op.f("uq_visits_proposed_by_id_form_token")),
    )  # fmt: skip
    op.create_index("ix_visits_agreement_id_ends_on", "visits", ["agreement_id", "ends_on"])
    for column in ("sending_city_id", "hosting_city_id"):
        op.create_index(f"ix_visits_{column}", "visits", [column])


def create_parts() -> None:
    op.create_table(
        "visit_members",
        *part_of_visit("visit_members"),
        sa.Column("office_id", row_id(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.CheckConstraint("persons > 0", name=op.f("ck_visit_members_persons")),
        sa.ForeignKeyConstraint(["office_id"], ["organisations.id"], name=op.f("fk_visit_members_office_id")),
        sa.UniqueConstraint("visit_id", "office_id", name=op.f("uq_visit_members_visit_id_office_id")),
    )
    op.create_table(
        "visit_entries",
        *part_of_visit("visit_entries"),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("base_id", row_id(), nullable=True),
        sa.Column("office_id", row_id(), nullable=True),
        sa.CheckConstraint("ends IS NULL OR starts < ends", name=op.f("ck_visit_entries_times")),
        sa.ForeignKeyConstraint(["base_id"], ["bases.id"], name=op.f("fk_visit_entries_base_id")),
        sa.ForeignKeyConstraint(["office_id"], ["organisations.id"], name=op.f("fk_visit_entries_office_id")),
    )
    op.create_table(
        "visit_files",
        *part_of_visit("visit_files"),
        sa.Column("filename", sa.String(120), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by_id", row_id(), nullable=False),
        sa.Column("added_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_visit_files_added_by_id")),
        sa.UniqueConstraint("visit_id", "digest", name=op.f("uq_visit_files_visit_id_digest")),
    )
    op.create_table(
        "visit_follow_ups",
        *part_of_visit("visit_follow_ups"),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("owner_id", row_id(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("times_reminded", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_visit_follow_ups_owner_id")),
    )
    is_open = sa.text("done_on IS NULL")
    op.create_index(
        "ix_visit_follow_ups_due_on", "visit_follow_ups", ["due_on"], postgresql_where=is_open, sqlite_where=is_open
    )
    op.create_index("ix_visit_follow_ups_owner_id", "visit_follow_ups", ["owner_id"])
    op.create_table(
        "visit_events",
        *part_of_visit("visit_events"),
        sa.Column("at", moment(), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("step", one_of(STEPS, "visitstep"), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_visit_events_by_id")),
    )
    for table in ("visit_entries", "visit_follow_ups", "visit_events"):
        op.create_index(f"ix_{table}_visit_id", table, ["visit_id"])


def create_returns() -> None:
    op.create_table(
        "return_wishes",
        sa.Column("visit_id", row_id(), nullable=False),
        sa.Column("exchange_id", row_id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk_return_wishes_visit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name=op.f("fk_return_wishes_exchange_id")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_return_wishes")),
    )
    op.create_index("ix_return_wishes_exchange_id", "return_wishes", ["exchange_id"])
    op.create_table(
        "returns",
        sa.Column("outward_id", row_id(), nullable=False),
        sa.Column("back_id", row_id(), nullable=False),
        sa.Column("linked_by_id", row_id(), nullable=False),
        sa.Column("linked_at", moment(), nullable=False),
        sa.CheckConstraint("outward_id <> back_id", name=op.f("ck_returns_two")),
        sa.ForeignKeyConstraint(["outward_id"], ["exchanges.id"], name=op.f("fk_returns_outward_id")),
        sa.ForeignKeyConstraint(["back_id"], ["exchanges.id"], name=op.f("fk_returns_back_id")),
        sa.ForeignKeyConstraint(["linked_by_id"], ["users.id"], name=op.f("fk_returns_linked_by_id")),
        sa.PrimaryKeyConstraint("outward_id", name=op.f("pk_returns")),
        sa.UniqueConstraint("back_id", name=op.f("uq_returns_back_id")),
    )
    op.create_table(
        "return_rules",
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.CheckConstraint("1 <= months AND months <= 60", name=op.f("ck_return_rules_months")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_return_rules_agreement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_return_rules")),
    )


def part_of_visit(table: str) -> tuple[Any, ...]:
    return (
        sa.Column("id", row_id(), nullable=False),
        sa.Column("visit_id", row_id(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f(f"fk_{table}_visit_id"), ondelete="CASCADE"),
    )


def one_of(values: tuple[str, ...], name: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment() -> Any:
    return sa.DateTime(timezone=True)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
