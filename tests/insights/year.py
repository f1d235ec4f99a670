"""What two cities, here and there, did in 2027, small enough to be counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from exchange_app.accounts.models import User
from exchange_app.bookings import service as bookings
from exchange_app.bookings import waiting
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import Party
from exchange_app.catalogue.models import Approver, Base, Publication
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause
from exchange_app.departures.service import close_registrations
from exchange_app.partners.models import City, County, Plan
from exchange_app.publicity.models import Campaign, MediaMention, ReachDay, Story
from exchange_app.publicity.rules import StoryState
from exchange_app.trips.models import Reply
from exchange_app.trips.rules import Question
from tests.bookings.group import CONTACT, hand_in
from tests.builders import both, make_departure, make_organisation, make_package, make_user
from tests.coordination.conftest import Region, Town
from tests.coordination.town import make_exchange
from tests.visits.delegations import carry_out

AT = datetime(2027, 11, 1, 2, tzinfo=UTC)  # departures are a month later
BEFORE = datetime(2026, 11, 1, 2, tzinfo=UTC)
OVER = datetime(2028, 1, 20, tzinfo=UTC)
TODAY = date(2028, 2, 1)


@dataclass(frozen=True)
class Year:
    """Two leaders of schools here, one of a school there; ``base`` is there, in the county of ``there_county``."""

    region: Region
    one: User
    two: User
    guest: User
    base: Base
    home_base: Base
    here_county: County
    there_county: County
    bookings: list[Booking]


def make_county(city: City, name: str) -> County:
    county = County(city_id=city.id, code=f"{city.id:06}", name=both(name))
    db.session.add(county)
    db.session.flush()
    return county


def make_date(host: Town, starts_on: date, *, now: datetime = AT, base: Base | None = None, **of: object) -> Departure:
    """Of a package of its own; all of them stop at the same base, if one is named."""
    capacity = of.pop("capacity", 60)
    package = make_package(host_city=host.city, organiser=host.office, **of)
    if base is not None:
        package.stops[0].menu_item.base = base
    meets_at = datetime.combine(starts_on, datetime.min.time(), host.city.zone) + timedelta(hours=9)
    return make_departure(package, now=now, starts_on=starts_on, meets_at=meets_at, capacity=capacity)


def finish(now: datetime = OVER) -> None:
    while close_registrations(now):
        pass
    while bookings.finish_departures(now):
        pass


def live_through(region: Region) -> Year:
    """With a transaction of its own.

    | departure          | host  | days | seats | groups                                                     |
    |--------------------|-------|------|-------|------------------------------------------------------------|
    | 1–3 December       | there | 3    | 60    | one: 20 + 2, two: 30 + 3 (both exchanges); guest: none     |
    | 10 December        | here  | 1    | 60    | guest: 40 + 4, without an exchange                         |
    | 15–16 December     | there | 2    | 25    | two: 22 + 3 after another gave way; one waits in vain      |
    | 20 December        | there | 1    | 60    | guest, within the city: 10 + 2                             |
    | 22 December        | there | 1    | 60    | called off for the weather                                 |
    | 1–2 December 2026  | there | 2    | 60    | one: 14 + 2                                                |
    """
    a, b = region.here, region.there
    with transaction():
        here_county, there_county = make_county(a.city, "Wuming"), make_county(b.city, "Ningming")
        one = make_user(make_organisation(a.city, county_id=here_county.id), Role.LEADER)
        two = make_user(make_organisation(a.city), Role.LEADER)
        guest = make_user(make_organisation(b.city), Role.LEADER)

        first = make_date(b, date(2027, 12, 1), days=3)
        base = first.package.stops[0].menu_item.base
        base.county = there_county
        came = [
            hand_in(first, one, pupils=20, staff=2, now=AT),
            hand_in(first, two, pupils=30, staff=3, now=AT),
        ]
        make_exchange(region.agreement, came[0], AT)
        gone = hand_in(first, guest, pupils=3, staff=1, now=AT)
        bookings.cancel_booking(gone, reason="Measles", by=guest, now=AT)

        second = make_date(a, date(2027, 12, 10), plan=Plan.TOURISM)
        came.append(hand_in(second, guest, pupils=40, staff=4, now=AT))

        third = make_date(b, date(2027, 12, 15), days=2, capacity=25)
        given_up = hand_in(third, one, pupils=22, staff=3, now=AT)
        lucky, _unlucky = (
            waiting.join_list(third, Party(22, 3), CONTACT, form_token=f"wait-{leader.id}", by=leader, now=AT)
            for leader in (two, one)
        )
        bookings.cancel_booking(given_up, reason="Measles", by=one, now=AT)
        while waiting.offer_seats(AT):
            pass
        waiting.accept_offer(lucky, by=two, now=AT)
        came.append(lucky)

        fourth = make_date(b, date(2027, 12, 20), base=base)
        came.append(hand_in(fourth, guest, pupils=10, staff=2, now=AT))
        undecided = make_date(b, date(2027, 12, 21), approvals=[Approver.HOST])
        hand_in(undecided, guest, pupils=10, staff=2, now=AT)  # nobody says anything: it is declined
        off = make_date(b, date(2027, 12, 22))
        hand_in(off, two, pupils=10, staff=2, now=AT)
        bookings.call_off_departure(off, cause=Cause.WEATHER, reason=both("Typhoon"), by=b.organiser, now=AT)

        old = make_date(b, date(2026, 12, 1), now=BEFORE, days=2)
        hand_in(old, one, pupils=14, staff=2, now=BEFORE)

        carry_out(region.agreement, a, b, AT, title="Courts", came=12)
        carry_out(region.agreement, b, a, AT, title="Doors", came=5)
        finish()
        tell(region, first)
        _reply(came[0])
        home_base = second.package.stops[0].menu_item.base
    return Year(region, one, two, guest, base, home_base, here_county, there_county, came)


def tell(region: Region, departure: Departure) -> None:
    """A story of there about a departure, a campaign of here, a report there; each read on a day of the year and on
    one before it."""
    a, b = region.here, region.there
    story = Story(
        departure_id=departure.id,
        office_id=b.office.id,
        city_id=b.city.id,
        author_id=b.organiser.id,
        title=both("Four days"),
        text=both("We saw."),
        state=StoryState.PUBLISHED,
        changed_at=OVER,
        published_at=datetime(2027, 12, 31, 15, 59, tzinfo=UTC),  # a minute before midnight
        checked_by_id=b.coordinator.id,
    )
    campaign = Campaign(
        office_id=a.office.id,
        city_id=a.city.id,
        plan=Plan.YOUTH,
        title=both("Songs"),
        text=both("Songs"),
        place=both("Square"),
        starts_on=date(2027, 4, 8),
        ends_on=date(2027, 4, 9),
        publication=Publication.PUBLISHED,
        published_at=AT,
        changed_at=AT,
        changed_by_id=a.coordinator.id,
    )
    db.session.add_all([story, campaign])
    db.session.flush()
    for day, views in ((date(2027, 12, 31), 7), (date(2028, 1, 1), 100)):
        db.session.add(ReachDay(story_id=story.id, day=day, views=views))
        db.session.add(ReachDay(campaign_id=campaign.id, day=day, views=views + 1))
    for day in (date(2027, 5, 1), date(2026, 5, 1)):
        db.session.add(
            MediaMention(
                city_id=b.city.id,
                agreement_id=region.agreement.id,
                title=both("Seen"),
                medium="Daily",
                on=day,
                address="https://news.example/1",
                added_by_id=b.coordinator.id,
            )
        )


def _reply(booking: Booking) -> None:
    """Five say how they liked it, four of them whether they learned something."""
    for number, mark in enumerate((5, 5, 4, 4, 3)):
        marks = {Question.WHOLE.value: mark} | ({Question.LEARNED.value: 5} if number else {})
        row = Reply(booking_id=booking.id, form_token=f"r{number}", on=date(2027, 12, 4), marks=marks)
        db.session.add(row)
