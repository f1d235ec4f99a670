"""What a roster may no longer keep goes: fields that the package stopped asking for, documents of groups that do not
come after all, and rows that nobody can mend any more.

`catalogue` and `bookings` know nothing of rosters, so a job looks at what they changed; until it has, nothing of it is
shown (`asked`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import OPEN_FOR_ROSTER
from exchange_app.catalogue.models import Package
from exchange_app.core.database import change_rows, db
from exchange_app.departures.models import Departure
from exchange_app.rosters.asked import KEEPS_DOCUMENTS
from exchange_app.rosters.keeping import content_json
from exchange_app.rosters.models import FieldsSeen, Participant, UnmendedRow
from exchange_app.rosters.rules import OPTIONAL_FIELDS, fields_asked
from exchange_app.rosters.rules.fields import DOCUMENT_FIELDS

PORTION = 100


def drop_unasked(now: datetime) -> int:
    """One step; says whether there was anything to do."""
    return int(_look_through_a_package() or _drop_documents() or _drop_rows())


def _look_through_a_package() -> bool:
    """The first package that asks for something else than when its rosters were last looked through."""
    packages = db.session.execute(select(Package, FieldsSeen).outerjoin(FieldsSeen).order_by(Package.id)).all()
    for package, seen in packages:
        if seen is None or set(seen.fields) != package.asked_fields:
            _drop_of_package(package)
            db.session.merge(FieldsSeen(package_id=package.id, fields=sorted(package.asked_fields)))
            db.session.flush()
            return True
    return False


def _drop_of_package(package: Package) -> None:
    """Its groups are locked first, so that no roster is handed in meanwhile by what was asked before."""
    departures = select(Departure.id).where(Departure.package_id == package.id)
    groups = db.session.scalars(
        select(Booking.id).where(Booking.departure_id.in_(departures)).order_by(Booking.id).with_for_update()
    ).all()
    asked = fields_asked(package.asked_fields)
    unasked = [field for field in OPTIONAL_FIELDS if field not in asked]
    if groups and unasked:
        _empty(groups, unasked)
        _strip_rows(groups, unasked)


def _empty(booking_ids: Sequence[int], fields: Collection[str]) -> None:
    columns: dict[str, None] = {f"{field}_sealed": None for field in fields}
    if "document_number" in fields:
        columns["document_hash"] = None
    change_rows(update(Participant).where(Participant.booking_id.in_(booking_ids)).values(columns))


def _strip_rows(booking_ids: Sequence[int], fields: Collection[str]) -> None:
    for row in db.session.scalars(select(UnmendedRow).where(UnmendedRow.booking_id.in_(booking_ids))):
        values = {field: text for field, text in row.content["values"].items() if field not in fields}
        problems = [problem for problem in row.content["problems"] if problem["field"] not in fields]
        row.values_json = content_json({"values": values, "problems": problems})


def _drop_documents() -> bool:
    """Of groups that were confirmed once and are not any more, nor waiting for another yes."""
    groups = db.session.scalars(
        select(Participant.booking_id)
        .join(Booking, Booking.id == Participant.booking_id)
        .where(Participant.document_hash.is_not(None), Booking.state.not_in(KEEPS_DOCUMENTS))
        .distinct()
        .limit(PORTION)
    ).all()
    if groups:
        _empty(groups, DOCUMENT_FIELDS)
    return bool(groups)


def _drop_rows() -> bool:
    ended = select(Booking.id).where(Booking.state.not_in(OPEN_FOR_ROSTER))
    return change_rows(delete(UnmendedRow).where(UnmendedRow.booking_id.in_(ended))) > 0
