"""What every answer tells the browser: load nothing from elsewhere, run only our scripts, keep nothing private."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, session

from exchange_app.web.assets import content_hash, name_assets_by_content

View = TypeVar("View", bound=Callable[..., Any])

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_OTHER_SITES = "widget.css"  # read in a frame without an origin, to which nothing is the same
FOR_EVER = "public, max-age=31536000, immutable"
SIGNED_IN = "sign_in"  # the session's key of the sign-in's token, set by accounts/sessions.py


def secret_address(view: View) -> View:
    """For a view whose address is itself a secret, or whose page shows personal data without a sign-in: the address
    goes into no referrer, the page into no cache and no search engine."""
    view.has_secret_address = True  # type: ignore[attr-defined]
    return view


def send_headers(app: Flask) -> None:
    name_assets_by_content(app)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add_headers)


def csp_nonce() -> str:
    """The word that lets a script or style element of this page, and no injected one, be used."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _add_headers(response: Response) -> Response:
    """A view may have set a header itself (the mailbox shows letters in a frame); what it set stays."""
    headers = response.headers
    if request.endpoint == "static" and (request.view_args or {}).get("filename") == FOR_OTHER_SITES:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
    if framing := _framing(headers["Content-Security-Policy"]):
        headers.setdefault("X-Frame-Options", framing)
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint == "static":
        _keep(response)
    else:
        _keep_private(response)
    return response


def _framing(policy: str) -> str | None:
    """What the policy says of frames, for what is no browser of today; None where it names sites, for which the older
    header has no words."""
    framers = policy.partition("frame-ancestors ")[2].partition(";")[0]
    if "://" in framers:
        return None
    return "SAMEORIGIN" if "'self'" in framers else "DENY"


def _keep(response: Response) -> None:
    """A file asked for by the hash of its content never changes; without it the browser asks again each time."""
    asked_for = request.args.get("v")
    is_exact = bool(asked_for) and asked_for == content_hash((request.view_args or {}).get("filename", ""))
    response.headers["Cache-Control"] = FOR_EVER if is_exact else "no-cache"


def _keep_private(response: Response) -> None:
    if response.headers.get("Cache-Control") == FOR_EVER:  # its address names its content, and it is nobody's
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "has_secret_address", False):
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Cache-Control"] = "no-store"
    elif SIGNED_IN in session:
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers.setdefault("Cache-Control", "private, no-cache")
