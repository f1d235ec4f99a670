"""A co-ordinator's first page: what waits, the agreements, and which exchanges come next in both directions."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.coordination.queries.exchanges import (
    list_steps_waiting_for,
    list_upcoming_exchanges,
    map_counts,
)
from exchange_app.coordination.queries.problems import list_problems_assigned_to
from exchange_app.coordination.views.blueprint import coordination
from exchange_app.coordination.waiting import list_waiting
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.partners.queries import list_agreements, list_proposals_to
from exchange_app.web.policies import allows

LOOKED_AHEAD = timedelta(days=7)
SHOWN = 10


@coordination.get("/coordinator")
@allows(Role.COORDINATOR)
def home() -> ResponseReturnValue:
    user = me()
    city = user.organisation.city
    today = now().astimezone(city.zone).date()
    exchanges = list_upcoming_exchanges(today, city_id=city.id, limit=SHOWN)
    return render_template(
        "coordination/home.html",
        city=city,
        today=today,
        proposals=list_proposals_to(city.id),
        steps=list_steps_waiting_for(user, today + LOOKED_AHEAD, limit=SHOWN),
        problems=list_problems_assigned_to(city.id),
        waiting=list_waiting(user, today),
        agreements=list_agreements(city.id),
        exchanges=exchanges,
        counts=map_counts(exchanges),
    )
