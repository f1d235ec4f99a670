"""Emergency sheets: masked; in full only for a purpose, with a trace. Incidents: who is told and what they may read."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter
from exchange_app.outbox.reading import read_letter
from exchange_app.partners.models import OrganisationKind
from exchange_app.rosters.masking import mask_phone
from exchange_app.rosters.models import Disclosure
from exchange_app.rosters.rules import Sheet
from exchange_app.trips.models import Incident
from tests.bookings.group import host_of
from tests.builders import make_leader, make_organisation, make_user
from tests.outbox.letters import letters
from tests.pages import Browser, send, sign_in
from tests.statements import counted_statements
from tests.trips.group import make_trip, pupils_of

HEALTH_ASKED = [{"field": "health_note", "reason": {"en": "So that carers know"}}]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


def as_user(app: Flask, user: User) -> FlaskClient:
    visitor = Browser(app, app.response_class)
    sign_in(visitor, user)
    return visitor


def sheet_of(booking: Booking) -> str:
    return f"/bookings/{booking.code}/emergency"


def test_phones_are_masked_until_somebody_says_what_for(client: FlaskClient) -> None:
    booking = make_trip()
    sign_in(client, booking.leader)
    phone = pupils_of(booking)[0].guardian_phone
    page = client.get(sheet_of(booking))
    assert phone not in page.text
    assert mask_phone(phone) in page.text
    assert "Police 110 · Ambulance 120 · Fire 119" in page.text
    refused = send(client, sheet_of(booking), purpose=" ")
    assert refused.status_code == 422
    assert phone not in refused.text
    assert db.session.query(Disclosure).count() == 0
    shown = send(client, sheet_of(booking), purpose="To take along")
    assert phone in shown.text
    assert pupils_of(booking)[0].second_phone in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    later = client.get(sheet_of(booking)).text
    assert phone not in later
    assert "To take along" in later
    (kept,) = db.session.query(Disclosure)
    assert (kept.by_id, kept.sheet) == (booking.leader_id, Sheet.PHONES)
    assert b"take along" not in kept.purpose_sealed


@pytest.mark.parametrize("is_asked", [True, False])
def test_health_notes_are_shown_only_where_they_are_wanted_and_asked_for(client: FlaskClient, is_asked: bool) -> None:
    booking = make_trip(asks=HEALTH_ASKED if is_asked else None)
    with transaction():
        pupils_of(booking)[0].health_note = "Asthma"
    sign_in(client, booking.leader)
    assert "Asthma" not in send(client, sheet_of(booking), purpose="To take along").text
    shown = send(client, sheet_of(booking), purpose="To take along", with_health="y")
    assert ("Asthma" in shown.text) is is_asked
    assert db.session.query(Disclosure.sheet).order_by(Disclosure.id.desc()).limit(1).scalar() == (
        Sheet.HEALTH if is_asked else Sheet.PHONES
    )


def test_the_host_writes_the_numbers_and_sees_no_sheet(app: Flask, client: FlaskClient) -> None:
    booking, other = make_trip(), make_trip()
    with transaction():
        host, stranger, other_host = host_of(booking), make_leader(), host_of(other)
    notes = f"/organiser/departures/{booking.departure_id}/trip/notes"
    office = as_user(app, host)
    assert "Police 110" in office.get(notes).text
    send(office, notes, **{"emergency-en": "County hospital 0771-5551234"})
    sign_in(client, booking.leader)
    assert "County hospital 0771-5551234" in client.get(sheet_of(booking)).text
    assert office.get(sheet_of(booking)).status_code == 403
    assert as_user(app, stranger).get(sheet_of(booking)).status_code == 404
    assert as_user(app, other_host).get(notes).status_code == 404


def report(client: FlaskClient, booking: Booking, **typed: object) -> TestResponse:
    fields = {"place": "At the pier", "words": "A pupil slipped; treated at once.", "concerned": 1}
    return send(client, f"/bookings/{booking.code}/incidents/new", **{**fields, **typed})


def test_an_incident_is_told_to_those_who_have_to_know_without_names(app: Flask, client: FlaskClient) -> None:
    booking, other = make_trip(), make_trip()
    child = pupils_of(booking)[0]
    with transaction():
        bureau = make_organisation(booking.school.city, OrganisationKind.OFFICE)
        readers = [
            make_user(booking.school, Role.HEAD, email="head@test.example"),
            make_user(booking.departure.package.organiser, Role.ORGANISER, email="host@test.example"),
            make_user(bureau, Role.BUREAU, email="bureau@test.example"),
        ]
        strangers = [make_leader(), make_user(make_leader().organisation, Role.HEAD), host_of(other)]
    sign_in(client, booking.leader)
    report(client, booking, people=child.id, concerned=0)
    (incident,) = db.session.query(Incident)
    assert (incident.concerned, incident.names) == (1, child.name)
    sealed = incident.words_sealed + incident.place_sealed + incident.names_sealed
    assert b"slipped" not in sealed
    assert child.name.encode() not in sealed
    told = [letter for letter in letters() if letter.kind == "incident_reported"]
    assert sorted(letter.address for letter in told) == [f"{who}@test.example" for who in ("bureau", "head", "host")]
    for letter in told:
        read = read_letter(letter, now())
        assert f"/incidents/{incident.id}" in read.text
        for secret in (child.name, "slipped", "pier"):
            assert secret not in read.subject + read.text + read.html + str(letter.facts)
    page = f"/incidents/{incident.id}"
    for reader, sees_names in zip([booking.leader, *readers], (True, True, False, False), strict=True):
        shown = as_user(app, reader).get(page)
        assert "A pupil slipped" in shown.text
        assert (child.name in shown.text) is sees_names, reader.role
    for stranger in strangers:
        assert as_user(app, stranger).get(page).status_code == 404
    assert "At the pier" not in as_user(app, strangers[2]).get("/organiser/incidents").text
    assert page in as_user(app, readers[1]).get("/organiser/incidents").text


def test_the_same_report_twice_is_one_and_bad_input_keeps_what_was_typed(client: FlaskClient) -> None:
    booking = make_trip()
    with transaction():
        make_user(booking.school, Role.HEAD)
    sign_in(client, booking.leader)
    tomorrow = (now() + timedelta(days=1, hours=8)).strftime("%Y-%m-%dT%H:%M")
    page = report(client, booking, happened_at=tomorrow, concerned="two")
    assert page.status_code == 422
    assert "A pupil slipped; treated at once." in page.text
    assert "This moment is still to come." in report(client, booking, happened_at=tomorrow).text
    assert db.session.query(Incident).count() == 0
    for _ in range(2):
        report(client, booking, form_token="the same")
    assert db.session.query(Incident).count() == 1
    assert len(db.session.scalars(select(Letter).where(Letter.kind == "incident_reported")).all()) == 1


def test_nothing_about_children_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    booking = make_trip()
    sign_in(client, booking.leader)
    child = pupils_of(booking)[0]
    with caplog.at_level(logging.DEBUG):
        report(client, booking, people=child.id)
        send(client, sheet_of(booking), purpose="To take along")
    assert child.name not in caplog.text
    assert child.guardian_phone not in caplog.text
    assert "slipped" not in caplog.text


def test_a_larger_group_costs_no_more_statements(client: FlaskClient) -> None:
    sent = []
    for size in (2, 40):
        booking = make_trip(pupils=size, staff=4)
        sign_in(client, booking.leader)
        with counted_statements() as statements:
            send(client, sheet_of(booking), purpose="To take along")
            report(client, booking, people=pupils_of(booking)[0].id)
        sent.append(len(statements))
    assert sent[0] == sent[1]
