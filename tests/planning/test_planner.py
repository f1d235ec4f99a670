"""The planner: what clashes, moving a departure, telling groups, undoing."""

from __future__ import annotations

from datetime import date, timedelta

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure, DepartureSlot, Slot
from exchange_app.departures.rules import day_in
from exchange_app.departures.slots import change_slot
from exchange_app.planning.models import PlanStep
from exchange_app.trips.models import Place
from exchange_app.trips.rules import PlaceKind
from tests.bookings.group import hand_in
from tests.builders import make_departure, make_leader, make_package
from tests.pages import form_of, send
from tests.planning.own import departure_on, own_package
from tests.statements import counted_statements


def in_days(count: int) -> date:
    return day_in("Asia/Shanghai", now()) + timedelta(days=count)


def planner_of(day: date, **more: object) -> str:
    return f"/organiser/planner?day={day}" + "".join(f"&{name}={value}" for name, value in more.items())


def move(client: FlaskClient, departure: Departure, day: date) -> TestResponse:
    """As by keyboard: choose the departure, choose a day, send."""
    address = planner_of(departure.starts_on, chosen=departure.id, view="week")
    fields = dict(form_of(client.get(address).text, "/organiser/planner/move"))
    return client.post("/organiser/planner/move", data=fields | {"day": str(day)}, follow_redirects=True)


def test_a_departure_without_groups_moves_with_its_dates_and_slots_and_back(
    client: FlaskClient, organiser: User
) -> None:
    with transaction():
        departure = departure_on(own_package(organiser), in_days(40))
    was = (departure.starts_on, departure.meets_at, departure.opens_at, departure.closes_at, departure.roster_due_at)
    answer = move(client, departure, in_days(42))
    assert "The departure is moved." in answer.text
    assert departure.starts_on == in_days(42)
    assert departure.meets_at - was[1] == departure.closes_at - was[3] == timedelta(days=2)
    assert departure.opens_at == was[2]  # its registration had opened, and stays open
    slot = db.session.query(Slot).join(DepartureSlot).filter_by(departure_id=departure.id).one()
    assert day_in("Asia/Shanghai", slot.starts_at) == in_days(42)

    step = db.session.query(PlanStep).one()
    answer = send(client, answer.request.full_path, f"/organiser/planner/undo/{step.id}")
    assert "It is undone." in answer.text
    assert was == (
        departure.starts_on,
        departure.meets_at,
        departure.opens_at,
        departure.closes_at,
        departure.roster_due_at,
    )


def test_the_same_form_moves_once_and_an_old_page_is_refused(client: FlaskClient, organiser: User) -> None:
    with transaction():
        departure = departure_on(own_package(organiser), in_days(40))
    page = client.get(planner_of(in_days(40), chosen=departure.id)).text
    fields = dict(form_of(page, "/organiser/planner/move")) | {"day": str(in_days(41))}
    for _ in range(2):
        assert "is moved" in client.post("/organiser/planner/move", data=fields, follow_redirects=True).text
    assert departure.starts_on == in_days(41)
    other = fields | {"form_token": "another", "day": str(in_days(45))}
    assert "nothing was moved" in client.post("/organiser/planner/move", data=other, follow_redirects=True).text
    assert departure.starts_on == in_days(41)
    assert db.session.query(PlanStep).count() == 1


def test_groups_are_told_on_a_page_of_its_own(client: FlaskClient, organiser: User) -> None:
    with transaction():
        departure = departure_on(own_package(organiser), in_days(40))
        hand_in(departure, make_leader(), now=now())
    answer = move(client, departure, in_days(42))
    assert answer.request.path == f"/organiser/departures/{departure.id}/edit"
    assert "One group will be told" in answer.text
    assert form_of(answer.text)["meets_at"] == f"{in_days(42)}T08:00"
    assert departure.starts_on == in_days(40)  # nothing is changed before that page is sent


def test_a_day_that_is_over_and_a_strangers_departure_are_refused(client: FlaskClient, organiser: User) -> None:
    with transaction():
        departure = departure_on(own_package(organiser), in_days(40))
        strangers = make_departure(make_package(), now=now())
    assert "Choose a day that is still to come." in move(client, departure, in_days(-1)).text
    fields = dict(form_of(client.get(planner_of(in_days(40))).text, "/organiser/planner/move"))
    stolen = fields | {"departure": str(strangers.id), "day": str(in_days(41))}
    assert client.post("/organiser/planner/move", data=stolen).status_code == 404


def test_somebody_elses_step_is_not_there_to_undo(client: FlaskClient, organiser: User) -> None:
    with transaction():
        departure = departure_on(own_package(organiser), in_days(40))
        step = PlanStep(form_token="x", by_id=make_leader().id, at=now(), what="move", facts={})
        db.session.add(step)
    page = client.get(planner_of(in_days(40), chosen=departure.id)).text
    token = form_of(page, "/organiser/planner/move")["csrf_token"]
    assert client.post(f"/organiser/planner/undo/{step.id}", data={"csrf_token": token}).status_code == 404


def test_what_clashes_is_said(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser, days=2, slot_capacity=100)
        first = departure_on(package, in_days(40), capacity=60)
        departure_on(package, in_days(41), capacity=60)
        other = own_package(organiser)
        closed = departure_on(other, in_days(40))
        for departure in (first, closed):
            place = Place(booking_id=hand_in(departure, make_leader(), now=now()).id, number=1, capacity=50)
            place.kind, place.label = PlaceKind.COACH, "桂A·12345"
            db.session.add(place)
        slot = db.session.query(Slot).join(DepartureSlot).filter_by(departure_id=closed.id).one()
        change_slot(slot, capacity=1000, is_open=False)
    page = client.get(planner_of(in_days(40), view="week")).text
    assert page.count("Another departure of this package") == 2
    assert "has 100 places for 120 seats." in page
    assert "at 09:00 is closed." in page
    assert page.count("Coach 桂A12345 also drives a group of") == 2


def test_a_day_without_the_slot_is_said_before_moving_there(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser)
        day = in_days(40)
        package.stops[0].menu_item.timetable = {str(day.isoweekday()): ["09:00"]}
        departure = departure_on(package, day)
    page = client.get(planner_of(day, chosen=departure.id)).text
    assert "does not take place at 09:00 that day." in page
    assert "no slot on" in move(client, departure, in_days(41) if day.weekday() < 6 else in_days(39)).text
    assert departure.starts_on == day


def test_a_fuller_month_costs_no_more_statements(client: FlaskClient, organiser: User) -> None:
    def opened(departures: int) -> int:
        with transaction():
            package = own_package(organiser, days=3)
            for later in range(departures):
                departure_on(package, in_days(40 + later))
        with counted_statements() as sent:
            assert client.get(planner_of(in_days(44))).status_code == 200
        return len(sent)

    assert opened(2) == opened(9) <= 16
