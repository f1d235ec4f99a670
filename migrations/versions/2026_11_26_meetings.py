"""joint meetings: plans, agendas, invitations, minutes with their confirmations, decisions, actions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

STATES = ("planned", "invited", "held", "sent", "confirmed", "cancelled")
IS_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "meeting_plans",
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("every_months", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("asked_after", sa.Integer(), nullable=True),
        sa.CheckConstraint("1 <= every_months AND every_months <= 24", name=op.f("ck_meeting_plans_every_months")),
        sa.CheckConstraint("15 <= minutes AND minutes <= 600", name=op.f("ck_meeting_plans_minutes")),
        to("meeting_plans", "agreement_id", "agreements", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_meeting_plans")),
    )
    op.create_table(
        "meetings",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("chair_city_id", row_id(), nullable=False),
        sa.Column("chair_position", sa.Integer(), nullable=False),
        sa.Column("starts_at", moment(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(40), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("link", sa.String(500), nullable=False),
        sa.Column("state", one_of(STATES, "meetingstate"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("called_by_id", row_id(), nullable=False),
        sa.Column("called_at", moment(), nullable=False),
        sa.Column("changed_at", moment(), nullable=False),
        sa.Column("invited_by_id", row_id(), nullable=True),
        sa.Column("cancelled_at", moment(), nullable=True),
        sa.Column("cancel_reason", sa.String(500), nullable=False),
        sa.Column("others_present", sa.String(1000), nullable=False),
        sa.Column("minutes_round", sa.Integer(), nullable=False),
        sa.Column("reminded_round", sa.Integer(), nullable=False),
        sa.Column("sent_by_id", row_id(), nullable=True),
        sa.Column("sent_at", moment(), nullable=True),
        sa.Column("confirmed_at", moment(), nullable=True),
        sa.CheckConstraint("15 <= minutes AND minutes <= 600", name=op.f("ck_meetings_minutes")),
        sa.CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_meetings_cancelled")),
        sa.CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name=op.f("ck_meetings_confirmed")),
        sa.CheckConstraint("state NOT IN ('sent', 'confirmed') OR sent_at IS NOT NULL", name=op.f("ck_meetings_sent")),
        to("meetings", "agreement_id", "agreements"),
        to("meetings", "chair_city_id", "cities"),
        to("meetings", "called_by_id", "users"),
        to("meetings", "invited_by_id", "users"),
        to("meetings", "sent_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("uid", name=op.f("uq_meetings_uid")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_meetings_agreement_id_number")),
        sa.UniqueConstraint("called_by_id", "form_token", name=op.f("uq_meetings_called_by_id_form_token")),
    )
    op.create_index("ix_meetings_agreement_id_starts_at", "meetings", ["agreement_id", "starts_at"])
    op.create_index("ix_meetings_chair_city_id", "meetings", ["chair_city_id"])
    op.create_index("ix_meetings_state", "meetings", ["state"])
    op.create_table(
        "meeting_actions",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("meeting_id", row_id(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("office_id", row_id(), nullable=False),
        sa.Column("person_id", row_id(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", one_of(("open", "done", "dropped"), "actionstate"), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("closed_by_id", row_id(), nullable=True),
        sa.Column("closed_at", moment(), nullable=True),
        sa.Column("times_reminded", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_meeting_actions_closed")),
        to("meeting_actions", "agreement_id", "agreements"),
        to("meeting_actions", "meeting_id", "meetings", ondelete="CASCADE"),
        to("meeting_actions", "office_id", "organisations"),
        to("meeting_actions", "person_id", "users"),
        to("meeting_actions", "closed_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_actions")),
    )
    for column in ("agreement_id", "meeting_id", "office_id"):
        op.create_index(f"ix_meeting_actions_{column}", "meeting_actions", [column])
    op.create_index(
        "ix_meeting_actions_due_on", "meeting_actions", ["due_on"], postgresql_where=IS_OPEN, sqlite_where=IS_OPEN
    )
    op.create_table(
        "agenda_items",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("meeting_id", row_id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("presenter", sa.String(120), nullable=False),
        sa.Column("problem_id", row_id(), nullable=True),
        sa.Column("exchange_id", row_id(), nullable=True),
        sa.Column("action_id", row_id(), nullable=True),
        sa.Column("discussion", sa.JSON(), nullable=False),
        sa.Column("decision", sa.JSON(), nullable=False),
        sa.Column("lesson", sa.JSON(), nullable=False),
        sa.Column("settles_problem", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "problem_id IS NULL OR (exchange_id IS NULL AND action_id IS NULL)", name=op.f("ck_agenda_items_drawn")
        ),
        sa.CheckConstraint("exchange_id IS NULL OR action_id IS NULL", name=op.f("ck_agenda_items_drawn_once")),
        to("agenda_items", "meeting_id", "meetings", ondelete="CASCADE"),
        to("agenda_items", "problem_id", "problems"),
        to("agenda_items", "exchange_id", "exchanges"),
        to("agenda_items", "action_id", "meeting_actions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_items")),
    )
    op.create_index("ix_agenda_items_meeting_id", "agenda_items", ["meeting_id"])
    op.create_table(
        "meeting_decisions",
        sa.Column("item_id", row_id(), nullable=False),
        sa.Column("agreement_id", row_id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        to("meeting_decisions", "item_id", "agenda_items", ondelete="CASCADE"),
        to("meeting_decisions", "agreement_id", "agreements"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_meeting_decisions")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_meeting_decisions_agreement_id_number")),
    )
    op.create_table(
        "meeting_invitations",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("meeting_id", row_id(), nullable=False),
        sa.Column("user_id", row_id(), nullable=True),
        sa.Column("office_id", row_id(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("answer", one_of(("yes", "maybe", "no"), "answer"), nullable=True),
        sa.Column("stand_in", sa.String(120), nullable=False),
        sa.Column("answered_at", moment(), nullable=True),
        sa.Column("sent_at", moment(), nullable=True),
        sa.Column("withdrawn_at", moment(), nullable=True),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_meeting_invitations_answered")),
        sa.CheckConstraint(
            "user_id IS NULL OR (name_sealed IS NULL AND email_sealed IS NULL)",
            name=op.f("ck_meeting_invitations_guest"),
        ),
        to("meeting_invitations", "meeting_id", "meetings", ondelete="CASCADE"),
        to("meeting_invitations", "user_id", "users"),
        to("meeting_invitations", "office_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_invitations")),
        sa.UniqueConstraint("uid", name=op.f("uq_meeting_invitations_uid")),
        sa.UniqueConstraint("meeting_id", "user_id", name=op.f("uq_meeting_invitations_meeting_id_user_id")),
    )
    op.create_index("ix_meeting_invitations_user_id", "meeting_invitations", ["user_id"])
    op.create_table(
        "minutes_confirmations",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("meeting_id", row_id(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("city_id", row_id(), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("objection", sa.String(2000), nullable=False),
        to("minutes_confirmations", "meeting_id", "meetings", ondelete="CASCADE"),
        to("minutes_confirmations", "city_id", "cities"),
        to("minutes_confirmations", "by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_confirmations")),
        sa.UniqueConstraint(
            "meeting_id", "round", "city_id", name=op.f("uq_minutes_confirmations_meeting_id_round_city_id")
        ),
    )


def downgrade() -> None:
    for table in (
        "minutes_confirmations", "meeting_invitations", "meeting_decisions", "agenda_items", "meeting_actions", "meetings",
        "meeting_plans",
    ):  # fmt: skip
        op.drop_table(table)


def to(table: str, column: str, other: str, **options: Any) -> Any:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), **options)


def one_of(values: tuple[str, ...], name: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment() -> Any:
    return sa.DateTime(timezone=True)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
