"""What is masked in a roster, in full: once, for a purpose, in the answer to a form; and who looked at what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict
from exchange_app.core.roles import Role
from exchange_app.core.text import current_language
from exchange_app.core.transaction import transaction
from exchange_app.rosters import disclosures, queries
from exchange_app.rosters.columns import HEADINGS
from exchange_app.rosters.forms import RevealForm
from exchange_app.rosters.labels import FIELD_WORDS
from exchange_app.rosters.masking import masked
from exchange_app.rosters.models import Disclosure, Participant
from exchange_app.rosters.rules import DocumentType
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.web.errors import beside_field
from exchange_app.web.headers import secret_address
from exchange_app.web.labels import label
from exchange_app.web.policies import allows

NOTHING: Mapping[str, str] = {}


@rosters.route("/bookings/<code>/roster/<int:person_id>/full", methods=["GET", "POST"])
@secret_address
@allows(Role.LEADER)
def reveal(code: str, person_id: int) -> ResponseReturnValue:
    """The values stand in the answer alone; the page that is opened again asks again."""
    booking = bookings.get_booking(code, me())
    person = queries.get_participant(booking, person_id)
    sheets = disclosures.sheets_of(booking, person)
    form = RevealForm()
    form.offer(sheets)
    shown = _shown(code, person_id, form)
    page = render_template(
        "rosters/reveal.html",
        booking=booking,
        person=masked(person),
        sheets=sheets,
        form=form,
        shown=shown,
        field_words=FIELD_WORDS,
    )
    return page, 200 if shown else form.status


def _shown(code: str, person_id: int, form: RevealForm) -> Mapping[str, str]:
    """Written down first; nothing where the form was not sent, or says what is wrong."""
    if not form.validate_on_submit():
        return NOTHING
    try:
        with transaction():
            booking = bookings.lock_booking(code, me())
            values = disclosures.reveal(booking, person_id, form.sheet.data, purpose=form.purpose, by=me(), now=now())
    except Conflict as refusal:
        beside_field(form, refusal)
        return NOTHING
    return {field: _in_words(field, text) for field, text in values.items()}


def _in_words(field: str, text: str) -> str:
    return label(DocumentType(text)) if field == "document_type" else text


@rosters.get("/bookings/<code>/roster/trace")
@secret_address
@allows(Role.LEADER, Role.HEAD)
def trace(code: str) -> ResponseReturnValue:
    """Who looked at what in full, and who took what along as a file."""
    booking = queries.get_group_of_school(code, me())
    people = queries.list_participants(booking.id)
    return render_template(
        "rosters/trace.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        is_leader=me().role is Role.LEADER,
        looks=[(one, _whose(one, people)) for one in queries.list_disclosures(booking.id)],
        exports=queries.list_exports_of_group(booking.id),
        headings=headings(),
    )


def _whose(disclosure: Disclosure, people: Sequence[Participant]) -> str | None:
    """The name of the one person whose it was; "" where they have left the roster since, None where it was the
    group's."""
    if disclosure.person_uid is None:
        return None
    return next((person.name for person in people if person.uid == disclosure.person_uid), "")


def headings() -> Mapping[str, str]:
    return {field: words.in_language(current_language()) for field, words in HEADINGS.items()}
