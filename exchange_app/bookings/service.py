"""What can be done to a booking. Every command is one step of the table in `rules.py` and one row of its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from exchange_app.accounts.models import User
from exchange_app.bookings import letters, queries
from exchange_app.bookings.errors import (
    ContactMissing,
    HoldExpired,
    NobodyComes,
    ReasonMissing,
    RosterLocked,
    StepNotAllowed,
    TooFewAdults,
)
from exchange_app.bookings.models import Booking, BookingEvent
from exchange_app.bookings.rules import (
    OPEN_FOR_ROSTER,
    SEATED,
    TRANSITIONS,
    BookingState,
    Party,
    Step,
    adults_needed,
    hold_length,
    new_code,
)
from exchange_app.catalogue.models import Approval
from exchange_app.core.database import db, insert_unless_there
from exchange_app.core.text import Translated, worded_later
from exchange_app.departures import seats
from exchange_app.departures import service as departures
from exchange_app.departures.errors import NotOpenYet, NotTakingRegistrations, RegistrationOver
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState, Window
from exchange_app.outbox.times import LocalTimes


@dataclass(frozen=True, slots=True)
class Contact:
    """Who can be reached about the group."""

    name: str
    email: str
    phone: str


def hold_seats(departure: Departure, party: Party, *, form_token: str, by: User, now: datetime) -> Booking:
    """Keep seats for a group while its leader fills in the rest.

    The same form sent twice answers with the booking it made the first time. Raises NobodyComes, TooFewAdults,
    NotOpenYet, RegistrationOver, NotTakingRegistrations, NotEnoughSeats or SoldOut.
    """
    booking, is_new = open_booking(departure, party, form_token=form_token, by=by, now=now)
    if is_new:
        claim_seats(booking)
    return booking


def open_booking(
    departure: Departure, party: Party, *, form_token: str, by: User, now: datetime, contact: Contact | None = None
) -> tuple[Booking, bool]:
    """A held booking whose seats are not claimed yet, and True; or the one that this form made before, and False.

    Where it is new, claim_seats() follows last in the same transaction, so that the pool's row is locked only briefly.
    Raises as hold_seats() does.
    """
    earlier = queries.find_booking_of_form(by.id, form_token)
    if earlier is not None:
        return earlier, False
    check_registration(departure, now)
    check_supervision(party, departure)
    _make_room(departure, party.persons, now)
    booking = _insert_booking(departure, party, form_token=form_token, by=by, now=now)
    if booking is None:  # the same form, sent twice at the same moment: the other one has just been stored
        return queries.get_booking_of_form(by.id, form_token), False
    record(booking, Step.HOLD, by=by, now=now, pupils=party.pupils, staff=party.staff)
    if contact is not None:
        _write_contact(booking, contact)
    return booking, True


def _insert_booking(departure: Departure, party: Party, *, form_token: str, by: User, now: datetime) -> Booking | None:
    booking: Booking | None = db.session.scalar(
        insert_unless_there(Booking)
        .values(
            code=new_code(),
            departure_id=departure.id,
            school_id=by.organisation_id,
            leader_id=by.id,
            form_token=form_token,
            pupils=party.pupils,
            staff=party.staff,
            state=BookingState.HELD,
            hold_ends_at=now + hold_length(party.persons),
            language=by.language,
            created_at=now,
        )
        .returning(Booking)
    )
    if booking is not None:
        set_committed_value(booking, "departure", departure)
        set_committed_value(booking, "leader", by)
    return booking


def claim_seats(booking: Booking) -> None:
    """Raises NotEnoughSeats or SoldOut; the transaction is then to be given up."""
    seats.claim(booking.id, [booking.departure.pool_id], booking.persons)


def check_registration(departure: Departure, now: datetime) -> None:
    """Raises NotOpenYet, RegistrationOver or NotTakingRegistrations."""
    if departure.state is DepartureState.CLOSED:
        raise RegistrationOver()
    if departure.state is not DepartureState.OPEN:
        raise NotTakingRegistrations()
    window = departure.window(now)
    if window is Window.NOT_YET:
        raise NotOpenYet()
    if window is Window.OVER:
        raise RegistrationOver()


def check_supervision(party: Party, departure: Departure) -> None:
    """Raises NobodyComes or TooFewAdults."""
    if party.pupils < 1:
        raise NobodyComes()
    needed = adults_needed(party.pupils, departure.persons_per_adult)
    if party.staff < needed:
        raise TooFewAdults(pupils=party.pupils, needed=needed, missing=needed - party.staff)


def _make_room(departure: Departure, wanted: int, now: datetime) -> None:
    """Refuse early, without a lock, what cannot fit; but first take back the seats of holds that ran out."""
    if departure.pool.left < wanted:
        _expire(queries.lock_expired_holds(now, departure_id=departure.id), now)
        seats.refuse(wanted, seats.count_left(departure.pool_id))


def set_contact(booking: Booking, contact: Contact, *, by: User, now: datetime) -> None:
    """Until the group is back: phones change on the way. Raises HoldExpired or StepNotAllowed."""
    _check_open(booking, now)
    if contact == Contact(booking.contact_name or "", booking.contact_email or "", booking.contact_phone or ""):
        return
    _write_contact(booking, contact)
    record(booking, "contact", by=by, now=now)


def _write_contact(booking: Booking, contact: Contact) -> None:
    booking.contact_name = contact.name
    booking.contact_email = contact.email
    booking.contact_phone = contact.phone


def _check_open(booking: Booking, now: datetime) -> None:
    """Raises HoldExpired or StepNotAllowed."""
    check_hold(booking, now)
    if booking.state not in OPEN_FOR_ROSTER:
        raise StepNotAllowed()


def check_open_for_roster(booking: Booking, now: datetime) -> None:
    """The roster may be changed until it is due. Raises HoldExpired, StepNotAllowed or RosterLocked."""
    _check_open(booking, now)
    departure = booking.departure
    if now >= departure.roster_due_at:
        local = LocalTimes(departure.package.host_city.time_zone)
        raise RosterLocked(due=worded_later(local.moment, departure.roster_due_at))


def check_hold(booking: Booking, now: datetime) -> None:
    """Raises HoldExpired when the booking's hold ran out, whether or not its seats were taken back yet."""
    if booking.state_at(now) is BookingState.EXPIRED:
        raise HoldExpired()


def submit_booking(booking: Booking, *, by: User, now: datetime) -> None:
    """Hand the booking in: confirmed at once, or waiting for the host, as the package's rule says.

    Submitting twice changes nothing the second time. Raises HoldExpired, ContactMissing, TooFewAdults or
    StepNotAllowed.
    """
    if booking.submitted_at is not None and booking.state in SEATED:
        return
    check_hold(booking, now)
    if booking.state is not BookingState.HELD:
        raise StepNotAllowed()
    if not booking.has_contact:
        raise ContactMissing()
    check_supervision(Party(booking.pupils, booking.staff), booking.departure)
    at_once = booking.departure.package.approval is Approval.NONE
    _go(booking, Step.CONFIRM if at_once else Step.SUBMIT, by=by, now=now)
    booking.submitted_at = now
    booking.hold_ends_at = None
    if at_once:
        letters.write_confirmed(booking, now)
    else:
        letters.write_submitted(booking, now)


def confirm_booking(booking: Booking, *, by: User, now: datetime, comment: str = "") -> None:
    """The host says yes. Raises StepNotAllowed."""
    if booking.state is not BookingState.SUBMITTED:
        raise StepNotAllowed()
    _go(booking, Step.CONFIRM, by=by, now=now, comment=comment)
    letters.write_confirmed(booking, now)


def decline_booking(booking: Booking, *, comment: str, by: User, now: datetime) -> None:
    """The host says no, with a reason. Raises ReasonMissing or StepNotAllowed."""
    if not comment.strip():
        raise ReasonMissing(field="comment")
    _go(booking, Step.DECLINE, by=by, now=now, comment=comment.strip())
    seats.release([booking.id])
    letters.write_declined(booking, comment.strip(), now)


def cancel_booking(booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    """Raises ReasonMissing (a hold needs none), HoldExpired or StepNotAllowed."""
    was_held = booking.state is BookingState.HELD
    if not was_held and not reason.strip():
        raise ReasonMissing()
    _go(booking, Step.CANCEL, by=by, now=now, reason=reason.strip())
    booking.hold_ends_at = None
    seats.release([booking.id])
    if not was_held:  # about a hold nobody was told anything yet
        letters.write_cancelled(booking, reason.strip(), now)


def expire_holds(now: datetime) -> int:
    """Give back the seats of holds that ran out; returns how many bookings expired. Call again while it returns any."""
    return _expire(queries.lock_expired_holds(now), now)


def _expire(bookings: Sequence[Booking], now: datetime) -> int:
    for booking in bookings:
        _go(booking, Step.EXPIRE, by=None, now=now)
        booking.hold_ends_at = None
    db.session.flush()
    if bookings:
        seats.release([booking.id for booking in bookings])
    return len(bookings)


def call_off_departure(departure: Departure, *, reason: Translated, by: User, now: datetime) -> None:
    """Call the departure off: every group is released and told why. Raises as `departures.service.call_off` does."""
    departures.call_off(departure, reason=reason)
    release_called_off(now, by=by)


def release_called_off(now: datetime, *, by: User | None = None) -> int:
    """Release the groups of departures that were called off; returns how many.

    A booking that somebody else has in hand at this moment is passed over; the schedule calls this again.
    """
    groups = queries.lock_bookings_of_called_off()
    for booking in groups:
        _go(booking, Step.CALL_OFF, by=by, now=now)
        booking.hold_ends_at = None
        letters.write_called_off(booking, now)
    db.session.flush()
    if groups:
        seats.release([booking.id for booking in groups])
    return len(groups)


def finish_departures(now: datetime) -> int:
    """Bookings of departures that are over become done; returns how many departures ended."""
    ended = departures.finish_departures(now)
    for departure in ended:
        for booking in queries.lock_confirmed_of(departure.id):
            _go(booking, Step.FINISH, by=None, now=now)
    return len(ended)


def _go(booking: Booking, step: Step, *, by: User | None, now: datetime, **facts: Any) -> None:
    after = TRANSITIONS.get((booking.state, step))
    if after is None:
        raise StepNotAllowed()
    booking.state = after
    record(booking, step, by=by, now=now, **facts)


def record(booking: Booking, what: str, *, by: User | None, now: datetime, **facts: Any) -> None:
    """One row of the booking's history; ``facts`` hold counts, reasons and ids, never personal data."""
    db.session.add(BookingEvent(booking_id=booking.id, at=now, by_id=by.id if by else None, what=what, facts=facts))
