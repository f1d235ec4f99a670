"""A breach: who is affected, by what could be seen and what was kept then; who is told, and what is written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.retention.affected import list_affected
from exchange_app.retention.models import Breach
from exchange_app.retention.rules import Audience, Data, Measure
from exchange_app.rosters.disclosures import disclose
from exchange_app.rosters.models import Disclosure
from exchange_app.rosters.rules import Sheet
from tests.builders import NOW, make_leader, make_user
from tests.outbox.letters import letters
from tests.pages import Browser, send, sign_in
from tests.retention.group import make_trip, midnight, run

LATER = NOW + timedelta(hours=5)
NEW = "/administrator/breaches/new"
WORDS = "A laptop with lists was stolen <b>here</b>"


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def booking(app: Flask) -> Booking:
    return make_trip()


@pytest.fixture
def administrator(booking: Booking) -> User:
    with transaction():
        return make_user(booking.departure.package.organiser, Role.ADMINISTRATOR)


def browser(app: Flask, user: User) -> FlaskClient:
    visitor = Browser(app, app.response_class)
    sign_in(visitor, user)
    return visitor


def report(visitor: FlaskClient, **typed: str) -> TestResponse:
    """From the moment of booking to now, in Beijing time."""
    usual = {"words": WORDS, "began_at": "2027-03-01T09:00", "ended_at": "2027-03-01T15:00", "scope": "everything"}
    return send(visitor, NEW, **{**usual, **typed})


def breach() -> Breach:
    return db.session.scalars(select(Breach)).one()


@pytest.mark.parametrize(
    "scope",
    [
        lambda booking: {"scope": "everything"},
        lambda booking: {"scope": "departure", "departure_id": str(booking.departure_id)},
        lambda booking: {"scope": "group", "code": booking.code},
        lambda booking: {"scope": "account", "email": booking.leader.email},
    ],
)
def test_the_report_says_who_is_affected(app: Flask, booking: Booking, administrator: User, scope: object) -> None:
    other = make_trip()
    with transaction():
        disclose(booking, Sheet.PHONES, purpose="x", by=booking.leader, now=NOW + timedelta(hours=1))
        disclose(booking, Sheet.PHONES, purpose="x", by=booking.leader, now=NOW + timedelta(days=1))  # after it
    typed = scope(booking)  # type: ignore[operator]
    page = report(browser(app, administrator), **typed)
    assert page.status_code == 200
    groups = {group.booking.id: group for group in list_affected(breach())}
    assert set(groups) == ({booking.id, other.id} if typed["scope"] == "everything" else {booking.id})
    group = groups[booking.id]
    assert (group.children, list(group.kinds)) == (2, [Data.NAMES, Data.DOCUMENTS, Data.HEALTH])
    assert group.looked_at == (1 if typed["scope"] == "account" else None)
    assert "health notes" in page.text
    assert "覃" not in page.text


def test_what_had_been_deleted_by_then_is_in_nobodys_hands(app: Flask, booking: Booking, administrator: User) -> None:
    with transaction():
        booking.state = BookingState.DONE
    visitor = browser(app, administrator)
    gone = midnight(booking, 40)
    run(midnight(booking, 30))
    with time_machine.travel(gone, tick=False):
        visitor = browser(app, administrator)
        day = f"{midnight(booking, 35):%Y-%m-%d}"
        report(visitor, began_at=f"{day}T09:00", ended_at=f"{day}T10:00")
        (group,) = list_affected(breach())
        assert list(group.kinds) == [Data.NAMES]
        run(midnight(booking, 365))
        (group,) = list_affected(breach())
        assert (group.children, list(group.kinds)) == (3, [Data.NAMES])  # it was kept then


def test_the_letters_are_drafted_kept_sealed_and_can_be_changed(
    app: Flask, booking: Booking, administrator: User
) -> None:
    visitor = browser(app, administrator)
    report(visitor)
    found = breach()
    assert len(found.texts) == len(Audience) * 2
    address = f"/administrator/breaches/{found.id}/letters/guardians/en"
    page = visitor.get(address)
    for words in ("stolen &lt;b&gt;here&lt;/b&gt;", "numbers of identity documents", "Whom you can ask: [name"):
        assert words in page.text, words
    sent = send(visitor, address, words="We are sorry. Call 12345.")
    assert "We are sorry. Call 12345." in sent.text
    regulator = visitor.get(f"/administrator/breaches/{found.id}/letters/regulator/en").text
    assert "2 children of 1 groups" in regulator
    stored = "".join(
        str(bytes(value) if isinstance(value, memoryview) else value)
        for table in ("breaches", "breach_texts")
        for row in db.session.execute(text(f"SELECT * FROM {table}"))
        for value in row
    )
    assert "sorry" not in stored
    assert "stolen" not in stored
    assert visitor.get(address.replace("/en", "/xx")).status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"words": " "}, "Fill this in."),
        ({"scope": "account"}, "Fill this in."),
        ({"scope": "account", "email": "nobody@test.example"}, "no account with this e-mail address"),
        ({"scope": "group", "code": "ABCDEFGH"}, "no booking with this code"),
        ({"ended_at": "2027-03-01T08:00"}, "The end cannot lie before the beginning."),
        ({"ended_at": "2027-03-09T08:00"}, "This moment is still to come."),
    ],
)
def test_a_report_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    app: Flask, administrator: User, typed: dict[str, str], words: str
) -> None:
    page = report(browser(app, administrator), **typed)
    assert (page.status_code, words in page.text, "2027-03-01T09:00" in page.text) == (422, True, True)
    assert db.session.scalars(select(Breach)).all() == []


def test_a_report_sent_twice_is_one(app: Flask, administrator: User) -> None:
    visitor = browser(app, administrator)
    token = "same-token"
    for _ in range(2):
        report(visitor, form_token=token)
    assert breach().form_token == token


def test_guardians_are_listed_for_a_purpose_and_with_a_trace(app: Flask, booking: Booking, administrator: User) -> None:
    visitor = browser(app, administrator)
    report(visitor)
    page, action = f"/administrator/breaches/{breach().id}", f"/administrator/breaches/{breach().id}/guardians"
    refused = send(visitor, page, action, purpose=" ")
    assert (refused.status_code, "覃大甲" in refused.text) == (422, False)
    assert db.session.scalars(select(Disclosure)).all() == []
    listed = send(visitor, page, action, purpose="To call the families")
    for words in ("覃小甲", "覃大甲", "13900010001", "13911150001", "韦大乙"):
        assert words in listed.text
    assert "李老丙" not in listed.text
    looked = db.session.scalars(select(Disclosure)).one()
    assert (looked.booking_id, looked.purpose, looked.by_id) == (booking.id, "To call the families", administrator.id)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.BREACH_GUARDIANS_LISTED)).one()
    assert entry.facts["persons"] == 2


def test_leaders_hear_of_it_once_and_see_their_own_groups_alone(
    app: Flask, booking: Booking, administrator: User
) -> None:
    other = make_trip()
    with transaction():
        stranger = make_leader()
    visitor = browser(app, administrator)
    report(visitor)
    page = f"/administrator/breaches/{breach().id}"
    leader = browser(app, booking.leader)
    assert leader.get(f"/breaches/{breach().id}").status_code == 404  # nobody was told yet
    for _ in range(2):
        send(visitor, page, f"{page}/schools") if breach().at_of(Measure.SCHOOLS_TOLD) is None else None
    told = [letter for letter in letters() if letter.kind == "breach_reported"]
    assert {letter.subject_id for letter in told} == {booking.id, other.id}
    assert len(told) == 2
    seen = leader.get(f"/breaches/{breach().id}")
    assert (seen.status_code, booking.code[:4] in seen.text, other.code[:4] in seen.text) == (200, True, False)
    assert "Dear guardians," in seen.text
    assert browser(app, stranger).get(f"/breaches/{breach().id}").status_code == 404


def test_each_step_has_its_time_and_what_is_closed_stays_as_it_is(
    app: Flask, booking: Booking, administrator: User
) -> None:
    visitor = browser(app, administrator)
    report(visitor)
    page = f"/administrator/breaches/{breach().id}"
    early = send(visitor, page, f"{page}/closed")
    assert "once the breach is contained" in early.text
    for step in ("contained", "regulator_told", "guardians_told", "closed"):
        send(visitor, page, f"{page}/{step}")
    found = breach()
    assert {one.measure for one in found.taken} == set(Measure) - {Measure.SCHOOLS_TOLD}
    assert found.at_of(Measure.CONTAINED) == LATER
    letter = f"{page}/letters/guardians/en"
    assert "<textarea" not in visitor.get(letter).text
    steps = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.BREACH_STEP_TAKEN)).all()
    assert [entry.facts["measure"] for entry in steps] == ["contained", "regulator_told", "guardians_told", "closed"]
    run(LATER + timedelta(days=1097))
    assert db.session.scalars(select(Breach)).all() == []


@pytest.mark.parametrize("role", [Role.LEADER, Role.HEAD, Role.BUREAU, Role.ORGANISER])
def test_reports_are_for_administrators_alone(app: Flask, booking: Booking, administrator: User, role: Role) -> None:
    report(browser(app, administrator))
    with transaction():
        somebody = make_user(booking.departure.package.organiser, role)
    visitor = browser(app, somebody)
    for address in ("", "/new", f"/{breach().id}", f"/{breach().id}/letters/guardians/en"):
        assert visitor.get(f"/administrator/breaches{address}").status_code == 403
