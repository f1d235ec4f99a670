"""Calendars to subscribe to. A calendar program does not sign in: the address, which nobody can guess, is the key.

Nothing in a feed is about a person.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, request, url_for
from werkzeug.exceptions import NotFound

from exchange_app.accounts.sessions import reader
from exchange_app.bookings import feeds
from exchange_app.bookings.calendar import Sender, departure_file
from exchange_app.bookings.links import (
    booking_feed_path,
    host_feed_path,
    is_booking_feed,
    is_host_feed,
    is_school_feed,
    school_feed_path,
)
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import find_booking_by_code
from exchange_app.bookings.views.blueprint import bookings
from exchange_app.core.clock import now
from exchange_app.core.settings import setting
from exchange_app.core.text import LANGUAGES, current_language, speaking
from exchange_app.departures.errors import DepartureNotFound
from exchange_app.departures.queries import get_departure
from exchange_app.departures.rules import DepartureState
from exchange_app.outbox.rendering import host_of_links, sender
from exchange_app.partners.models import Organisation
from exchange_app.web.limits import slow_guesses
from exchange_app.web.policies import anyone

ASKED_AGAIN_AFTER = timedelta(minutes=15)
# The programs of a whole school ask from one address, and go on asking for what is not there any more.
FEED_GUESSES = "300 per hour"


@bookings.get("/feeds/bookings/<code>/<signature>.ics")
@slow_guesses(FEED_GUESSES)
@anyone
def booking_feed(code: str, signature: str) -> Response:
    booking = find_booking_by_code(code)
    if booking is None or not is_booking_feed(booking, signature):
        raise NotFound
    with speaking(_language()):
        return _answer(feeds.booking_feed(booking, _publisher(), now()))


@bookings.get("/feeds/schools/<int:organisation_id>/<signature>.ics")
@slow_guesses(FEED_GUESSES)
@anyone
def school_feed(organisation_id: int, signature: str) -> Response:
    if not is_school_feed(organisation_id, signature):
        raise NotFound
    school = _organisation(organisation_id)
    with speaking(_language()):
        return _answer(feeds.school_feed(school, _publisher(), now()))


@bookings.get("/feeds/hosts/<int:organisation_id>/<signature>.ics")
@slow_guesses(FEED_GUESSES)
@anyone
def host_feed(organisation_id: int, signature: str) -> Response:
    if not is_host_feed(organisation_id, signature):
        raise NotFound
    host = _organisation(organisation_id)
    with speaking(_language()):
        return _answer(feeds.host_feed(host, _publisher(), now()))


@bookings.get("/departures/<int:departure_id>/departure.ics")
@anyone
def departure_calendar(departure_id: int) -> Response:
    """For visitors; in none of the feeds. Raises DepartureNotFound, for one that was called off too."""
    departure = get_departure(departure_id, reader())
    if departure.state is DepartureState.CALLED_OFF:
        raise DepartureNotFound()
    page = setting("PUBLIC_URL") + url_for("departures.show", departure_id=departure.id)
    with speaking(_language()):
        file = departure_file(departure, page, _publisher(), now())
    return Response(
        file,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="departure-{departure.id}.ics"'},
    )


def _organisation(organisation_id: int) -> Organisation:
    organisation = feeds.find_organisation(organisation_id)
    if organisation is None:
        raise NotFound
    return organisation


def _language() -> str:
    """A calendar program speaks for nobody: the language is that of the page on which the address stood."""
    named = request.args.get("language", "")
    return named if named in LANGUAGES else current_language()


def _publisher() -> Sender:
    return Sender(address=sender().addr_spec, host=host_of_links())


def _answer(feed: bytes) -> Response:
    """Programs ask every hour or so: what has not changed is not sent again."""
    answer = Response(feed, content_type="text/calendar; charset=utf-8")
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.cache_control.private = True
    answer.cache_control.max_age = int(ASKED_AGAIN_AFTER.total_seconds())
    answer.set_etag(feeds.content_hash(feed), weak=True)
    answer.make_conditional(request)
    return answer


@bookings.app_template_global()
def feed_of_booking(booking: Booking) -> str:
    return _address(booking_feed_path(booking))


@bookings.app_template_global()
def feed_of_school(organisation_id: int) -> str:
    return _address(school_feed_path(organisation_id))


@bookings.app_template_global()
def feed_of_host(organisation_id: int) -> str:
    return _address(host_feed_path(organisation_id))


def _address(path: str) -> str:
    return f"{current_app.config['PUBLIC_URL']}{path}?language={current_language()}"


@bookings.app_template_filter()
def webcal(address: str) -> str:
    """The same address in the scheme that calendar programs open."""
    return "webcal:" + address.partition(":")[2]
