"""co-ordinators of cities; departments as a list of their own, since counterparts share one."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

BEFORE = "role IN ('leader', 'head', 'bureau', 'organiser', 'administrator')"
AFTER = "role IN ('leader', 'head', 'bureau', 'organiser', 'coordinator', 'administrator')"


def upgrade() -> None:
    change_roles(AFTER)
    op.create_table(
        "departments",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("slug", name=op.f("uq_departments_slug")),
    )
    op.add_column("organisations", sa.Column("department_id", row_id(), nullable=True))
    list_departments()
    with op.batch_alter_table("organisations") as organisations:
        organisations.drop_column("department")
        organisations.create_foreign_key(
            op.f("fk_organisations_department_id"), "departments", ["department_id"], ["id"]
        )
    op.create_index("ix_organisations_department_id", "organisations", ["department_id"])


def downgrade() -> None:
    op.drop_index("ix_organisations_department_id", "organisations")
    with op.batch_alter_table("organisations") as organisations:
        organisations.add_column(sa.Column("department", sa.String(60), nullable=True))
        organisations.drop_constraint(op.f("fk_organisations_department_id"), type_="foreignkey")
    write_departments_back()
    with op.batch_alter_table("organisations") as organisations:
        organisations.drop_column("department_id")
    op.drop_table("departments")
    close_coordinators(datetime.now(UTC))
    change_roles(BEFORE)


def change_roles(condition: str) -> None:
    with op.batch_alter_table("users") as users:
        users.drop_constraint(op.f("ck_users_role"), type_="check")
        users.create_check_constraint(op.f("ck_users_role"), condition)


def list_departments() -> None:
    """One for each word that organisations were described with, named by it in both languages."""
    words = op.get_bind().scalars(sa.select(ORGANISATIONS.c.department).distinct()).all()
    for number, word in enumerate(sorted(filter(None, words)), start=1):
        values = {"id": number, "slug": word, "name": {"zh_Hans": word, "en": word}}
        op.execute(DEPARTMENTS.insert().values(values))
        op.execute(ORGANISATIONS.update().where(ORGANISATIONS.c.department == word).values(department_id=number))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('departments', 'id'), (SELECT count(*) + 1 FROM departments))")


def write_departments_back() -> None:
    slug = sa.select(DEPARTMENTS.c.slug).where(DEPARTMENTS.c.id == ORGANISATIONS.c.department_id).scalar_subquery()
    op.execute(ORGANISATIONS.update().values(department=slug))


def close_coordinators(now: datetime) -> None:
    """The program before this has no word for them."""
    ended = sa.func.coalesce(USERS.c.closed_at, sa.literal(now, sa.DateTime(timezone=True)))
    op.execute(USERS.update().where(USERS.c.role == "coordinator").values(role="leader", closed_at=ended))


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


USERS = sa.table("users", sa.column("role"), sa.column("closed_at", sa.DateTime(timezone=True)))
ORGANISATIONS = sa.table("organisations", sa.column("department"), sa.column("department_id"))
DEPARTMENTS = sa.table("departments", sa.column("id"), sa.column("slug"), sa.column("name", sa.JSON()))
