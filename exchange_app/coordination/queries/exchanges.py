"""Reads of exchanges and their checklists. Whoever reads one names the user: a stranger's is not found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Package
from exchange_app.coordination.errors import ExchangeNotFound
from exchange_app.coordination.models import Exchange, ExchangeStep, StepRule
from exchange_app.coordination.queries.people import city_of, is_of_party, is_shown_to
from exchange_app.coordination.rules import DEFAULTS, Side, Step
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState
from exchange_app.partners.models import Agreement, AgreementPlan, Organisation, Party
from exchange_app.partners.queries import IN_FORCE

COUNTED = (BookingState.SUBMITTED, BookingState.CONFIRMED, BookingState.DONE)
TAKES_PLACE = (DepartureState.OPEN, DepartureState.CLOSED, DepartureState.DONE)
WITH_ALL = (
    joinedload(Exchange.agreement),
    joinedload(Exchange.sending_city),
    joinedload(Exchange.hosting_city),
    joinedload(Exchange.sending_coordinator),
    joinedload(Exchange.hosting_coordinator),
    joinedload(Exchange.departure).joinedload(Departure.package).joinedload(Package.host_city),
)
_WITH_STEPS = (*WITH_ALL, selectinload(Exchange.steps).joinedload(ExchangeStep.done_by))


def takes_place(exchange: type[Exchange] = Exchange) -> ColumnElement[bool]:
    """A condition on exchanges: what they are about was not called off."""
    is_off = Departure.state.not_in(TAKES_PLACE)
    return exchange.called_off_at.is_(None) & ~exists().where(Departure.id == exchange.departure_id, is_off)


def select_exchanges(user: User, *, today: date, is_past: bool = False) -> Select[Exchange]:
    """Those of the user's agreements that are still to come or under way, the next first; or those that are over, the
    latest first. To be paged."""
    shown = select(Exchange).options(*WITH_ALL).where(is_shown_to(user, Exchange.agreement_id))
    if is_past:
        return shown.where(Exchange.ends_on < today).order_by(Exchange.starts_on.desc(), Exchange.id)
    return shown.where(Exchange.ends_on >= today, takes_place()).order_by(Exchange.starts_on, Exchange.id)


def list_upcoming_exchanges(
    today: date, *, city_id: int | None = None, agreement_id: int | None = None, limit: int = 50
) -> Sequence[Exchange]:
    """Of a city in both directions, under agreements that it is party of now, or of an agreement; the next first."""
    found = select(Exchange).options(*WITH_ALL).where(Exchange.ends_on >= today, takes_place())
    if city_id is not None:
        found = found.where(or_(Exchange.sending_city_id == city_id, Exchange.hosting_city_id == city_id))
        found = found.where(is_of_party(city_id, Exchange.agreement_id))
    if agreement_id is not None:
        found = found.where(Exchange.agreement_id == agreement_id)
    return db.session.scalars(found.order_by(Exchange.starts_on, Exchange.id).limit(limit)).all()


def count_exchanges(agreement_id: int) -> int:
    """Those that take place or took place under an agreement."""
    counted = select(func.count()).select_from(Exchange).where(Exchange.agreement_id == agreement_id, takes_place())
    return db.session.scalar(counted) or 0


def get_exchange(exchange_id: int, user: User) -> Exchange:
    """With its checklist. Raises ExchangeNotFound, for one of others' agreements too."""
    return _one_exchange(_own_exchange(exchange_id, user))


def lock_exchange(exchange_id: int, user: User) -> Exchange:
    """As get_exchange, fresh and locked until the transaction ends. For commands."""
    own = _own_exchange(exchange_id, user).with_for_update(of=Exchange, key_share=True)
    return _one_exchange(own.execution_options(populate_existing=True))


def _own_exchange(exchange_id: int, user: User) -> Select[Exchange]:
    own = Exchange.id == exchange_id, is_shown_to(user, Exchange.agreement_id)
    return select(Exchange).options(*_WITH_STEPS).where(*own)


def _one_exchange(exchanges: Select[Exchange]) -> Exchange:
    exchange: Exchange | None = db.session.scalar(exchanges)
    if exchange is None:
        raise ExchangeNotFound()
    return exchange


def sides_of(exchange: Exchange, user: User) -> list[Side]:
    """The sides that the user speaks for: an administrator both, a co-ordinator that of the own city."""
    city_id = city_of(user)
    return [side for side in Side if city_id is None or exchange.city_of(side).id == city_id]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many groups and persons a city sends; a visit is one group."""

    groups: int = 0
    persons: int = 0


def map_counts(exchanges: Collection[Exchange]) -> Mapping[int, Counts]:
    """By the exchange's id; nobody's name."""
    persons = func.sum(Booking.pupils + Booking.staff)
    rows = db.session.execute(
        select(Exchange.id, func.count(), persons)
        .join(Booking, Booking.departure_id == Exchange.departure_id)
        .join(Organisation, Organisation.id == Booking.school_id)
        .where(
            Exchange.id.in_([exchange.id for exchange in exchanges]),
            Organisation.city_id == Exchange.sending_city_id,
            Booking.state.in_(COUNTED),
        )
        .group_by(Exchange.id)
    )
    counted = {exchange_id: Counts(groups, total) for exchange_id, groups, total in rows}
    counted |= {one.id: Counts(1, one.persons) for one in exchanges if one.visit_id is not None}
    return {exchange.id: counted.get(exchange.id, Counts()) for exchange in exchanges}


def select_unplanned(today: date) -> Select[*tuple[int, int, int, int, date, date]]:
    """Departures to come that another city of an agreement in force sends groups to and that have no exchange yet:
    agreement, departure, sending and hosting city, first and last day. The latest agreement comes first."""
    host, guest = aliased(Party), aliased(Party)
    is_planned = exists().where(Exchange.departure_id == Departure.id, Exchange.sending_city_id == Organisation.city_id)
    return (
        select(
            Agreement.id,
            Departure.id,
            Organisation.city_id,
            Package.host_city_id,
            Departure.starts_on,
            Departure.ends_on,
        )
        .join(Package, Package.id == Departure.package_id)
        .join(Booking, Booking.departure_id == Departure.id)
        .join(Organisation, Organisation.id == Booking.school_id)
        .join(host, (host.city_id == Package.host_city_id) & host.until.is_(None))
        .join(guest, (guest.city_id == Organisation.city_id) & guest.until.is_(None))
        .join(Agreement, (Agreement.id == host.agreement_id) & (Agreement.id == guest.agreement_id))
        .join(AgreementPlan, (AgreementPlan.agreement_id == Agreement.id) & (AgreementPlan.plan == Package.plan))
        .where(
            IN_FORCE,
            Departure.ends_on >= today,
            Departure.state.in_(TAKES_PLACE),
            Booking.state.in_(COUNTED),
            Organisation.city_id != Package.host_city_id,
            ~is_planned,
        )
        .distinct()
        .order_by(Agreement.id.desc(), Departure.id)
    )


def list_offered_departures(agreement: Agreement, today: date, *, limit: int = 100) -> Sequence[Departure]:
    """Those that a city of the agreement hosts by one of its plans, still to come; the next first."""
    return db.session.scalars(
        select(Departure)
        .join(Departure.package)
        .options(contains_eager(Departure.package).joinedload(Package.host_city))
        .where(
            Package.host_city_id.in_(agreement.city_ids),
            Package.plan.in_(agreement.plans),
            Departure.starts_on >= today,
            Departure.state.in_((DepartureState.OPEN, DepartureState.CLOSED)),
            Departure.for_school_id.is_(None),
        )
        .order_by(Departure.starts_on, Departure.id)
        .limit(limit)
    ).all()


def is_planned(departure_id: int, sending_city_id: int) -> bool:
    """Nobody else begins one about the departure until the transaction ends, under whatever agreement."""
    db.session.execute(select(Departure.id).where(Departure.id == departure_id).with_for_update(key_share=True))
    known = exists().where(Exchange.departure_id == departure_id, Exchange.sending_city_id == sending_city_id)
    return bool(db.session.scalar(select(known)))


def find_exchange_of_visit(visit_id: int) -> Exchange | None:
    """With its checklist."""
    own = select(Exchange).options(*_WITH_STEPS).where(Exchange.visit_id == visit_id)
    found: Exchange | None = db.session.scalar(own)
    return found


def list_moved(*, limit: int = 50) -> Sequence[Exchange]:
    """Exchanges whose departure has other days by now."""
    is_moved = or_(Exchange.starts_on != Departure.starts_on, Exchange.ends_on != Departure.ends_on)
    return db.session.scalars(
        select(Exchange)
        .join(Exchange.departure)
        .options(contains_eager(Exchange.departure), selectinload(Exchange.steps))
        .where(is_moved)
        .limit(limit)
        .with_for_update(of=Exchange, skip_locked=True, key_share=True)
    ).all()


def list_steps(agreement_id: int) -> Sequence[Step]:
    """The template of an agreement, or the one that holds where it has none."""
    own = select(StepRule).where(StepRule.agreement_id == agreement_id).order_by(StepRule.position)
    return [rule.step for rule in db.session.scalars(own)] or DEFAULTS


def has_own_steps(agreement_id: int) -> bool:
    return bool(db.session.scalar(select(exists().where(StepRule.agreement_id == agreement_id))))


def lock_due_steps(due_until: date, times: int, *, limit: int = 1000) -> Sequence[ExchangeStep]:
    """Open steps due until then, of which a co-ordinator heard fewer than so many ``times``; with their exchanges,
    locked. Those in other hands are passed over."""
    return db.session.scalars(
        select(ExchangeStep)
        .join(ExchangeStep.exchange)
        .options(contains_eager(ExchangeStep.exchange).options(*WITH_ALL))
        .where(
            ExchangeStep.done_on.is_(None),
            ExchangeStep.due_on <= due_until,
            ExchangeStep.times_reminded < times,
            takes_place(),
        )
        .order_by(ExchangeStep.exchange_id, ExchangeStep.side, ExchangeStep.due_on)
        .limit(limit)
        .with_for_update(of=ExchangeStep, skip_locked=True, key_share=True)
    ).all()


def list_steps_waiting_for(user: User, due_until: date, *, limit: int | None = None) -> Sequence[ExchangeStep]:
    """Open steps of the user's side that are due until then; first those that are due longest."""
    city_id = city_of(user)
    sides = [
        (ExchangeStep.side == Side.SENDING) & (Exchange.sending_city_id == city_id),
        (ExchangeStep.side == Side.HOSTING) & (Exchange.hosting_city_id == city_id),
    ]
    return db.session.scalars(
        select(ExchangeStep)
        .join(ExchangeStep.exchange)
        .options(contains_eager(ExchangeStep.exchange).options(*WITH_ALL))
        .where(
            ExchangeStep.done_on.is_(None),
            ExchangeStep.due_on <= due_until,
            or_(*sides) if city_id is not None else true(),
            is_shown_to(user, Exchange.agreement_id),
            takes_place(),
        )
        .order_by(ExchangeStep.due_on, ExchangeStep.id)
        .limit(limit)
    ).all()
