"""A group's roster: handing it in, and mending the rows that could not be taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.bookings.service import changes_until, check_open_for_roster
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role as UserRole
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.rosters import queries, service
from exchange_app.rosters.asked import asked_of, fields_shown
from exchange_app.rosters.errors import RowStillWrong
from exchange_app.rosters.forms import PersonForm, RosterForm
from exchange_app.rosters.labels import FIELD_WORDS
from exchange_app.rosters.masking import MaskedPerson, masked
from exchange_app.rosters.models import UnmendedRow
from exchange_app.rosters.rules import Role
from exchange_app.rosters.rules.fields import DOCUMENT_FIELDS
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.rosters.views.downloads import template_download
from exchange_app.rosters.views.handing_in import read_handed_in, tell_what_became, tell_what_was_left_out
from exchange_app.web.errors import beside_field
from exchange_app.web.fragments import wants_fragment
from exchange_app.web.policies import allows

RowForms = Mapping[int, PersonForm]  # by the id of the row
NO_ROWS: RowForms = {}
ROWS_AT_ONCE = 20  # forms of rows to mend on one page; when they are mended the next follow


@rosters.get("/bookings/<code>/roster")
@allows(UserRole.LEADER)
def roster(code: str) -> ResponseReturnValue:
    return _show_roster(code)


@dataclass(frozen=True, slots=True)
class Named:
    """How far a roster has come. ``documents_missing`` counts persons whose document number is asked for by now."""

    pupils: int
    staff: int
    documents_missing: int

    @property
    def persons(self) -> int:
        return self.pupils + self.staff


def _named(people: Sequence[MaskedPerson], asked: frozenset[str]) -> Named:
    pupils = sum(person.role is Role.PUPIL for person in people)
    without = sum(not person.document_number for person in people) if "document_number" in asked else 0
    return Named(pupils, len(people) - pupils, without)


def roster_words(code: str) -> dict[str, Any]:
    """What the roster's page and its fragments show."""
    booking = bookings.get_booking(code, me())
    asked = asked_of(booking)
    people = [masked(participant) for participant in queries.list_participants(booking.id)]
    return {
        "booking": booking,
        "departure": booking.departure,
        "package": booking.departure.package,
        "people": people,
        "named": _named(people, asked if booking.state is BookingState.CONFIRMED else frozenset()),
        "fields": fields_shown(booking),
        "field_words": FIELD_WORDS,
        "reasons": reasons_of(booking),
        "in_other_groups": queries.find_in_other_groups(booking) if "document_number" in asked else set(),
        "unmended": queries.list_unmended(booking.id),
        "refusal": refusal_to_change(booking),
        "may_give_back": booking.state is BookingState.HELD or now() < changes_until(booking),
        "is_due": now() >= booking.roster_due_at,
        "is_sent_along": False,
    }


def reasons_of(booking: Booking) -> dict[str, Translated]:
    """Why the package asks for a field, by field; a document's type and number share one reason."""
    reasons = {ask["field"]: Translated(ask["reason"]) for ask in booking.departure.package.asks}
    of_document = [reasons[field] for field in DOCUMENT_FIELDS if field in reasons]
    return {**{field: reason for reason in of_document for field in DOCUMENT_FIELDS}, **reasons}


def refusal_to_change(booking: Booking) -> Conflict | None:
    """Why the roster can no longer be changed."""
    try:
        check_open_for_roster(booking, now())
    except Conflict as refusal:
        return refusal
    return None


def _show_roster(code: str, refused: RosterForm | None = None, rows_refused: RowForms = NO_ROWS) -> ResponseReturnValue:
    """Forms that were refused take the place of the fresh ones."""
    words = roster_words(code)
    rows = words["unmended"][:ROWS_AT_ONCE]
    form = refused or RosterForm(formdata=None)
    page = render_template(
        "rosters/roster.html",
        form=form,
        had_file=bool(form.roster_file.data),
        rows=[(row, rows_refused.get(row.id) or _row_form(row, words["fields"])) for row in rows],
        **words,
    )
    return page, max(one.status for one in (form, *rows_refused.values()))


def _prefix(row_id: int) -> str:
    return f"row{row_id}-"


def _row_form(row: UnmendedRow, fields: Sequence[str]) -> PersonForm:
    """The row as it was written, with what is wrong beside each field."""
    form = PersonForm(formdata=None, prefix=_prefix(row.id), data=row.content["values"])
    form.ask_only(fields)
    problems: dict[str, list[Translated]] = {}
    for problem in row.content["problems"]:
        problems.setdefault(problem["field"], []).append(Translated(problem["words"]))
    form.mark(problems)
    return form


@rosters.post("/bookings/<code>/roster")
@allows(UserRole.LEADER)
def hand_in(code: str) -> ResponseReturnValue:
    form = RosterForm()
    form.validate()
    booking = bookings.get_booking(code, me())
    if not form.has_roster:
        form.roster_file.errors = [gettext("Choose a file, or paste the cells below.")]
    moment = now()
    reading = read_handed_in(form, asked_of(booking), booking.departure.today(moment))
    if form.errors:
        return _show_roster(code, form)
    try:
        with transaction():
            imported = service.import_roster(bookings.lock_booking(code, me()), reading, by=me(), now=moment)
    except (Invalid, Conflict) as refusal:
        beside_field(form, refusal)
        return _show_roster(code, form)
    tell_what_became(imported)
    tell_what_was_left_out(reading)
    return redirect(url_for("rosters.roster", code=booking.code), 303)


@rosters.get("/bookings/<code>/roster/template")
@allows(UserRole.LEADER)
def template(code: str) -> ResponseReturnValue:
    return template_download(asked_of(bookings.get_booking(code, me())))


@rosters.get("/bookings/<code>/roster/summary")
@allows(UserRole.LEADER)
def summary(code: str) -> ResponseReturnValue:
    """A panel for the booking's page."""
    return render_template("rosters/_summary.html", **roster_words(code))


@rosters.post("/bookings/<code>/roster/rows/<int:row_id>")
@allows(UserRole.LEADER)
def mend(code: str, row_id: int) -> ResponseReturnValue:
    form = PersonForm(prefix=_prefix(row_id))

    def take(booking: Booking) -> None:
        service.mend_row(booking, row_id, form.values, by=me(), now=now())

    if is_changed(code, form, take):
        return _without_row(code, gettext("The row is mended: the person is in the roster."))
    return _row_again(code, row_id, form)


@rosters.post("/bookings/<code>/roster/rows/<int:row_id>/drop")
@allows(UserRole.LEADER)
def drop(code: str, row_id: int) -> ResponseReturnValue:
    with transaction():
        service.drop_row(bookings.lock_booking(code, me()), row_id, now=now())
    return _without_row(code, gettext("The row is dropped."))


def is_changed(code: str, form: PersonForm, command: Callable[[Booking], None]) -> bool:
    """Whether the command was carried out; if not, the form says why."""
    if not form.validate():
        return False
    try:
        with transaction():
            command(bookings.lock_booking(code, me()))
    except RowStillWrong as refusal:
        form.mark(refusal.by_field)
        return False
    except (Invalid, Conflict) as refusal:
        beside_field(form, refusal)
        return False
    return True


def _without_row(code: str, done: str) -> ResponseReturnValue:
    if wants_fragment():
        return render_template("rosters/_mended.html", done=done, **roster_words(code))
    flash(done)
    return redirect(url_for("rosters.roster", code=code, _anchor="rows"), 303)


def _row_again(code: str, row_id: int, form: PersonForm) -> ResponseReturnValue:
    booking = bookings.get_booking(code, me())
    fields = fields_shown(booking)
    form.ask_only(fields)
    if not wants_fragment():
        return _show_roster(code, rows_refused={row_id: form})
    row = queries.get_unmended(booking, row_id)
    page = render_template(
        "rosters/_row.html", booking=booking, row=row, form=form, fields=fields, reasons=reasons_of(booking)
    )
    return page, form.status
