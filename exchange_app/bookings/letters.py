"""Which letter goes to whom when a booking changes, whether it is still true when it is sent, what its words need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.bookings.calendar import Method, Sender, itinerary, itinerary_file
from exchange_app.bookings.links import booking_path, check_path
from exchange_app.bookings.models import Booking
from exchange_app.bookings.reminders import (
    COMING,
    ONE_DAY,
    ROSTER_EXPECTED,
    ROSTER_REMINDERS,
    THREE_DAYS,
    TRIP_REMINDERS,
    has_its_turn,
)
from exchange_app.bookings.rules import BookingState, spaced_code
from exchange_app.catalogue.models import MenuItem, Package, Stop
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.departures.models import Departure
from exchange_app.outbox.kinds import Calendar, Kind
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.queries import find_letter_by_key
from exchange_app.outbox.rendering import host_of_links, sender
from exchange_app.outbox.service import NewLetter, write_letters

# ------------------------------------------------------------------------------------------------- writing


def write_submitted(booking: Booking, now: datetime) -> None:
    write_letters([_to_leader(booking, "booking_submitted", "submitted", now), *_to_organisers(booking, now)], now)


def write_confirmed(booking: Booking, now: datetime) -> None:
    """Organisers hear of it only where they were not asked before: their notice has the key of a submission's."""
    write_letters([_to_leader(booking, "booking_confirmed", "confirmed", now), *_to_organisers(booking, now)], now)


def write_declined(booking: Booking, comment: str, now: datetime) -> None:
    write_letters([_to_leader(booking, "booking_declined", "declined", now, reason=comment)], now)


def write_cancelled(booking: Booking, reason: str, now: datetime) -> None:
    to_leader = _to_leader(booking, "booking_cancelled", "cancelled", now, reason=reason)
    to_organisers = _to_organisers(booking, now, "organiser_cancellation", "cancelled:organiser", reason=reason)
    write_letters([to_leader, *to_organisers], now)


def write_called_off(booking: Booking, now: datetime) -> None:
    """Its reason is the departure's."""
    write_letters([_to_leader(booking, "booking_called_off", "called_off", now)], now)


def _to_leader(booking: Booking, kind: str, slug: str, now: datetime, **facts: str) -> NewLetter:
    return NewLetter(
        key=f"booking:{booking.id}:{slug}",
        kind=kind,
        subject_id=booking.id,
        address=booking.contact_email or booking.leader.email,
        language=booking.language,
        due_at=now,
        facts=facts,
    )


def _to_organisers(
    booking: Booking, now: datetime, kind: str = "organiser_notice", slug: str = "organiser", **facts: str
) -> list[NewLetter]:
    """One letter for everybody who keeps the package, each in their own language."""
    organisers = db.session.scalars(
        select(User)
        .where(
            User.organisation_id == booking.departure.package.organiser_id,
            User.role == Role.ORGANISER,
            User.closed_at.is_(None),
        )
        .order_by(User.id)
    )
    return [
        NewLetter(
            key=f"booking:{booking.id}:{slug}:{organiser.id}",
            kind=kind,
            subject_id=booking.id,
            address=organiser.email,
            language=organiser.language,
            due_at=now,
            facts=facts,
        )
        for organiser in organisers
    ]


# ------------------------------------------------------------------------------------------------- sending


def load_bookings(ids: Collection[int]) -> Mapping[int, Booking]:
    """Bookings with all that a letter may say about them, as they are in the database now."""
    package = joinedload(Booking.departure).joinedload(Departure.package)
    found = db.session.scalars(
        select(Booking)
        .where(Booking.id.in_(ids))
        .options(
            joinedload(Booking.school),
            joinedload(Booking.leader),
            joinedload(Booking.departure).joinedload(Departure.pool),
            package.joinedload(Package.host_city),
            package.joinedload(Package.organiser),
            package.selectinload(Package.stops).joinedload(Stop.menu_item).joinedload(MenuItem.base),
        )
        .execution_options(populate_existing=True)
    )
    return {booking.id: booking for booking in found}


def words_for(booking: Booking, letter: Letter, now: datetime) -> dict[str, Any]:
    """The names that every letter about a booking may use."""
    departure = booking.departure
    public_url = setting("PUBLIC_URL")
    return {
        "booking": booking,
        "departure": departure,
        "package": departure.package,
        "host": departure.package.organiser,
        "code": spaced_code(booking.code),
        "leader_name": booking.contact_name or booking.leader.name,
        "zone": zone_of(departure),
        "days": itinerary(departure),
        "reason": letter.facts.get("reason", ""),
        "check_url": public_url + check_path(booking),
        "booking_url": public_url + booking_path(booking),
        "waits_for_host": booking.state is BookingState.SUBMITTED,
    }


def zone_of(departure: Departure) -> ZoneInfo:
    return ZoneInfo(departure.package.host_city.time_zone)


def _while_state(*states: BookingState) -> Callable[[Booking, Letter, datetime], bool]:
    return lambda booking, letter, now: booking.state in states


def _is_trip_coming(booking: Booking, letter: Letter, now: datetime) -> bool:
    departure = booking.departure
    return (
        booking.state is BookingState.CONFIRMED
        and departure.state in COMING
        and has_its_turn(letter, TRIP_REMINDERS, departure.meets_at, zone_of(departure), now)
    )


def _is_roster_missing(booking: Booking, letter: Letter, now: datetime) -> bool:
    departure = booking.departure
    return (
        booking.state in ROSTER_EXPECTED
        and departure.state in COMING
        and booking.named < booking.persons
        and has_its_turn(letter, ROSTER_REMINDERS, departure.roster_due_at, zone_of(departure), now)
    )


def _itinerary_to_keep(booking: Booking, letter: Letter, now: datetime) -> Calendar:
    return _calendar(booking, letter, Method.PUBLISH, now)


def _itinerary_to_drop(booking: Booking, letter: Letter, now: datetime) -> Calendar | None:
    """Only for those who were sent one."""
    confirmation = find_letter_by_key(f"booking:{booking.id}:confirmed")
    if confirmation is None or confirmation.state is LetterState.SKIPPED:
        return None
    return _calendar(booking, letter, Method.CANCEL, now)


def _calendar(booking: Booking, letter: Letter, method: Method, now: datetime) -> Calendar:
    publisher = Sender(address=sender().addr_spec, host=host_of_links())
    content = itinerary_file(booking, method, publisher, now, changed_at=letter.written_at)
    return Calendar(filename=f"{booking.code}.ics", method=method, content=content)


def _kind(
    name: str, words: Any, is_still_true: Callable[[Booking, Letter, datetime], bool], **more: Any
) -> Kind[Booking]:
    return Kind(name, words, load=load_bookings, is_still_true=is_still_true, context=words_for, **more)


BOOKING_LETTERS = (
    _kind("booking_submitted", sentence("Booking received"), _while_state(BookingState.SUBMITTED)),
    _kind(
        "booking_confirmed",
        sentence("Booking confirmed"),
        _while_state(BookingState.CONFIRMED),
        calendar=_itinerary_to_keep,
    ),
    _kind("booking_declined", sentence("Booking not accepted"), _while_state(BookingState.DECLINED)),
    _kind(
        "booking_cancelled",
        sentence("Booking cancelled"),
        _while_state(BookingState.CANCELLED),
        calendar=_itinerary_to_drop,
    ),
    _kind(
        "booking_called_off",
        sentence("Departure called off"),
        _while_state(BookingState.CALLED_OFF),
        calendar=_itinerary_to_drop,
    ),
    _kind(
        "organiser_notice",
        sentence("New booking, to the organiser"),
        _while_state(BookingState.SUBMITTED, BookingState.CONFIRMED),
    ),
    _kind("organiser_cancellation", sentence("Cancellation, to the organiser"), _while_state(BookingState.CANCELLED)),
    _kind("reminder_roster_due", sentence("Reminder that the roster is due"), _is_roster_missing),
    _kind(THREE_DAYS.kind, sentence("Reminder three days before"), _is_trip_coming),
    _kind(ONE_DAY.kind, sentence("Reminder one day before"), _is_trip_coming),
)
