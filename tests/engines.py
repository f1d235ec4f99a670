"""The real engines that tests run on: one PostgreSQL and one Valkey for each process of the test run.

They are never skipped: a test that needs one fails where it cannot be had.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from launcher.postgres import Postgres
from launcher.valkey import Valkey


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres(tmp_path_factory.mktemp("postgres"), throwaway=True) as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with Valkey(tmp_path_factory.mktemp("valkey"), secrets.token_hex(16)) as server:
        yield server


CUT_OTHERS = SQL(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Emptied:
    """A database that one test after the other has to itself, migrated and empty: making one costs forty times as much
    as emptying one. It has another name each time, so that whoever still knows the last one finds nothing."""

    _USED = SQL(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND pg_relation_size(oid) > 0 AND relname <> 'alembic_version'"
    )
    _SCHEMA = SQL(
        "SELECT string_agg(relname || class.xmin, ',' ORDER BY oid), min(version_num || version.xmin)"
        " FROM pg_class AS class, alembic_version AS version WHERE relnamespace = 'public'::regnamespace"
    )
    _RESTART_NUMBERS = SQL(
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
        " FROM pg_sequences WHERE last_value IS NOT NULL"
    )

    def __init__(self, server: Postgres, template: str) -> None:
        self._server, self._template = server, template
        self._outside = self._connect("postgres")  # to give the database another name
        self._number = 0
        self._schema: object = None

    def close(self) -> None:
        self._outside.close()

    def database(self) -> str:
        """Its address."""
        last, self._number = self._name(), self._number + 1
        if self._number == 1 or not self._empty(last):
            url = self._server.create_database(self._name(), template=self._template)
            with self._connect(self._name()) as connection:
                self._schema = self._schema_of(connection)
            return url
        rename = SQL("ALTER DATABASE {} RENAME TO {}")
        self._outside.execute(rename.format(Identifier(last), Identifier(self._name())))
        return self._server.url(self._name())

    def _name(self) -> str:
        return f"test_{self._number}"

    def _empty(self, name: str) -> bool:
        """False where a test changed more than rows: then another one is made."""
        with self._connect(name) as connection:
            connection.execute(CUT_OTHERS)
            if self._schema_of(connection) != self._schema:
                return False
            if used := [Identifier(table) for (table,) in connection.execute(self._USED)]:
                with connection.transaction():
                    connection.execute("SET LOCAL session_replication_role = replica")  # in any order
                    connection.execute(SQL("; ").join(SQL("DELETE FROM {}").format(table) for table in used))
                tables = SQL(", ").join(used)
                connection.execute(SQL("VACUUM (INDEX_CLEANUP ON, TRUNCATE ON, PARALLEL 0) {}").format(tables))
            connection.execute(self._RESTART_NUMBERS)
        return True

    def _schema_of(self, connection: Connection) -> object:
        """Differs as soon as somebody touched a table's definition or the number of the last migration."""
        return connection.execute(self._SCHEMA).fetchall()

    def _connect(self, name: str) -> Connection:
        return psycopg.connect(self._server.url(name).replace("+psycopg", ""), autocommit=True)
