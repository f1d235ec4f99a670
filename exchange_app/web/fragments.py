"""What the client asked for: a page, a fragment of it (htmx), or data."""

from __future__ import annotations

from flask import request


def wants_fragment() -> bool:
    """Whether htmx asks for a part of a page. Going back in the browser's history, it asks for all of it."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def wants_data() -> bool:
    """Whether the client would rather have JSON than a page."""
    accepted = request.accept_mimetypes
    best = accepted.best_match(["text/html", "application/problem+json", "application/json"], default="text/html")
    return best != "text/html"
