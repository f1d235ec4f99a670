"""kinds of letters: who signed in before, and who wants a summary each morning."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nobody is known to have signed in before, so that the next sign-in of each account alarms nobody."""
    op.add_column("users", sa.Column("first_signed_in_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("wants_summary", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    op.execute(LETTERS.delete().where(LETTERS.c.kind.in_(NEW_LETTERS)))
    op.drop_column("users", "wants_summary")
    op.drop_column("users", "first_signed_in_at")


LETTERS = sa.table("letters", sa.column("kind"))
NEW_LETTERS = (
    "booking_approved",
    "booking_held",
    "account_opened",
    "account_closed",
    "account_reopened",
    "password_changed",
    "password_reset",
    "channel_test",
    "new_browser",
    "organiser_summary",
)
