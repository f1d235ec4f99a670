"""What can be done to a booking. Every command is one step of the table in `rules.py` and one row of its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value

from exchange_app.accounts.models import User
from exchange_app.bookings import letters, queries
from exchange_app.bookings.errors import (
    ContactMissing,
    HoldExpired,
    HostMustAgree,
    NobodyComes,
    OfferLapsed,
    ReasonMissing,
    RosterLocked,
    StepNotAllowed,
    TooFewAdults,
)
from exchange_app.bookings.models import Booking, BookingEvent, ChangeRequest
from exchange_app.bookings.queue import count_waiting
from exchange_app.bookings.rules import (
    CHANGEABLE,
    OPEN_FOR_ROSTER,
    SEATED,
    TRANSITIONS,
    BookingState,
    Party,
    Step,
    changes_end,
    hold_length,
    shortfall,
)
from exchange_app.catalogue.models import Approver
from exchange_app.core.codes import new_code
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.core.text import Translated
from exchange_app.departures import seats
from exchange_app.departures import service as departures
from exchange_app.departures.errors import (
    GroupsOnList,
    MinimumReached,
    TooLateForMinimum,
)
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import NOTICE_FOR_MINIMUM, Cause
from exchange_app.departures.seats import Around
from exchange_app.departures.shortages import note_shortages
from exchange_app.outbox.times import LocalTimes
from exchange_app.partners.models import SupervisionRule


@dataclass(frozen=True, slots=True)
class Contact:
    """Who can be reached about the group."""

    name: str
    email: str
    phone: str


def hold_seats(
    departure: Departure, party: Party, *, form_token: str, by: User, now: datetime, contact: Contact | None = None
) -> Booking:
    """Keep seats for a group while its leader fills in the rest.

    The same form sent twice answers with the booking it made the first time. Raises NobodyComes, TooFewAdults,
    NotOpenYet, RegistrationOver, NotTakingRegistrations, and what `seats.claim` raises.
    """
    booking, pools = open_booking(departure, party, form_token=form_token, by=by, now=now, contact=contact)
    if pools is not None:
        letters.write_held(booking, now)
        claim_seats(booking, pools)
    return booking


def open_booking(
    departure: Departure, party: Party, *, form_token: str, by: User, now: datetime, contact: Contact | None = None
) -> tuple[Booking, Around | None]:
    """A held booking whose seats are not claimed yet, and the pools to claim them from; or the one that this form made
    before, and None.

    Where it is new, claim_seats() follows last in the same transaction, so that the pools' rows are locked only
    briefly. Raises as hold_seats() does.
    """
    check_supervision(party, departure)
    booking = insert_booking(departure, party, BookingState.HELD, form_token=form_token, by=by, now=now)
    if booking is None:  # the same form, sent before: what it made stands, whether or not registration is still open
        return queries.get_booking_of_form(by.id, form_token), None
    departures.check_registration(departure, now)
    pools = make_room(departure, party.persons, by=by, now=now)  # from here on the departure's slots stay as they are
    record(booking, Step.HOLD, by=by, now=now, pupils=party.pupils, staff=party.staff)
    if contact is not None:
        write_contact(booking, contact)
    return booking, pools


def insert_booking(
    departure: Departure, party: Party, state: BookingState, *, form_token: str, by: User, now: datetime
) -> Booking | None:
    """A new booking, held or waiting; None where this form made one before."""
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
            state=state,
            hold_ends_at=now + hold_length(party.persons) if state is BookingState.HELD else None,
            queued_at=now if state is BookingState.WAITING else None,
            language=by.language,
            created_at=now,
        )
        .returning(Booking)
    )
    if booking is not None:
        set_committed_value(booking, "departure", departure)
        set_committed_value(booking, "leader", by)
        set_committed_value(booking, "school", by.organisation)
    return booking


def claim_seats(booking: Booking, pools: Around) -> None:
    """Raises what `seats.claim` raises; the transaction is then to be given up."""
    seats.claim(booking.id, pools, booking.persons)


def check_supervision(party: Party, departure: Departure) -> None:
    """Raises NobodyComes; or TooFewAdults, where the host city blocks such groups and does not only warn."""
    if party.pupils < 1:
        raise NobodyComes()
    lacks = shortfall(party, departure.persons_per_adult)
    if lacks is not None and departure.package.host_city.supervision is SupervisionRule.BLOCK:
        raise TooFewAdults(missing=lacks.missing, pupils=lacks.pupils, per_adult=departure.persons_per_adult)


def make_room(departure: Departure, wanted: int, *, by: User, now: datetime) -> Around:
    """Refuse early, without a lock, what cannot fit; but first take back the seats of holds that ran out. Raises what
    `seats.claim` raises."""
    pools = seats.around(departure, by.organisation)
    lacking = pools.lacking(wanted)
    if lacking and expire(queries.lock_expired_holds(now, of_pools=lacking), now):
        pools = seats.around(departure, by.organisation)
    seats.refuse_early(pools, wanted)
    return pools


def set_contact(booking: Booking, contact: Contact, *, by: User, now: datetime) -> None:
    """Until the group is back: phones change on the way. Raises HoldExpired or StepNotAllowed."""
    _check_open(booking, now)
    if contact != Contact(booking.contact_name or "", booking.contact_email or "", booking.contact_phone or ""):
        write_contact(booking, contact)
        record(booking, "contact", by=by, now=now)


def write_contact(booking: Booking, contact: Contact) -> None:
    booking.contact_name = contact.name
    booking.contact_email = contact.email
    booking.contact_phone = contact.phone


def _check_open(booking: Booking, now: datetime) -> None:
    """Raises HoldExpired or StepNotAllowed."""
    check_hold(booking, now)
    if booking.state not in OPEN_FOR_ROSTER:
        raise StepNotAllowed()


def check_open_for_roster(booking: Booking, now: datetime) -> None:
    """The roster may be changed until it is due, and later with the host's leave. Raises HoldExpired, StepNotAllowed or
    RosterLocked."""
    _check_open(booking, now)
    has_leave = booking.roster_open_until is not None and now < booking.roster_open_until
    if now >= booking.roster_due_at and not has_leave:
        local = LocalTimes(booking.departure.package.host_city.time_zone)
        raise RosterLocked(due=local.moment_later(booking.roster_due_at))


def check_hold(booking: Booking, now: datetime) -> None:
    """Raises HoldExpired or OfferLapsed when its time ran out, whether or not its seats were taken back yet."""
    match booking.state_at(now):
        case BookingState.EXPIRED:
            raise HoldExpired()
        case BookingState.LAPSED:
            raise OfferLapsed()


def submit_booking(booking: Booking, *, by: User, now: datetime) -> None:
    """Hand the booking in: confirmed at once, or waiting for those who approve, as the package's rule says.

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
    check_supervision(booking.party, booking.departure)
    booking.approvals = list(booking.departure.package.approvals)
    booking.submitted_at = now
    booking.hold_ends_at = None
    if booking.approvals:
        go(booking, Step.SUBMIT, by=by, now=now)
        letters.write_submitted(booking, now)
        await_approver(booking, booking.approvers[0], now)
    else:
        go(booking, Step.CONFIRM, by=by, now=now)
        letters.write_confirmed(booking, now)


def await_approver(booking: Booking, approver: Approver | None, now: datetime) -> None:
    """It is this approver's turn, who is told so; nobody's when None."""
    booking.awaiting = approver
    booking.awaiting_since = now if approver else None
    booking.times_reminded = 0
    if approver:
        letters.write_approval_wanted(booking, approver, now)


def cancel_booking(booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    """By the school itself: a hold or a place on the waiting list needs no reason, a group that is handed in needs one,
    and after the package's deadline the host's consent. Raises ReasonMissing, HostMustAgree, HoldExpired, OfferLapsed
    or StepNotAllowed."""
    check_hold(booking, now)
    if booking.state in CHANGEABLE:
        if not reason.strip():
            raise ReasonMissing()
        check_change_in_time(booking, now)
    end_booking(booking, reason=reason, by=by, now=now)


def end_booking(booking: Booking, *, reason: str, by: User | None, now: datetime) -> None:
    """The group does not come; its seats are free at once. Raises StepNotAllowed."""
    before = booking.state
    step = Step.TURN_DOWN if before is BookingState.OFFERED else Step.CANCEL
    go(booking, step, by=by, now=now, reason=reason.strip())
    await_approver(booking, None, now)
    booking.hold_ends_at = None
    close_requests([booking.id], now)
    seats.release([booking.id])
    if before is BookingState.WAITING:
        leave_list(booking)
    if before in CHANGEABLE:  # about a hold or a place on the list nobody else was told anything yet
        letters.write_cancelled(booking, reason.strip(), now)


def leave_list(booking: Booking) -> None:
    """It no longer waits; whoever waits behind it may be next."""
    db.session.flush()
    note_shortages({booking.id: ()})
    seats.wake_offers()


def check_change_in_time(booking: Booking, now: datetime) -> None:
    """Raises HostMustAgree once the package's deadline for changes is over."""
    until = changes_until(booking)
    if now >= until:
        local = LocalTimes(booking.departure.package.host_city.time_zone)
        raise HostMustAgree(until=local.moment_later(until))


def changes_until(booking: Booking) -> datetime:
    """Until when the school changes and cancels by itself."""
    departure = booking.departure
    return changes_end(departure.starts_on, departure.package.changes_until_days, departure.zone)


def close_requests(booking_ids: Sequence[int], now: datetime) -> None:
    """What was asked of the host about these bookings needs no answer any more."""
    is_open = ChangeRequest.booking_id.in_(booking_ids), ChangeRequest.decided_at.is_(None)
    change_rows(update(ChangeRequest).where(*is_open).values(decided_at=now, is_granted=False))


def expire_holds(now: datetime) -> int:
    """Give back the seats of holds and offers that ran out; returns how many. Call again while it returns any."""
    return expire(queries.lock_expired_holds(now), now)


def expire(bookings: Sequence[Booking], now: datetime) -> int:
    """Of bookings that are locked."""
    for booking in bookings:
        if booking.state is BookingState.OFFERED:
            go(booking, Step.LAPSE, by=None, now=now)
            letters.write_list_ended(booking, now)
        else:
            go(booking, Step.EXPIRE, by=None, now=now)
        booking.hold_ends_at = None
    db.session.flush()
    if bookings:
        seats.release([booking.id for booking in bookings])
    return len(bookings)


def withdraw_departure(departure: Departure) -> None:
    """Back to a draft. Raises StateNotReachable, SeatsTaken or GroupsOnList."""
    departures.withdraw_departure(departure)
    if count := count_waiting(departure.id):
        raise GroupsOnList(count=count)


def call_off_departure(departure: Departure, *, cause: Cause, reason: Translated, by: User, now: datetime) -> None:
    """Call the departure off: every group is released and told why. Raises MinimumReached, TooLateForMinimum, and as
    `departures.service.call_off` does."""
    if cause is Cause.MINIMUM:
        _check_minimum(departure, now)
    departures.call_off(departure, cause=cause, reason=reason, now=now)
    release_called_off(now, by=by)


def _check_minimum(departure: Departure, now: datetime) -> None:
    persons = queries.count_persons(departure.id)
    if persons >= departure.minimum:
        raise MinimumReached(persons=persons, minimum=departure.minimum)
    if departure.package.price_minor > 0 and now > departure.meets_at - NOTICE_FOR_MINIMUM:
        raise TooLateForMinimum(days=NOTICE_FOR_MINIMUM.days)


def release_called_off(now: datetime, *, by: User | None = None) -> int:
    """Release the groups of departures that were called off; returns how many.

    A booking that somebody else has in hand at this moment is passed over; the schedule calls this again.
    """
    groups = queries.lock_bookings_of_called_off()
    ids = [booking.id for booking in groups]
    for booking in groups:
        go(booking, Step.CALL_OFF, by=by, now=now)
        booking.hold_ends_at = None
        booking.awaiting = booking.awaiting_since = None
        letters.write_called_off(booking, now)
    db.session.flush()
    if groups:
        close_requests(ids, now)
        seats.release(ids)
        note_shortages(dict.fromkeys(ids, ()))
        seats.wake_offers()
    return len(groups)


def finish_departures(now: datetime) -> int:
    """A departure that is over, and its bookings, become done; says whether there was one. Groups about whom nobody
    decided did not come."""
    ended = departures.finish_departure(now)
    if ended is None:
        return 0
    groups = queries.lock_handed_in_of(ended.id)
    for booking in groups:
        go(booking, Step.FINISH if booking.state is BookingState.CONFIRMED else Step.RUN_OUT, by=None, now=now)
        booking.awaiting = booking.awaiting_since = None
    db.session.flush()
    close_requests([booking.id for booking in groups], now)
    seats.release([booking.id for booking in groups if booking.state is BookingState.DECLINED])
    return 1


def go(booking: Booking, step: Step, *, by: User | None, now: datetime, **facts: Any) -> None:
    """Take a step of the table. Raises StepNotAllowed."""
    after = TRANSITIONS.get((booking.state, step))
    if after is None:
        raise StepNotAllowed()
    booking.state = after
    record(booking, step, by=by, now=now, **facts)


def record(booking: Booking, what: str, *, by: User | None, now: datetime, **facts: Any) -> None:
    """One row of the booking's history; ``facts`` hold counts, reasons and ids, never personal data."""
    db.session.add(BookingEvent(booking_id=booking.id, at=now, by_id=by.id if by else None, what=what, facts=facts))


def record_party(booking: Booking, before: Party, *, by: User | None, now: datetime) -> None:
    """The group's size was changed."""
    facts = {"pupils_before": before.pupils, "staff_before": before.staff}
    record(booking, "party", by=by, now=now, pupils=booking.pupils, staff=booking.staff, **facts)
