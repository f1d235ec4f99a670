"""Who may do what: docs/access.md says it, and every route is tried as everybody, on their own and on foreign objects.

A route that is missing there fails with the line to put in, as it is now: look hard at it before you do. The values
that fill addresses stand in world.py, by the name that they have in the address.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.factory import create_app
from tests.house.world import GUESS, PEOPLE, SECRETS, Side, holds_secret, make_side
from tests.pages import sign_in
from tests.settings import make_settings

TABLE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
NO_OBJECTS = {
    "kind", "wanted", "number", "name", "filename", "paper", "audience", "language", "done", "content", "version",
    "edition",
}  # fmt: skip
ASKED_FOR_PROOF = ("/sign-in", "/check", "/help/open")
CSRF = "the-same-for-all-of-this-test"


class Key(NamedTuple):
    endpoint: str
    method: str
    address: str


class World:
    def __init__(self, app: Flask, path: Path) -> None:
        self.app = app
        with transaction():
            self.own = make_side()
            self.foreign = make_side()
        self.cookies = {person: self._cookies_of(person) for person in PEOPLE}
        self.csrf_token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(CSRF)
        self._known: dict[tuple[str, str, str], str] = {}
        db.session.remove()
        self._now = sqlite3.connect(path)
        self._at_first = sqlite3.connect(":memory:")
        self._now.backup(self._at_first)

    def _cookies_of(self, person: str) -> dict[Any, Any]:
        client = self.app.test_client()
        if person in self.own.users:
            sign_in(client, self.own.users[person])
        with client.session_transaction() as session:
            session["csrf_token"] = CSRF
            if person == "participant":
                session["proven_booking"] = [self.own.booking.code, now().timestamp() + 3600]
        return dict(client._cookies or {})

    def is_changed_by(self, person: str, address: str) -> bool:
        """Whether sending a form there leaves anything else than it was."""
        client = self.app.test_client()
        client._cookies = dict(self.cookies[person])
        before = list(self._now.iterdump())
        client.post(address, data={"csrf_token": self.csrf_token})
        is_changed = list(self._now.iterdump()) != before
        self._at_first.backup(self._now)
        return is_changed

    def try_out(self, person: str, method: str, address: str) -> str:
        if (person, method, address) not in self._known:
            self._known[person, method, address] = self._try(person, method, address)
        return self._known[person, method, address]

    def _try(self, person: str, method: str, address: str) -> str:
        client = self.app.test_client()
        client._cookies = dict(self.cookies[person])
        data = {"csrf_token": self.csrf_token} if method == "POST" else None
        answer = client.open(address, method=method, data=data)
        if method == "POST" and answer.status_code not in (403, 404):
            self._at_first.backup(self._now)
        return told_by(answer, address)


def told_by(answer: TestResponse, address: str) -> str:
    """In the words of the table."""
    status, leads_to = answer.status_code, answer.headers.get("Location", "").partition("?")[0]
    assert status < 500 or address == "/readyz", (address, status)  # there is no broker here
    assert b"This form is too old" not in answer.data, address
    if status == 404:
        return "not found"
    if status == 403:
        return "no"
    if status == 401 or (status == 303 and leads_to in ASKED_FOR_PROOF and not address.startswith(leads_to + "?")):
        return "sign in"
    return "yes"


def objects_in(rule: Rule) -> list[str]:
    """The names of what the address is about, in their order."""
    return sorted(rule.arguments - NO_OBJECTS, key=lambda name: rule.rule.index(f"{name}>"))


def address_of(world: World, rule: Rule, person: str, outer: Side, inner: Side) -> str:
    """About an object of ``outer``, and in it about one of ``inner``. A secret is the one that the person was given,
    which is never a foreign one, or a guess."""
    values = {}
    for name in rule.arguments:
        side = outer if [name] == objects_in(rule)[:1] else inner
        is_guess = name in SECRETS and (side is world.foreign or not holds_secret(rule.endpoint, person))
        values[name] = GUESS if is_guess else side.value(name, rule.endpoint, person)
    with world.app.test_request_context():
        return world.app.url_for(rule.endpoint, **values)


def cell(world: World, rule: Rule, method: str, person: str) -> str:
    """What becomes of their own and of a foreign object; one word where there is no difference."""
    own, foreign = world.own, world.foreign
    found = [world.try_out(person, method, address_of(world, rule, person, own, own))]
    if objects_in(rule) and found != ["sign in"]:
        inner = own if "signature" in rule.arguments else foreign  # somebody else's code with one's own signature
        found.append(world.try_out(person, method, address_of(world, rule, person, foreign, inner)))
    return found[0] if len(set(found)) == 1 else " / ".join(found)


def line(key: Key, cells: Sequence[str]) -> str:
    return f"| `{key.endpoint}` | {key.method} | `{key.address}` | {' | '.join(cells)} |"


def written() -> dict[Key, str]:
    rows = {}
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        if row.startswith("| `"):
            endpoint, method, address, *_ = (part.strip(" `") for part in row.strip("|").split("|"))
            rows[Key(endpoint, method, address)] = row
    return rows


def routes(app: Flask) -> Iterator[tuple[Key, Rule]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if rule.endpoint != "static":
                yield Key(rule.endpoint, method, rule.rule), rule


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path = tmp_path_factory.mktemp("access") / "world.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    app = create_app(
        {
            **make_settings(DATABASE_URL=f"sqlite:///{path}", SECURITY_CONTACT="mailto:a@b.example"),
            "RATELIMIT_ENABLED": False,
        }
    )
    app.testing = True
    with app.app_context():
        yield World(app, path)
        db.session.remove()
        db.engine.dispose()


def test_everybody_may_do_what_the_table_says_and_nothing_else(world: World) -> None:
    said, found = written(), {}
    for key, rule in routes(world.app):
        found[key] = line(key, [cell(world, rule, key.method, person) for person in PEOPLE])
    assert [row for key, row in said.items() if key not in found] == [], "rows without a route"
    differing = [row for key, row in found.items() if said.get(key) != row]
    assert differing == [], "\n".join(["what is so, but not written in docs/access.md:", *differing])


def test_nobody_reaches_a_foreign_object_through_their_own(world: World) -> None:
    """The address names one's own booking, and in it somebody else's child. A button for what is gone may say so on
    the page that comes next."""
    reached = []
    for key, rule in routes(world.app):
        if len(objects_in(rule)) < 2 or "signature" in rule.arguments:
            continue
        for person in PEOPLE:
            own, mixed = (
                world.try_out(person, key.method, address_of(world, rule, person, world.own, inner))
                for inner in (world.own, world.foreign)
            )
            if own == "yes" and mixed != "not found":
                address = address_of(world, rule, person, world.own, world.foreign)
                if key.method == "GET" or world.is_changed_by(person, address):
                    reached.append((person, key, mixed))
    assert reached == [], "\n".join(map(str, reached))
