"""The application, put together from its features."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from exchange_app.accounts.sessions import sign_people_in
from exchange_app.bookings.todos import know_todos
from exchange_app.coordination.waiting import know_waiting
from exchange_app.core.broker import connect_broker
from exchange_app.core.database import db, engine_options
from exchange_app.core.logs import keep_log
from exchange_app.core.sealing import KeyRing, use_keys
from exchange_app.features import BLUEPRINTS, COMMANDS, FINDERS, LABELS, LETTERS, TODOS, WAITING
from exchange_app.outbox.finding import know_finders
from exchange_app.outbox.kinds import know_letters
from exchange_app.web.addresses import RowNumber
from exchange_app.web.again import Application
from exchange_app.web.compression import compress_answers
from exchange_app.web.errors import answer_errors
from exchange_app.web.files import let_files_in
from exchange_app.web.formats import format_pages
from exchange_app.web.headers import send_headers
from exchange_app.web.labels import add_labels
from exchange_app.web.languages import speak_languages
from exchange_app.web.limits import limit_rates
from exchange_app.web.policies import guard_routes

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Mapping[str, Any]) -> Flask:
    """The Flask application for the settings of `config.load_settings`."""
    app = Application("exchange_app", root_path=str(ROOT / "exchange_app"), template_folder=str(ROOT / "templates"))
    app.config.from_mapping(settings)
    keep_log(app.config["LOG_LEVEL"])
    trust_proxies(app)
    use_keys(KeyRing(app.config["FIELD_KEYS"], app.config["INDEX_KEY"], app.config["FIELD_KEY_IN_USE"]))
    connect_database(app)
    connect_broker(app)
    speak_languages(app)
    format_pages(app)
    sign_people_in(app)
    guard_routes(app)
    limit_rates(app)
    answer_errors(app)
    let_files_in(app)
    compress_answers(app)
    send_headers(app)
    add_features(app)
    return app


def trust_proxies(app: Flask) -> None:
    """Believe the forwarding headers of exactly as many proxies as stand in front."""
    if hops := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def connect_database(app: Flask) -> None:
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)


def add_features(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for labels in LABELS:
        add_labels(labels)
    know_letters(app, LETTERS)
    know_finders(app, FINDERS)
    know_todos(app, TODOS)
    know_waiting(app, WAITING)
    for group in COMMANDS:
        app.cli.add_command(group)
