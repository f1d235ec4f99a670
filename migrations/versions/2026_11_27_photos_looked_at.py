"""who said that no child can be recognised in a photo; of what is there already nobody has."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    with op.batch_alter_table("photos") as photos:
        photos.add_column(sa.Column("cleared_by_id", row_id(), nullable=True))
        photos.add_column(sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True))
        photos.create_foreign_key(op.f("fk_photos_cleared_by_id"), "users", ["cleared_by_id"], ["id"])
        photos.create_check_constraint(op.f("ck_photos_cleared"), "(cleared_by_id IS NULL) = (cleared_at IS NULL)")


def downgrade() -> None:
    with op.batch_alter_table("photos") as photos:
        photos.drop_constraint(op.f("ck_photos_cleared"), type_="check")
        photos.drop_constraint(op.f("fk_photos_cleared_by_id"), type_="foreignkey")
        photos.drop_column("cleared_at")
        photos.drop_column("cleared_by_id")


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
