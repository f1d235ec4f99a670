"""The list of a departure's groups as a file for its host; no child stands in it."""

from __future__ import annotations

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.queries import get_departure_of
from exchange_app.rosters import exports, queries
from exchange_app.rosters.forms import ExportGroupsForm
from exchange_app.rosters.rules.showing import MOST_DOWNLOADS
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.rosters.views.downloads import export_download
from exchange_app.rosters.views.exports import MADE, order_of
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import GUESSES, slow_guesses
from exchange_app.web.policies import allows


@rosters.route("/organiser/departures/<int:departure_id>/exports", methods=["GET", "POST"])
@secret_address
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def export_groups(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    form = ExportGroupsForm()
    if form.validate_on_submit():
        with transaction():
            made, token = exports.export_groups(departure, order_of(form), by=me(), now=now())
        session[MADE] = url_for("rosters.fetch_groups", departure_id=departure.id, number=made.id, token=token)
        return redirect(url_for("rosters.export_groups", departure_id=departure.id), 303)
    page = render_template(
        "rosters/export_groups.html",
        departure=departure,
        package=departure.package,
        form=form,
        address=session.pop(MADE, None),
        exports=queries.list_exports_of_departure(departure.id),
        most_downloads=MOST_DOWNLOADS,
    )
    return page, form.status


@rosters.get("/organiser/departures/<int:departure_id>/exports/<int:number>/<token>")
@slow_guesses(GUESSES)
@secret_address
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def fetch_groups(departure_id: int, number: int, token: str) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    made = queries.get_open_export(departure, number, exports.token_hash(token), me(), now())
    return render_template(
        "rosters/fetch.html",
        booking=None,
        departure=departure,
        export=made,
        most_downloads=MOST_DOWNLOADS,
        back=url_for("rosters.export_groups", departure_id=departure.id),
    )


@rosters.post("/organiser/departures/<int:departure_id>/exports/<int:number>/<token>")
@slow_guesses(GUESSES)
@secret_address
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def download_groups(departure_id: int, number: int, token: str) -> ResponseReturnValue:
    with transaction():
        departure = get_departure_of(departure_id, me())
        made, content = exports.fetch_groups(departure, number, token, by=me(), now=now())
    return export_download(content, made, f"{departure.starts_on}")
