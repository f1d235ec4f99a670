"""Looking at personal data in full: only for a purpose, and never without a trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.rosters import queries
from exchange_app.rosters.asked import fields_shown
from exchange_app.rosters.errors import NothingToShow
from exchange_app.rosters.models import Disclosure, Participant
from exchange_app.rosters.rules import Sheet
from exchange_app.rosters.rules.showing import FIELDS_OF_ONE


def disclose(
    booking: Booking, sheet: Sheet, *, purpose: str, by: User, now: datetime, person: Participant | None = None
) -> None:
    """Write down that somebody looks at this, before it is shown."""
    disclosure = Disclosure(booking_id=booking.id, sheet=sheet, purpose=purpose, by_id=by.id, at=now)
    disclosure.person_uid = person.uid if person else None
    db.session.add(disclosure)
    db.session.flush()
    audit.record(
        What.DISCLOSED,
        by_id=by.id,
        now=now,
        subject=booking.log_subject,
        facts={"sheet": sheet.value, "disclosure": disclosure.id},
    )


def sheets_of(booking: Booking, person: Participant) -> list[Sheet]:
    """What there is to show of one person."""
    shown = fields_shown(booking)
    return [
        sheet
        for sheet, fields in FIELDS_OF_ONE.items()
        if any(field in shown and getattr(person, f"{field}_sealed") is not None for field in fields)
    ]


def reveal(
    booking: Booking, participant_id: int, sheet: Sheet, *, purpose: str, by: User, now: datetime
) -> Mapping[str, str]:
    """What one person's row says in these fields, in full. Raises PersonNotFound or NothingToShow."""
    person = queries.get_participant(booking, participant_id)
    if sheet not in sheets_of(booking, person):
        raise NothingToShow()
    disclose(booking, sheet, purpose=purpose, by=by, now=now, person=person)
    values = {field: getattr(person, field) for field in FIELDS_OF_ONE[sheet]}
    return {field: text for field, text in values.items() if text}
