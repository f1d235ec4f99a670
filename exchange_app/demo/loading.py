"""Loading the demo: everything in one transaction, and its past replayed in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import exists, select

from exchange_app.accounts.models import User
from exchange_app.bookings import service as bookings
from exchange_app.bookings import waiting
from exchange_app.catalogue import search
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.demo.accounts import sign_ins
from exchange_app.demo.agreements import add_agreements, tick_steps
from exchange_app.demo.errors import NotInDemoMode, OtherDataThere
from exchange_app.demo.groups import Group, Occurrence
from exchange_app.demo.helpdesk import add_help, requests_for_help
from exchange_app.demo.known import Known
from exchange_app.demo.meetings import add_meetings
from exchange_app.demo.notices import add_notices
from exchange_app.demo.offers import add_menus, add_packages, withdraw_last_season
from exchange_app.demo.photos import add_photos
from exchange_app.demo.places import add_bases, add_cities, add_departments, add_organisations, add_people
from exchange_app.demo.publicity import add_publicity
from exchange_app.demo.reading import read
from exchange_app.demo.reports import add_reports
from exchange_app.demo.season import add_departures
from exchange_app.demo.tailored import OwnTrip
from exchange_app.demo.visits import add_visits
from exchange_app.departures import service as departures
from exchange_app.departures.allotments import release_due, set_aside
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause
from exchange_app.partners.models import City, Organisation
from exchange_app.retention.service import carry_out
from exchange_app.rosters.service import lock_rosters

BETWEEN_JOBS = timedelta(days=3)
LET_GO_BEFORE = timedelta(days=3)
ZONE = ZoneInfo("Asia/Shanghai")
JOBS = (
    bookings.expire_holds,
    release_due,
    waiting.close_lists,
    waiting.offer_seats,
    lock_rosters,
    departures.close_registrations,
    bookings.finish_departures,
)


def load_demo(now: datetime) -> bool:
    """Load the demo as of ``now``; False when it is there already. Raises NotInDemoMode or OtherDataThere."""
    if not current_app.config["DEMO"]:
        raise NotInDemoMode()
    with transaction():
        if _is_loaded():
            return False
        if _holds_data():
            raise OtherDataThere()
        _load(now)
        return True


def _is_loaded() -> bool:
    emails = [sign_in.email for sign_in in sign_ins()]
    return bool(db.session.scalar(select(exists().where(User.email.in_(emails)))))


def _holds_data() -> bool:
    return any(db.session.scalar(select(exists(select(table.id)))) for table in (City, Organisation, User))


def _load(now: datetime) -> None:
    known = Known()
    today = now.astimezone(ZONE).date()
    add_cities(known)
    add_departments(known)
    add_organisations(known)
    add_people(known, now)
    add_bases(known)
    add_menus(known, today)
    add_packages(known)
    add_photos(known, now)
    add_departures(known, today)
    add_help(known, today, now)
    groups = [Group(number, entry, known, today) for number, entry in enumerate(read("bookings")["booking"])]
    trip = OwnTrip(known).occurrences(now)
    asked = requests_for_help(known, now)
    _replay([*_of_groups(groups, now), *_of_organisers(known, now), *trip, *asked, *_of_jobs(known, now)])
    add_agreements(known, now)
    add_meetings(known, now)
    add_visits(known, now)
    tick_steps(now)
    withdraw_last_season(known)
    add_notices(known, now)
    add_publicity(known, now)
    add_reports(known, now)
    search.rewrite(search.list_outdated())


def _replay(occurrences: Iterable[Occurrence]) -> None:
    for at, happen in sorted(occurrences, key=itemgetter(0)):
        happen(at)
        db.session.flush()
        db.session.expire_all()  # each stands for a request of its own, which reads afresh


def _of_groups(groups: Iterable[Group], now: datetime) -> Iterator[Occurrence]:
    for group in groups:
        yield from group.occurrences(now)


def _of_organisers(known: Known, now: datetime) -> Iterator[Occurrence]:
    for entry in read("departures")["departure"]:
        departure = known.departures[entry["key"]]
        if "closed_days_ago" in entry:
            yield now - timedelta(days=entry["closed_days_ago"]), partial(_close, departure)
        if "called_off_days_ago" in entry:
            host = known.host(departure.package)
            call_off = partial(_call_off, departure, Cause(entry["called_off_cause"]), entry["called_off_reason"], host)
            yield now - timedelta(days=entry["called_off_days_ago"]), call_off
        for aside in entry.get("allotments", []):
            yield departure.opens_at, partial(_set_aside, departure, aside, known)


def _set_aside(departure: Departure, aside: dict[str, Any], known: Known, at: datetime) -> None:
    set_aside(
        departure,
        aside["seats"],
        city=known.cities[aside["city"]] if "city" in aside else None,
        school=known.organisations[aside["school"]] if "school" in aside else None,
        release_at=departure.closes_at - timedelta(days=aside["released_days_before_closing"]),
        now=at,
    )


def _close(departure: Departure, _at: datetime) -> None:
    departures.close_departure(departure)


def _call_off(departure: Departure, cause: Cause, reason: Translated, by: User, at: datetime) -> None:
    bookings.call_off_departure(departure, cause=cause, reason=reason, by=by, now=at)


def _of_jobs(known: Known, now: datetime) -> Iterator[Occurrence]:
    """What the clock does by itself, every third night, which is enough here, and once more now; what is over goes in
    two nights."""
    night = min(departure.opens_at for departure in known.departures.values())
    while night < now:
        yield night, _run_jobs
        night += BETWEEN_JOBS
    yield now, _run_jobs
    for at in (now - LET_GO_BEFORE, now):
        yield at, _let_go


def _let_go(at: datetime) -> None:
    while carry_out(at):
        pass


def _run_jobs(at: datetime) -> None:
    for job in JOBS:
        while job(at):
            db.session.flush()
