"""The calendar of festivals and campaigns for feed readers and for calendar programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from icalendar import Event, vDuration

from exchange_app.bookings.calendar import Method, Words, new_calendar
from exchange_app.publicity.almanac import Occurrence
from exchange_app.publicity.links import CALENDAR_PATH, campaign_path
from exchange_app.publicity.models import Campaign
from exchange_app.web.atom import Entry
from exchange_app.web.labels import label

REFRESHED_EVERY = timedelta(hours=12)


def entry_of(campaign: Campaign, public_url: str) -> Entry:
    """In the reader's language."""
    return Entry(
        address=public_url + campaign_path(campaign.id),
        title=str(campaign.title),
        updated=campaign.changed_at,
        published=campaign.published_at,
        author=str(campaign.office.name),
        category=(campaign.plan.value, label(campaign.plan)),
        text=str(campaign.text),
    )


def calendar_file(
    name: str,
    campaigns: Iterable[Campaign],
    occurrences: Sequence[Occurrence],
    *,
    public_url: str,
    host: str,
    now: datetime,
) -> bytes:
    """As .ics (RFC 5545), whole days, in the reader's language."""
    calendar = new_calendar(Method.PUBLISH, [])
    calendar.add("name", Words(name))
    calendar.add("x-wr-calname", Words(name))
    calendar.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESHED_EVERY))
    for one in occurrences:
        uid = f"festival-{one.festival.id}-{one.starts_on}@{host}"
        event = _event(uid, str(one.festival.name), one.starts_on, one.ends_on, now)
        event.add("description", Words(str(one.festival.text)))
        event.add("url", public_url + CALENDAR_PATH)
        calendar.add_component(event)
    for campaign in campaigns:
        event = _event(f"campaign-{campaign.id}@{host}", str(campaign.title), campaign.starts_on, campaign.ends_on, now)
        event.add("description", Words(str(campaign.text)))
        event.add("location", Words(str(campaign.place)))
        event.add("url", public_url + campaign_path(campaign.id))
        event.add("sequence", int(campaign.changed_at.timestamp()))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(uid: str, title: str, first: date, last: date, now: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now)
    event.add("summary", Words(title))
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))  # RFC 5545: the first day that is not part of it
    return event
