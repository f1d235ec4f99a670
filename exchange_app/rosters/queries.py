"""Reads of rosters. Every read goes through a booking that the user may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import joinedload

from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import WITH_DEPARTURE
from exchange_app.bookings.rules import CHANGEABLE, ROSTER_GRACE
from exchange_app.catalogue.models import ReminderAbout, ReminderReader, ReminderRule
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState
from exchange_app.rosters.errors import PersonNotFound
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.rules import Role

WARNING_DAYS = 3  # seats that nobody is named for go back only where leaders hear of it so early


def list_participants(booking_id: int) -> Sequence[Participant]:
    """In the order of the roster."""
    return db.session.scalars(
        select(Participant).where(Participant.booking_id == booking_id).order_by(Participant.position, Participant.id)
    ).all()


def get_participant(booking: Booking, participant_id: int) -> Participant:
    """Raises PersonNotFound, for a person of another booking too."""
    participant: Participant | None = db.session.scalar(
        select(Participant).where(Participant.id == participant_id, Participant.booking_id == booking.id)
    )
    if participant is None:
        raise PersonNotFound()
    return participant


def find_participant(booking_id: int, identity_hash: str) -> Participant | None:
    return db.session.scalar(
        select(Participant).where(Participant.booking_id == booking_id, Participant.identity_hash == identity_hash)
    )


def last_position(booking_id: int) -> int:
    return db.session.scalar(select(func.max(Participant.position)).where(Participant.booking_id == booking_id)) or 0


def count_roles(booking_id: int) -> dict[Role, int]:
    rows = db.session.execute(
        select(Participant.role, func.count()).where(Participant.booking_id == booking_id).group_by(Participant.role)
    )
    counted: dict[Role, int] = dict.fromkeys(Role, 0)
    counted.update((role, count) for role, count in rows)
    return counted


def list_unmended(booking_id: int) -> Sequence[UnmendedRow]:
    """In the order of the spreadsheet."""
    return db.session.scalars(
        select(UnmendedRow).where(UnmendedRow.booking_id == booking_id).order_by(UnmendedRow.row_number)
    ).all()


def get_unmended(booking: Booking, row_id: int) -> UnmendedRow:
    """Raises PersonNotFound, for a row of another booking too."""
    row: UnmendedRow | None = db.session.scalar(
        select(UnmendedRow).where(UnmendedRow.id == row_id, UnmendedRow.booking_id == booking.id)
    )
    if row is None:
        raise PersonNotFound()
    return row


def is_phone_tail_in(booking_id: int, phone_tail_hash: str) -> bool:
    """Whether a guardian or a member of staff of this group has a phone with these last four digits (hashed)."""
    found = select(Participant.id).where(
        Participant.booking_id == booking_id, Participant.phone_tail_hash == phone_tail_hash
    )
    return db.session.scalar(found.limit(1)) is not None


def lock_due(now: datetime) -> Booking | None:
    """A group whose roster is due by now (`Booking.roster_due_at`) and whose seats were not looked at yet, locked; one
    that another transaction has in hand comes next time. Where the package does not warn leaders in time, nobody loses
    seats."""
    warns = (
        exists()
        .where(ReminderRule.package_id == Departure.package_id)
        .where(ReminderRule.about == ReminderAbout.ROSTER, ReminderRule.reader == ReminderReader.LEADER)
        .where(ReminderRule.days >= WARNING_DAYS)
    )
    return db.session.scalar(
        select(Booking)
        .join(Booking.departure)
        .options(*WITH_DEPARTURE, joinedload(Booking.leader))
        .where(
            Booking.state.in_(CHANGEABLE),
            Booking.roster_locked_at.is_(None),
            Departure.roster_due_at <= now,
            warns,
            or_(Booking.submitted_at <= now - ROSTER_GRACE, Departure.meets_at <= now),
            Departure.state.in_((DepartureState.OPEN, DepartureState.CLOSED)),
        )
        .order_by(Booking.id)
        .limit(1)
        .with_for_update(of=Booking, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
