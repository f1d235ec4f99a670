"""Reads of bookings. Whoever reads one names the user, so that another school's booking is not found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, exists, false, func, or_, select, text
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.accounts.models import User
from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.models import Approval, Booking, BookingEvent, ChangeRequest, Follower
from exchange_app.bookings.rules import CAN_BE_CALLED_OFF, CHANGEABLE, SEATED, BookingState, Step
from exchange_app.catalogue.models import Approver, MenuItem, Package, Stop
from exchange_app.core.codes import parse_code
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Claim, Departure
from exchange_app.departures.rules import DepartureState
from exchange_app.partners.models import Organisation

HOLDS = text("bookings.state IN ('held', 'offered')")  # as the partial index says it

WITH_DEPARTURE = (
    joinedload(Booking.school),
    joinedload(Booking.departure).joinedload(Departure.pool),
    joinedload(Booking.departure).joinedload(Departure.package).joinedload(Package.host_city),
    joinedload(Booking.departure).joinedload(Departure.package).joinedload(Package.organiser),
)

WITH_STOPS = (
    joinedload(Booking.departure)
    .joinedload(Departure.package)
    .selectinload(Package.stops)
    .joinedload(Stop.menu_item)
    .joinedload(MenuItem.base),
)


def visible_to(user: User) -> Select[Booking]:
    """The bookings a user may see: a leader those of the own school, an organiser those of the packages the own
    organisation keeps, a school's head and an education bureau what they decide about, an administrator all, a
    co-ordinator none."""
    bookings = select(Booking)
    if user.role is Role.ADMINISTRATOR:
        return bookings
    if user.role is Role.COORDINATOR:
        return bookings.where(false())
    if user.role is Role.LEADER:
        return bookings.where(Booking.school_id == user.organisation_id)
    if user.role is Role.HEAD:
        return bookings.where(Booking.school_id == user.organisation_id, _concerns(Approver.SCHOOL_HEAD))
    if user.role is Role.BUREAU:
        schools = select(Organisation.id).where(Organisation.city_id == user.organisation.city_id)
        return bookings.where(Booking.school_id.in_(schools), _concerns(Approver.EDUCATION_BUREAU))
    kept = select(Departure.id).join(Departure.package).where(Package.organiser_id == user.organisation_id)
    return bookings.where(Booking.departure_id.in_(kept))


def _concerns(approver: Approver) -> ColumnElement[bool]:
    """Bookings that wait for this approver, or that they have decided about."""
    decided = exists().where(Approval.booking_id == Booking.id, Approval.approver == approver)
    return or_(Booking.awaiting == approver, decided)


def get_booking(code: str, user: User) -> Booking:
    """Raises BookingNotFound, for another school's booking too."""
    booking: Booking | None = db.session.scalar(
        visible_to(user).options(*WITH_DEPARTURE).where(Booking.code == parse_code(code))
    )
    if booking is None:
        raise BookingNotFound()
    return booking


def lock_booking(code: str, user: User) -> Booking:
    """As get_booking, fresh and locked until the transaction ends. For commands."""
    booking: Booking | None = db.session.scalar(
        visible_to(user)
        .options(*WITH_DEPARTURE)
        .where(Booking.code == parse_code(code))
        .with_for_update(of=Booking, key_share=True)
        .execution_options(populate_existing=True)
    )
    if booking is None:
        raise BookingNotFound()
    return booking


def find_booking_by_code(code: str) -> Booking | None:
    """For checks that prove themselves otherwise than by signing in; with the itinerary."""
    return db.session.scalar(
        select(Booking).options(*WITH_DEPARTURE, *WITH_STOPS).where(Booking.code == parse_code(code))
    )


def get_booking_of_form(leader_id: int, form_token: str) -> Booking:
    """The booking that this very form made when it was sent before. Raises BookingNotFound."""
    booking: Booking | None = db.session.scalar(
        select(Booking).where(Booking.leader_id == leader_id, Booking.form_token == form_token)
    )
    if booking is None:
        raise BookingNotFound()
    return booking


def list_bookings(user: User) -> Select[Booking]:
    """The user's bookings, newest first; to be paged."""
    return visible_to(user).options(*WITH_DEPARTURE).order_by(Booking.created_at.desc(), Booking.id.desc())


def list_desk(user: User, *, state: BookingState | None, departure_id: int | None) -> Select[Booking]:
    """The groups a host looks after: first those that wait for a decision, longest waiting first; to be paged."""
    groups = visible_to(user).options(*WITH_DEPARTURE)
    if state is not None:
        groups = groups.where(Booking.state == state)
    if departure_id is not None:
        groups = groups.where(Booking.departure_id == departure_id)
    waits = case((Booking.state == BookingState.SUBMITTED, 0), else_=1)
    waiting_since = case((Booking.state == BookingState.SUBMITTED, Booking.submitted_at))
    return groups.order_by(waits, waiting_since, Booking.created_at.desc(), Booking.id.desc())


def count_desk(user: User, *, departure_id: int | None) -> dict[BookingState, int]:
    """How many of the groups a host looks after are in each state."""
    groups = visible_to(user).with_only_columns(Booking.state, func.count()).group_by(Booking.state)
    if departure_id is not None:
        groups = groups.where(Booking.departure_id == departure_id)
    return dict(db.session.execute(groups).all())


def map_codes_answered(answer_ids: Collection[int], user: User) -> dict[int, str]:
    """The code of the booking that each of these answers is about, as far as the user may see it; in their order."""
    rows = db.session.execute(
        visible_to(user)
        .with_only_columns(Approval.id, Booking.code)
        .join(Approval, Approval.booking_id == Booking.id)
        .where(Approval.id.in_(answer_ids))
        .order_by(Approval.id)
    )
    return dict(rows.all())


def list_decisions(user: User) -> Select[Booking]:
    """What the user decides about: what waits for them first, longest waiting first, then what they decided; to be
    paged."""
    waits = case((Booking.awaiting == APPROVER_OF.get(user.role), 0), else_=1)
    return visible_to(user).options(*WITH_DEPARTURE).order_by(waits, Booking.awaiting_since, Booking.id.desc())


# Whose word each role speaks; an administrator stands in for any of them.
APPROVER_OF = {
    Role.HEAD: Approver.SCHOOL_HEAD,
    Role.ORGANISER: Approver.HOST,
    Role.BUREAU: Approver.EDUCATION_BUREAU,
}


def list_approvals(booking_id: int) -> Sequence[Approval]:
    """The answers that stand, in the order in which they were given."""
    return db.session.scalars(
        select(Approval)
        .options(joinedload(Approval.by))
        .where(Approval.booking_id == booking_id, Approval.taken_back_at.is_(None))
        .order_by(Approval.id)
    ).all()


def list_approver_users(booking: Booking, approver: Approver) -> Sequence[User]:
    """Who can speak this approver's word about the booking."""
    users = select(User).where(User.closed_at.is_(None)).order_by(User.id)
    match approver:
        case Approver.SCHOOL_HEAD:
            users = users.where(User.role == Role.HEAD, User.organisation_id == booking.school_id)
        case Approver.HOST:
            users = users.where(
                User.role == Role.ORGANISER, User.organisation_id == booking.departure.package.organiser_id
            )
        case Approver.EDUCATION_BUREAU:
            users = users.join(User.organisation).where(
                User.role == Role.BUREAU, Organisation.city_id == booking.school.city_id
            )
    return db.session.scalars(users).all()


def lock_unanswered(now: datetime, *, waits: Mapping[int, timedelta], limit: int = 100) -> Sequence[Booking]:
    """Bookings whose approver was reminded n times and has been waiting for ``waits[n]`` or longer, locked."""
    is_due = [
        (Booking.times_reminded == times) & (Booking.awaiting_since <= now - length) for times, length in waits.items()
    ]
    return db.session.scalars(
        select(Booking)
        .options(*WITH_DEPARTURE)
        .where(Booking.awaiting.is_not(None), Booking.state == BookingState.SUBMITTED, or_(*is_due))
        .order_by(Booking.awaiting_since)
        .limit(limit)
        .with_for_update(of=Booking, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def map_answers(booking_ids: Sequence[int], approver: Approver) -> Mapping[int, Approval]:
    """How this approver answered about each of the bookings; only answers that stand."""
    answers = db.session.scalars(
        select(Approval).where(
            Approval.booking_id.in_(booking_ids), Approval.approver == approver, Approval.taken_back_at.is_(None)
        )
    )
    return {answer.booking_id: answer for answer in answers}


def find_open_request(booking_id: int) -> ChangeRequest | None:
    return db.session.scalar(
        select(ChangeRequest)
        .options(joinedload(ChangeRequest.asked_by))
        .where(ChangeRequest.booking_id == booking_id, ChangeRequest.decided_at.is_(None))
    )


def list_open_requests(user: User) -> Sequence[ChangeRequest]:
    """What schools ask of this host, longest waiting first."""
    mine = visible_to(user).with_only_columns(Booking.id)
    return db.session.scalars(
        select(ChangeRequest)
        .options(joinedload(ChangeRequest.booking).options(*WITH_DEPARTURE), joinedload(ChangeRequest.asked_by))
        .where(ChangeRequest.booking_id.in_(mine), ChangeRequest.decided_at.is_(None))
        .order_by(ChangeRequest.asked_at)
    ).all()


def list_colleagues(booking: Booking) -> Sequence[User]:
    """The leaders of the school who might take the booking on."""
    return db.session.scalars(
        select(User)
        .where(
            User.organisation_id == booking.school_id,
            User.role == Role.LEADER,
            User.closed_at.is_(None),
            User.id != booking.leader_id,
        )
        .order_by(User.name, User.id)
    ).all()


def count_persons(departure_id: int) -> int:
    """How many persons the groups that are handed in come to."""
    persons = select(func.sum(Booking.pupils + Booking.staff)).where(
        Booking.departure_id == departure_id, Booking.state.in_(CHANGEABLE)
    )
    return db.session.scalar(persons) or 0


def list_departures_with_bookings(user: User) -> Sequence[Departure]:
    """The departures whose bookings the user may see, the latest first."""
    departures = visible_to(user).with_only_columns(Booking.departure_id)
    return db.session.scalars(
        select(Departure)
        .options(joinedload(Departure.package).joinedload(Package.host_city))
        .where(Departure.id.in_(departures))
        .order_by(Departure.starts_on.desc(), Departure.id)
    ).all()


def count_seated(departure_id: int) -> int:
    """How many groups have seats of a departure."""
    return (
        db.session.scalar(select(func.count()).where(Booking.departure_id == departure_id, Booking.state.in_(SEATED)))
        or 0
    )


def list_bookings_of_departure(departure_id: int) -> Sequence[Booking]:
    return db.session.scalars(
        select(Booking)
        .options(joinedload(Booking.school))
        .where(Booking.departure_id == departure_id)
        .order_by(Booking.created_at, Booking.id)
    ).all()


def list_history(booking_id: int) -> Sequence[BookingEvent]:
    return db.session.scalars(
        select(BookingEvent)
        .options(joinedload(BookingEvent.by))
        .where(BookingEvent.booking_id == booking_id)
        .order_by(BookingEvent.id)
    ).all()


def lock_expired_holds(now: datetime, *, of_pools: Collection[int] = (), limit: int = 200) -> Sequence[Booking]:
    """Holds and offers that ran out (those that hold seats of these pools), locked; those that another transaction has
    in hand are passed over."""
    expired = (
        select(Booking)
        .options(joinedload(Booking.departure), joinedload(Booking.leader))
        .where(HOLDS, Booking.hold_ends_at <= now)
        .order_by(Booking.hold_ends_at)
        .limit(limit)
        .with_for_update(of=Booking, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    if of_pools:
        holders = select(Claim.booking_id).where(Claim.pool_id.in_(list(of_pools)))
        expired = expired.where(Booking.id.in_(holders))
    return db.session.scalars(expired).all()


def lock_bookings_of_called_off(limit: int = 500) -> Sequence[Booking]:
    """Bookings that still hold seats of a departure that was called off, locked, but for those in other hands."""
    return db.session.scalars(
        select(Booking)
        .join(Booking.departure)
        .options(contains_eager(Booking.departure), joinedload(Booking.leader))
        .where(
            Departure.state == DepartureState.CALLED_OFF,
            Booking.state.in_(CAN_BE_CALLED_OFF),
        )
        .order_by(Booking.id)
        .limit(limit)
        .with_for_update(of=Booking, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def lock_handed_in_of(departure_id: int) -> Sequence[Booking]:
    return db.session.scalars(
        select(Booking)
        .where(Booking.departure_id == departure_id, Booking.state.in_(CHANGEABLE))
        .order_by(Booking.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def count_confirmations(booking_id: int) -> int:
    """How often the booking was confirmed so far."""
    counted = select(func.count()).where(BookingEvent.booking_id == booking_id, BookingEvent.what == Step.CONFIRM)
    return db.session.scalar(counted) or 0


def list_followers(booking_id: int) -> Sequence[Follower]:
    """The families' addresses to which word of the booking goes."""
    return db.session.scalars(select(Follower).where(Follower.booking_id == booking_id).order_by(Follower.id)).all()
