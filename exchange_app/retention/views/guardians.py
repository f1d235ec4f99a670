"""What is kept about a child, for its guardian, by the consent link. Opening it changes nothing; the number of the
document is for whoever knows the end of the guardian's phone number too."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.consents import queries as consents
from exchange_app.consents.deletions import find_open_request
from exchange_app.consents.errors import ChildNotNamed
from exchange_app.consents.queries import Asked
from exchange_app.consents.views.guardians import GUESSES, tell_why_not
from exchange_app.consents.wording import kept_wording
from exchange_app.core.clock import now
from exchange_app.core.errors import NotFound
from exchange_app.core.sealing import keys
from exchange_app.core.transaction import transaction
from exchange_app.retention.errors import DigitsWrong
from exchange_app.retention.forms import DigitsForm
from exchange_app.retention.handing_over import UNVEILED, VEILED_BY_LINK, as_data, gather_about
from exchange_app.retention.labels import KEPT_FIELDS
from exchange_app.retention.persons import ask_by_link, find_rest, is_settled
from exchange_app.retention.views.blueprint import as_file, retention
from exchange_app.rosters.keeping import phone_tail_hash
from exchange_app.web.errors import beside_field
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import slow_down, slow_guesses
from exchange_app.web.policies import anyone


def _tried_link() -> str:
    """The link with which somebody guesses digits, under a keyed hash."""
    return keys().fingerprint(str((request.view_args or {}).get("token", "")), "digits_attempts")


@retention.get("/c/<token>/data")
@slow_guesses(GUESSES)
@secret_address
@anyone
def about_child(token: str) -> ResponseReturnValue:
    try:
        return _show(token, consents.get_asked(token, now()), DigitsForm(formdata=None), in_full=False)
    except ChildNotNamed as refusal:
        return _tell_rest(token, refusal)
    except NotFound as refusal:
        return tell_why_not(token, refusal)


@retention.post("/c/<token>/data")
@slow_down("5 per 15 minutes; 20 per day", by=_tried_link)
@slow_guesses(GUESSES)
@secret_address
@anyone
def show_in_full(token: str) -> ResponseReturnValue:
    """The answer to the form shows the number, or is the file with it; no address does."""
    form = DigitsForm()
    try:
        asked = consents.get_asked(token, now())
    except NotFound as refusal:
        return tell_why_not(token, refusal)
    wants_file = "download" in request.form
    is_proven = bool(form.validate()) and _is_proven(form, asked)
    if not is_proven:
        return _show(token, asked, form, in_full=False), form.status
    _write_down(asked, in_full=True)
    if wants_file:
        return as_file(as_data(gather_about(asked.booking, asked.child, UNVEILED)), f"{asked.booking.code}-child")
    return _show(token, asked, form, in_full=True)


@retention.post("/c/<token>/data/download")
@slow_guesses(GUESSES)
@secret_address
@anyone
def download(token: str) -> ResponseReturnValue:
    """With the document's number masked, as on the page."""
    try:
        asked = consents.get_asked(token, now())
    except NotFound as refusal:
        return tell_why_not(token, refusal)
    _write_down(asked, in_full=False)
    return as_file(as_data(gather_about(asked.booking, asked.child, VEILED_BY_LINK)), f"{asked.booking.code}-child")


@retention.post("/c/<token>/data/deletion")
@slow_guesses(GUESSES)
@secret_address
@anyone
def ask_for_deletion(token: str) -> ResponseReturnValue:
    try:
        with transaction():
            ask_by_link(token, now=now())
    except ChildNotNamed:
        pass  # sent twice: it is done
    except NotFound as refusal:
        return tell_why_not(token, refusal)
    return redirect(url_for("retention.about_child", token=token), 303)


def _is_proven(form: DigitsForm, asked: Asked) -> bool:
    if asked.child.phone_tail_hash == phone_tail_hash(asked.booking.id, form.four_digits):
        return True
    beside_field(form, DigitsWrong())
    return False


def _write_down(asked: Asked, *, in_full: bool) -> None:
    subject = asked.booking.log_subject
    with transaction():
        audit.record(
            What.DATA_HANDED_OVER, by_id=None, now=now(), subject=subject, facts={"by_link": True, "in_full": in_full}
        )


def _show(token: str, asked: Asked, form: DigitsForm, *, in_full: bool) -> str:
    kept = gather_about(asked.booking, asked.child, UNVEILED if in_full else VEILED_BY_LINK)
    return render_template(
        "retention/about_child.html",
        token=token,
        child=asked.child,
        booking=asked.booking,
        departure=asked.booking.departure,
        package=asked.booking.departure.package,
        kept=kept,
        answers=[(answer, kept_wording(answer.notice.words)) for answer in kept.answers],
        field_words=KEPT_FIELDS,
        form=form,
        in_full=in_full,
        has_number=asked.child.document_number_sealed is not None,
        request_open=find_open_request(asked.child.uid),
        is_done_at_once=is_settled(asked.booking, now()),
    )


def _tell_rest(token: str, refusal: ChildNotNamed) -> ResponseReturnValue:
    """Of a child that was deleted on request the page says so, and what is left as proof."""
    link = consents.find_link(token)
    rest = find_rest(link.booking_id, link.person_uid) if link else None
    if rest is None:
        return tell_why_not(token, refusal)
    return render_template("retention/_deleted.html", rest=rest, departure=rest.booking.departure)
