"""Roll calls: merged by when entries were made, whatever clocks and connections did; counted once; closed to others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some
from werkzeug.test import TestResponse

from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import MenuItem, Stop
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.trips import roll
from exchange_app.trips.models import RollCall, RollEntry
from exchange_app.trips.queries import list_calls, map_tallies
from exchange_app.trips.rules import OLDEST_ENTRY, Presence, Tally, made_at
from tests.bookings.group import host_of
from tests.builders import both, make_leader
from tests.pages import Browser, send, sign_in
from tests.statements import counted_statements
from tests.trips.group import make_trip, pupils_of

LUNCH = datetime(2027, 3, 31, 4, 0, tzinfo=UTC)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


def make_called(pupils: int = 3, staff: int = 1) -> tuple[Booking, RollCall]:
    booking = make_trip(pupils=pupils, staff=staff)
    with transaction():
        roll.add_call(booking, "Ferry", LUNCH, form_token="ferry")
    return booking, list_calls([booking.id])[0]


def post(client: FlaskClient, booking: Booking, entries: Any, sent_at: datetime | str | None = None) -> TestResponse:
    token = client.get(f"/roll/{booking.code}/state").json["csrf_token"]  # type: ignore[index]
    body = {"sent_at": str(sent_at or now()), "entries": entries}
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    return client.post(f"/roll/{booking.code}/entries", json=body, headers=headers)


def entry(name: str, call: RollCall, person: Any, state: str, at: datetime) -> dict[str, Any]:
    return {"id": name, "call": call.id, "person": person.id, "state": state, "at": at.isoformat()}


def tally_of(call: RollCall) -> Tally:
    return map_tallies([call.id])[call.id]


MOMENTS = some.integers(0, 10_000_000).map(lambda minutes: LUNCH + timedelta(minutes=minutes))


@given(MOMENTS, some.timedeltas(timedelta(days=-900), timedelta(days=900)), some.timedeltas(timedelta(), OLDEST_ENTRY))
def test_a_clock_that_is_wrong_does_no_harm(received: datetime, wrong_by: timedelta, age: timedelta) -> None:
    sent = received + wrong_by
    assert made_at(sent - age, sent, received) == received - age
    assert made_at(sent + age, sent, received) == received  # set back in between: counts as made when it came
    assert made_at(sent - age - timedelta(days=400), sent, received) >= received - OLDEST_ENTRY


def test_of_each_person_what_was_made_last_counts_whenever_it_comes(client: FlaskClient) -> None:
    booking, call = make_called()
    sign_in(client, booking.leader)
    child = pupils_of(booking)[0]
    moment = now()
    post(client, booking, [entry("online", call, child, "present", moment - timedelta(minutes=5))], moment)
    hour_slow = moment - timedelta(hours=1)  # the clock of a phone that comes out of the tunnel later
    early, late = hour_slow - timedelta(minutes=9), hour_slow - timedelta(minutes=1)
    post(client, booking, [entry("tunnel 1", call, child, "missing", early)], hour_slow)
    assert tally_of(call).states == {child.id: Presence.PRESENT}
    answer = post(client, booking, [entry("tunnel 2", call, child, "missing", late)], hour_slow)
    assert answer.json["calls"][str(call.id)]["states"] == {str(child.id): "missing"}  # type: ignore[index]
    assert db.session.query(RollEntry).count() == 3  # nothing is ever written over


def test_what_is_sent_twice_counts_once(client: FlaskClient) -> None:
    booking, call = make_called()
    sign_in(client, booking.leader)
    child = pupils_of(booking)[0]
    first = entry("one", call, child, "missing", now())
    changed = entry("two", call, child, "present", now())
    heads = {"id": "three", "call": call.id, "count": 3, "at": now().isoformat()}
    for sent in ([first, changed, heads], [first, heads], [first]):  # the answer was lost on the way
        assert post(client, booking, sent).json["kept"] == [one["id"] for one in sent]  # type: ignore[index]
    assert db.session.query(RollEntry).count() == 3
    assert tally_of(call).states == {child.id: Presence.PRESENT}
    assert tally_of(call).head_count == 3


def test_entries_about_nobody_of_the_group_are_passed_over(client: FlaskClient) -> None:
    booking, call = make_called()
    other, other_call = make_called()
    sign_in(client, booking.leader)
    stranger, child = pupils_of(other)[0], pupils_of(booking)[0]
    sent = [
        entry("stranger", call, stranger, "missing", now()),
        entry("elsewhere", other_call, child, "missing", now()),
        entry("ours", call, child, "missing", now()),
    ]
    assert post(client, booking, sent).json["kept"] == ["stranger", "elsewhere", "ours"]  # type: ignore[index]
    assert [one.client_id for one in db.session.query(RollEntry)] == ["ours"]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "x",
        [{"id": "", "call": 1, "person": 1, "state": "present", "at": "2027-03-31T04:00:00Z"}],
        [{"id": "a", "call": 1, "person": 1, "state": "asleep", "at": "2027-03-31T04:00:00Z"}],
        [{"id": "a", "call": True, "person": 1, "state": "present", "at": "2027-03-31T04:00:00Z"}],
        [{"id": "a", "call": 1, "person": 10**30, "state": "present", "at": "2027-03-31T04:00:00Z"}],
        [{"id": "a", "call": 1, "person": 1, "state": "present", "at": "2027-03-31T04:00:00"}],
        [{"id": "a", "call": 1, "count": -1, "at": "2027-03-31T04:00:00Z"}],
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(client: FlaskClient, wrong: Any) -> None:
    booking, _ = make_called()
    sign_in(client, booking.leader)
    answer = post(client, booking, wrong)
    assert answer.status_code == 422
    assert answer.json["detail"] == "What the phone sent cannot be read."  # type: ignore[index]


def test_all_are_there_in_one_tap_after_as_many_heads_were_counted(client: FlaskClient) -> None:
    booking, call = make_called(pupils=3, staff=1)
    sign_in(client, booking.leader)
    page = f"/roll/{booking.code}/{call.id}"
    refused = send(client, page, head_count=3, everybody="1")
    assert refused.status_code == 422
    assert "3 were counted, and 4 are named: mark who is missing." in refused.text
    assert "Count heads first" in send(client, page, head_count="", everybody="1").text
    assert tally_of(call).states == {}
    assert send(client, page, head_count="４", everybody="1").status_code == 200
    tally = tally_of(call)
    assert (tally.present, tally.missing, tally.head_count) == (4, 0, 4)


def test_it_is_a_form_where_there_is_no_script(client: FlaskClient) -> None:
    booking, call = make_called(pupils=2, staff=1)
    sign_in(client, booking.leader)
    page = f"/roll/{booking.code}/{call.id}"
    here, away = pupils_of(booking)
    send(client, page, **{f"state-{here.id}": "present", f"state-{away.id}": "missing"})
    text = client.get(f"/roll/{booking.code}").text
    assert "1 of 3 there" in text
    assert "1 missing" in text
    send(client, page, **{f"state-{here.id}": "present", f"state-{away.id}": "present"})
    assert tally_of(call).missing == 0
    assert db.session.query(RollEntry).count() == 3  # the one that stayed as it was is no entry


def test_the_calls_of_the_itinerary_come_once(client: FlaskClient) -> None:
    booking = make_trip(pupils=2, staff=1)
    sign_in(client, booking.leader)
    for _ in range(2):
        send(client, f"/roll/{booking.code}", f"/roll/{booking.code}/itinerary")
    calls = list_calls([booking.id])
    assert [call.key.split(":")[0] for call in calls] == ["meeting", "stop"]
    assert calls[0].at == booking.departure.meets_at
    assert str(calls[0].title["zh_Hans"]) != str(calls[0].title["en"])


def test_a_group_sets_out_in_the_morning_to_other_places_and_home() -> None:
    def stop(day: int, name: str, base: int | None = None) -> Stop:
        item = MenuItem(base_id=base) if base else None
        return Stop(day=day, title=both(name), menu_item=item)

    stops = [
        *(stop(1, "museum", 1), stop(1, "lunch"), stop(1, "workshop", 1), stop(1, "paintings", 2), stop(1, "dinner")),
        *(stop(2, "breakfast"), stop(2, "paintings again", 2), stop(2, "farewell", 3), stop(2, "home")),
    ]
    names = [str(one.title["en"]) for one in roll.boardings(stops)]
    assert names == ["museum", "paintings", "breakfast", "farewell", "home"]


def test_one_of_the_own_goes_as_long_as_nobody_was_called(client: FlaskClient) -> None:
    booking, call = make_called()
    sign_in(client, booking.leader)
    listed = f"/roll/{booking.code}"
    page = send(client, listed, title="", at="2027-03-31T16:00")
    assert page.status_code == 422
    send(client, listed, title="Pier", at="2027-03-31T16:00")
    assert [str(one.title) for one in list_calls([booking.id])] == ["Ferry", "Pier"]
    post(client, booking, [entry("one", call, pupils_of(booking)[0], "present", now())])
    token = {"csrf_token": client.get(f"{listed}/state").json["csrf_token"]}  # type: ignore[index]
    client.post(f"{listed}/{call.id}/remove", data=token)
    client.post(f"{listed}/{list_calls([booking.id])[1].id}/remove", data=token)
    assert [str(one.title) for one in list_calls([booking.id])] == ["Ferry"]


def test_nobody_else_calls_the_roll(app: Flask, client: FlaskClient) -> None:
    booking, call = make_called()
    with transaction():
        stranger, host = make_leader(), host_of(booking)
    for user, status in ((stranger, 404), (host, 403)):
        visitor = Browser(app, app.response_class)
        sign_in(visitor, user)
        for path in ("", f"/{call.id}", "/state"):
            assert visitor.get(f"/roll/{booking.code}{path}").status_code == status
    data = {"Accept": "application/json"}
    assert client.get(f"/roll/{booking.code}/state", headers=data).status_code == 401
    other, _ = make_called()
    sign_in(client, other.leader)
    assert client.get(f"/roll/{other.code}/{call.id}").status_code == 404


def test_a_larger_group_costs_no_more_statements(client: FlaskClient) -> None:
    sent = []
    for size in (2, 40):
        booking, call = make_called(pupils=size, staff=4)
        sign_in(client, booking.leader)
        people = pupils_of(booking)
        entries = [entry(f"e{n}", call, one, "present", now()) for n, one in enumerate(people)]
        with counted_statements() as statements:
            post(client, booking, entries)
            client.get(f"/roll/{booking.code}")
            client.get(f"/roll/{booking.code}/{call.id}")
        sent.append(len(statements))
    assert sent[0] == sent[1]
