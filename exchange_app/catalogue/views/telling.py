"""What visitors read, rendered once for all who read it at the same moment.

When a registration opens, thousands open the same pages. For visitors a list, or the text of a page, may be up to three
seconds old (PAGES_KEPT_SECONDS of the configuration; each process keeps its own copies). Whoever is signed in always
reads it afresh, so that an organiser sees at once what was just changed. Nothing is kept that belongs to one reader: no
form with a token, no name; nor how many seats a departure has left, which its own page always counts anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from flask import Response, current_app, make_response, render_template, request
from flask_login import current_user
from markupsafe import Markup

from exchange_app.core.clock import now
from exchange_app.core.text import current_language
from exchange_app.web.fragments import wants_fragment

KEPT_PAGES = 100  # the most read; the others are rendered each time

Told = TypeVar("Told")


class _Copy(NamedTuple):
    until: datetime
    value: Any


class Copies:
    """What was rendered for visitors, the latest use last."""

    def __init__(self) -> None:
        self._copies: OrderedDict[Hashable, _Copy] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, moment: datetime) -> Any:
        with self._lock:
            copy = self._copies.get(key)
            if copy is None or copy.until <= moment:
                return None
            self._copies.move_to_end(key)
            return copy.value

    def keep(self, key: Hashable, value: Any, until: datetime) -> None:
        with self._lock:
            self._copies[key] = _Copy(until, value)
            self._copies.move_to_end(key)
            while len(self._copies) > KEPT_PAGES:
                self._copies.popitem(last=False)


def told(make: Callable[[], Told], *about: Hashable) -> Told:
    """What ``make`` renders ``about`` something in the reader's language; to visitors perhaps a copy."""
    seconds = current_app.config["PAGES_KEPT_SECONDS"]
    if not seconds or current_user.is_authenticated:
        return make()
    copies: Copies = current_app.extensions.setdefault("copies", Copies())
    moment, key = now(), (current_language(), *about)
    copy = copies.find(key, moment)
    if copy is None:
        copy = make()
        copies.keep(key, copy, moment + timedelta(seconds=seconds))
    return copy


def tell_list(page: str, *, search: str, found: str, find: Callable[[], dict[str, Any]]) -> Response:
    """The page of a list: its ``search`` template has the filter and includes ``found``, which htmx gets alone.

    The address says what is looked for; ``find`` answers with the names that these templates use.
    """
    template = found if wants_fragment() else search
    html = told(lambda: Markup(render_template(template, **find())), template, request.full_path)
    response = make_response(html if wants_fragment() else render_template(page, content=html))
    response.vary.add("HX-Request")
    return response
