"""The first page of whoever writes for the cities: what waits, what there is, how often it was read."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.departures.rules import day_in
from exchange_app.publicity.queries import campaigns, photos, stories
from exchange_app.publicity.queries.stories import CHECKERS
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


@publicity.get("/publicity")
@allows(*CHECKERS)
def desk() -> ResponseReturnValue:
    user = me()
    page = page_of(campaigns.select_kept(user))
    return render_template(
        "publicity/desk.html",
        page=page,
        to_check=stories.list_to_check(user),
        invitations=campaigns.list_open_invitations(user, day_in(HOME_ZONE, now())),
        views=campaigns.map_views(campaign_ids=[one.id for one in page]),
    )


@publicity.get("/publicity/stories")
@allows(Role.LEADER, *CHECKERS)
def own_stories() -> ResponseReturnValue:
    user = me()
    page = page_of(stories.select_kept(user, None))
    return render_template(
        "publicity/own_stories.html",
        page=page,
        to_name=photos.list_to_name(user),
        views=campaigns.map_views(story_ids=[one.id for one in page] or [0]),
        can_write=bool(stories.list_departures_to_tell(user)),
    )
