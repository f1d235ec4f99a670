"""Health, for whoever watches over the installation, whom to tell of a weakness, and the language, for every reader."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from exchange_app.core.clock import now
from exchange_app.core.settings import setting
from exchange_app.web.addresses import narrowed_since
from exchange_app.web.health import is_broker_ready, is_database_ready
from exchange_app.web.languages import remember_language
from exchange_app.web.policies import anyone, without_second_factor

web = Blueprint("web", __name__)

KNOWN_FOR = timedelta(days=180)


@web.get("/healthz")
@anyone
def healthz() -> ResponseReturnValue:
    """The process lives; nothing else is asked."""
    return jsonify(process="ok")


@web.get("/readyz")
@anyone
def readyz() -> ResponseReturnValue:
    """Database and broker answer, or which of them does not."""
    ready = {"database": is_database_ready(), "broker": is_broker_ready()}
    answer = {name: "ok" if is_ready else "no answer" for name, is_ready in ready.items()}
    return jsonify(answer), 200 if all(ready.values()) else 503


@web.get("/.well-known/security.txt")
@anyone
def security() -> ResponseReturnValue:
    """RFC 9116. Raises NotFound where the operator named nobody."""
    if not (contact := setting("SECURITY_CONTACT")):
        raise NotFound
    lines = [
        f"Contact: {contact}",
        f"Expires: {now() + KNOWN_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
        f"Canonical: {setting('PUBLIC_URL')}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@web.post("/language")
@without_second_factor
@anyone
def language() -> ResponseReturnValue:
    remember_language(request.form.get("language", ""))
    return redirect(narrowed_since(request.form.get("next")) or "/", 303)
