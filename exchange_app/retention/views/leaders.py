"""For a family without the link: what is kept about one person, to take away, and deleting it on request."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.bookings import queries as bookings
from exchange_app.consents.deletions import find_open_request
from exchange_app.consents.wording import kept_wording
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.retention.handing_over import UNVEILED, VEILED_AT_SCHOOL, as_data, gather_about
from exchange_app.retention.labels import KEPT_FIELDS
from exchange_app.retention.persons import delete_person, is_settled
from exchange_app.retention.views.blueprint import as_file, retention
from exchange_app.rosters.disclosures import disclose
from exchange_app.rosters.queries import get_participant
from exchange_app.rosters.rules import Sheet
from exchange_app.web.policies import allows


@retention.get("/bookings/<code>/roster/<int:person_id>/data")
@allows(Role.LEADER)
def about_person(code: str, person_id: int) -> ResponseReturnValue:
    booking = bookings.get_booking(code, me())
    person = get_participant(booking, person_id)
    kept = gather_about(booking, person, VEILED_AT_SCHOOL)
    return render_template(
        "retention/about_person.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        person=person,
        kept=kept,
        answers=[(answer, kept_wording(answer.notice.words)) for answer in kept.answers],
        field_words=KEPT_FIELDS,
        request_open=find_open_request(person.uid),
        is_settled=is_settled(booking, now()),
    )


@retention.post("/bookings/<code>/roster/<int:person_id>/data")
@allows(Role.LEADER)
def hand_over(code: str, person_id: int) -> ResponseReturnValue:
    """Everything in full, for the family; that somebody took it away is written down first."""
    with transaction():
        booking = bookings.get_booking(code, me())
        person = get_participant(booking, person_id)
        purpose = gettext("Everything about one person, handed to the family")
        disclose(booking, Sheet.PERSON_EVERYTHING, purpose=purpose, by=me(), now=now(), person=person)
        facts = {"by_link": False, "in_full": True, "person": person.id}
        audit.record(What.DATA_HANDED_OVER, by_id=me().id, now=now(), subject=booking.log_subject, facts=facts)
    return as_file(as_data(gather_about(booking, person, UNVEILED)), f"{booking.code}-{person.id}")


@retention.post("/bookings/<code>/roster/<int:person_id>/deletion")
@allows(Role.LEADER)
def delete(code: str, person_id: int) -> ResponseReturnValue:
    """What the family asked for, by the link or by telling the school."""
    try:
        with transaction():
            delete_person(bookings.lock_booking(code, me()), person_id, by=me(), now=now())
    except (Invalid, Conflict) as refusal:
        flash(refusal.sentence, "error")
    else:
        flash(gettext("The data are deleted. What the guardian answered stays as proof."))
    return redirect(url_for("rosters.roster", code=code, _anchor="people"), 303)
