"""The dry run: what the job would let go at a moment, counted, without a name. It changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from exchange_app.bookings.models import Booking, Message
from exchange_app.bookings.queries import WITH_DEPARTURE
from exchange_app.catalogue.models import Package
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Organisation
from exchange_app.retention import due
from exchange_app.retention.erasing import count_of_groups
from exchange_app.retention.rules import NOT_TRAVELLING, Kept
from exchange_app.rosters.models import Disclosure, Export
from exchange_app.trips.models import HostNotes, Incident

TABLES: dict[Kept, Any] = {Kept.INCIDENTS: Incident, Kept.DISCLOSURES: Disclosure, Kept.EXPORTS: Export}
AT_ONCE = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Going:
    """So much of a kind goes on a day; of which group or departure, unless it is about none."""

    kept: Kept
    count: int
    on: date
    departure: Departure | None = None
    school: Organisation | None = None


def list_going(now: datetime) -> list[Going]:
    """Everything that is due at the moment, the earliest first; what comes to nothing is left out."""
    going = [one for kept in Kept for one in _going(kept, now) if one.count]
    return sorted(going, key=lambda one: (one.on, one.departure.id if one.departure else 0, list(Kept).index(one.kept)))


def total_of(going: Sequence[Going]) -> dict[Kept, int]:
    return {kept: count for kept in Kept if (count := sum(one.count for one in going if one.kept is kept))}


def _going(kept: Kept, now: datetime) -> Iterator[Going]:
    if kept in due.OF_GROUPS:
        yield from _of_groups(kept, now)
    elif kept is Kept.MESSAGES:
        yield from _of_departures(now)
    elif kept in (Kept.BREACHES, Kept.HELP_REQUESTS):
        select_due = due.select_breaches if kept is Kept.BREACHES else due.select_help_requests
        ids = db.session.scalars(select_due(now)).all()
        yield Going(kept, len(ids), now.date())
    else:
        yield from _of_age(kept, now)
        if kept is Kept.EXPORTS:
            yield from _exports_of_departures(now)


def _of_groups(kept: Kept, now: datetime) -> Iterator[Going]:
    ids = db.session.scalars(due.select_groups(kept, now)).all()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        counts = count_of_groups(kept, some)
        rows = db.session.execute(
            select(Booking, due.settled_at(), due.promised(kept), due.promised(Kept.DOCUMENTS))
            .options(*WITH_DEPARTURE)
            .where(Booking.id.in_([booking_id for booking_id, count in counts.items() if count]))
        )
        for booking, settled, promised, promised_documents in rows:
            days = _shortest(kept, promised)
            if kept is Kept.ROSTERS and booking.state in NOT_TRAVELLING:
                days = min(days, _shortest(Kept.DOCUMENTS, promised_documents))
            on = over_on(booking, settled) + timedelta(days=days)
            yield Going(kept, counts[booking.id], on, booking.departure, booking.school)


def _shortest(kept: Kept, promised: int | None) -> int:
    days: int = setting(due.SETTINGS[kept])
    return days if promised is None else min(days, promised)


def over_on(booking: Booking, settled: datetime | None) -> date:
    """The visit's last day, or the earlier one on which it was settled that the group does not travel."""
    departure = booking.departure
    if settled is None or booking.state not in NOT_TRAVELLING:
        return departure.ends_on
    return min(departure.ends_on, departure.today(settled))


def kept_until(booking: Booking) -> dict[Kept, date]:
    """Until when what is kept about a group stays, as it stands now."""
    settled, *promises = db.session.execute(
        select(due.settled_at(), *(due.promised(kept) for kept in due.OF_GROUPS)).where(Booking.id == booking.id)
    ).one()
    over = over_on(booking, settled)
    days = {kept: _shortest(kept, promised) for kept, promised in zip(due.OF_GROUPS, promises, strict=True)}
    if booking.state in NOT_TRAVELLING:
        days[Kept.ROSTERS] = min(days[Kept.ROSTERS], days[Kept.DOCUMENTS])
    return {kept: over + timedelta(days=count) for kept, count in days.items()}


def _of_departures(now: datetime) -> Iterator[Going]:
    ids = list(db.session.scalars(due.select_departures(now)))
    departures = db.session.scalars(
        select(Departure)
        .options(joinedload(Departure.package).joinedload(Package.host_city))
        .where(Departure.id.in_(ids))
    )
    counts = dict.fromkeys(ids, 0)
    for table in (Message, HostNotes):
        rows = select(table.departure_id, func.count()).where(table.departure_id.in_(ids)).group_by(table.departure_id)
        for departure_id, count in db.session.execute(rows):
            counts[departure_id] += count
    for departure in departures:
        on = departure.ends_on + timedelta(days=setting(due.SETTINGS[Kept.MESSAGES]))
        yield Going(Kept.MESSAGES, counts[departure.id], on, departure)


def _of_age(kept: Kept, now: datetime) -> Iterator[Going]:
    table = TABLES[kept]
    rows = db.session.execute(
        select(Booking, func.count(), func.min(due.MOMENTS[kept]))
        .join(table, table.booking_id == Booking.id)
        .where(due.is_old(kept, now))
        .group_by(Booking.id)
    )
    for booking, count, first in rows:
        on = booking.departure.today(first) + timedelta(days=setting(due.SETTINGS[kept]))
        yield Going(kept, count, on, booking.departure, booking.school)


def _exports_of_departures(now: datetime) -> Iterator[Going]:
    """Lists of all groups of a departure, which belong to no single one."""
    rows = db.session.execute(
        select(Departure, func.count(), func.min(Export.made_at))
        .join(Export, Export.departure_id == Departure.id)
        .where(due.is_old(Kept.EXPORTS, now))
        .group_by(Departure.id)
    )
    for departure, count, first in rows:
        on = departure.today(first) + timedelta(days=setting(due.SETTINGS[Kept.EXPORTS]))
        yield Going(Kept.EXPORTS, count, on, departure)
