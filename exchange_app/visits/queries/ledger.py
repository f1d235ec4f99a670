"""What took place under an agreement: visits that were carried out, and groups of a partner city that were there.

Counted are the numbers that bookings and visits keep, so that the ledger stays right once rosters and contacts are
gone. A group counts by its exchange: for one agreement, whatever others its city has.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import Row, Select, extract, func, literal, or_, select

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Package
from exchange_app.coordination.models import Exchange
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Organisation, Plan
from exchange_app.visits.models import ReturnRule, Visit
from exchange_app.visits.rules import RETURN_MONTHS, Direction, Period, Stay, VisitState

Columns = tuple[int, int, int | None, Plan, int, int, date, date, int, int]


def list_stays(
    agreement_id: int, period: Period | None = None, exchange_ids: Collection[int] | None = None
) -> list[Stay]:
    """All of an agreement, or those that ended in a period, or certain ones; the first first."""
    visits, groups = (
        stays.where(Exchange.agreement_id == agreement_id) for stays in (_select_visits(), _select_groups())
    )
    if period is not None:
        visits = visits.where(Visit.ends_on.between(period.first, period.last))
        groups = groups.where(Departure.ends_on.between(period.first, period.last))
    if exchange_ids is not None:
        visits, groups = (stays.where(Exchange.id.in_(exchange_ids)) for stays in (visits, groups))
    return _list_stays(visits, groups)


def list_stays_of(city_id: int, agreement_ids: Collection[int]) -> list[Stay]:
    """All that a city sent or hosted under some agreements; the first first."""
    own = (
        Exchange.agreement_id.in_(agreement_ids),
        or_(Exchange.sending_city_id == city_id, Exchange.hosting_city_id == city_id),
    )
    return _list_stays(_select_visits().where(*own), _select_groups().where(*own))


def _list_stays(*kinds: Select[*Columns]) -> list[Stay]:
    found = [_stay(row) for stays in kinds for row in db.session.execute(stays)]
    return sorted(found, key=lambda stay: (stay.ends_on, stay.exchange_id))


def _select_visits() -> Select[*Columns]:
    return (
        select(
            Exchange.id,
            Exchange.agreement_id,
            Visit.id,
            Visit.plan,
            Exchange.sending_city_id,
            Exchange.hosting_city_id,
            Visit.starts_on,
            Visit.ends_on,
            literal(1),
            func.coalesce(Visit.came, 0),
        )
        .join(Visit, Visit.id == Exchange.visit_id)
        .where(Visit.state == VisitState.CARRIED_OUT)
    )


def _select_groups() -> Select[*Columns]:
    return (
        select(
            Exchange.id,
            Exchange.agreement_id,
            Exchange.visit_id,
            Package.plan,
            Exchange.sending_city_id,
            Exchange.hosting_city_id,
            Departure.starts_on,
            Departure.ends_on,
            func.count(Booking.id),
            func.sum(Booking.pupils + Booking.staff),
        )
        .join(Departure, Departure.id == Exchange.departure_id)
        .join(Package, Package.id == Departure.package_id)
        .join(Booking, Booking.departure_id == Departure.id)
        .join(Organisation, Organisation.id == Booking.school_id)
        .where(Booking.state == BookingState.DONE, Organisation.city_id == Exchange.sending_city_id)
        .group_by(Exchange.id, Package.plan, Departure.starts_on, Departure.ends_on)
    )


def _stay(row: Row[*Columns]) -> Stay:
    exchange_id, agreement_id, visit_id, plan, sending_id, hosting_id, starts_on, ends_on, groups, persons = row
    return Stay(
        exchange_id=exchange_id,
        agreement_id=agreement_id,
        visit_id=visit_id,
        plan=plan,
        direction=Direction(sending_id, hosting_id),
        starts_on=starts_on,
        ends_on=ends_on,
        groups=groups,
        persons=int(persons),
    )


def list_years(agreement_id: int) -> Sequence[int]:
    """Those in which something took place, the latest first."""
    kinds = (_select_visits(), Visit.ends_on), (_select_groups(), Departure.ends_on)
    years = set[int]()
    for stays, ends_on in kinds:
        of_agreement = stays.where(Exchange.agreement_id == agreement_id).group_by(None)
        years.update(db.session.scalars(of_agreement.with_only_columns(extract("year", ends_on)).distinct()))
    return sorted(years, reverse=True)


def months_to_return(agreement_id: int) -> int:
    """Within how many months a stay under the agreement is returned."""
    return map_months([agreement_id])[agreement_id]


def map_months(agreement_ids: Collection[int]) -> Mapping[int, int]:
    """The same of several."""
    rules = select(ReturnRule.agreement_id, ReturnRule.months).where(ReturnRule.agreement_id.in_(agreement_ids))
    return dict.fromkeys(agreement_ids, RETURN_MONTHS) | {
        row.agreement_id: row.months for row in db.session.execute(rules)
    }
