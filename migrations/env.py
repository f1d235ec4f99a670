"""Alembic's entry: the application's own engine and tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator

from exchange_app.core.database import db, writing


def as_stored(kind: str, column_type: Any, _: Any) -> str | bool:
    """Write a column's plain type into a migration, so that it outlives our own classes."""
    if kind == "type" and isinstance(column_type, TypeDecorator):
        return f"sa.{column_type.impl!r}"
    return False


@contextmanager
def without_cascades(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by writing it anew and dropping the old one, which would take all rows that refer to it
    along. Its foreign keys can be switched off only outside a transaction, so past SQLAlchemy, which would begin one."""
    driver = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def check_references(connection: Connection) -> None:
    """What the foreign keys would have refused. Raises RuntimeError, so that nothing is stored."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"{len(broken)} rows refer to rows that are gone, the first in {broken[0][0]}")


def migrate_online() -> None:
    before = writing.set(True)  # on SQLite a migration takes the writer's place from the start
    try:
        with db.engine.connect() as connection, without_cascades(connection):
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                render_item=as_stored,
                transactional_ddl=True,  # SQLite too migrates as a whole or not at all
                **current_app.extensions["migrate"].configure_args,
            )
            with context.begin_transaction():
                context.run_migrations()
                check_references(connection)
    finally:
        writing.reset(before)


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database; there is no offline mode.")
migrate_online()
