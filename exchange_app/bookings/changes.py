"""Changing a group that is handed in: its size, its date, its leader.

Until the package's deadline the school does so by itself; later it asks the host, who grants or refuses.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals, letters, queries, service
from exchange_app.bookings.errors import (
    AlreadyAsked,
    ColleagueWithoutPhone,
    NoColleague,
    NothingAsked,
    NothingChanges,
    OtherPackage,
    ReasonMissing,
    StepNotAllowed,
)
from exchange_app.bookings.models import Booking, ChangeKind, ChangeRequest
from exchange_app.bookings.rules import CHANGEABLE, GOING_ON, SEATED, Party
from exchange_app.bookings.service import Contact
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures import seats
from exchange_app.departures.errors import DepartureNotFound
from exchange_app.departures.locking import hold_still
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import get_departure
from exchange_app.departures.service import check_registration

LEAVE_LENGTH = timedelta(days=3)  # how long a roster may be changed once the host gave leave


def change_party(booking: Booking, party: Party, *, by: User, now: datetime) -> None:
    """More or fewer pupils and staff, also while seats are held or offered. Raises NothingChanges, NobodyComes,
    TooFewAdults, HostMustAgree, HoldExpired, StepNotAllowed, and what `seats.claim` raises.
    `rosters.service.change_party` first looks who is named."""
    service.check_hold(booking, now)
    if booking.state in CHANGEABLE:
        service.check_change_in_time(booking, now)
    resize(booking, party, by=by, now=now)


def resize(booking: Booking, party: Party, *, by: User | None, now: datetime) -> None:
    """As change_party, whatever the deadline."""
    if booking.state not in SEATED:
        raise StepNotAllowed()
    if party == booking.party:
        raise NothingChanges()
    service.check_supervision(party, booking.departure)
    give_seats(booking, party, by=by, now=now)


def give_seats(booking: Booking, party: Party, *, by: User | None, now: datetime, roster_was_due: bool = False) -> None:
    """Make the booking as large as the party: take more seats, or give some back."""
    before = booking.party
    booking.pupils, booking.staff = party.pupils, party.staff
    service.record_party(booking, before, by=by, now=now)
    if booking.state in CHANGEABLE:
        letters.write_changed(booking, before, now, roster_was_due=roster_was_due)
    db.session.flush()
    hold_still(booking.departure)
    seats.resize(booking.id, seats.around(booking.departure, booking.school), party.persons)


def move_booking(booking: Booking, to: Departure, *, by: User, now: datetime) -> None:
    """To another date of the package in one step, both or neither; those who approve look at it anew. Raises
    OtherPackage, HostMustAgree, StepNotAllowed, and what holding seats of the other departure raises."""
    service.check_change_in_time(booking, now)
    carry_over(booking, to, by=by, now=now)


def carry_over(booking: Booking, to: Departure, *, by: User, now: datetime) -> None:
    """As move_booking, whatever the deadline."""
    if booking.state not in CHANGEABLE:
        raise StepNotAllowed()
    before = booking.departure
    if to.id == before.id or to.package_id != before.package_id:
        raise OtherPackage()
    check_registration(to, now)
    service.check_supervision(booking.party, to)
    hold_still(before, to)
    pools = seats.around(to, booking.school)
    booking.departure = to
    booking.roster_locked_at = booking.roster_open_until = None
    service.record(booking, "move", by=by, now=now, before=before.starts_on.isoformat(), after=to.starts_on.isoformat())
    approvals.ask_again(booking, by=by, now=now)
    letters.write_moved(booking, before, now)
    db.session.flush()
    seats.move(booking.id, pools, booking.persons)


def hand_over(booking: Booking, to: User, *, by: User, now: datetime) -> None:
    """Another leader of the school takes the booking on and becomes its contact; whoever of them asks, so that it does
    not hang on one who is away. Raises NoColleague, ColleagueWithoutPhone, HoldExpired, OfferLapsed or
    StepNotAllowed."""
    service.check_hold(booking, now)
    if booking.state not in GOING_ON:
        raise StepNotAllowed()
    is_leader = to.organisation_id == booking.school_id and to.role is Role.LEADER and to.is_active
    if not is_leader or to.id == booking.leader_id:
        raise NoColleague()
    if not to.phone:
        raise ColleagueWithoutPhone()
    booking.leader = to
    booking.language = to.language
    service.write_contact(booking, Contact(to.name, to.email, to.phone))
    service.record(booking, "handed_over", by=by, now=now, to=to.id)
    letters.write_handed_over(booking, now)


# ------------------------------------------------------------------------------------------- with the host's consent


def ask_change(
    booking: Booking, kind: ChangeKind, *, reason: str, by: User, now: datetime, **facts: Any
) -> ChangeRequest:
    """Ask the host for a change after the deadline. ``facts`` are ``pupils`` and ``staff``, or ``departure_id``. Raises
    ReasonMissing, AlreadyAsked or StepNotAllowed."""
    if booking.state not in CHANGEABLE:
        raise StepNotAllowed()
    if not reason.strip():
        raise ReasonMissing()
    if queries.find_open_request(booking.id) is not None:
        raise AlreadyAsked()
    request = ChangeRequest(booking=booking, kind=kind, facts=facts, reason=reason.strip(), asked_at=now, asked_by=by)
    db.session.add(request)
    db.session.flush()
    service.record(booking, "asked", by=by, now=now, kind=kind, reason=reason.strip(), **facts)
    letters.write_change_asked(request, now)
    return request


def check_asked(booking: Booking, shown: str | None) -> None:
    """Whoever answers or withdraws means the request that was ``shown``, by its id. Raises NothingAsked."""
    request = queries.find_open_request(booking.id)
    if request is None or str(request.id) != shown:
        raise NothingAsked()


def grant_change(booking: Booking, *, comment: str = "", by: User, now: datetime) -> None:
    """Agree, and do it at once. Raises NothingAsked, and whatever stands against the change.
    `rosters.service.grant_change` first looks who is named."""
    request = _close(booking, is_granted=True, comment=comment, by=by, now=now)
    service.record(booking, "granted", by=by, now=now, kind=request.kind, comment=comment.strip())
    letters.write_change_answered(request, now)
    match request.kind:
        case ChangeKind.PARTY:
            resize(booking, Party(**request.facts), by=by, now=now)
        case ChangeKind.MOVE:
            carry_over(booking, _departure(request.facts["departure_id"], by), by=by, now=now)
        case ChangeKind.CANCEL:
            service.end_booking(booking, reason=request.reason, by=by, now=now)
        case ChangeKind.ROSTER:
            booking.roster_open_until = min(now + LEAVE_LENGTH, booking.departure.meets_at)


def _departure(departure_id: int, reader: User) -> Departure:
    """Raises OtherPackage where it is a draft again."""
    try:
        return get_departure(departure_id, reader)
    except DepartureNotFound:
        raise OtherPackage() from None


def refuse_change(booking: Booking, *, comment: str, by: User, now: datetime) -> None:
    """Raises ReasonMissing or NothingAsked."""
    if not comment.strip():
        raise ReasonMissing(field="comment")
    request = _close(booking, is_granted=False, comment=comment, by=by, now=now)
    service.record(booking, "refused", by=by, now=now, kind=request.kind, comment=comment.strip())
    letters.write_change_answered(request, now)


def withdraw_request(booking: Booking, *, by: User, now: datetime) -> None:
    """The school no longer asks. Raises NothingAsked."""
    request = _close(booking, is_granted=False, comment="", by=by, now=now)
    service.record(booking, "withdrawn", by=by, now=now, kind=request.kind)


def _close(booking: Booking, *, is_granted: bool, comment: str, by: User, now: datetime) -> ChangeRequest:
    request = queries.find_open_request(booking.id)
    if request is None:
        raise NothingAsked()
    request.decided_at, request.decided_by_id = now, by.id
    request.is_granted, request.comment = is_granted, comment.strip()
    db.session.flush()
    return request
