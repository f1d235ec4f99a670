"""Alembic's entry: the application's own engine and tables."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

from exchange_app.core.database import db, writing


def as_stored(kind: str, column_type: Any, _: Any) -> str | bool:
    """Write a column's plain type into a migration, so that it outlives our own classes."""
    if kind == "type" and isinstance(column_type, TypeDecorator):
        return f"sa.{column_type.impl!r}"
    return False


def migrate_online() -> None:
    before = writing.set(True)  # on SQLite a migration takes the writer's place from the start
    try:
        with db.engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                render_item=as_stored,
                **current_app.extensions["migrate"].configure_args,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        writing.reset(before)


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database; there is no offline mode.")
migrate_online()
