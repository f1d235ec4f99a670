"""photos of bases, activities and packages; what visitors search in; where counties lie on the map."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# A photo, and what is searched in, belongs to exactly one of these.
OWNERS = (("base_id", "bases"), ("menu_item_id", "menu_items"), ("package_id", "packages"))
ONE_OWNER = " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column, _ in OWNERS) + " = 1"


def upgrade() -> None:
    op.add_column("counties", sa.Column("map_x", sa.Integer(), nullable=True))
    op.add_column("counties", sa.Column("map_y", sa.Integer(), nullable=True))
    op.create_table(
        "photos",
        sa.Column("id", row_id(), nullable=False),
        *owners("photos"),
        sa.Column("content", sa.String(40), nullable=False),
        sa.Column("focus_x", sa.Integer(), nullable=False),
        sa.Column("focus_y", sa.Integer(), nullable=False),
        sa.Column("alternative", sa.JSON(), nullable=False),
        sa.Column("credit", sa.String(100), nullable=False),
        sa.CheckConstraint("0 <= focus_x AND focus_x <= 100", name=op.f("ck_photos_focus_x")),
        sa.CheckConstraint("0 <= focus_y AND focus_y <= 100", name=op.f("ck_photos_focus_y")),
        sa.CheckConstraint(ONE_OWNER, name=op.f("ck_photos_one_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    op.create_table(
        "search_entries",
        sa.Column("id", row_id(), nullable=False),
        *owners("search_entries"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(ONE_OWNER, name=op.f("ck_search_entries_one_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
    )


def downgrade() -> None:
    op.drop_table("search_entries")
    op.drop_table("photos")
    with op.batch_alter_table("counties") as counties:
        counties.drop_column("map_y")
        counties.drop_column("map_x")


def owners(table: str) -> list[Any]:
    """A column for each kind of owner, and that it has one of them at most."""
    columns = [sa.Column(column, row_id(), nullable=True) for column, _ in OWNERS]
    keys = [
        sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
        for column, owner in OWNERS
    ]
    unique = [sa.UniqueConstraint(column, name=op.f(f"uq_{table}_{column}")) for column, _ in OWNERS]
    return [*columns, *keys, *unique]


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
