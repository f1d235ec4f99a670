"""The chapters of a report, in their order."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext
from sqlalchemy import func, or_, select

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Package
from exchange_app.coordination.models import Exchange
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.insights.rules import LEAST_SHOWN, Chapter, Scope, Table
from exchange_app.partners.models import Organisation


def tell_months(scope: Scope, _today: date) -> Table:
    """Groups and persons of each month in which a departure ended."""
    counted = (
        select(Departure.ends_on, func.count(), func.sum(Booking.pupils + Booking.staff))
        .join(Departure, Departure.id == Booking.departure_id)
        .join(Package, Package.id == Departure.package_id)
        .join(Organisation, Organisation.id == Booking.school_id)
        .where(Booking.state == BookingState.DONE, Departure.ends_on.between(scope.period.first, scope.period.last))
        .group_by(Departure.ends_on)
        .order_by(Departure.ends_on)
    )
    if scope.agreement_id is not None:
        counted = counted.join(
            Exchange,
            (Exchange.departure_id == Departure.id) & (Exchange.sending_city_id == Organisation.city_id),
        ).where(Exchange.agreement_id == scope.agreement_id)
    if scope.city_id is not None:
        counted = counted.where(or_(Organisation.city_id == scope.city_id, Package.host_city_id == scope.city_id))
    if scope.plan is not None:
        counted = counted.where(Package.plan == scope.plan)
    months: dict[str, tuple[int, int]] = {}
    for ends_on, groups, persons in db.session.execute(counted):
        known = months.get(f"{ends_on:%Y-%m}", (0, 0))
        months[f"{ends_on:%Y-%m}"] = known[0] + groups, known[1] + int(persons)
    return Table(
        "months",
        gettext("By month"),
        [gettext("Month"), gettext("Groups"), gettext("Persons")],
        [(month, groups, persons if persons >= LEAST_SHOWN else None) for month, (groups, persons) in months.items()],
        gettext("A group belongs to the month in which its departure ended."),
    )


CHAPTERS: tuple[Chapter, ...] = tuple(Chapter(key, tell_months) for key in ("months", "plans", "schools"))
