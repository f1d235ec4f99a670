"""What the client asked for: a page, a fragment of it (htmx), or data."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request


def wants_fragment() -> bool:
    """Whether htmx asks for a part of a page. Going back in the browser's history, it asks for all of it."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def wants_data() -> bool:
    """Whether the client would rather have JSON than a page."""
    accepted = request.accept_mimetypes
    best = accepted.best_match(["text/html", "application/problem+json", "application/json"], default="text/html")
    return best != "text/html"


def render_page(page: str, /, *, fragment: str, **words: Any) -> Response:
    """The page's template, or to htmx only the ``fragment`` that the page includes."""
    response = make_response(render_template(fragment if wants_fragment() else page, **words))
    response.vary.add("HX-Request")
    return response
