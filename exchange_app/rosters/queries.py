"""Reads of rosters. Every read goes through a booking that the user may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from exchange_app.accounts.models import User
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import WITH_DEPARTURE
from exchange_app.bookings.rules import CHANGEABLE, ROSTER_GRACE, BookingState
from exchange_app.catalogue.models import ReminderAbout, ReminderReader, ReminderRule
from exchange_app.core.codes import parse_code
from exchange_app.core.database import db
from exchange_app.core.roles import Role as UserRole
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState
from exchange_app.partners.models import Organisation
from exchange_app.rosters.asked import CERTAIN
from exchange_app.rosters.errors import ExportNotFound, PersonNotFound
from exchange_app.rosters.models import Disclosure, Export, Participant, UnmendedRow
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


def find_holder(booking_id: int, document_hash: str) -> Participant | None:
    """Whoever of this group has the document."""
    return db.session.scalar(
        select(Participant)
        .where(Participant.booking_id == booking_id, Participant.document_hash == document_hash)
        .order_by(Participant.id)
        .limit(1)
    )


def find_in_other_groups(booking: Booking) -> set[int]:
    """Those of this group whose document somebody of another group of the same departure has too, by id."""
    other = aliased(Participant)
    shared = (
        select(Participant.id)
        .join(other, other.document_hash == Participant.document_hash)
        .join(Booking, Booking.id == other.booking_id)
        .where(
            Participant.booking_id == booking.id,
            Booking.id != booking.id,
            Booking.departure_id == booking.departure_id,
            Booking.state.in_(CERTAIN),
        )
    )
    return set(db.session.scalars(shared))


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


def list_disclosures(booking_id: int) -> Sequence[Disclosure]:
    """The latest first."""
    return db.session.scalars(
        select(Disclosure)
        .options(joinedload(Disclosure.by))
        .where(Disclosure.booking_id == booking_id)
        .order_by(Disclosure.id.desc())
    ).all()


def list_exports_of_group(booking_id: int) -> Sequence[Export]:
    """The latest first."""
    return _list_exports(Export.booking_id == booking_id)


def list_exports_of_departure(departure_id: int) -> Sequence[Export]:
    """The latest first."""
    return _list_exports(Export.departure_id == departure_id)


def _list_exports(whose: ColumnElement[bool]) -> Sequence[Export]:
    return db.session.scalars(
        select(Export).options(joinedload(Export.by)).where(whose).order_by(Export.id.desc())
    ).all()


def get_open_export(of: Booking | Departure, number: int, token_hash: str, user: User, now: datetime) -> Export:
    """Raises ExportNotFound: for an export of something or somebody else, one whose time is over, and one that was
    fetched as often as it may be."""
    return _if_open(db.session.scalar(_select_export(of, number, token_hash)), user, now)


def lock_open_export(of: Booking | Departure, number: int, token_hash: str, user: User, now: datetime) -> Export:
    """As get_open_export, fresh and locked until the transaction ends."""
    locked = _select_export(of, number, token_hash).with_for_update().execution_options(populate_existing=True)
    return _if_open(db.session.scalar(locked), user, now)


def _select_export(of: Booking | Departure, number: int, token_hash: str) -> Select[Export]:
    whose = Export.booking_id == of.id if isinstance(of, Booking) else Export.departure_id == of.id
    return select(Export).where(Export.id == number, Export.token_hash == token_hash, whose)


def _if_open(export: Export | None, user: User, now: datetime) -> Export:
    if export is None or export.by_id != user.id or not export.is_open_at(now):
        raise ExportNotFound()
    return export


def get_group_of_school(code: str, user: User) -> Booking:
    """A booking for its school's leaders, and for its head whatever they decide about. Raises BookingNotFound."""
    if user.role is not UserRole.HEAD:
        return bookings.get_booking(code, user)
    booking: Booking | None = db.session.scalar(
        select(Booking)
        .options(*WITH_DEPARTURE)
        .where(Booking.code == parse_code(code), Booking.school_id == user.organisation_id)
    )
    if booking is None:
        raise BookingNotFound()
    return booking


def list_groups(departure_id: int) -> Sequence[Booking]:
    """All that registered for the departure, in the order in which they came; not those that only held seats once."""
    return db.session.scalars(
        select(Booking)
        .options(joinedload(Booking.school).joinedload(Organisation.city), joinedload(Booking.leader))
        .where(Booking.departure_id == departure_id, Booking.state != BookingState.EXPIRED)
        .order_by(Booking.id)
    ).all()
