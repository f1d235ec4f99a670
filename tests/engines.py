"""The real engines that tests run on: one PostgreSQL and one Valkey for each process of the test run.

They are never skipped: a test that needs one fails where it cannot be had.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

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
