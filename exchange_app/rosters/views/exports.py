"""A group's roster as a file: asked for with a purpose, then fetched from an address that only its maker can use."""

from __future__ import annotations

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.core.clock import now
from exchange_app.core.errors import Invalid
from exchange_app.core.roles import Role
from exchange_app.core.text import current_language
from exchange_app.core.transaction import transaction
from exchange_app.rosters import exports, queries
from exchange_app.rosters.forms import ExportGroupsForm, ExportRosterForm
from exchange_app.rosters.rules.showing import CHOSEN_ONLY, MOST_DOWNLOADS
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.rosters.views.downloads import export_download
from exchange_app.rosters.views.reveals import headings
from exchange_app.web.errors import beside_field
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import GUESSES, slow_guesses
from exchange_app.web.policies import allows

MADE = "export_made"  # the session's key: the address of an export, until it is shown, once


@rosters.route("/bookings/<code>/roster/exports", methods=["GET", "POST"])
@secret_address
@allows(Role.LEADER)
def export(code: str) -> ResponseReturnValue:
    booking = bookings.get_booking(code, me())
    people = queries.list_participants(booking.id)
    form = ExportRosterForm()
    form.offer(exports.columns_of(booking, people))
    if form.validate_on_submit():
        try:
            with transaction():
                made, token = exports.export_roster(
                    bookings.lock_booking(code, me()), form.columns.data, order_of(form), by=me(), now=now()
                )
        except Invalid as refusal:
            beside_field(form, refusal)
        else:
            session[MADE] = url_for("rosters.fetch", code=booking.code, number=made.id, token=token)
            return redirect(url_for("rosters.export", code=booking.code), 303)
    page = render_template(
        "rosters/export.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        people=people,
        form=form,
        chosen_only=CHOSEN_ONLY,
        address=session.pop(MADE, None),
        exports=queries.list_exports_of_group(booking.id),
        headings=headings(),
        most_downloads=MOST_DOWNLOADS,
    )
    return page, form.status


def order_of(form: ExportGroupsForm) -> exports.Order:
    return exports.Order(form.form.data, current_language(), form.purpose)


@rosters.get("/bookings/<code>/roster/exports/<int:number>/<token>")
@slow_guesses(GUESSES)
@secret_address
@allows(Role.LEADER)
def fetch(code: str, number: int, token: str) -> ResponseReturnValue:
    """A page with a button, so that no program that opens links in advance takes a download."""
    booking = bookings.get_booking(code, me())
    made = queries.get_open_export(booking, number, exports.token_hash(token), me(), now())
    return render_template(
        "rosters/fetch.html",
        booking=booking,
        departure=booking.departure,
        export=made,
        most_downloads=MOST_DOWNLOADS,
        back=url_for("rosters.export", code=booking.code),
    )


@rosters.post("/bookings/<code>/roster/exports/<int:number>/<token>")
@slow_guesses(GUESSES)
@secret_address
@allows(Role.LEADER)
def download(code: str, number: int, token: str) -> ResponseReturnValue:
    with transaction():
        booking = bookings.get_booking(code, me())
        made, content = exports.fetch_roster(booking, number, token, by=me(), now=now())
    return export_download(content, made, booking.code)
