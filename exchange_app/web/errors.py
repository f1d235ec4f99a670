"""What a refusal or a fault looks like to the client: a page, a fragment (htmx), or problem+json (RFC 9457)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask.globals import request_ctx
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from werkzeug.exceptions import HTTPException

from exchange_app.core.broker import BrokerUnreachable
from exchange_app.core.database import db
from exchange_app.core.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from exchange_app.core.text import sentence
from exchange_app.web.faults import Trouble, describe, trouble_of
from exchange_app.web.fragments import wants_data, wants_fragment

log = logging.getLogger(__name__)

WORTH_KEEPING = 20  # what is shorter is soon typed again
NEVER_SHOWN_AGAIN = ("password", "pin", "token")  # parts of names of fields

STATUS: dict[type[Refusal], int] = {NotFound: 404, Forbidden: 403, Invalid: 422, Conflict: 409}

TITLES = {
    400: sentence("This could not be read"),
    401: sentence("Please sign in"),
    403: sentence("Not open to you"),
    404: sentence("There is nothing here"),
    405: sentence("This address works differently"),
    409: sentence("This is not possible now"),
    413: sentence("Too large"),
    422: sentence("Something is not right yet"),
    429: sentence("Too many attempts"),
    500: sentence("Something broke"),
    503: sentence("Please try again in a moment"),
}

SENTENCES = {
    400: sentence("The request was not understood. Go back, reload the page and try again."),
    401: sentence("Sign in to do this."),
    403: sentence("This page is for others. If it should be open to you, ask your administrator."),
    404: sentence("There is no page at this address. The link may be old, or mistyped."),
    405: sentence("A form leads to this address; it cannot be opened by itself."),
    500: sentence("The fault is ours and was written down. If it happens again, tell the administrator the reference."),
}
NOT_UNDERSTOOD = sentence("The request cannot be carried out.")
FORM_TOO_OLD = sentence(
    "This form is too old or was opened in another session, so nothing was changed. Go back, reload the page and send "
    "the form again."
)
TOO_LARGE = sentence("What was sent is too large. A file may have up to %(limit)s MB.")
TOO_OFTEN = sentence("There were too many attempts from here. Try again in %(minutes)s minutes.")
BUSY = sentence("Many people are at work right now, and nothing was changed. Try again in a few seconds.")
AWAY = sentence("The database does not answer, so nothing was changed. Try again in a minute.")

RETRY_AFTER = {Trouble.BUSY: 3, Trouble.AWAY: 30}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is told to the client. ``code`` is stable, for programs; ``reference`` finds a fault in the log; ``typed``
    is what the reader had written into a form whose page is no longer there for them."""

    status: int
    code: str
    detail: str
    field: str | None = None
    reference: str | None = None
    headers: Mapping[str, str] | None = None
    typed: Sequence[str] = ()


def answer_errors(app: Flask) -> None:
    app.register_error_handler(Refusal, answer_refusal)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(CSRFError, answer_old_form)
    app.register_error_handler(RateLimitExceeded, answer_too_often)
    for kind in (DBAPIError, NoFreeConnection, BrokerUnreachable):
        app.register_error_handler(kind, answer_trouble)
    app.register_error_handler(Exception, answer_fault)


def status_of(refusal: Refusal) -> int:
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def beside_field(form: Any, refusal: Refusal) -> None:
    """Put a refusal's sentence beside the form field it is about, or above the form; the view then shows the form
    again, with what was typed, and answers 422."""
    if refusal.field is not None and refusal.field in form:
        form[refusal.field].errors = [*form[refusal.field].errors, refusal.sentence]
    else:
        form.form_errors.append(refusal.sentence)


def answer_refusal(refusal: Refusal) -> Response:
    problem = Problem(status_of(refusal), refusal.slug, refusal.sentence, field=refusal.field, typed=_typed())
    return _answer(_noted(problem) if isinstance(refusal, (Forbidden, NotFound)) else problem)


def _typed() -> Sequence[str]:
    """Of a form that was ours: another site's could make us show its words."""
    if not g.get("csrf_valid"):
        return ()
    values = ((name, text.strip()) for name, text in request.form.items(multi=True))
    return [
        text
        for name, text in values
        if len(text) >= WORTH_KEEPING and not any(part in name for part in NEVER_SHOWN_AGAIN)
    ]


def answer_http_error(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error  # a redirect
    detail = str(SENTENCES.get(status, NOT_UNDERSTOOD))
    if status == 413:
        detail = str(TOO_LARGE) % {"limit": current_app.config["MAX_CONTENT_LENGTH"] // 1024 // 1024}
    headers = {"Allow": ", ".join(error.valid_methods or [])} if status == 405 else {}  # type: ignore[attr-defined]
    problem = Problem(status, error.name.lower().replace(" ", "-"), detail, headers=headers)
    return _answer(_noted(problem) if status in (400, 413) else problem)


def answer_old_form(_error: CSRFError) -> Response:
    return _answer(_noted(Problem(400, "form-too-old", str(FORM_TOO_OLD))))


def answer_too_often(error: RateLimitExceeded) -> Response:
    seconds = error.limit.limit.get_expiry() if error.limit else 60
    detail = str(TOO_OFTEN) % {"minutes": max(1, seconds // 60)}
    return _answer(_noted(Problem(429, "too-many-attempts", detail, headers={"Retry-After": str(seconds)})))


def answer_trouble(problem: Exception) -> Response:
    """The database is busy or away: the same request will work later. Any other error of a database is a fault."""
    trouble = trouble_of(problem)
    if trouble is None:
        return answer_fault(problem)
    db.session.rollback()
    log.warning("%s at %s: %s", trouble.value, _where(), type(problem).__name__)
    words = BUSY if trouble is Trouble.BUSY else AWAY
    return _answer(Problem(503, trouble.value, str(words), headers={"Retry-After": str(RETRY_AFTER[trouble])}))


def answer_fault(fault: Exception) -> Response:
    """What nobody expected: a page with a reference, under which the log has the traceback."""
    if current_app.testing:
        raise fault  # a test sees the fault itself
    reference = secrets.token_hex(4)
    log.error("fault %s at %s\n%s", reference, _where(), describe(fault))
    db.session.rollback()
    return _answer(Problem(500, "fault", str(SENTENCES[500]), reference=reference))


def _noted(problem: Problem) -> Problem:
    """Written down: somebody may be trying doors. What is not there gets no reference, being mostly an old link."""
    reference = None if problem.status == 404 else secrets.token_hex(4)
    log.info("refused %s %s %s at %s by %s", reference or "-", problem.status, problem.code, _where(), _who())
    return replace(problem, reference=reference)


def _who() -> str:
    """As far as it was asked before; an error page asks no database."""
    user_id = getattr(g.get("_login_user"), "id", None)
    return f"user {user_id}" if user_id else "a visitor"


def _where() -> str:
    """The route, not the address: addresses hold codes and tokens."""
    return f"{request.method} {request.url_rule or '(no route)'}"


def _answer(problem: Problem) -> Response:
    if request_ctx.url_adapter is None:  # the request names a host that is not ours: no page can be made for it
        response = Response(problem.detail, content_type="text/plain; charset=utf-8")
    elif wants_data():
        response = _as_data(problem)
    elif wants_fragment():
        response = make_response(render_template("errors/_problem.html", problem=problem, title=_title(problem)))
        response.headers |= {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML show:window:top"}
    else:
        response = make_response(
            render_template("errors/problem.html", problem=problem, title=_title(problem), layout=_layout(problem))
        )
    response.status_code = problem.status
    response.headers.extend(problem.headers or {})
    return response


def _as_data(problem: Problem) -> Response:
    members = {
        "type": "about:blank",
        "title": str(_title(problem)),
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "field": problem.field,
        "reference": problem.reference,
    }
    response = jsonify({name: value for name, value in members.items() if value is not None})
    response.content_type = "application/problem+json"
    return response


def _title(problem: Problem) -> Any:
    return TITLES.get(problem.status, TITLES[400])


def _layout(problem: Problem) -> str:
    """The site's own layout, where it can be made. The plain one asks neither the database nor the session: another
    site's form must not make us write a session over the reader's own."""
    is_safe = request.method in ("GET", "HEAD") or problem.status in (403, 409, 422) or g.get("csrf_valid", False)
    return "layouts/page.html" if is_safe and problem.status < 500 else "layouts/plain.html"
