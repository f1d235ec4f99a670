"""What of publicity waits for a co-ordinator: stories to check as a second person, invitations of other cities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask_babel import gettext

from exchange_app.accounts.models import User
from exchange_app.coordination.waiting import Item, Section
from exchange_app.publicity.models import EventInvitation, Story
from exchange_app.publicity.queries.campaigns import list_open_invitations
from exchange_app.publicity.queries.stories import list_to_check
from exchange_app.web.formats import date_range


def tell_publicity(user: User, today: date) -> Iterator[Section]:
    stories = [_story(one) for one in list_to_check(user)]
    yield Section("stories-to-check", gettext("Stories to check"), stories, True, "publicity.desk")
    invitations = [_invitation(one) for one in list_open_invitations(user, today)]
    heading = gettext("Events to which our city is invited")
    yield Section("invitations", heading, invitations, True, "publicity.invitations")


def _story(story: Story) -> Item:
    return Item(str(story.title), str(story.office.name), "publicity.own_story", {"story_id": story.id})


def _invitation(invitation: EventInvitation) -> Item:
    campaign = invitation.campaign
    note = f"{campaign.city.name} · {date_range(campaign.starts_on, campaign.ends_on)}"
    return Item(str(campaign.title), note, "publicity.invitation", {"invitation_id": invitation.id})
