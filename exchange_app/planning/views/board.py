"""Today's board: where an organiser's day begins."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.queries import list_draft_packages_of
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.departures.queries import count_states_of, list_upcoming_of
from exchange_app.departures.rules import day_in
from exchange_app.planning.agenda import agenda_of
from exchange_app.planning.views.blueprint import planning
from exchange_app.web.policies import allows

UPCOMING = 8


@planning.get("/organiser/")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def board() -> ResponseReturnValue:
    moment, zone = now(), me().organisation.city.time_zone
    today = day_in(zone, moment)
    return render_template(
        "planning/board.html",
        agenda=agenda_of(me(), today=today, now=moment),
        day_of_board=today,
        upcoming=list_upcoming_of(me(), since=today, count=UPCOMING),
        counts=count_states_of(me()),
        draft_packages=list_draft_packages_of(me()),
        now=moment,
    )
