"""The migrations make exactly the tables that the models say, and can be taken back."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, inspect

from exchange_app.core.database import db


def differences() -> list[object]:
    with db.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), db.metadata))


def checks_of_models() -> set[tuple[str, str]]:
    return {
        (table.name, str(constraint.name))
        for table in db.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }


def checks_of_database() -> set[tuple[str, str]]:
    look = inspect(db.engine)
    return {
        (table, str(check["name"])) for table in look.get_table_names() for check in look.get_check_constraints(table)
    }


def test_tables_and_models_are_the_same(app: Flask) -> None:
    assert differences() == []


def test_every_check_of_the_models_is_in_the_database(app: Flask) -> None:
    """A check is what keeps a promise when a program is wrong; Alembic does not compare them."""
    assert ("pools", "ck_pools_never_oversold") in checks_of_models()
    assert checks_of_models() == checks_of_database()


def test_down_and_up_again(app: Flask) -> None:
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert differences() == []
