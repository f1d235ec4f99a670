"""Which groups, departures and rows are due to go at a moment. The job and its dry run ask the same here.

A day ends in the city that hosts the departure, so each zone has a condition of its own; and what a group's guardians
were promised counts where it is shorter than what is set, so each shorter promise has one too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from exchange_app.bookings.models import Booking, BookingEvent, Message
from exchange_app.catalogue.models import Package
from exchange_app.consents.models import ConsentAnswer, ConsentLink, ConsentNotice, DeletionRequest
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.departures.models import Departure
from exchange_app.helpdesk.models import HelpRequest
from exchange_app.partners.models import City
from exchange_app.retention.models import Breach, BreachMeasure, Erasure
from exchange_app.retention.rules import NOT_TRAVELLING, SETTLING, Kept, Measure, midnight_after
from exchange_app.rosters.models import Disclosure, Export, Participant, UnmendedRow
from exchange_app.trips.models import HostNotes, Incident

Period = tuple[int, ColumnElement[bool]]  # so many days, for whom

SETTINGS = {
    Kept.DOCUMENTS: "DOCUMENTS_KEPT_DAYS",
    Kept.ROSTERS: "ROSTERS_KEPT_DAYS",
    Kept.MESSAGES: "ROSTERS_KEPT_DAYS",
    Kept.ANSWERS: "CONSENTS_KEPT_DAYS",
    Kept.INCIDENTS: "DISCLOSURES_KEPT_DAYS",
    Kept.DISCLOSURES: "DISCLOSURES_KEPT_DAYS",
    Kept.EXPORTS: "DISCLOSURES_KEPT_DAYS",
    Kept.BREACHES: "DISCLOSURES_KEPT_DAYS",
    Kept.HELP_REQUESTS: "HELP_KEPT_DAYS",
}
PROMISES: dict[Kept, Any] = {
    Kept.DOCUMENTS: ConsentNotice.documents_days,
    Kept.ROSTERS: ConsentNotice.rosters_days,
    Kept.MESSAGES: ConsentNotice.rosters_days,
    Kept.ANSWERS: ConsentNotice.answers_days,
}
OF_GROUPS = (Kept.DOCUMENTS, Kept.ROSTERS, Kept.ANSWERS)
MOMENTS: dict[Kept, Any] = {
    Kept.INCIDENTS: Incident.written_at,
    Kept.DISCLOSURES: Disclosure.at,
    Kept.EXPORTS: Export.made_at,
}

HOLDS_DOCUMENTS = or_(
    Participant.document_type_sealed.is_not(None),
    Participant.document_number_sealed.is_not(None),
    Participant.document_hash.is_not(None),
    Participant.health_note_sealed.is_not(None),
    Participant.meal_need_sealed.is_not(None),
)


def select_groups(kept: Kept, now: datetime) -> Select[int]:
    """The ids of the bookings of which something is due, in one order."""
    return (
        select(Booking.id)
        .join(Booking.departure)
        .join(Departure.package)
        .join(Package.host_city)
        .where(or_(*_conditions_of_groups(kept, now)), _holds(kept))
        .order_by(Booking.id)
    )


def select_departures(now: datetime) -> Select[int]:
    """The ids of the departures whose messages and notes are due."""
    wrote = exists().where(Message.departure_id == Departure.id)
    noted = exists().where(HostNotes.departure_id == Departure.id)
    return (
        select(Departure.id)
        .join(Departure.package)
        .join(Package.host_city)
        .where(or_(*_conditions_of_departures(now)), or_(wrote, noted))
        .order_by(Departure.id)
    )


def is_old(kept: Kept, now: datetime) -> ColumnElement[bool]:
    """Of what is kept from its own moment on, whichever group it is about."""
    condition: ColumnElement[bool] = MOMENTS[kept] <= now - timedelta(days=setting(SETTINGS[kept]))
    return condition


def select_breaches(now: datetime) -> Select[int]:
    """The ids of breaches that were closed long enough ago."""
    closed = BreachMeasure.measure == Measure.CLOSED
    over = BreachMeasure.at <= now - timedelta(days=setting(SETTINGS[Kept.BREACHES]))
    return select(Breach.id).join(Breach.taken).where(closed, over).order_by(Breach.id)


def select_help_requests(now: datetime) -> Select[int]:
    """The ids of requests for help that were closed or withdrawn long enough ago."""
    over = HelpRequest.closed_at <= now - timedelta(days=setting(SETTINGS[Kept.HELP_REQUESTS]))
    return select(HelpRequest.id).where(over).order_by(HelpRequest.closed_at)


def settled_at() -> Any:
    """When it was settled that a group does not travel."""
    return (
        select(func.max(BookingEvent.at))
        .where(BookingEvent.booking_id == Booking.id, BookingEvent.what.in_(SETTLING))
        .correlate(Booking)
        .scalar_subquery()
    )


def promised(kept: Kept) -> Any:
    """The fewest days that a text of the group promises."""
    return (
        select(func.min(PROMISES[kept])).where(ConsentNotice.booking_id == Booking.id).correlate(Booking)
    ).scalar_subquery()


def _conditions_of_groups(kept: Kept, now: datetime) -> Iterator[ColumnElement[bool]]:
    periods = list(_periods(kept, ConsentNotice.booking_id == Booking.id))
    if kept is Kept.ROSTERS:  # a group that does not travel needs none
        stays = Booking.state.in_(NOT_TRAVELLING)
        shorter = _periods(Kept.DOCUMENTS, ConsentNotice.booking_id == Booking.id)
        periods += [(days, and_(stays, whom)) for days, whom in shorter]
    for zone, today in _days(now):
        for days, whom in periods:
            yield and_(City.time_zone == zone.key, whom, _was_over(today - timedelta(days=days), zone))


def _conditions_of_departures(now: datetime) -> Iterator[ColumnElement[bool]]:
    of_its_groups = exists().where(Booking.departure_id == Departure.id, ConsentNotice.booking_id == Booking.id)
    for zone, today in _days(now):
        for days, whom in _periods(Kept.MESSAGES, of_its_groups.correlate(Departure, ConsentNotice)):
            yield and_(City.time_zone == zone.key, whom, Departure.ends_on <= today - timedelta(days=days))


def _periods(kept: Kept, is_theirs: Any) -> Iterator[Period]:
    """What is set, for all; and each shorter promise, for those to whom it was made."""
    days: int = setting(SETTINGS[kept])
    yield days, true()
    promise = PROMISES[kept]
    for shorter in db.session.scalars(select(promise).where(promise < days).distinct()):
        yield shorter, exists().where(is_theirs, promise == shorter)


def _days(now: datetime) -> Iterator[tuple[ZoneInfo, date]]:
    """Each zone in which there are departures, with its date."""
    for name in db.session.scalars(select(City.time_zone).distinct()):
        zone = ZoneInfo(name)
        yield zone, now.astimezone(zone).date()


def _was_over(last: date, zone: ZoneInfo) -> ColumnElement[bool]:
    """On this day or earlier the visit had ended, or it was settled that the group does not travel."""
    settled = and_(Booking.state.in_(NOT_TRAVELLING), settled_at() < midnight_after(last, zone))
    return or_(Departure.ends_on <= last, settled)


def _holds(kept: Kept) -> ColumnElement[bool]:
    """Whether there is anything of the kind left."""
    match kept:
        case Kept.DOCUMENTS:
            return or_(
                exists().where(Participant.booking_id == Booking.id, HOLDS_DOCUMENTS),
                exists().where(UnmendedRow.booking_id == Booking.id),
            )
        case Kept.ROSTERS:
            was_erased = exists().where(Erasure.booking_id == Booking.id, Erasure.kept == Kept.ROSTERS)
            is_named = exists().where(Participant.booking_id == Booking.id)
            return or_(~was_erased, is_named, Booking.contact_name.is_not(None))
        case _:
            tables = (ConsentAnswer, ConsentLink, ConsentNotice, DeletionRequest)
            return or_(*(exists().where(table.booking_id == Booking.id) for table in tables))
