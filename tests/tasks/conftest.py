"""A site whose broker can be started and stopped, and whose mail server can be told what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from exchange_app.core.database import db
from exchange_app.factory import create_app
from launcher.processes import free_port
from launcher.valkey import Valkey
from tests.outbox.mail_sink import MailSink, running_sink
from tests.settings import make_settings


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with running_sink() as sink:
        yield sink


@pytest.fixture
def valkey(tmp_path: Path) -> Valkey:
    """A broker of the test's own, to be started and stopped."""
    return Valkey(tmp_path / "valkey", "password", free_port(), tmp_path / "valkey.log")


@pytest.fixture
def settings(database_url: str, valkey: Valkey, sink: MailSink) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "REDIS_URL": valkey.url, "SMTP_URL": sink.url}


@pytest.fixture
def site(settings: dict[str, str]) -> Iterator[Flask]:
    """The web's side: it writes letters and wakes the workers."""
    app = create_app(make_settings(**settings))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
