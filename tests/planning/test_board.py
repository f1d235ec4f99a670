"""Today's board: what an organiser has to know on a Monday morning, in few statements however many groups there are."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import Party
from exchange_app.bookings.waiting import join_list
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import day_in
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.trips.models import Place
from exchange_app.trips.rules import PlaceKind
from tests.bookings.group import CONTACT, hand_in
from tests.builders import make_departure, make_leader, make_package
from tests.planning.own import own_package
from tests.statements import counted_statements


def panel(page: str, anchor: str) -> str:
    return page.split(f'id="{anchor}"')[1].split("</section>")[0]


def arriving(organiser: User, days: int, **changes: object) -> Booking:
    """A confirmed group that arrives in so many days, at nine in the evening."""
    meets_at = (now() + timedelta(days=days)).replace(hour=13, minute=0, second=0, microsecond=0)
    departure = make_departure(
        own_package(organiser),
        starts_on=day_in("Asia/Shanghai", meets_at),
        meets_at=meets_at,
        opens_at=now() - timedelta(days=60),
        closes_at=now() + timedelta(seconds=1) if days == 0 else min(now() + timedelta(hours=1), meets_at),
        roster_due_at=meets_at,
        **changes,
    )
    return hand_in(departure, make_leader(), now=now())


def test_who_arrives_with_coach_and_phone(client: FlaskClient, organiser: User) -> None:
    with transaction():
        booking = arriving(organiser, 1)
        coach = Place(booking_id=booking.id, kind=PlaceKind.COACH, number=1, capacity=50)
        coach.label = "桂A·12345"
        db.session.add(coach)
        hand_in(make_departure(make_package(), now=now()), make_leader(), now=now())  # another organiser's
    page = client.get("/organiser/").text
    tomorrow = panel(page, "tomorrow") + panel(page, "today")
    assert booking.school.name["en"] in tomorrow
    assert "21:00" in tomorrow
    assert "桂A·12345" in tomorrow
    assert f"tel:{CONTACT.phone}" in tomorrow
    assert "24 pupils, 3 staff" in tomorrow


def test_what_waits_is_missing_or_in_trouble(client: FlaskClient, organiser: User) -> None:
    with transaction():
        asked = hand_in(make_departure(own_package(organiser, approvals=["host"]), now=now()), make_leader(), now=now())
        near = arriving(organiser, 2)
        short = make_departure(own_package(organiser, price_minor=100), now=now(), minimum=30)
        free = make_departure(own_package(organiser), now=now(), minimum=30)
        full = make_departure(own_package(organiser), now=now(), capacity=30)
        hand_in(full, make_leader(), now=now())
        join_list(full, Party(20, 3), CONTACT, form_token="w", by=make_leader(), now=now())
        letter = db.session.query(Letter).filter_by(subject_id=near.id, kind="booking_confirmed").one()
        letter.state = LetterState.FAILED
    page = client.get("/organiser/").text
    assert asked.school.name["en"] in panel(page, "decisions")
    assert f"/bookings/{near.code}" in panel(page, "rosters")
    assert "0 of 27 named" in panel(page, "rosters")
    assert "one letter was not delivered" in panel(page, "letters")
    assert f"/organiser/departures/{short.id}/bookings" in panel(page, "short")
    assert "Last day to call it off for it" in panel(page, "short")
    assert f"/organiser/departures/{free.id}/bookings" in panel(page, "short")
    assert "nobody pays" in panel(page, "short")
    assert f"/organiser/departures/{full.id}/waiting" in panel(page, "full")
    assert "one group waits · 23 persons · 3 seats left" in " ".join(panel(page, "full").split())


def test_more_groups_cost_no_more_statements(client: FlaskClient, organiser: User) -> None:
    def opened(groups: int) -> int:
        with transaction():
            for _ in range(groups):
                arriving(organiser, 1)
                hand_in(make_departure(own_package(organiser, approvals=["host"]), now=now()), make_leader(), now=now())
        with counted_statements() as sent:
            assert client.get("/organiser/").status_code == 200
        return len(sent)

    opened(1)
    assert opened(1) == opened(5) <= 24
