"""agreements of cities with their papers, counterparts, liaisons; exchanges with checklists; common problems."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("state", one_of(("draft", "in_force", "ended"), "agreementstate"), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(500), nullable=False),
        sa.Column("written_by_id", row_id(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name=op.f("ck_agreements_ended")),
        sa.CheckConstraint(
            "state = 'draft' OR (signed_on IS NOT NULL AND in_force_from IS NOT NULL)",
            name=op.f("ck_agreements_signed"),
        ),
        sa.CheckConstraint("in_force_until >= in_force_from", name=op.f("ck_agreements_in_force")),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name=op.f("fk_agreements_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.create_table(
        "agreement_papers",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("filename", sa.String(120), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("added_by_id", row_id(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_agreement_papers_added_by_id")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_papers_agreement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_papers")),
        sa.UniqueConstraint("agreement_id", "digest", name=op.f("uq_agreement_papers_agreement_id_digest")),
    )
    op.create_table(
        "agreement_parties",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("city_id", row_id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until >= since", name=op.f("ck_agreement_parties_days")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_parties_agreement_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_agreement_parties_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_parties")),
    )
    op.create_index(op.f("ix_agreement_parties_agreement_id"), "agreement_parties", ["agreement_id"])
    op.create_index(op.f("ix_agreement_parties_city_id"), "agreement_parties", ["city_id"])
    op.create_index(
        "ix_agreement_parties_present",
        "agreement_parties",
        ["agreement_id", "city_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
        sqlite_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "agreement_plans",
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("plan", one_of(("youth", "community", "tourism"), "plan"), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_plans_agreement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agreement_id", "plan", name=op.f("pk_agreement_plans")),
    )
    op.create_table(
        "counterparts",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("first_id", row_id(), nullable=False),
        sa.Column("first_city_id", row_id(), nullable=False),
        sa.Column("second_id", row_id(), nullable=False),
        sa.Column("second_city_id", row_id(), nullable=False),
        sa.Column("proposing_city_id", row_id(), nullable=False),
        sa.Column("state", one_of(("proposed", "confirmed", "declined", "ended"), "counterpartstate"), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("proposed_by_id", row_id(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", row_id(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("ended_by_id", row_id(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_city_id < second_city_id", name=op.f("ck_counterparts_sides")),
        sa.CheckConstraint(
            "proposing_city_id IN (first_city_id, second_city_id)", name=op.f("ck_counterparts_proposing")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_counterparts_agreement_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_counterparts_answered_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_counterparts_ended_by_id")),
        sa.ForeignKeyConstraint(["first_city_id"], ["cities.id"], name=op.f("fk_counterparts_first_city_id")),
        sa.ForeignKeyConstraint(["first_id"], ["organisations.id"], name=op.f("fk_counterparts_first_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_counterparts_proposed_by_id")),
        sa.ForeignKeyConstraint(["proposing_city_id"], ["cities.id"], name=op.f("fk_counterparts_proposing_city_id")),
        sa.ForeignKeyConstraint(["second_city_id"], ["cities.id"], name=op.f("fk_counterparts_second_city_id")),
        sa.ForeignKeyConstraint(["second_id"], ["organisations.id"], name=op.f("fk_counterparts_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counterparts")),
    )
    op.create_index(op.f("ix_counterparts_agreement_id"), "counterparts", ["agreement_id"])
    op.create_index(op.f("ix_counterparts_first_id"), "counterparts", ["first_id"])
    op.create_index(
        "ix_counterparts_of_first",
        "counterparts",
        ["agreement_id", "first_id", "second_city_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'confirmed')"),
        sqlite_where=sa.text("state IN ('proposed', 'confirmed')"),
    )
    op.create_index(
        "ix_counterparts_of_second",
        "counterparts",
        ["agreement_id", "second_id", "first_city_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'confirmed')"),
        sqlite_where=sa.text("state IN ('proposed', 'confirmed')"),
    )
    op.create_index(op.f("ix_counterparts_second_id"), "counterparts", ["second_id"])
    op.create_table(
        "county_pairs",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("first_id", row_id(), nullable=False),
        sa.Column("first_city_id", row_id(), nullable=False),
        sa.Column("second_id", row_id(), nullable=False),
        sa.Column("second_city_id", row_id(), nullable=False),
        sa.CheckConstraint("first_city_id < second_city_id", name=op.f("ck_county_pairs_sides")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_county_pairs_agreement_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["first_city_id"], ["cities.id"], name=op.f("fk_county_pairs_first_city_id")),
        sa.ForeignKeyConstraint(["first_id"], ["counties.id"], name=op.f("fk_county_pairs_first_id")),
        sa.ForeignKeyConstraint(["second_city_id"], ["cities.id"], name=op.f("fk_county_pairs_second_city_id")),
        sa.ForeignKeyConstraint(["second_id"], ["counties.id"], name=op.f("fk_county_pairs_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_county_pairs")),
        sa.UniqueConstraint(
            "agreement_id",
            "first_id",
            "second_city_id",
            name=op.f("uq_county_pairs_agreement_id_first_id_second_city_id"),
        ),
        sa.UniqueConstraint(
            "agreement_id",
            "second_id",
            "first_city_id",
            name=op.f("uq_county_pairs_agreement_id_second_id_first_city_id"),
        ),
    )
    op.create_table(
        "exchanges",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("departure_id", row_id(), nullable=True),
        sa.Column("sending_city_id", row_id(), nullable=False),
        sa.Column("hosting_city_id", row_id(), nullable=False),
        sa.Column("sending_coordinator_id", row_id(), nullable=True),
        sa.Column("hosting_coordinator_id", row_id(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sending_city_id <> hosting_city_id", name=op.f("ck_exchanges_sides")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_exchanges_agreement_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departures.id"], name=op.f("fk_exchanges_departure_id")),
        sa.ForeignKeyConstraint(["hosting_city_id"], ["cities.id"], name=op.f("fk_exchanges_hosting_city_id")),
        sa.ForeignKeyConstraint(
            ["hosting_coordinator_id"], ["users.id"], name=op.f("fk_exchanges_hosting_coordinator_id")
        ),
        sa.ForeignKeyConstraint(["sending_city_id"], ["cities.id"], name=op.f("fk_exchanges_sending_city_id")),
        sa.ForeignKeyConstraint(
            ["sending_coordinator_id"], ["users.id"], name=op.f("fk_exchanges_sending_coordinator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchanges")),
        sa.UniqueConstraint("departure_id", "sending_city_id", name=op.f("uq_exchanges_departure_id_sending_city_id")),
    )
    op.create_index("ix_exchanges_agreement_id_starts_on", "exchanges", ["agreement_id", "starts_on"])
    op.create_index(op.f("ix_exchanges_hosting_city_id"), "exchanges", ["hosting_city_id"])
    op.create_index(op.f("ix_exchanges_sending_city_id"), "exchanges", ["sending_city_id"])
    op.create_table(
        "liaisons",
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("city_id", row_id(), nullable=False),
        sa.Column("office_id", row_id(), nullable=False),
        sa.Column("coordinator_id", row_id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_liaisons_agreement_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_liaisons_city_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["users.id"], name=op.f("fk_liaisons_coordinator_id")),
        sa.ForeignKeyConstraint(["office_id"], ["organisations.id"], name=op.f("fk_liaisons_office_id")),
        sa.PrimaryKeyConstraint("agreement_id", "city_id", name=op.f("pk_liaisons")),
    )
    op.create_table(
        "problems",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("departure_id", row_id(), nullable=True),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("description", sa.String(4000), nullable=False),
        sa.Column("state", one_of(("raised", "assigned", "settled", "set_aside"), "problemstate"), nullable=False),
        sa.Column("lesson", sa.String(4000), nullable=False),
        sa.Column("raised_by_id", row_id(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_word_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('settled', 'set_aside')) = (closed_at IS NOT NULL)", name=op.f("ck_problems_closed")
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_problems_agreement_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departures.id"], name=op.f("fk_problems_departure_id")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["users.id"], name=op.f("fk_problems_raised_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problems")),
        sa.UniqueConstraint("raised_by_id", "form_token", name=op.f("uq_problems_raised_by_id_form_token")),
    )
    op.create_index("ix_problems_agreement_id_state", "problems", ["agreement_id", "state"])
    op.create_index(op.f("ix_problems_departure_id"), "problems", ["departure_id"])
    op.create_table(
        "step_rules",
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("side", one_of(("sending", "hosting"), "side"), nullable=False),
        sa.Column("counted", one_of(("before", "after"), "counted"), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= days AND days <= 365", name=op.f("ck_step_rules_days")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_step_rules_agreement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agreement_id", "position", name=op.f("pk_step_rules")),
    )
    op.create_table(
        "exchange_steps",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("exchange_id", row_id(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("side", one_of(("sending", "hosting"), "side"), nullable=False),
        sa.Column("counted", one_of(("before", "after"), "counted"), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("done_by_id", row_id(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times_reminded", sa.Integer(), nullable=False),
        sa.CheckConstraint("(done_on IS NULL) = (done_at IS NULL)", name=op.f("ck_exchange_steps_done")),
        sa.CheckConstraint("0 <= days AND days <= 365", name=op.f("ck_exchange_steps_days")),
        sa.ForeignKeyConstraint(["done_by_id"], ["users.id"], name=op.f("fk_exchange_steps_done_by_id")),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchanges.id"], name=op.f("fk_exchange_steps_exchange_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_steps")),
    )
    op.create_index(
        "ix_exchange_steps_due_on",
        "exchange_steps",
        ["due_on"],
        postgresql_where=sa.text("done_on IS NULL"),
        sqlite_where=sa.text("done_on IS NULL"),
    )
    op.create_index(op.f("ix_exchange_steps_exchange_id"), "exchange_steps", ["exchange_id"])
    op.create_table(
        "problem_assignments",
        sa.Column("problem_id", row_id(), nullable=False),
        sa.Column("city_id", row_id(), nullable=False),
        sa.Column("office_id", row_id(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_problem_assignments_city_id")),
        sa.ForeignKeyConstraint(["office_id"], ["organisations.id"], name=op.f("fk_problem_assignments_office_id")),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["problems.id"], name=op.f("fk_problem_assignments_problem_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("problem_id", "city_id", name=op.f("pk_problem_assignments")),
    )
    op.create_index(op.f("ix_problem_assignments_city_id"), "problem_assignments", ["city_id"])
    op.create_table(
        "problem_entries",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("problem_id", row_id(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column(
            "step",
            one_of(("raise", "comment", "assign", "settle", "set_aside", "reopen"), "problemstep"),
            nullable=False,
        ),
        sa.Column("words", sa.String(4000), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_problem_entries_by_id")),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["problems.id"], name=op.f("fk_problem_entries_problem_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_entries")),
    )
    op.create_index(op.f("ix_problem_entries_problem_id"), "problem_entries", ["problem_id"])


def downgrade() -> None:
    op.drop_table("problem_entries")
    op.drop_table("problem_assignments")
    op.drop_table("exchange_steps")
    op.drop_table("step_rules")
    op.drop_table("problems")
    op.drop_table("liaisons")
    op.drop_table("exchanges")
    op.drop_table("county_pairs")
    op.drop_table("counterparts")
    op.drop_table("agreement_plans")
    op.drop_table("agreement_parties")
    op.drop_table("agreement_papers")
    op.drop_table("agreements")


def one_of(values: tuple[str, ...], name: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
