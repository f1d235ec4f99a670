"""A fresh database for every test, on both engines; nothing is mocked.

On SQLite a test gets a copy of a migrated file, on PostgreSQL a database that is emptied after each (tests/engines.py),
so that tests may commit, use threads and start processes.
"""

from __future__ import annotations

import gc
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import copy
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from flask_sqlalchemy import SQLAlchemy
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import configure_mappers
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.test import TestResponse

from exchange_app.core.database import db
from exchange_app.factory import create_app
from exchange_app.web.limits import limiter
from launcher.postgres import Postgres
from tests.engines import Emptied
from tests.settings import make_settings

pytest_plugins = ["tests.engines"]

ENGINES = ("sqlite", "postgresql")

# They take minutes: begun last, one of them would hold up the end while the other processes have nothing left.
FIRST = ("tests/browser/", "tests/storm/", "tests/rosters/test_two_thousand.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


def pytest_collection_finish() -> None:
    """What is imported by now stays to the end: the search for garbage need not walk through it after every few tests,
    nor after so few objects as one test's application has. That took half of the tests' processor time."""
    configure_mappers()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def migrate(url: str) -> None:
    app = create_app(make_settings(DATABASE_URL=url))
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    template = tmp_path_factory.mktemp("template") / "template.sqlite3"
    migrate(f"sqlite:///{template}")
    return template


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Postgres) -> str:
    migrate(postgres_server.create_database("template_migrated"))
    return "template_migrated"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'test.sqlite3')}"


@pytest.fixture(scope="session")
def emptied(postgres_server: Postgres, postgres_template: str) -> Iterator[Emptied]:
    with closing(Emptied(postgres_server, postgres_template)) as emptied:
        yield emptied


@pytest.fixture
def postgres_url(emptied: Emptied) -> str:
    """A migrated, empty PostgreSQL database."""
    return emptied.database()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database: every test that uses it runs on each engine."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


class Visitor(FlaskClient):
    """Each request gets an application context of its own, as on a server. Inside a test's own context it would share
    that one's `g`: who is signed in, and in which language, would stay what they were at the first request."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*arguments, **options)


Flask.test_client_class = Visitor


class Compiled(BytecodeCache):
    """Templates that one application of this process compiled, for all that come after it."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": Compiled()}


class KnownMap(Map):
    """Routes are compiled once for all applications of this process that have the same, and only when the first of
    them is asked for an address: compiling them took nine tenths of the time that a test's application takes."""

    _known: ClassVar[dict[tuple[Any, ...], Map]] = {}
    _one_at_a_time: ClassVar[Lock] = Lock()

    def __init__(self, **options: Any) -> None:
        self._waiting: list[Rule] = []
        super().__init__(**options)

    def add(self, rulefactory: RuleFactory) -> None:
        self._waiting.extend(rulefactory.get_rules(self))
        self._remap = True

    def update(self) -> None:
        if not self._remap:
            return
        with self._one_at_a_time:
            described = (self.host_matching, *self.converters.items(), *map(self._describe, self._waiting))
            if described not in self._known:
                self._known[described] = self._bind_all()
            known = self._known[described]
            self._matcher, self._rules_by_endpoint = known._matcher, known._rules_by_endpoint
            self._remap = False

    def _bind_all(self) -> Map:
        bound = Map(host_matching=self.host_matching, converters=self.converters)
        for rule in self._waiting:
            bound.add(copy(rule))
        bound.update()
        return bound

    @staticmethod
    def _describe(rule: Rule) -> tuple[Any, ...]:
        facts = {name: value for name, value in vars(rule).items() if name not in ("methods", "arguments")}
        return frozenset(rule.methods or ()), repr(facts)


Flask.url_map_class = KnownMap  # type: ignore[assignment]


def trust_the_machine(connection: Any, _record: Any) -> None:
    """No test takes its power away, so SQLite need not wait for the disk at each commit. PostgreSQL does not either."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


def share_statements(make_engine: Callable[..., Engine]) -> Callable[..., Engine]:
    """What one engine of this process compiled serves all engines of its kind that come after it, as on a server it
    serves all requests."""
    compiled: LRUCache[Any, Any] = LRUCache(3000)

    def make_sharing_engine(*arguments: Any, **options: Any) -> Engine:
        engine = make_engine(*arguments, **options)
        engine._compiled_cache = compiled
        event.listen(engine, "connect", trust_the_machine)
        return engine

    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
        kind.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign]
    return make_sharing_engine


SQLAlchemy._make_engine = share_statements(SQLAlchemy._make_engine)  # type: ignore[method-assign]


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application over a fresh database, with no broker: what must not need one, does not."""
    limiter.enabled = True  # the access matrix turns it off, and there is one limiter for all
    app = create_app(make_settings(DATABASE_URL=database_url))
    app.testing = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
