"""The demo, loaded once per engine for the tests that only look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from exchange_app.core.database import db
from exchange_app.demo.loading import load_demo
from exchange_app.factory import create_app
from tests.conftest import ENGINES
from tests.settings import make_settings

LOADED_AT = datetime(2027, 2, 25, 1, 30, tzinfo=UTC)  # a Thursday morning, some weeks before Sanyuesan


@pytest.fixture(scope="session", params=ENGINES)
def loaded_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path_factory.mktemp('demo') / 'demo.sqlite3')}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"demo_{uuid4().hex}"  # tests/house has this fixture too, for the same server
    yield server.create_database(name, template=request.getfixturevalue("postgres_template"))
    server.drop_database(name)


@pytest.fixture(scope="session")
def loaded_app(loaded_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    data = tmp_path_factory.mktemp("demo")
    app = create_app(make_settings(DATABASE_URL=loaded_url, DEMO="1", DATA_DIR=str(data)))
    app.testing = True
    with app.app_context():
        load_demo(LOADED_AT)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def demo(loaded_app: Flask) -> Iterator[Flask]:
    """The application with the demo loaded; for tests that change nothing."""
    with loaded_app.app_context():
        yield loaded_app
        db.session.remove()


@pytest.fixture
def empty_demo(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application in demo mode over an empty database."""
    app = create_app(make_settings(DATABASE_URL=database_url, DEMO="1", DATA_DIR=str(tmp_path)))
    app.testing = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
