"""The chair goes round among three cities, passes over one that left, and the next day is a working day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.months import months_after
from exchange_app.core.transaction import transaction
from exchange_app.helpdesk.working_days import is_working_day
from exchange_app.meetings.rules import Rhythm, next_chair, next_day
from exchange_app.meetings.service import planning
from exchange_app.outbox.models import Letter
from exchange_app.partners.agreements import add_party, move_party, remove_party
from tests.meetings.conftest import Circle
from tests.meetings.hall import hold, make_meeting
from tests.outbox.letters import letters

A_DAY = timedelta(days=1)


def next_city(circle: Circle, at: datetime) -> int:
    with transaction():
        return planning.propose_meeting(circle.agreement, at).chair.id


def test_the_chair_rotates_among_three_cities_and_passes_over_one_that_left(circle: Circle) -> None:
    people = {town.city.id: town.coordinator for town in (circle.a, circle.b, circle.c)}
    at, chaired = now() - timedelta(days=40), []
    for turn in range(4):
        chaired.append(next_city(circle, at))
        with transaction():
            chair = people[chaired[-1]]
            others = [user for user in people.values() if user is not chair]
            hold(circle.agreement, chair, others, at + timedelta(days=turn))
    a, b, c = people
    assert chaired == [a, b, c, a]
    with transaction():
        remove_party(circle.agreement, b, None, by_id=people[a].id, now=now())
    assert next_city(circle, now()) == c
    with transaction():  # it comes back at the end, and does not push in
        add_party(circle.agreement, circle.b.city, None, by_id=people[a].id, now=now())
    assert next_city(circle, now()) == c
    with transaction():
        hold(circle.agreement, people[c], [people[a], people[b]], now() - timedelta(hours=5))
    assert next_city(circle, now()) == b


def test_the_chair_itself_may_leave_and_a_cancelled_meeting_takes_nobodys_turn(circle: Circle) -> None:
    by = circle.b.coordinator
    with transaction():
        hold(circle.agreement, by, [circle.a.coordinator, circle.c.coordinator], now() - timedelta(days=3))
        remove_party(circle.agreement, circle.b.city.id, None, by_id=by.id, now=now())
    assert next_city(circle, now()) == circle.c.city.id
    with transaction():
        cancelled = make_meeting(circle.agreement, circle.c.coordinator, now() + timedelta(days=30), now())
        planning.cancel_meeting(cancelled, "Flood", by=circle.c.coordinator, now=now())
    assert next_city(circle, now()) == circle.c.city.id
    with transaction():  # the order is now c, (b), a
        move_party(circle.agreement, circle.c.city.id)
    assert next_city(circle, now()) == circle.a.city.id


def test_the_next_day_keeps_notice_and_the_calendar() -> None:
    assert next_chair([], None) is None
    assert [next_chair([2, 5, 9], last) for last in (None, 2, 4, 9)] == [2, 5, 5, 2]
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    on = next_day(date(2026, 4, 1), 6, date(2026, 5, 1), is_working_day)
    assert on == date(2026, 10, 8)  # the first days of October are a holiday
    assert next_day(date(2025, 1, 10), 6, date(2026, 11, 2), is_working_day) == date(2026, 11, 16)


def test_the_city_whose_turn_it_is_is_asked_once(circle: Circle) -> None:
    at = now()
    with transaction():
        planning.set_rhythm(circle.agreement, Rhythm(6, datetime(2026, 1, 1, 9, 30).time(), 60))  # noqa: DTZ001
    for days in (0, 0, 3):
        with transaction():
            planning.remind_of_meetings(at + days * A_DAY)
    wanted = [letter for letter in letters() if letter.kind == "meeting_wanted"]
    assert [letter.reader_id for letter in wanted] == [circle.a.coordinator.id]
    with transaction():
        make_meeting(circle.agreement, circle.a.coordinator, at + 20 * A_DAY, at)
        planning.remind_of_meetings(at)
    assert db.session.query(Letter).filter_by(kind="meeting_wanted").count() == 1
