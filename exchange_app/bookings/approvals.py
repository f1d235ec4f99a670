"""Approval grows with risk: the package names who has to say yes, in order; each decides about a group in its turn.

A decision can be taken back until the next one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from exchange_app.accounts.models import User
from exchange_app.bookings import letters, queries, service
from exchange_app.bookings.errors import (
    AnsweredMeanwhile,
    NothingToTakeBack,
    NotYourDecision,
    ReasonMissing,
    StepNotAllowed,
)
from exchange_app.bookings.models import Approval, Booking
from exchange_app.bookings.reminders import is_daytime
from exchange_app.bookings.rules import BookingState, Step
from exchange_app.catalogue.models import Approver
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures import seats
from exchange_app.departures.locking import hold_still

REMIND_AFTER = {0: timedelta(days=2), 1: timedelta(days=5)}  # by how often they were reminded already, growing


def may_decide(user: User, booking: Booking) -> bool:
    """Whether it is this user's turn. An administrator stands in for anybody, such as a head without an account."""
    if booking.state is not BookingState.SUBMITTED or booking.awaiting is None:
        return False
    return user.role is Role.ADMINISTRATOR or queries.APPROVER_OF.get(user.role) is booking.awaiting


def turn_of(booking: Booking) -> str:
    """Whose turn it is and since when, as one word for a form; "" where it is nobody's."""
    if booking.awaiting is None or booking.awaiting_since is None:
        return ""
    return f"{booking.awaiting}:{booking.awaiting_since.isoformat()}"


def check_turn(booking: Booking, shown: str | None) -> None:
    """An answer counts for the turn that was ``shown``, so that a second click does not answer for whoever comes next.
    Raises AnsweredMeanwhile."""
    if shown != turn_of(booking):
        raise AnsweredMeanwhile()


def approve_booking(booking: Booking, *, comment: str = "", by: User, now: datetime) -> None:
    """Say yes; the last yes confirms the group. Raises StepNotAllowed or NotYourDecision."""
    approver = _decide(booking, is_yes=True, comment=comment, by=by, now=now)
    place = booking.approvers.index(approver)
    if place + 1 < len(booking.approvers):
        service.go(booking, Step.APPROVE, by=by, now=now, approver=approver, comment=comment.strip())
        service.await_approver(booking, booking.approvers[place + 1], now)
        letters.write_approved(booking, approver, comment.strip(), now)
        return
    times = queries.count_confirmations(booking.id)
    service.go(booking, Step.CONFIRM, by=by, now=now, comment=comment.strip())
    service.await_approver(booking, None, now)
    letters.write_confirmed(booking, now, times=times)


def decline_booking(booking: Booking, *, comment: str, by: User, now: datetime) -> None:
    """Say no, with a reason; the seats are free at once. Raises ReasonMissing, StepNotAllowed or NotYourDecision."""
    if not comment.strip():
        raise ReasonMissing(field="comment")
    _decide(booking, is_yes=False, comment=comment, by=by, now=now)
    service.go(booking, Step.DECLINE, by=by, now=now, comment=comment.strip())
    service.await_approver(booking, None, now)
    service.close_requests([booking.id], now)
    seats.release([booking.id])
    letters.write_declined(booking, comment.strip(), now)


def _decide(booking: Booking, *, is_yes: bool, comment: str, by: User, now: datetime) -> Approver:
    if booking.state is not BookingState.SUBMITTED:
        raise StepNotAllowed()
    if booking.awaiting is None or not may_decide(by, booking):
        raise NotYourDecision()
    approver = booking.awaiting
    db.session.add(
        Approval(booking_id=booking.id, approver=approver, is_yes=is_yes, comment=comment.strip(), by_id=by.id, at=now)
    )
    db.session.flush()
    return approver


def find_last(booking: Booking, user: User) -> Approval | None:
    """The latest decision about the booking, if this user may take it back."""
    answers = queries.list_approvals(booking.id)
    if not answers or booking.state not in (BookingState.SUBMITTED, BookingState.CONFIRMED, BookingState.DECLINED):
        return None
    last = answers[-1]
    is_own = user.role is Role.ADMINISTRATOR or queries.APPROVER_OF.get(user.role) is last.approver
    return last if is_own else None


def check_last(booking: Booking, shown: str | None, *, by: User) -> None:
    """What is taken back is the decision that was ``shown``, by its id. Raises AnsweredMeanwhile."""
    last = find_last(booking, by)
    if last is not None and str(last.id) != shown:
        raise AnsweredMeanwhile()


def take_back(booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    """Undo the latest decision, until the group meets; it is decided again. Where the answer was no, the seats are
    claimed again. Raises ReasonMissing, NothingToTakeBack, and what `seats.claim` raises."""
    if not reason.strip():
        raise ReasonMissing()
    last = find_last(booking, by)
    if last is None or now >= booking.departure.meets_at:
        raise NothingToTakeBack()
    was = booking.state
    service.go(booking, Step.TAKE_BACK, by=by, now=now, approver=last.approver, reason=reason.strip())
    last.taken_back_at = now
    service.await_approver(booking, last.approver, now)
    letters.write_taken_back(booking, reason.strip(), now)
    db.session.flush()
    if was is BookingState.DECLINED:
        hold_still(booking.departure)
        seats.claim(booking.id, seats.around(booking.departure, booking.school), booking.persons)


def ask_again(booking: Booking, *, by: User, now: datetime) -> None:
    """What was approved has changed: those who approve look at it anew, from the first on."""
    if not booking.approvals:
        return
    for answer in queries.list_approvals(booking.id):
        answer.taken_back_at = now
    service.go(booking, Step.ASK_AGAIN, by=by, now=now)
    service.await_approver(booking, booking.approvers[0], now)


def remind_approvers(now: datetime) -> int:
    """Remind those whose decision has been waited for, by day and of each booking once, however long nobody looked;
    returns how many bookings. Call again while it returns any."""
    groups = queries.lock_unanswered(now, waits=REMIND_AFTER)
    reminded = 0
    for booking in groups:
        zone = booking.departure.package.host_city.zone
        if booking.awaiting and booking.awaiting_since and is_daytime(now, zone):
            waited = now - booking.awaiting_since
            booking.times_reminded = sum(length <= waited for length in REMIND_AFTER.values())
            letters.write_approval_wanted(booking, booking.awaiting, now)
            reminded += 1
    db.session.flush()
    return reminded
