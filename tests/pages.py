"""A reader with a browser but without JavaScript: opens pages, fills in the forms that stand there, and sends them."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange_app.accounts import service as accounts
from exchange_app.accounts.models import User
from exchange_app.accounts.service import Proof
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.web.headers import SIGNED_IN


class Browser(FlaskClient):
    """Every request has a context of its own, as in life; afterwards the test reads afresh what it looks at."""

    def run_wsgi_app(self, *args: Any, **options: Any) -> Any:
        answer = Context().run(super().run_wsgi_app, *args, **options)
        db.session.rollback()
        db.session.expire_all()
        return answer


def sign_in(client: FlaskClient, user: User, language: str = "en") -> None:
    """As the sign-in page does it, without the slow password."""
    with transaction():
        token = accounts.sign_in(Proof(user, None), is_known_browser=True, now=now())
    with client.session_transaction() as session:
        session[SIGNED_IN] = token
        session["language"] = language


def speak(client: FlaskClient, language: str) -> None:
    with client.session_transaction() as session:
        session["language"] = language


def send(client: FlaskClient, address: str, action: str = "", **typed: Any) -> TestResponse:
    """Open the page, fill in its form (the one that goes to ``action``, else to the page itself) and send it.

    What is not ``typed`` stays as the page has it; None empties a field. Follows to the page that comes next.
    """
    form = form_of(client.get(address).text, action)
    values = {**form, **{name: value for name, value in typed.items() if value is not None}}
    left = {name: value for name, value in values.items() if name not in typed or typed[name] is not None}
    return client.post(action or address, data=left, follow_redirects=True)


def form_of(html: str, action: str = "") -> Mapping[str, Any]:
    """The fields of a page's form with their values, as a browser would send them."""
    reader = _Forms()
    reader.feed(html)
    found = [form for form in reader.forms if form.method == "post" and form.action.partition("#")[0] == action]
    assert found, f"no form to {action or 'the page itself'}; there are {[form.action for form in reader.forms]}"
    return found[0].values


@dataclass
class _Form:
    action: str
    method: str
    values: dict[str, Any] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.forms.append(_Form(given.get("action") or "", (given.get("method") or "get").lower()))
        elif not self.forms:
            return
        elif tag == "input" and name and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.forms[-1].values[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in self.forms[-1].values or "selected" in given):
            self.forms[-1].values[self._select] = value
        elif tag == "textarea":
            self._textarea = name
            self.forms[-1].values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].values[self._textarea] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None
