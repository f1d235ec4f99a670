"""The PostgreSQL of our own: closed to others, quick to copy, and it keeps what was committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from launcher import postgres
from launcher.postgres import Postgres


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    with Postgres(tmp_path / "a place with a space" / "postgres") as server:
        yield server


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""))


def write_a_row(url: str) -> None:
    with connect(url) as connection:
        connection.execute("CREATE TABLE schools (name text)")
        connection.execute("INSERT INTO schools VALUES ('民主路小学')")


def rows(url: str) -> list[tuple[object, ...]]:
    with connect(url) as connection:
        return connection.execute("SELECT name FROM schools").fetchall()


def test_data_is_kept_over_a_restart(server: Postgres) -> None:
    url = server.create_database("exchange")
    write_a_row(url)
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        connect(url)
    server.start()
    assert rows(url) == [("民主路小学",)]


def test_what_was_committed_survives_a_kill(server: Postgres) -> None:
    url = server.create_database("exchange")
    write_a_row(url)
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    server.start()
    assert rows(url) == [("民主路小学",)]


def test_a_database_is_copied_from_a_template(server: Postgres) -> None:
    write_a_row(server.create_database("template_schools"))
    assert rows(server.create_database("copy", template="template_schools")) == [("民主路小学",)]


def test_nobody_gets_in_without_the_password(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(server.url().replace(":" + server.url().split(":")[2].split("@")[0], ""))
    assert server.sockets.stat().st_mode & 0o777 == 0o700


def test_root_needs_no_namespaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in most containers; another user than root never asked for them."""
    monkeypatch.setattr(postgres, "namespaces_are_allowed", lambda: False)
    with Postgres(tmp_path / "postgres") as server:
        write_a_row(server.url())
        server.stop()
        server.start()
        assert rows(server.url()) == [("民主路小学",)]


def test_a_deep_folder_is_no_obstacle(tmp_path: Path) -> None:
    with Postgres(tmp_path / ("very" * 20) / ("deep" * 20), throwaway=True) as server:
        write_a_row(server.url())
        assert rows(server.url()) == [("民主路小学",)]
