"""What somebody is told when something cannot be done, and what stands in the log."""

from __future__ import annotations

import logging
import re
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from exchange_app.core.broker import BrokerUnreachable
from exchange_app.core.database import db
from exchange_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange_app.core.text import sentence
from exchange_app.core.transaction import transaction
from exchange_app.factory import create_app
from exchange_app.web.errors import beside_field
from exchange_app.web.faults import Trouble, trouble_of
from exchange_app.web.forms import CountField, Form
from exchange_app.web.policies import anyone, csrf
from tests.builders import make_leader
from tests.pages import form_of, sign_in
from tests.settings import make_settings

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


class NoSeats(Conflict):
    slug = "no-seats"
    words = sentence("You asked for %(wanted)s seats; only %(left)s are left.")
    field = "pupils"


def page_that_raises(app: Flask, fault: Exception) -> FlaskClient:
    @csrf.exempt
    @anyone
    def view(word: str) -> str:
        raise fault

    app.add_url_rule("/raise/<word>", "raise", view, methods=["GET", "POST"])
    app.testing = False  # what a visitor would see
    return app.test_client()


@pytest.mark.parametrize(("kind", "status"), [(NotFound, 404), (Forbidden, 403), (Invalid, 422), (Conflict, 409)])
def test_each_kind_of_refusal_has_its_status(site: Flask, kind: type, status: int) -> None:
    assert page_that_raises(site, kind()).get("/raise/x").status_code == status


def test_a_refusal_is_a_page_for_a_person(site: Flask) -> None:
    answer = page_that_raises(site, NoSeats(wanted=30, left=12)).get("/raise/x", headers={"Accept-Language": "en"})
    assert "You asked for 30 seats; only 12 are left." in answer.text
    assert "<html" in answer.text


def test_a_refusal_is_a_fragment_for_htmx_and_goes_where_messages_stand(site: Flask) -> None:
    answer = page_that_raises(site, NoSeats(wanted=30, left=12)).get("/raise/x", headers=HTMX)
    assert "<html" not in answer.text
    assert answer.headers["HX-Retarget"] == "#notices"
    assert answer.status_code == 409


def test_a_refusal_is_a_problem_for_a_program(site: Flask) -> None:
    answer = page_that_raises(site, NoSeats(wanted=30, left=12)).get(
        "/raise/x", headers={**JSON, "Accept-Language": "en"}
    )
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "This is not possible now",
        "status": 409,
        "detail": "You asked for 30 seats; only 12 are left.",
        "code": "no-seats",
        "field": "pupils",
    }


def test_an_unknown_address_says_so(visitor: FlaskClient) -> None:
    answer = visitor.get("/nothing-here", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "There is no page at this address" in answer.text


def test_another_method_is_refused_with_those_that_work(visitor: FlaskClient) -> None:
    answer = visitor.get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_what_is_too_large_is_refused_with_the_limit(visitor: FlaskClient) -> None:
    answer = visitor.post("/sign-in", data={"email": "x" * 5_000_000}, headers={"Accept-Language": "en"})
    assert answer.status_code == 413
    assert "up to 4 MB" in answer.text


def test_a_form_without_its_token_changes_nothing_and_says_what_to_do(visitor: FlaskClient) -> None:
    answer = visitor.post("/sign-in", data={"email": "a@b.example"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert "nothing was changed" in answer.text


def test_a_form_sent_by_another_site_does_not_replace_the_readers_session(visitor: FlaskClient) -> None:
    """The browser sends no cookie with it; a cookie in the answer would sign the reader out."""
    for address in ("/sign-in", "/language", "/nothing-here", "/account", "/account/password"):
        assert "Set-Cookie" not in visitor.post(address, data={"x": "1"}).headers, address


def test_a_request_for_another_host_is_refused(visitor: FlaskClient) -> None:
    answer = visitor.get("/", base_url="http://elsewhere.example")
    assert answer.status_code == 400


def test_a_nul_in_an_address_is_no_fault(client: FlaskClient) -> None:
    for address in ("/packages/a%00b", "/menus?city=%00", "/departures?month=%00", "/bases/%00"):
        assert client.get(address).status_code in (400, 404), address


def postgres_error(kind: type[psycopg.Error]) -> OperationalError:
    return OperationalError("SELECT 1", {}, kind())


def sqlite_error(code: int) -> OperationalError:
    error = sqlite3.OperationalError("message")
    error.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, error)


TROUBLES: dict[str, Exception] = {
    "lock timeout": postgres_error(psycopg.errors.LockNotAvailable),
    "serialization failure": postgres_error(psycopg.errors.SerializationFailure),
    "deadlock": postgres_error(psycopg.errors.DeadlockDetected),
    "statement timeout": postgres_error(psycopg.errors.QueryCanceled),
    "too many connections": postgres_error(psycopg.errors.TooManyConnections),
    "server shut down": postgres_error(psycopg.errors.AdminShutdown),
    "no connection": postgres_error(psycopg.OperationalError),
    "pool exhausted": NoFreeConnection(),
    "SQLite busy": sqlite_error(sqlite3.SQLITE_BUSY),
    "SQLite busy, in detail": sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT),
    "SQLite away": sqlite_error(sqlite3.SQLITE_CANTOPEN),
    "broker away": BrokerUnreachable("x"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_trouble_that_passes_asks_to_try_again(site: Flask, trouble: str) -> None:
    answer = page_that_raises(site, TROUBLES[trouble]).get("/raise/x", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "nothing was changed" in answer.text


def test_a_real_lock_that_somebody_holds_is_a_trouble_that_passes(postgres_url: str) -> None:
    """PostgreSQL gives up waiting after `lock_timeout`."""
    app = create_app(make_settings(DATABASE_URL=postgres_url))
    with app.app_context():
        with transaction():
            leader = make_leader()
        client = app.test_client()
        sign_in(client, leader)
        page = form_of(client.get("/account").text, "/account")
        with db.engine.connect() as other:
            other.execute(text("SELECT * FROM users FOR UPDATE"))
            answer = client.post("/account", data={**page, "name": "Somebody else"})
            other.rollback()
        db.session.remove()
        db.engine.dispose()
    assert answer.status_code == 503


def test_a_real_writer_that_holds_sqlite_is_a_trouble_that_passes(tmp_path: Path) -> None:
    first, second = (sqlite3.connect(tmp_path / "busy.sqlite3", timeout=0) for _ in range(2))
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as busy:
        second.execute("BEGIN IMMEDIATE")
    first.close()
    second.close()
    assert trouble_of(OperationalError("BEGIN IMMEDIATE", {}, busy.value)) is Trouble.BUSY


def test_a_database_that_is_really_away_gets_a_page(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(make_settings(DATABASE_URL="postgresql://nobody:secret@127.0.0.1:9/nothing"))
    client = app.test_client()
    with client.session_transaction() as session:
        session["sign_in"] = "some token"
    answer = client.get("/account", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "The database does not answer" in answer.text
    assert "secret" not in caplog.text


FAULTS: dict[str, Exception] = {
    "a mistake": ValueError("Qin Yutong 13900001234"),
    "a wrong statement": postgres_error(psycopg.errors.UndefinedTable),
    "a broken constraint": IntegrityError(
        "INSERT … Qin Yutong", {"name": "Qin Yutong"}, psycopg.errors.UniqueViolation()
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_gets_a_reference_that_is_also_in_the_log(
    site: Flask, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = page_that_raises(site, FAULTS[fault])
    with caplog.at_level(logging.ERROR):
        answer = visitor.post(
            "/raise/secret-token?phone=13900001234", data={"name": "Qin Yutong"}, headers={"Accept-Language": "en"}
        )
    assert answer.status_code == 500
    reference = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert reference is not None
    assert reference[1] in caplog.text
    assert "test_errors.py" in caplog.text  # the traceback
    for personal in ("Qin Yutong", "13900001234", "secret-token"):
        assert personal not in caplog.text


def test_a_wrong_name_in_the_program_is_in_the_log(site: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        page_that_raises(site, AttributeError("no attribute 'leaderr'")).get("/raise/x")
    assert "builtins.AttributeError: no attribute 'leaderr'" in caplog.text


def test_a_fault_of_a_program_is_a_problem_with_the_reference(site: Flask) -> None:
    answer = page_that_raises(site, ValueError()).get("/raise/x", headers=JSON)
    assert answer.status_code == 500
    assert re.fullmatch(r"[0-9a-f]{8}", answer.json["reference"])


def test_the_page_of_a_trouble_asks_the_database_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signed-in reader's page names them; with the database away that question must not be asked again."""

    def away(*_arguments: Any) -> None:
        raise postgres_error(psycopg.OperationalError)

    monkeypatch.setattr("exchange_app.accounts.queries.find_signed_in", away)
    client = app.test_client()
    with client.session_transaction() as session:
        session["sign_in"] = "some token"
    assert client.get("/account").status_code == 503


class Group(Form):
    pupils = CountField("Pupils")


def test_a_refusal_stands_beside_its_field_and_what_was_typed_stays(site: Flask) -> None:
    page = "{% from 'components/forms.html' import field %}{{ field(form.pupils) }}"
    with site.test_request_context(method="POST", data={"pupils": "30"}, headers={"Accept-Language": "en"}):
        form = Group()
        beside_field(form, NoSeats(wanted=30, left=12))
        shown = render_template_string(page, form=form)
    assert 'value="30"' in shown
    assert "only 12 are left" in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="pupils-error"' in shown
    assert form.status == 422


def test_a_refusal_about_no_field_stands_above_the_form(site: Flask) -> None:
    page = "{% from 'components/forms.html' import error_summary %}{{ error_summary(form) }}"
    with site.test_request_context(method="POST", data={"pupils": "30"}, headers={"Accept-Language": "en"}):
        form = Group()
        refusal = NoSeats(wanted=30, left=12, field="elsewhere")
        beside_field(form, refusal)
        assert "only 12 are left" in render_template_string(page, form=form)


def test_what_is_refused_stands_in_the_log_under_its_reference_and_without_an_address(
    site: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="exchange_app"):
        page = page_that_raises(site, Forbidden()).get("/raise/SECRET-TOKEN?phone=13900001234")
        forged = site.test_client().post("/sign-out", data={"csrf_token": "13900001234"})
    references = re.findall(r"<code>([0-9a-f]{8})</code>", page.text + forged.text)
    assert len(references) == 2
    for reference, line in zip(references, caplog.messages, strict=True):
        assert line.startswith(f"refused {reference} 40")
        assert line.endswith("by a visitor")
    assert "GET /raise/<word>" in caplog.messages[0]
    assert "SECRET-TOKEN" not in caplog.text
    assert "13900001234" not in caplog.text


def test_a_method_that_a_page_does_not_know_is_refused(site: Flask) -> None:
    client = site.test_client()
    for method in ("TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "MOVE"):
        assert client.open("/sign-in", method=method).status_code == 405, method
