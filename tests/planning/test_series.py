"""Many departures at once: what is proposed, what is made, and that it is made once."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Package, Publication
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure, DepartureSlot, Pool, Slot
from exchange_app.departures.rules import DepartureState
from tests.bookings.group import hand_in
from tests.builders import make_leader
from tests.pages import form_of, send
from tests.planning.own import departure_on, own_package
from tests.statements import counted_statements

MONDAY = date(2030, 9, 2)
ASKED: dict[str, Any] = {
    "since": MONDAY,
    "until": MONDAY + timedelta(days=27),
    "weekdays": [1, 4],
    "rule": "any",
    "meets": "08:00",
    "meeting_point-en": "South gate",
    "opens_days": 60,
    "closes_days": 14,
    "roster_days": 7,
    "capacity": 60,
    "minimum": 20,
    "is_open": "y",
}


def series_of(package: Package, **asked: Any) -> str:
    return f"/organiser/packages/{package.id}/departures/series?{urlencode(ASKED | asked, doseq=True)}"


def plan(client: FlaskClient, address: str, days: list[date]) -> Any:
    fields = {**form_of(client.get(address).text, address), "day": [str(day) for day in days]}
    return client.post(address, data=fields, follow_redirects=True)


def test_all_are_made_open_and_with_their_slots_and_once(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser, days=2)
    address = series_of(package)
    page = client.get(address).text
    assert "8 dates" in page
    days = [MONDAY + timedelta(days=week * 7 + more) for week in range(4) for more in (0, 3)]
    fields = {**form_of(page, address), "day": [str(day) for day in days[1:]]}  # one is unticked
    for _ in range(2):
        answer = client.post(address, data=fields, follow_redirects=True)
        assert "The departures are planned. 7 departures." in answer.text
    made = db.session.query(Departure).order_by(Departure.starts_on).all()
    assert [departure.starts_on for departure in made] == days[1:]
    assert {departure.state for departure in made} == {DepartureState.OPEN}
    assert all(departure.pool.is_open for departure in made)
    assert db.session.query(DepartureSlot).count() == db.session.query(Slot).count() == 14
    assert db.session.query(Pool).count() == 14 + 7  # none is left over
    assert client.get(f"/departures/{made[0].id}").status_code == 200

    undo = answer.text.split("/organiser/planner/undo/")[1].split('"')[0]
    assert "It is undone." in send(client, answer.request.full_path, f"/organiser/planner/undo/{undo}").text
    assert db.session.query(Departure).count() == 0


def test_nothing_is_undone_once_a_group_has_come(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser)
    soon = {"since": now().date() + timedelta(days=30), "until": now().date() + timedelta(days=36)}
    address = series_of(package, weekdays=[1], **soon)
    day = next(
        soon["since"] + timedelta(days=n) for n in range(7) if (soon["since"] + timedelta(days=n)).weekday() == 0
    )
    answer = plan(client, address, [day])
    with transaction():
        hand_in(db.session.query(Departure).one(), make_leader(), now=now())
    undo = answer.text.split("/organiser/planner/undo/")[1].split('"')[0]
    assert (
        "Groups have registered meanwhile"
        in send(client, answer.request.full_path, f"/organiser/planner/undo/{undo}").text
    )
    assert db.session.query(Departure).count() == 1


def test_what_speaks_against_a_date_is_said_and_it_is_not_ticked(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser, slot_capacity=100)
        package.stops[0].menu_item.timetable = {"1": ["09:00"]}
        departure_on(package, MONDAY, is_open=False)
    page = client.get(series_of(package)).text
    dates = {piece[:10]: piece for piece in page.split('name="day" value="')[1:]}
    assert "Another departure of this package" in dates["2030-09-02"]
    assert "checked" not in dates["2030-09-02"].split(">")[0]
    assert "does not take place at 09:00" in dates["2030-09-05"]
    assert "disabled" in dates["2030-09-05"].split(">")[0]  # it could not be opened
    assert "checked" in dates["2030-09-09"].split(">")[0]
    assert "The public holidays of 2030 are not announced yet" in page


def test_holidays_are_left_out_if_asked(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser)
    asked = {"since": date(2026, 9, 28), "until": date(2026, 10, 11), "weekdays": [4, 5], "is_open": ""}
    for rule, adjusted, listed in (("no_holidays", "", 4), ("school_days", "y", 5)):
        page = client.get(series_of(package, **asked, rule=rule, **({"adjusted": "y"} if adjusted else {}))).text
        assert page.count('name="day"') == listed
        assert "Public holiday: National Day" in page
    assert "Adjusted workday" in page  # Saturday, 10 October 2026


def test_a_date_that_nobody_proposed_is_not_planned(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser)
    answer = plan(client, series_of(package), [date(2031, 1, 1)])
    assert answer.status_code == 422
    assert "Tick at least one date." in answer.text
    assert db.session.query(Departure).count() == 0


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            {"until": MONDAY + timedelta(days=600), "weekdays": [1, 2, 3, 4, 5]},
            "more dates than can be planned at once",
        ),
        ({"until": MONDAY - timedelta(days=1)}, "This lies before the first date"),
        ({"closes_days": 60}, "Registration must close after it opens"),
        ({"roster_days": 15}, "The roster cannot be due before registration closes"),
        ({"minimum": 61}, "cannot be larger than the number of seats"),
        ({"weekdays": []}, "Fill this in."),
    ],
)
def test_what_cannot_be_is_refused_and_kept(
    client: FlaskClient, organiser: User, asked: dict[str, Any], sentence: str
) -> None:
    with transaction():
        package = own_package(organiser)
    answer = client.get(series_of(package, **asked))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="South gate"' in answer.text


def test_two_hundred_are_made_in_few_statements_and_quickly(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser, days=3)
    address = series_of(package, until=MONDAY + timedelta(days=199), weekdays=range(1, 8))
    fields = {**form_of(client.get(address).text, address)}
    fields["day"] = [str(MONDAY + timedelta(days=later)) for later in range(200)]
    begun = time.perf_counter()
    with counted_statements() as sent:
        assert client.post(address, data=fields).status_code == 303
    asked = [statement for statement in sent if not statement.startswith("INSERT")]  # SQLite inserts row by row
    assert len(asked) <= 30
    assert time.perf_counter() - begun < 5
    assert db.session.query(Departure).count() == 200
    assert db.session.query(DepartureSlot).count() == 600
    assert db.session.query(Slot).count() == 202  # shared by the departures that stop there at the same time


def test_a_draft_packages_departures_are_drafts(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser, publication=Publication.DRAFT)
    plan(client, series_of(package, is_open=""), [MONDAY])
    assert db.session.query(Departure).one().state is DepartureState.DRAFT
    assert db.session.query(Slot).count() == 0
