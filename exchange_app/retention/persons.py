"""Deleting one person of a roster because the family asks for it, and what stays of them as proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.consents import deletions
from exchange_app.consents.letters import write_deletion_asked
from exchange_app.consents.models import ConsentAnswer, DeletionRequest
from exchange_app.consents.service import lock_asked
from exchange_app.core.database import db
from exchange_app.core.errors import Conflict
from exchange_app.retention.erasing import settle_requests
from exchange_app.retention.preview import kept_until
from exchange_app.retention.rules import NOT_TRAVELLING, Kept
from exchange_app.rosters import service as rosters
from exchange_app.rosters.models import Participant
from exchange_app.rosters.queries import get_participant, list_unmended
from exchange_app.rosters.rules import Role
from exchange_app.trips.models import Incident


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of somebody who was deleted: the answers, until a day."""

    booking: Booking
    deleted_at: datetime
    answers: Sequence[ConsentAnswer]
    until: date


def ask_by_link(token: str, *, now: datetime) -> bool:
    """A guardian asks, and the leader is told; says whether it is done already, as it is where nobody has to decide any
    more. Raises as `consents.queries.get_asked` does."""
    asked = lock_asked(token, now)
    request = deletions.ask_for_deletion(asked.booking, asked.child, by=None, now=now)
    if is_settled(asked.booking, now):
        _erase(asked.booking, asked.child, by=None, now=now)
        return True
    write_deletion_asked(asked.booking, request, now)
    return False


def delete_person(booking: Booking, person_id: int, *, by: User, now: datetime) -> None:
    """By the school, of the locked booking: what the guardian asked for, or told somebody there. Before the trip the
    seat goes back where that is still possible. Raises PersonNotFound."""
    person = get_participant(booking, person_id)
    deletions.ask_for_deletion(booking, person, by=by, now=now)
    if is_settled(booking, now):
        _erase(booking, person, by=by, now=now)
        return
    uid, name = person.uid, person.name
    if _is_open(booking, now):
        _take_out(booking, person, by=by, now=now)
    else:  # the roster is closed, and to be deleted needs nobody's leave
        _erase_row(person)
        booking.named -= 1
        bookings.record(booking, "person_removed", by=by, now=now)
    _forget_name(booking, name)
    _settle(booking, uid, by=by, now=now)


def is_settled(booking: Booking, now: datetime) -> bool:
    """The visit is over, or the group does not travel: nothing about it can change any more."""
    return (
        booking.state in NOT_TRAVELLING
        or booking.state is BookingState.DONE
        or booking.departure.today(now) > booking.departure.ends_on
    )


def find_rest(booking_id: int, person_uid: str) -> Rest | None:
    """Of somebody who was deleted on request."""
    request = deletions.find_last_request(person_uid)
    if request is None or request.done_at is None:
        return None
    booking = db.session.get_one(Booking, booking_id)
    until = kept_until(booking)[Kept.ANSWERS]
    return Rest(booking, request.done_at, deletions.list_answers_about(person_uid), until)


def _is_open(booking: Booking, now: datetime) -> bool:
    try:
        bookings.check_open_for_roster(booking, now)
    except Conflict:
        return False
    return True


def _take_out(booking: Booking, person: Participant, *, by: User, now: datetime) -> None:
    """With the seat where it can be given back: of staff the supervision rule may need it, and of pupils one stays."""
    is_needed = person.role is Role.STAFF or booking.pupils <= 1
    may_give_back = booking.state is BookingState.HELD or now < bookings.changes_until(booking)
    if may_give_back and not is_needed:
        rosters.cancel_person(booking, person.id, by=by, now=now)
    else:
        rosters.remove_person(booking, person.id, by=by, now=now)


def _erase(booking: Booking, person: Participant, *, by: User | None, now: datetime) -> None:
    """Afterwards. The numbers stay as they were, for the figures; of a group that did not travel there are none, and it
    may be taken up again."""
    uid, name = person.uid, person.name
    _erase_row(person)
    if booking.state in NOT_TRAVELLING:
        booking.named -= 1
    _forget_name(booking, name)
    _settle(booking, uid, by=by, now=now)


def _erase_row(person: Participant) -> None:
    """What hangs on the person goes with it."""
    db.session.delete(person)
    db.session.flush()


def _forget_name(booking: Booking, name: str) -> None:
    """Where it stands in words: in reports of incidents, and in rows that nobody mended."""
    for incident in db.session.scalars(select(Incident).where(Incident.booking_id == booking.id)):
        names = (incident.names or "").splitlines()
        if name in names:
            incident.names = "\n".join(one for one in names if one != name)
    for row in list_unmended(booking.id):
        if row.content["values"].get("name", "").strip() == name:
            db.session.delete(row)


def _settle(booking: Booking, person_uid: str, *, by: User | None, now: datetime) -> None:
    db.session.flush()
    settle_requests(DeletionRequest.person_uid == person_uid, now, by_id=by.id if by else None)
    audit.record(
        What.DATA_ERASED,
        by_id=by.id if by else None,
        now=now,
        subject=booking.log_subject,
        facts={"persons": 1},
    )
