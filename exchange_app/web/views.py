"""Health, for whoever watches over the installation, and the language, for every reader."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from exchange_app.web.addresses import safe_next
from exchange_app.web.health import is_broker_ready, is_database_ready
from exchange_app.web.languages import remember_language
from exchange_app.web.policies import anyone, without_second_factor

web = Blueprint("web", __name__)


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


@web.post("/language")
@without_second_factor
@anyone
def language() -> ResponseReturnValue:
    remember_language(request.form.get("language", ""))
    return redirect(safe_next(request.form.get("next")) or "/", 303)
