"""The waiting list. Its rule is published (`rules.decide_offer`), each group sees its place, every decision is logged.

Whatever frees seats wakes a worker, which makes one offer after the other, each in a transaction of its own: so each
takes its pools in one order, and two of them never wait for each other. See docs/decisions/waiting-list.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.bookings import letters, queries, service
from exchange_app.bookings.errors import NeverFits, NothingChanges, StepNotAllowed
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queue import list_waiting, lock_waiting, lock_waiting_of_ended, was_kept_waiting
from exchange_app.bookings.rules import (
    MOST_PASSES,
    SEATED,
    BookingState,
    Decision,
    Party,
    Step,
    Waiting,
    decide_offer,
    offer_end,
)
from exchange_app.bookings.service import Contact
from exchange_app.core.database import db
from exchange_app.departures import seats
from exchange_app.departures.models import Departure
from exchange_app.departures.seats import Around
from exchange_app.departures.service import check_registration
from exchange_app.departures.shortages import note_shortages


def join_list(
    departure: Departure, party: Party, contact: Contact, *, form_token: str, by: User, now: datetime
) -> Booking:
    """Queue as a whole for a departure that has no room, or for whose seats others wait.

    The same form sent twice answers with the booking it made the first time. Raises NobodyComes, TooFewAdults,
    NotOpenYet, RegistrationOver, NotTakingRegistrations or NeverFits.
    """
    service.check_supervision(party, departure)
    booking = service.insert_booking(departure, party, BookingState.WAITING, form_token=form_token, by=by, now=now)
    if booking is None:  # the same form, sent before
        return queries.get_booking_of_form(by.id, form_token)
    check_registration(departure, now)
    pools = seats.around(departure, by.organisation)
    if party.persons > pools.smallest:
        raise NeverFits(capacity=pools.smallest)
    service.record(booking, Step.QUEUE, by=by, now=now, pupils=party.pupils, staff=party.staff)
    service.write_contact(booking, contact)
    letters.write_queued(booking, now)
    db.session.flush()
    note_shortages({booking.id: pools.lacking(party.persons)})
    seats.wake_offers()  # it may fit after all, where others wait for more
    return booking


def offer_seats(now: datetime) -> int:
    """Make the next offer that the rule allows; returns 1 if there was one. Call again while it does."""
    if not list_waiting():
        return 0
    groups = _lock_lists()
    decision, found = _decide(groups, now)
    for group in decision.kept:
        _log_kept(found[group.booking_id], now)
    if decision.offer is None:
        # Whoever cannot be considered now keeps their own departure closed to newcomers, and nothing else.
        own: dict[int, Collection[int]] = {booking.id: (booking.departure.pool_id,) for booking in groups}
        note_shortages({**own, **decision.lacking})
        return 0
    _offer(found[decision.offer.booking_id], decision, found, now)
    return 1


def _lock_lists() -> Sequence[Booking]:
    """Everybody who waits, locked with their departures: two workers decide one after the other, and nobody leaves or
    changes their size meanwhile."""
    departure_ids = {booking.departure_id for booking in list_waiting()}
    db.session.execute(
        select(Departure.id)
        .where(Departure.id.in_(departure_ids))
        .order_by(Departure.id)
        .with_for_update(key_share=True)
    ).all()
    return [booking for booking in lock_waiting() if booking.departure_id in departure_ids]


def _decide(groups: Sequence[Booking], now: datetime) -> tuple[Decision, dict[int, Booking]]:
    found = {booking.id: booking for booking in groups if booking.departure.takes_registrations(now)}
    around: dict[tuple[int, int], Around] = {}
    for booking in found.values():
        key = booking.departure_id, booking.school_id
        if key not in around:
            around[key] = seats.around(booking.departure, booking.school)
    waiting = [
        _waiting(booking, pools)
        for booking in found.values()
        for pools in [around[booking.departure_id, booking.school_id]]
        if all(pool.is_open for pool in pools.pools.values())
    ]
    left = {pool_id: pool.left for pools in around.values() for pool_id, pool in pools.pools.items()}
    return decide_offer(waiting, left), found


def _waiting(booking: Booking, pools: Around) -> Waiting:
    """A group that has become larger than a pool in all (its capacity was lowered) stands in nobody's way."""
    could_fit = pools.needed(booking.persons) <= pools.smallest
    return Waiting(booking.id, pools.needed(booking.persons), frozenset(pools.pools), booking.times_passed, could_fit)


def _offer(booking: Booking, decision: Decision, found: dict[int, Booking], now: datetime) -> None:
    departure = booking.departure
    booking.hold_ends_at = offer_end(now, departure.closes_at)
    service.go(booking, Step.OFFER, by=None, now=now, persons=booking.persons, until=booking.hold_ends_at.isoformat())
    for passed in decision.passed:
        earlier = found[passed.booking_id]
        earlier.times_passed += 1
        service.record(
            earlier, "passed", by=None, now=now, persons=booking.persons, times=earlier.times_passed, most=MOST_PASSES
        )
    letters.write_offered(booking, now)
    db.session.flush()
    seats.claim(booking.id, seats.around(departure, booking.school), booking.persons, has_waited=True)
    note_shortages({booking.id: ()})


def _log_kept(booking: Booking, now: datetime) -> None:
    if not was_kept_waiting(booking.id):
        service.record(booking, "kept_waiting", by=None, now=now, most=MOST_PASSES)


def accept_offer(booking: Booking, *, by: User, now: datetime) -> None:
    """Take the offered seats: the group is handed in. Accepting twice changes nothing the second time. Raises
    OfferLapsed, ContactMissing, TooFewAdults or StepNotAllowed."""
    if booking.submitted_at is not None and booking.state in SEATED:
        return
    service.check_hold(booking, now)
    if booking.state is not BookingState.OFFERED:
        raise StepNotAllowed()
    service.go(booking, Step.ACCEPT, by=by, now=now)
    service.submit_booking(booking, by=by, now=now)


def turn_down_offer(booking: Booking, *, by: User, now: datetime) -> None:
    """The group leaves the list, and its seats go to the next. Raises OfferLapsed or StepNotAllowed."""
    service.check_hold(booking, now)
    if booking.state is not BookingState.OFFERED:
        raise StepNotAllowed()
    service.end_booking(booking, reason="", by=by, now=now)


def change_waiting(booking: Booking, party: Party, *, by: User, now: datetime) -> None:
    """A smaller group keeps its place, a larger one goes to the end. Raises NothingChanges, NobodyComes, TooFewAdults,
    NeverFits or StepNotAllowed."""
    if booking.state is not BookingState.WAITING:
        raise StepNotAllowed()
    if party == booking.party:
        raise NothingChanges()
    service.check_supervision(party, booking.departure)
    pools = seats.around(booking.departure, booking.school)
    if party.persons > pools.smallest:
        raise NeverFits(capacity=pools.smallest)
    before = booking.party
    if party.persons > before.persons:
        booking.queued_at = now
    booking.pupils, booking.staff = party.pupils, party.staff
    service.record_party(booking, before, by=by, now=now)
    db.session.flush()
    note_shortages({booking.id: pools.lacking(party.persons)})
    seats.wake_offers()


def close_lists(now: datetime) -> int:
    """Registration is over: whoever still waits is told that no seats came free. Returns how many."""
    groups = lock_waiting_of_ended(now)
    for booking in groups:
        service.go(booking, Step.CLOSE_LIST, by=None, now=now)
        letters.write_list_ended(booking, now)
    db.session.flush()
    if groups:
        note_shortages({booking.id: () for booking in groups})
    return len(groups)
