"""Coming departures for the sites of others, in a frame: without cookies, without JavaScript, and only where the
operator said so."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange_app.core.clock import now
from exchange_app.core.settings import setting
from exchange_app.core.text import LANGUAGES, current_language, speaking
from exchange_app.departures.queries import DateFilter, list_dates_to_come
from exchange_app.departures.rules import day_in
from exchange_app.departures.views.dates import rows_of
from exchange_app.partners.queries import list_cities
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.policies import anyone

SHOWN, MOST = 6, 20
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {framers}"


@publicity.get("/widget")
@anyone
def widget() -> ResponseReturnValue:
    """What to copy into another site."""
    city = request.args.get("city") or None
    path = url_for("publicity.widget_departures", lang=_language_tag(current_language()), city=city)
    return render_template(
        "publicity/widget.html",
        path=path,
        address=setting("PUBLIC_URL") + path,
        cities=list_cities(),
        city=city,
        may_be_embedded=bool(setting("WIDGET_ORIGINS")),
    )


@publicity.get("/widget/departures")
@anyone
def widget_departures() -> ResponseReturnValue:
    """In the language that ``?lang=`` names; of one ``?city=``; so many as ``?count=`` says."""
    with speaking(_language()):
        moment = now()
        wanted = DateFilter(day_in(HOME_ZONE, moment), city=request.args.get("city") or None)
        rows = rows_of(list_dates_to_come(wanted, now=moment, count=_count()))
        page = render_template("publicity/widget_departures.html", rows=rows, site=setting("PUBLIC_URL"))
    answer = Response(page, content_type="text/html; charset=utf-8")
    framers = " ".join(setting("WIDGET_ORIGINS")) or "'none'"
    answer.headers["Content-Security-Policy"] = POLICY.format(framers=framers)
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = f"{'public' if 'lang' in request.args else 'private'}, max-age=60"
    return answer


def _language() -> str:
    asked = request.args.get("lang", "").lower()
    if asked.startswith("en"):
        return "en"
    return LANGUAGES[0] if asked.startswith("zh") else current_language()


def _language_tag(language: str) -> str:
    return language.partition("_")[0]


def _count() -> int:
    asked = request.args.get("count", "")
    return min(MOST, int(asked)) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 4 else SHOWN
