"""The calendar of festivals and campaigns: a month at a time, as a feed and for calendar programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext

from exchange_app.bookings.feeds import content_hash
from exchange_app.catalogue.forms import readable
from exchange_app.core.clock import now
from exchange_app.core.months import last_of_month, weeks_of
from exchange_app.core.settings import setting
from exchange_app.core.text import current_language
from exchange_app.departures.rules import day_in
from exchange_app.outbox.rendering import host_of_links
from exchange_app.partners.queries import list_cities
from exchange_app.publicity.almanac import list_occurrences
from exchange_app.publicity.feed import calendar_file, entry_of
from exchange_app.publicity.forms import CalendarForm
from exchange_app.publicity.queries import campaigns as queries
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.web.atom import Channel, write_feed
from exchange_app.web.formats import HOME_ZONE, site_name, weekdays
from exchange_app.web.policies import anyone

IN_THE_FEED = 50
BEHIND, AHEAD = timedelta(days=60), timedelta(days=400)
A_DAY = timedelta(days=1)


class Line(NamedTuple):
    """A festival or a campaign on its days; a festival leads nowhere."""

    title: str
    starts_on: date
    ends_on: date
    address: str | None
    city: str
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    is_of_month: bool
    is_today: bool
    lines: Sequence[Line]


@publicity.get("/events")
@anyone
def events() -> ResponseReturnValue:
    today = day_in(HOME_ZONE, now())
    form = CalendarForm()
    form.city.offer(list_cities())
    form.month.offer(today)
    asked = readable(form)
    first = (asked.get("month") or today).replace(day=1)
    last = last_of_month(first.year, first.month)
    lines = _lines(first, last, asked.get("city"))
    return render_template(
        "publicity/events.html",
        form=form,
        lines=lines,
        weeks=[[_day(day, first, today, lines) for day in week] for week in weeks_of(first)],
        weekdays=weekdays(),
        name=format_date(first, "y年M月" if current_language() == "zh_Hans" else "MMMM y"),
        before=_address(first - A_DAY),
        after=_address(last + A_DAY),
        city=asked.get("city"),
    )


def _lines(first: date, last: date, city: str | None) -> list[Line]:
    """In the order of time, festivals before what is put on at them."""
    festivals = [
        Line(
            str(one.festival.name),
            one.starts_on,
            one.ends_on,
            None,
            str(one.festival.city.name) if one.festival.city else "",
            str(one.festival.text),
        )
        for one in list_occurrences(queries.list_festivals(city), first, last)
    ]
    campaigns = [
        Line(
            str(one.title),
            one.starts_on,
            one.ends_on,
            url_for("publicity.campaign", campaign_id=one.id),
            str(one.city.name),
            str(one.place),
        )
        for one in queries.list_public(first, last, city)
    ]
    return sorted([*festivals, *campaigns], key=lambda line: line.starts_on)


def _day(day: date, first: date, today: date, lines: Sequence[Line]) -> Day:
    of_day = [line for line in lines if line.starts_on <= day <= line.ends_on]
    return Day(day, day.month == first.month, day == today, of_day)


def _address(day: date) -> str:
    return url_for("publicity.events", month=f"{day:%Y-%m}", city=request.args.get("city") or None)


@publicity.get("/events.atom")
@anyone
def events_feed() -> ResponseReturnValue:
    """The campaigns that were published last; of one city with ``?city=``."""
    public_url, city = setting("PUBLIC_URL"), request.args.get("city") or None
    entries = [entry_of(one, public_url) for one in queries.list_latest(city, IN_THE_FEED)]
    asked, page = (url_for(f"publicity.{name}", city=city) for name in ("events_feed", "events"))
    title = gettext("%(site)s: festivals and campaigns", site=site_name())
    channel = Channel(title, public_url + asked, public_url + page)
    answer = Response(write_feed(channel, entries, now()), content_type="application/atom+xml; charset=utf-8")
    answer.add_etag()
    return answer.make_conditional(request)


@publicity.get("/events.ics")
@anyone
def events_calendar() -> ResponseReturnValue:
    """What was and what comes, within a year; of one city with ``?city=``."""
    moment, city = now(), request.args.get("city")
    today = day_in(HOME_ZONE, moment)
    first, last = today - BEHIND, today + AHEAD
    occurrences = list_occurrences(queries.list_festivals(city), first, last)
    file = calendar_file(
        gettext("%(site)s: festivals and campaigns", site=site_name()),
        queries.list_public(first, last, city),
        occurrences,
        public_url=setting("PUBLIC_URL"),
        host=host_of_links(),
        now=moment,
    )
    answer = Response(file, content_type="text/calendar; charset=utf-8")
    answer.set_etag(content_hash(file), weak=True)
    return answer.make_conditional(request)
