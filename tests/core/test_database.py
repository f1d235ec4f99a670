"""The connections that lie in the pool between two requests."""

from __future__ import annotations

import psycopg
from sqlalchemy import text

from exchange_app.core.database import db
from exchange_app.factory import create_app
from tests.engines import CUT_OTHERS
from tests.settings import make_settings


def backends_of(number: int) -> set[int]:
    """The server's processes behind so many connections that are borrowed at once and given back."""
    borrowed = [db.engine.connect() for _ in range(number)]
    try:
        return {connection.scalar(text("SELECT pg_backend_pid()")) for connection in borrowed}
    finally:
        for connection in borrowed:
            connection.close()


def test_nobody_notices_that_the_server_cut_connections_which_nobody_used(postgres_url: str) -> None:
    with create_app(make_settings(DATABASE_URL=postgres_url)).app_context():
        before = backends_of(3)
        with psycopg.connect(postgres_url.replace("+psycopg", "")) as other:
            other.execute(CUT_OTHERS)
        after = backends_of(3)
        assert len(after - before) == 3
        assert backends_of(3) == after, "those that live are used again"
        db.engine.dispose()
