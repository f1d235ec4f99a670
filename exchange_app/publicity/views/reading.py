"""What visitors read: campaigns, stories, what the media said; and the number that counts how often they do."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.accounts.sessions import reader
from exchange_app.core.clock import now
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import day_in
from exchange_app.departures.views.dates import rows_of
from exchange_app.partners.queries import list_cities
from exchange_app.publicity.models import Campaign, Story
from exchange_app.publicity.queries import campaigns, photos, stories
from exchange_app.publicity.queries.stories import CHECKERS
from exchange_app.publicity.service.campaigns import count_view
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.limits import limit_all
from exchange_app.web.paging import page_of
from exchange_app.web.policies import anyone

STORIES_A_PAGE = 12
VIEWS_OF_AN_ADDRESS = "120 per hour"  # a school has one address for all its families


@publicity.get("/campaigns/<int:campaign_id>")
@anyone
def campaign(campaign_id: int) -> ResponseReturnValue:
    found = campaigns.get_public_campaign(campaign_id)
    moment = now()
    shown = photos.list_shown(photos.list_photos(found))
    lines = campaigns.list_dates(found, since=day_in(found.city.time_zone, moment), now=moment)
    return render_template(
        "publicity/campaign.html",
        campaign=found,
        photo=shown[0] if shown else None,
        rows=rows_of(lines),
        packages=campaigns.list_packages(found),
    )


@publicity.get("/stories")
@anyone
def story_list() -> ResponseReturnValue:
    city = request.args.get("city") or None
    page = page_of(stories.select_stories(city), size=STORIES_A_PAGE)
    first = photos.map_first_shown(story_ids=[story.id for story in page])
    return render_template("publicity/story_list.html", page=page, photos=first, cities=list_cities(), city=city)


@publicity.get("/stories/<int:story_id>")
@anyone
def story(story_id: int) -> ResponseReturnValue:
    found = stories.get_public_story(story_id)
    shown = photos.list_shown(photos.list_photos(found))
    return render_template("publicity/story.html", story=found, photos=shown)


@publicity.get("/media")
@anyone
def media() -> ResponseReturnValue:
    city = request.args.get("city") or None
    page = page_of(campaigns.select_mentions(city))
    return render_template("publicity/media.html", page=page, cities=list_cities(), city=city)


@publicity.post("/views/stories/<int:story_id>")
@limit_all(VIEWS_OF_AN_ADDRESS)
@anyone
def count_story(story_id: int) -> ResponseReturnValue:
    """Sent by the page itself once somebody has it before them (static/views.js); a program that fetches it counts
    nothing."""
    return _count(stories.get_public_story(story_id))


@publicity.post("/views/campaigns/<int:campaign_id>")
@limit_all(VIEWS_OF_AN_ADDRESS)
@anyone
def count_campaign(campaign_id: int) -> ResponseReturnValue:
    return _count(campaigns.get_public_campaign(campaign_id))


def _count(of: Story | Campaign) -> ResponseReturnValue:
    """Those who write and check do not count, nor does the leader whose story it is."""
    user = reader()
    is_writer = user is not None and (user.role in CHECKERS or (isinstance(of, Story) and of.author_id == user.id))
    if not is_writer:
        with transaction():
            count_view(of, day_in(HOME_ZONE, now()))
    return "", 204


@publicity.app_template_global()
def is_publicist() -> bool:
    return bool(current_user.is_authenticated and current_user.role in CHECKERS)
