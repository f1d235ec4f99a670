"""A guardian sees what is kept, takes it along and has it deleted, and nobody else; so does whoever has an account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from exchange_app.accounts import service as accounts
from exchange_app.accounts.models import SignIn, User
from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.consents.models import ConsentAnswer, DeletionRequest
from exchange_app.consents.queries import find_answer, list_children
from exchange_app.consents.rules import ConsentState
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.rosters.models import Disclosure, Participant
from exchange_app.rosters.queries import list_participants
from exchange_app.trips.models import Incident
from tests.builders import NOW, make_leader, make_organisation, make_user
from tests.consents.group import make_link
from tests.outbox.letters import letters
from tests.pages import Browser, form_of, send, sign_in, speak
from tests.retention.group import (
    INCIDENT,
    LOOKED,
    everything_kept,
    left_of,
    live_through,
    make_trip,
    midnight,
)

NUMBER, PHONE = "459900201303150017", "13900010001"
ANOTHERS = ("韦小乙", "韦大乙", "EK0099887", "13900010002", "李老丙", "高血压用药")


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        yield


@pytest.fixture
def booking(app: Flask) -> Booking:
    return make_trip()


@pytest.fixture
def child(booking: Booking) -> Participant:
    return list_children(booking.id)[0]


def browser(app: Flask, user: User | None = None) -> FlaskClient:
    visitor = Browser(app, app.response_class)
    if user is None:
        speak(visitor, "en")
    else:
        sign_in(visitor, user)
    return visitor


def press(visitor: FlaskClient, address: str) -> TestResponse:
    """The button of a page that was opened before."""
    token = form_of(visitor.get("/check").text)["csrf_token"]
    return visitor.post(address, data={"csrf_token": token}, follow_redirects=True)


def entries(what: What) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.what == what)))


def people(booking: Booking) -> list[str]:
    return [person.name for person in list_participants(booking.id)]


# ------------------------------------------------------------------------------------------------------ by the link


def test_a_guardian_sees_everything_about_the_child_and_nothing_about_another(app: Flask, booking: Booking) -> None:
    live_through(booking)
    child = list_children(booking.id)[0]
    with transaction():
        booking.state = "confirmed"
    page = browser(app).get(f"/c/{make_link(booking, child)}/data").text
    for words in (
        "覃小甲", "覃大甲", "五年级乙班", "2013-03-15", "****0017", "花生过敏严重", "不吃香菜", "Room of the two",
        "Own call of Wei", INCIDENT, LOOKED, "School leader", "One wish to be together", "By link, by 覃大甲",
    ):  # fmt: skip
        assert words in page, words
    for words in (
        "until 30 days after the visit",
        "until one year after it",
        "until 3 years after the visit, as proof",
    ):
        assert words in page, words
    for secret in (NUMBER, PHONE, PHONE[-4:] + "<", *ANOTHERS):
        assert secret not in page, secret


def test_the_number_is_shown_only_to_whoever_knows_the_guardians_phone(
    app: Flask, booking: Booking, child: Participant
) -> None:
    address = f"/c/{make_link(booking, child)}/data"
    visitor = browser(app)
    masked = send(visitor, address, f"{address}/download")
    assert (masked.json["values"]["document_number"]["value"], masked.mimetype) == ("****0017", "application/json")
    assert PHONE not in masked.text
    for wrong in ("0002", "12", "００００", ""):
        refused = send(visitor, address, address, digits=wrong)
        assert (refused.status_code, NUMBER in refused.text) == (422, False)
    for _ in range(3):
        refused = send(visitor, address, address, digits="0002")
    assert refused.status_code == 429
    assert len(entries(What.DATA_HANDED_OVER)) == 1


def test_with_the_right_digits_it_is_shown_or_taken_along_in_full(
    app: Flask, booking: Booking, child: Participant
) -> None:
    address = f"/c/{make_link(booking, child)}/data"
    shown = send(browser(app), address, address, digits="０００１")
    assert (shown.status_code, NUMBER in shown.text, PHONE in shown.text) == (200, True, True)
    file = send(browser(app), address, address, digits="0001", download="1")
    data = json.loads(file.data)
    assert (data["values"]["document_number"]["value"], data["values"]["name"]["value"]) == (NUMBER, "覃小甲")
    assert (
        data["values"]["document_number"]["kept_until"] == (booking.departure.ends_on + timedelta(days=30)).isoformat()
    )
    assert not any(another in file.text for another in ANOTHERS)
    assert [entry.facts["in_full"] for entry in entries(What.DATA_HANDED_OVER)] == [True, True]


@pytest.mark.parametrize("action", ["", "/download", "/deletion"])
def test_a_link_that_is_over_replaced_or_guessed_opens_nothing(
    app: Flask, booking: Booking, child: Participant, action: str
) -> None:
    old = make_link(booking, child)
    new = make_link(booking, child)
    visitor = browser(app)

    def ask(token: str) -> TestResponse:
        address = f"/c/{token}/data{action}"
        return press(visitor, address) if action else visitor.get(address)

    answers = [ask(old), ask("x" * 43)]
    with time_machine.travel(midnight(booking, 366), tick=False):
        answers.append(ask(new))
    assert [answer.status_code for answer in answers] == [410, 404, 410]
    assert not any("覃" in answer.text for answer in answers)
    assert db.session.scalars(select(DeletionRequest)).all() == []


def test_a_guardian_asks_for_deletion_and_the_leader_carries_it_out(app: Flask, booking: Booking) -> None:
    live_through(booking)
    child = list_children(booking.id)[0]
    uid = child.uid
    with transaction():
        booking.state = "confirmed"
    address = f"/c/{make_link(booking, child)}/data"
    for _ in range(2):  # a form sent twice is one request
        answer = press(browser(app), f"{address}/deletion")
        assert "You asked on" in answer.text
    assert len(db.session.scalars(select(DeletionRequest)).all()) == 1
    answer_kept = find_answer(booking, child)
    assert answer_kept is not None
    assert answer_kept.state is ConsentState.WITHDRAWN
    assert [letter.kind for letter in letters() if letter.kind == "deletion_asked"] == ["deletion_asked"]
    leader = browser(app, booking.leader)
    assert "One guardian asks for a child" in leader.get(f"/bookings/{booking.code}/consents/summary").text
    board = f"/bookings/{booking.code}/consents"
    delete = f"/bookings/{booking.code}/roster/{child.id}/deletion"
    done = send(leader, board, delete)
    assert "The data are deleted" in done.text
    assert "覃小甲" not in people(booking)
    again = db.session.get_one(Booking, booking.id)
    assert (again.pupils, again.named) == (2, 2)  # the seat went back
    incident = db.session.scalars(select(Incident)).one()
    assert (incident.names, incident.words) == (None, INCIDENT)
    assert left_of((NUMBER, PHONE, "花生过敏严重", "不吃香菜")) == []
    assert "One guardian asks" not in leader.get(board).text
    page = browser(app).get(address)
    assert (page.status_code, "was deleted on" in page.text, "as proof until" in page.text) == (200, True, True)
    assert db.session.scalars(select(ConsentAnswer).where(ConsentAnswer.person_uid == uid)).one().withdrawn_at
    assert len(entries(What.DELETION_ASKED)) == len(entries(What.DATA_ERASED)) == 1


def test_a_closed_roster_does_not_keep_a_child_whose_family_wants_it_deleted(
    app: Flask, booking: Booking, child: Participant
) -> None:
    with time_machine.travel(booking.departure.roster_due_at + timedelta(hours=30), tick=False):
        leader = browser(app, booking.leader)
        address = f"/bookings/{booking.code}/roster/{child.id}"
        send(leader, f"{address}/data", f"{address}/deletion")
    again = db.session.get_one(Booking, booking.id)
    assert (again.pupils, again.named) == (3, 2)
    assert "覃小甲" not in people(booking)


def test_after_the_visit_nobody_has_to_decide_and_the_figures_stay(app: Flask, booking: Booking) -> None:
    live_through(booking)
    child = list_children(booking.id)[0]
    with transaction():
        booking.state = "confirmed"
    address = f"/c/{make_link(booking, child)}/data"
    with time_machine.travel(midnight(booking, 2), tick=False):
        page = press(browser(app), f"{address}/deletion").text
        assert "The data are deleted" in page
        again = press(browser(app), f"{address}/deletion")
        assert (again.status_code, "The data are deleted" in again.text) == (200, True)
    assert "覃小甲" not in people(booking)
    figures = db.session.get_one(Booking, booking.id)
    assert (figures.pupils, figures.staff, figures.named) == (3, 1, 3)
    assert not any(letter.kind == "deletion_asked" for letter in letters())


# ------------------------------------------------------------------------------------------------------ by the school


def test_a_leader_hands_over_what_is_kept_and_the_family_sees_it(
    app: Flask, booking: Booking, child: Participant
) -> None:
    leader = browser(app, booking.leader)
    address = f"/bookings/{booking.code}/roster/{child.id}/data"
    page = leader.get(address).text
    assert ("覃小甲" in page, NUMBER in page, PHONE in page, "花生过敏" in page) == (True, False, False, False)
    file = send(leader, address, address)
    assert json.loads(file.data)["values"]["document_number"]["value"] == NUMBER
    assert db.session.scalars(select(Disclosure)).one().purpose == "Everything about one person, handed to the family"
    assert "handed to the family" in browser(app).get(f"/c/{make_link(booking, child)}/data").text


@pytest.mark.parametrize("role", [None, *Role])
def test_nobody_but_the_own_school_sees_or_deletes(app: Flask, booking: Booking, role: Role | None) -> None:
    child = list_children(booking.id)[0]
    if role is Role.LEADER:
        with transaction():
            stranger: User | None = make_leader()
    elif role is not None:
        with transaction():
            stranger = make_user(make_organisation(booking.school.city), role)
    else:
        stranger = None
    visitor = browser(app, stranger)
    address = f"/bookings/{booking.code}/roster/{child.id}"
    expected = 200 if role is None else 404 if role is Role.LEADER else 403  # or the page to sign in
    answers = [
        visitor.get(f"{address}/data", follow_redirects=True),
        press(visitor, f"{address}/data"),
        press(visitor, f"{address}/deletion"),
    ]
    assert {answer.status_code for answer in answers} == {expected}
    assert not any("覃小甲" in answer.text for answer in answers)
    assert "覃小甲" in people(booking)


# ------------------------------------------------------------------------------------------------------ one's account


def test_somebody_takes_along_what_is_kept_about_their_account(app: Flask, booking: Booking) -> None:
    other = browser(app, make_other_user())
    assert other.get("/account/data").status_code == 200
    leader = browser(app, booking.leader)
    data = json.loads(send(leader, "/account/data", "/account/data").data)
    assert data["account"]["email"] == booking.leader.email
    assert [one["code"] for one in data["bookings"]] == [booking.code]
    assert len(data["sign_ins"]) == 1
    assert "booking_confirmed" in [letter["kind"] for letter in data["letters"]]
    assert json.loads(send(other, "/account/data", "/account/data").data)["bookings"] == []


def make_other_user() -> User:
    with transaction():
        return make_leader()


def test_a_closed_account_is_erased_and_only_a_number_stays(app: Flask, booking: Booking) -> None:
    with transaction():
        administrator = make_user(booking.departure.package.organiser, Role.ADMINISTRATOR)
        leader = booking.leader
        leader.name, leader.email = "Planted Leader", "leader@planted.example"
        leader.phone, leader.robot = "13977770000", "https://robot.example/planted"
    own = browser(app, leader)
    send(own, "/account/data", "/account/deletion")
    send(own, "/account/data", "/account/deletion/withdraw")
    send(own, "/account/data", "/account/deletion")
    desk = browser(app, administrator)
    assert "Planted Leader" in desk.get("/administrator/retention").text
    too_early = press(desk, f"/administrator/users/{leader.id}/erase")
    assert "Close the account first" in too_early.text
    with transaction():
        accounts.close_user(db.session.get_one(User, leader.id), by=administrator, now=NOW)
        db.session.get_one(Booking, booking.id).state = "done"
    erased = send(desk, f"/administrator/users/{leader.id}", f"/administrator/users/{leader.id}/erase")
    assert "The account is erased" in erased.text
    kept = everything_kept()
    for word in ("Planted Leader", "leader@planted.example", "13977770000", "robot.example/planted"):
        assert word not in kept, word
    former = db.session.get_one(User, leader.id)
    assert (str(leader.id) in former.name, former.email) == (True, f"former-account-{leader.id}@erased.invalid")
    assert db.session.scalars(select(SignIn).where(SignIn.user_id == leader.id)).all() == []
    assert db.session.get_one(Booking, booking.id).leader_id == leader.id
    assert press(desk, f"/administrator/users/{leader.id}/reopen").status_code == 404
    assert "Planted Leader" not in desk.get("/administrator/retention").text
    assert [entry.user_id for entry in entries(What.DATA_ERASED)] == [leader.id]
