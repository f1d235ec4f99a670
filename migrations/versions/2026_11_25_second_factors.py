"""second factors, links by which people choose their passwords, and when a sign-in was used."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("last_signed_in_at", moment(), nullable=True))
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.add_column(sa.Column("seen_at", moment(), nullable=True))
        sign_ins.add_column(sa.Column("proven_at", moment(), nullable=True))
        sign_ins.add_column(sa.Column("browser", sa.String(40), nullable=True))
    started = SIGN_INS.c.started_at
    op.execute(SIGN_INS.update().values(seen_at=started, proven_at=started, browser=""))
    latest = sa.select(sa.func.max(started)).where(SIGN_INS.c.user_id == USERS.c.id).scalar_subquery()
    op.execute(USERS.update().values(last_signed_in_at=latest))
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.alter_column("seen_at", existing_type=moment(), nullable=False)
        sign_ins.alter_column("proven_at", existing_type=moment(), nullable=False)
        sign_ins.alter_column("browser", existing_type=sa.String(40), nullable=False)
    op.execute(LETTERS.update().where(IS_ABOUT_A_LINK).values(subject_id=-LETTERS.c.subject_id))
    op.create_table(
        "second_steps",
        *of_user("second_steps"),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("ends_at", moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.UniqueConstraint("token_hash", name=op.f("uq_second_steps_token_hash")),
    )
    op.create_index(op.f("ix_second_steps_user_id"), "second_steps", ["user_id"])
    op.create_table(
        "authenticators",
        *of_user("authenticators"),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("proven_at", moment(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("uid", name=op.f("uq_authenticators_uid")),
        sa.UniqueConstraint("user_id", name=op.f("uq_authenticators_user_id")),
    )
    op.create_table(
        "passkeys",
        *of_user("passkeys"),
        sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("added_at", moment(), nullable=False),
        sa.Column("used_at", moment(), nullable=True),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_user_id"), "passkeys", ["user_id"])
    op.create_table(
        "recovery_codes",
        *of_user("recovery_codes"),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", moment(), nullable=True),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"])
    op.create_table(
        "account_links",
        *of_user("account_links"),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("purpose", purposes(), nullable=False),
        sa.Column("made_at", moment(), nullable=False),
        sa.Column("ends_at", moment(), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.UniqueConstraint("uid", name=op.f("uq_account_links_uid")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_links_token_hash")),
        sa.UniqueConstraint("user_id", "purpose", name=op.f("uq_account_links_user_id_purpose")),
    )
    op.create_index(op.f("ix_account_links_ends_at"), "account_links", ["ends_at"])
    op.create_table(
        "spent_challenges",
        sa.Column("challenge_hash", sa.String(64), nullable=False),
        sa.Column("ends_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_spent_challenges")),
    )
    op.create_index(op.f("ix_spent_challenges_ends_at"), "spent_challenges", ["ends_at"])


def downgrade() -> None:
    """Whoever has no password yet gets one from an administrator, as before."""
    op.execute(LETTERS.update().where(IS_ABOUT_A_LINK).values(subject_id=sa.func.abs(LETTERS.c.subject_id)))
    for table in ("spent_challenges", "account_links", "recovery_codes", "passkeys", "authenticators", "second_steps"):
        op.drop_table(table)
    with op.batch_alter_table("sign_ins") as sign_ins:
        for column in ("browser", "proven_at", "seen_at"):
            sign_ins.drop_column(column)
    with op.batch_alter_table("users") as users:
        users.drop_column("last_signed_in_at")


def of_user(table: str) -> tuple[Any, ...]:
    """What every row has that belongs to an account."""
    return (
        sa.Column("id", row_id(), nullable=False),
        sa.Column("user_id", row_id(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> Any:
    return sa.DateTime(timezone=True)


def purposes() -> sa.Enum:
    values = ("invitation", "reset", "forgotten", "new_address")
    return sa.Enum(*values, name="purpose", native_enum=False, create_constraint=True, length=32)


SIGN_INS = sa.table(
    "sign_ins", *(sa.column(name) for name in ("user_id", "started_at", "seen_at", "proven_at", "browser"))
)
USERS = sa.table("users", sa.column("id"), sa.column("last_signed_in_at"))
LETTERS = sa.table("letters", sa.column("kind"), sa.column("subject_id"))
# These kinds are about a link from now on, and used to be about an account: no number may be taken for the other's.
IS_ABOUT_A_LINK = LETTERS.c.kind.in_(("account_opened", "password_reset"))
