"""A warm start skips the preparation only while everything is as it was left."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from launcher.folder import DataFolder
from launcher.prepared import Prepared
from launcher.settings import Settings

SIGN_INS = [["School leader", "leader@demo.example", "a password"]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a database at migration "two", of which is remembered that it is ready."""
    migrate(tmp_path, "two")
    prepared(tmp_path).remember(SIGN_INS)
    return tmp_path


def migrate(data: Path, migration: str) -> None:
    with closing(sqlite3.connect(data / "exchange.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT)")
        connection.execute("DELETE FROM alembic_version")
        connection.execute("INSERT INTO alembic_version VALUES (?)", [migration])


def prepared(data: Path, **settings: str) -> Prepared:
    return Prepared(Settings.from_environment({"DATA_DIR": str(data), **settings}), DataFolder(data))


def test_what_is_ready_is_not_prepared_again(data: Path) -> None:
    assert prepared(data).recall() == SIGN_INS


def test_an_older_backup_is_prepared_again(data: Path) -> None:
    migrate(data, "one")
    assert prepared(data).recall() is None


def test_a_database_that_was_removed_is_prepared_again(data: Path) -> None:
    (data / "exchange.sqlite3").unlink()
    assert prepared(data).recall() is None


def test_the_demo_is_loaded_when_it_is_wanted_later(data: Path) -> None:
    assert prepared(data, DEMO="0").recall() is None


@pytest.mark.parametrize("engine", [{"DATABASE_URL": "postgresql://db.example/x"}, {"REDIS_URL": "redis://r.example"}])
def test_other_peoples_engines_are_always_looked_at(data: Path, engine: dict[str, str]) -> None:
    assert prepared(data, **engine).recall() is None
