"""Rosters, and the list of a departure's groups, as files: asked for with a purpose, fetched with a token, made from
what is there at that moment, and kept nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.audit import service as audit
from exchange_app.audit.rules import Facts, What
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.sealing import keys
from exchange_app.departures.models import Departure
from exchange_app.rosters import queries
from exchange_app.rosters.asked import fields_shown
from exchange_app.rosters.errors import NoColumnChosen
from exchange_app.rosters.group_list import GROUP_COLUMNS, group_table
from exchange_app.rosters.models import Export, Participant
from exchange_app.rosters.rules import ALWAYS_ASKED, ExportForm
from exchange_app.rosters.rules.showing import EXPORT_LASTS
from exchange_app.rosters.tables import Mark, Table, as_csv, as_workbook
from exchange_app.rosters.template import roster_table


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants as a file: in which form and language, and what for."""

    form: ExportForm
    language: str
    purpose: str


def columns_of(booking: Booking, people: Sequence[Participant]) -> list[str]:
    """What a roster has to offer: the usual fields, and of the optional ones those that are asked for and that somebody
    has."""
    return [
        field
        for field in fields_shown(booking)
        if field in ALWAYS_ASKED or any(getattr(person, f"{field}_sealed") is not None for person in people)
    ]


def export_roster(
    booking: Booking, columns: Sequence[str], order: Order, *, by: User, now: datetime
) -> tuple[Export, str]:
    """The export and its token, which is kept nowhere. Raises NoColumnChosen, also where the
    roster has none of them."""
    offered = columns_of(booking, queries.list_participants(booking.id))
    chosen = [field for field in offered if field in columns]
    if not chosen:
        raise NoColumnChosen()
    export = Export(booking_id=booking.id, columns=chosen)
    return export, _write_down(export, order, booking.log_subject, by, now)


def export_groups(departure: Departure, order: Order, *, by: User, now: datetime) -> tuple[Export, str]:
    """As export_roster."""
    export = Export(departure_id=departure.id, columns=list(GROUP_COLUMNS))
    return export, _write_down(export, order, f"departure:{departure.id}", by, now)


def _write_down(export: Export, order: Order, subject: str, by: User, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    export.by, export.by_id = by, by.id
    export.made_at, export.ends_at = now, now + EXPORT_LASTS
    export.token_hash = token_hash(token)
    export.form, export.language, export.purpose = order.form, order.language, order.purpose
    db.session.add(export)
    db.session.flush()
    facts: Facts = {"export": export.id, "columns": " ".join(export.columns), "form": export.form.value}
    audit.record(What.EXPORTED, by_id=by.id, now=now, subject=subject, facts=facts)
    return token


def token_hash(token: str) -> str:
    return keys().fingerprint(token, "exports.token")


def fetch_roster(booking: Booking, number: int, token: str, *, by: User, now: datetime) -> tuple[Export, bytes]:
    """Raises ExportNotFound."""
    export = queries.lock_open_export(booking, number, token_hash(token), by, now)
    _count(export, booking.log_subject, by, now)
    fields = [field for field in fields_shown(booking) if field in export.columns]
    table = roster_table(queries.list_participants(booking.id), fields, export.language)
    return export, _written(export, table, booking.departure, by, now)


def fetch_groups(departure: Departure, number: int, token: str, *, by: User, now: datetime) -> tuple[Export, bytes]:
    """Raises ExportNotFound."""
    export = queries.lock_open_export(departure, number, token_hash(token), by, now)
    _count(export, f"departure:{departure.id}", by, now)
    table = group_table(queries.list_groups(departure.id), departure, export.language, now)
    return export, _written(export, table, departure, by, now)


def _count(export: Export, subject: str, by: User, now: datetime) -> None:
    export.downloads += 1
    db.session.flush()
    facts = {"export": export.id, "download": export.downloads}
    audit.record(What.EXPORT_DOWNLOADED, by_id=by.id, now=now, subject=subject, facts=facts)


def _written(export: Export, table: Table, departure: Departure, by: User, now: datetime) -> bytes:
    at = f"{now.astimezone(departure.zone):%Y-%m-%d %H:%M}"
    mark = Mark(export.id, by.name, at, export.language)
    return as_workbook(table, mark) if export.form is ExportForm.XLSX else as_csv(table, mark)
