"""what an organiser planned in one step, so that it is done once and can be undone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "plan_steps",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "what",
            sa.Enum("move", "series", "season", native_enum=False, create_constraint=True, length=32, name="stepkind"),
            nullable=False,
        ),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_plan_steps_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_steps")),
        sa.UniqueConstraint("by_id", "form_token", name=op.f("uq_plan_steps_by_id_form_token")),
    )


def downgrade() -> None:
    op.drop_table("plan_steps")


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
