"""The pages on which a school changes its group, asks its host, and on which others decide; and what others may not."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals, changes, queries
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.catalogue.models import Approver
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Departure
from exchange_app.partners.models import OrganisationKind, SupervisionRule
from exchange_app.rosters import queries as roster_queries
from exchange_app.rosters import service as rosters
from tests.bookings.group import CONTACT, claims_of, hand_in, host_of
from tests.builders import (
    make_city,
    make_departure,
    make_hold,
    make_leader,
    make_organisation,
    make_package,
    make_user,
)
from tests.pages import Browser, form_of, send, sign_in
from tests.rosters.test_keeping import pasted, pupil, teacher
from tests.statements import counted_statements

CHAIN = ["school_head", "host", "education_bureau"]
IN_TIME = {"changes_until_days": 7}
TOO_LATE = {"changes_until_days": 60}  # the group leaves in thirty days


def browser_of(app: Flask, user: User) -> FlaskClient:
    browser: FlaskClient = Browser(app, app.response_class)
    sign_in(browser, user)
    return browser


def make_group(**package: Any) -> Booking:
    """10 pupils and 1 adult, of a departure with room for 60."""
    with transaction():
        departure = make_departure(make_package(**package), now=now())
        return hand_in(departure, make_leader(), pupils=10, staff=1, now=now())


def page_of(booking: Booking) -> str:
    return f"/bookings/{booking.code}"


def fill_in(browser: FlaskClient, booking: Booking, command: str, **typed: Any) -> TestResponse:
    """Fill in the form of the booking's page that leads to the command."""
    return send(browser, page_of(booking), f"{page_of(booking)}/{command}", **typed)


def forms_of(page: str) -> set[str]:
    """The commands of the booking that the page offers; those of the site's header are not among them."""
    return set(re.findall(r'action="/bookings/\w+/([\w/-]+)"', page))


def other_date(booking: Booking, **terms: Any) -> Departure:
    with transaction():
        return make_departure(booking.departure.package, now=now() + timedelta(days=7), **terms)


# ---------------------------------------------------------------------------------------- the school by itself


def test_within_the_deadline_the_school_changes_by_itself(app: Flask) -> None:
    booking = make_group(**IN_TIME)
    browser = browser_of(app, booking.leader)
    page = browser.get(page_of(booking)).text
    assert "You can change this by yourselves until" in page
    assert forms_of(page) >= {"party", "cancel", "contact"}
    assert not forms_of(page) & {"hand-over", "move", "ask-to-cancel", "ask-for-roster", "withdraw-request"}
    assert "No other date of this package has room for the whole group at the moment." in page
    page = fill_in(browser, booking, "party", pupils="12", staff="2").text
    assert "The numbers are changed." in page
    assert booking.party == Party(12, 2)
    assert "The group changed from 10 pupils and 1 staff to 12 and 2" in page
    page = fill_in(browser, booking, "cancel", reason="Measles").text
    assert "The booking is cancelled; its seats were given back." in page
    assert "change" not in re.findall(r'id="(\w+)"', page)
    assert audit() == []


def test_what_is_wrong_stands_beside_the_numbers_that_were_typed(app: Flask) -> None:
    booking = make_group()
    browser = browser_of(app, booking.leader)
    for pupils, staff, words in (
        ("many", "1", "Write a whole number in digits, such as 24."),
        ("23", "2", "One more adult is needed for 3 pupils: an adult may accompany 10."),
        ("70", "7", "You asked for 66 seats; only 49 are left."),
        ("10", "1", "These are the numbers that the booking has already."),
    ):
        answer = fill_in(browser, booking, "party", pupils=pupils, staff=staff)
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{pupils}"' in answer.text
        assert re.search(r"<details[^>]* open>\s*<summary>Other numbers", answer.text)
    assert booking.party == Party(10, 1)


def test_only_dates_with_room_are_offered(app: Flask) -> None:
    booking = make_group()
    free, full = other_date(booking), other_date(booking, capacity=10)
    browser = browser_of(app, booking.leader)
    page = browser.get(page_of(booking)).text
    assert f'<option value="{free.id}">' in page
    assert f'<option value="{full.id}">' not in page
    answer = fill_in(browser, booking, "move", departure=str(full.id))
    assert (answer.status_code, booking.departure_id == free.id) == (422, False)
    page = fill_in(browser, booking, "move", departure=str(free.id)).text
    assert "The group is moved." in page
    assert booking.departure_id == free.id
    assert audit() == []


def test_a_colleague_is_chosen_by_name(app: Flask) -> None:
    booking = make_group()
    with transaction():
        colleague = make_user(booking.school, Role.LEADER, name="Nong Mei")
        stranger = make_leader()
        unreachable = make_user(booking.school, Role.LEADER, name="Mo Lin")
        unreachable.phone = None
    browser = browser_of(app, booking.leader)
    answer = fill_in(browser, booking, "hand-over", leader=str(unreachable.id))
    assert answer.status_code == 422
    assert "This colleague has no phone in the account yet and has to add it there first." in answer.text
    assert "Nong Mei" in browser.get(page_of(booking)).text
    answer = fill_in(browser, booking, "hand-over", leader=str(stranger.id))
    assert answer.status_code == 422
    page = fill_in(browser, booking, "hand-over", leader=str(colleague.id)).text
    assert "The booking is handed over; the new leader gets a letter." in page
    assert booking.leader_id == colleague.id


def test_a_hold_has_numbers_and_no_other_date(app: Flask) -> None:
    with transaction():
        booking = make_hold(make_departure(now=now()), make_leader(), pupils=10, staff=1, now=now())
    other_date(booking)
    browser = browser_of(app, booking.leader)
    page = browser.get(page_of(booking)).text
    assert "by yourselves" not in page
    assert not forms_of(page) & {"move", "ask-to-cancel"}
    fill_in(browser, booking, "party", pupils="12", staff="2")
    assert booking.party == Party(12, 2)
    assert "The seats are free for others at once." in page


# ---------------------------------------------------------------------------------------- with the host


def test_after_the_deadline_the_same_forms_ask_the_host(app: Flask) -> None:
    booking = make_group(**TOO_LATE)
    browser = browser_of(app, booking.leader)
    page = browser.get(page_of(booking)).text
    assert "the host has to agree to changes: ask, with a reason." in page
    assert "cancel" not in forms_of(page)
    answer = fill_in(browser, booking, "party", pupils="12", staff="2")  # without the button that asks
    assert answer.status_code == 422
    assert "This could be changed until" in answer.text
    answer = fill_in(browser, booking, "party", pupils="12", staff="2", ask="1")
    assert answer.status_code == 422
    assert "Give a reason; the other side reads it." in answer.text
    page = fill_in(browser, booking, "party", pupils="12", staff="2", ask="1", reason="Two more want to come").text
    assert "The host is asked; you get a letter with the answer." in page
    assert "You asked the host" in page
    assert "12 pupils, 2 staff" in page
    assert "Two more want to come" in page
    assert booking.party == Party(10, 1)
    assert not forms_of(page) & {"party", "cancel", "ask-to-cancel", "move", "ask-for-roster"}
    page = fill_in(browser, booking, "withdraw-request").text
    assert "The request is withdrawn." in page
    assert forms_of(page) >= {"party", "ask-to-cancel"}


def ask(app: Flask, booking: Booking, kind: ChangeKind, **facts: int) -> FlaskClient:
    """The host's browser, once the school has asked."""
    with transaction():
        changes.ask_change(booking, kind, reason="Measles <3", by=booking.leader, now=now(), **facts)
        host = host_of(booking)
    return browser_of(app, host)


def test_the_host_reads_what_granting_does(app: Flask) -> None:
    booking = make_group(**TOO_LATE)
    browser = ask(app, booking, ChangeKind.PARTY, pupils=8, staff=1)
    desk = browser.get("/organiser/bookings").text
    assert "Schools ask for your consent" in desk
    assert f"{page_of(booking)}#asked" in desk
    page = browser.get(page_of(booking)).text
    assert "Measles &lt;3" in page
    assert "Granting gives 2 seats back to others at once." in page
    page = fill_in(browser, booking, "grant", comment="Get well").text
    assert "Granted and done; the school is told." in page
    assert booking.party == Party(8, 1)
    assert "The host agreed: Change of numbers" in page
    assert "Schools ask for your consent" not in browser.get("/organiser/bookings").text
    assert audit() == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ChangeKind.CANCEL, "Granting cancels the booking at once and gives its 11 seats back to others."),
        (ChangeKind.ROSTER, "Granting lets the school change the roster for three days"),
        (ChangeKind.MOVE, "Granting moves the group at once"),
    ],
)
def test_the_host_refuses_with_a_reason(app: Flask, kind: ChangeKind, words: str) -> None:
    booking = make_group(**TOO_LATE)
    facts = {"departure_id": other_date(booking).id} if kind is ChangeKind.MOVE else {}
    browser = ask(app, booking, kind, **facts)
    assert words in browser.get(page_of(booking)).text
    token = form_of(browser.get(page_of(booking)).text, f"{page_of(booking)}/grant")
    answer = browser.post(f"{page_of(booking)}/refuse", data=token)
    assert answer.status_code == 422
    assert "Give a reason; the other side reads it." in answer.text
    answer = browser.post(f"{page_of(booking)}/refuse", data={**token, "comment": "Paid"}, follow_redirects=True)
    assert "Not granted; the school is told why." in answer.text
    assert (booking.state, booking.party) == (BookingState.CONFIRMED, Party(10, 1))
    answer = browser.post(f"{page_of(booking)}/grant", data=token)
    assert answer.status_code == 422
    assert "This request was answered or withdrawn meanwhile." in answer.text


@pytest.mark.parametrize("command", ["grant", "refuse"])
def test_an_answer_is_one_to_the_request_that_was_read(app: Flask, command: str) -> None:
    booking = make_group(**TOO_LATE)
    browser, school = ask(app, booking, ChangeKind.PARTY, pupils=9, staff=1), browser_of(app, booking.leader)
    form = {**form_of(browser.get(page_of(booking)).text, f"{page_of(booking)}/grant"), "comment": "Well"}
    fill_in(school, booking, "withdraw-request")
    fill_in(school, booking, "ask-to-cancel", reason="Measles")
    answer = browser.post(f"{page_of(booking)}/{command}", data=form)
    assert answer.status_code == 422
    assert "This request was answered or withdrawn meanwhile." in answer.text
    assert "Grant: cancel the booking" in answer.text
    assert (booking.state, booking.party) == (BookingState.CONFIRMED, Party(10, 1))
    assert queries.find_open_request(booking.id) is not None
    shown = form_of(answer.text, f"{page_of(booking)}/grant")
    assert browser.post(f"{page_of(booking)}/{command}", data=shown).status_code == 303
    assert queries.find_open_request(booking.id) is None
    assert (booking.state is BookingState.CANCELLED) == (command == "grant")


def test_only_the_request_that_was_shown_is_withdrawn(app: Flask) -> None:
    booking = make_group(**TOO_LATE)
    host, school = ask(app, booking, ChangeKind.PARTY, pupils=9, staff=1), browser_of(app, booking.leader)
    withdraw = f"{page_of(booking)}/withdraw-request"
    form = form_of(school.get(page_of(booking)).text, withdraw)
    fill_in(host, booking, "grant")
    fill_in(school, booking, "ask-to-cancel", reason="Measles")
    answer = school.post(withdraw, data=form)
    assert answer.status_code == 422
    assert "This request was answered or withdrawn meanwhile." in answer.text
    assert queries.find_open_request(booking.id) is not None
    assert school.post(withdraw, data=form_of(answer.text, withdraw)).status_code == 303
    assert queries.find_open_request(booking.id) is None


def test_the_host_grants_no_numbers_below_those_who_are_named(app: Flask) -> None:
    booking = make_group(**TOO_LATE)
    browser = ask(app, booking, ChangeKind.PARTY, pupils=1, staff=3)
    with transaction():
        people = pasted(*(pupil(number) for number in range(1, 4)))
        rosters.import_roster(booking, people, by=booking.leader, now=now())
    answer = fill_in(browser, booking, "grant")
    assert answer.status_code == 422
    assert "The roster names 3 pupils and 0 accompanying adults by now." in answer.text
    assert booking.party == Party(10, 1)
    assert queries.find_open_request(booking.id) is not None


def test_cancelling_late_is_asked_for(app: Flask) -> None:
    booking = make_group(**TOO_LATE)
    school = browser_of(app, booking.leader)
    assert "The host is asked" in fill_in(school, booking, "ask-to-cancel", reason="Measles").text
    assert booking.state is BookingState.CONFIRMED
    with transaction():
        host = host_of(booking)
    fill_in(browser_of(app, host), booking, "grant")
    assert (booking.state, claims_of(booking)) == (BookingState.CANCELLED, {})


def test_a_roster_that_was_due_is_asked_for_and_opened(app: Flask) -> None:
    booking = make_group()
    with transaction():
        booking.submitted_at = now() - timedelta(days=2)
        booking.departure.closes_at = now() - timedelta(hours=2)
        booking.departure.roster_due_at = now() - timedelta(hours=1)
    school = browser_of(app, booking.leader)
    assert "ask-for-roster" in forms_of(school.get(page_of(booking)).text)
    page = fill_in(school, booking, "ask-for-roster", reason="Two are ill").text
    assert "Change of the roster after its deadline" in page
    assert "Registration is over: the group can get smaller, but not larger." in page
    assert "ask-for-roster" not in forms_of(page)
    with transaction():
        host = host_of(booking)
    fill_in(browser_of(app, host), booking, "grant")
    page = school.get(page_of(booking)).text
    assert "The host lets you change the roster until" in page
    assert "ask-for-roster" not in forms_of(page)
    assert "The host lets you change it until" in school.get(f"{page_of(booking)}/roster").text


# ---------------------------------------------------------------------------------------- approvals


def approvers_of(booking: Booking) -> dict[str, User]:
    with transaction():
        office = make_organisation(booking.school.city, OrganisationKind.OFFICE)
        return {
            "school_head": make_user(booking.school, Role.HEAD, name="Head Huang"),
            "host": host_of(booking),
            "education_bureau": make_user(office, Role.BUREAU, name="Bureau Bai"),
        }


def test_the_chain_on_its_pages(app: Flask) -> None:
    booking = make_group(approvals=CHAIN)
    browsers = {name: browser_of(app, user) for name, user in approvers_of(booking).items()}
    assert "Waits for you" in browsers["school_head"].get("/decisions").text
    assert "Nothing to decide" in browsers["education_bureau"].get("/decisions").text
    page = browsers["school_head"].get(page_of(booking)).text
    assert "After your yes it is the turn of" in page
    page = fill_in(browsers["school_head"], booking, "confirm", comment="A good idea").text
    assert "You agreed; whoever comes next is told." in page
    assert "confirm" not in forms_of(page)
    assert "take-back" in forms_of(page)
    page = fill_in(browsers["host"], booking, "confirm").text
    assert "A good idea" in page
    assert "Head Huang" in page
    assert "take-back" not in forms_of(browsers["school_head"].get(page_of(booking)).text)
    page = browsers["education_bureau"].get(page_of(booking)).text
    assert "Your yes confirms the group." in page
    fill_in(browsers["education_bureau"], booking, "confirm")
    assert booking.state is BookingState.CONFIRMED
    page = fill_in(browsers["education_bureau"], booking, "take-back", reason="A slip").text
    assert "The decision is taken back; decide again." in page
    assert booking.state is BookingState.SUBMITTED
    page = browsers["school_head"].get("/decisions").text
    assert "Decided" in page
    assert "agreed" in page
    page = browser_of(app, booking.leader).get(page_of(booking)).text
    assert "A good idea" in page
    assert "take-back" not in forms_of(page)


MEANWHILE = "This was answered or changed meanwhile; the page now shows how it stands."


def administrators_browser(app: Flask) -> FlaskClient:
    with transaction():
        administrator = make_user(make_organisation(make_city()), Role.ADMINISTRATOR)
    return browser_of(app, administrator)


@pytest.mark.parametrize("command", ["confirm", "decline"])
def test_a_second_click_does_not_answer_for_whoever_comes_next(app: Flask, command: str) -> None:
    """An administrator may answer for everybody, but nobody answers what they did not look at."""
    booking = make_group(approvals=["school_head", "host"])
    browser, confirm = administrators_browser(app), f"{page_of(booking)}/confirm"
    form = {**form_of(browser.get(page_of(booking)).text, confirm), "comment": "Fine"}
    assert browser.post(confirm, data=form).status_code == 303
    answer = browser.post(f"{page_of(booking)}/{command}", data=form)
    assert answer.status_code == 422
    assert MEANWHILE in answer.text
    assert (booking.state, booking.awaiting) == (BookingState.SUBMITTED, Approver.HOST)
    shown = form_of(answer.text, confirm)
    assert shown["comment"].strip() == "Fine"
    assert browser.post(confirm, data=shown).status_code == 303
    assert booking.state is BookingState.CONFIRMED


def test_a_yes_to_one_date_is_no_yes_to_another(app: Flask) -> None:
    booking = make_group(approvals=["host"])
    other = other_date(booking)
    browser, confirm = browser_of(app, approvers_of(booking)["host"]), f"{page_of(booking)}/confirm"
    form = form_of(browser.get(page_of(booking)).text, confirm)
    fill_in(browser_of(app, booking.leader), booking, "move", departure=str(other.id))
    answer = browser.post(confirm, data=form)
    assert MEANWHILE in answer.text
    assert (booking.departure_id, booking.state) == (other.id, BookingState.SUBMITTED)
    browser.post(confirm, data=form_of(answer.text, confirm))
    assert booking.state is BookingState.CONFIRMED


def test_a_second_click_takes_no_second_decision_back(app: Flask) -> None:
    booking = make_group(approvals=["school_head", "host"])
    browser, command = administrators_browser(app), f"{page_of(booking)}/take-back"
    for _ in booking.approvers:
        fill_in(browser, booking, "confirm")
    form = {**form_of(browser.get(page_of(booking)).text, command), "reason": "A slip"}
    assert browser.post(command, data=form).status_code == 303
    answer = browser.post(command, data=form)
    assert answer.status_code == 422
    assert MEANWHILE in answer.text
    assert [one.approver for one in queries.list_approvals(booking.id)] == [Approver.SCHOOL_HEAD]
    assert booking.awaiting is Approver.HOST
    browser.post(command, data=form_of(answer.text, command))
    assert booking.awaiting is Approver.SCHOOL_HEAD


def test_the_wrong_turn_is_told(app: Flask) -> None:
    booking = make_group(approvals=CHAIN)
    people = approvers_of(booking)
    browser = browser_of(app, people["host"])
    page = browser.get(page_of(booking)).text
    assert "Nothing at the moment. The school&#39;s head decides about the group." in page
    assert "confirm" not in forms_of(page)
    token = form_of(page, "/language")["csrf_token"]
    forged = {"csrf_token": token, "turn": approvals.turn_of(booking)}
    answer = browser.post(f"{page_of(booking)}/confirm", data=forged)
    assert answer.status_code == 422
    assert "This group does not wait for your decision (any more)." in answer.text


def test_a_no_needs_words_and_the_seats_may_be_gone_afterwards(app: Flask) -> None:
    booking = make_group(approvals=["school_head"])
    browser = browser_of(app, approvers_of(booking)["school_head"])
    token = form_of(browser.get(page_of(booking)).text, f"{page_of(booking)}/confirm")
    answer = browser.post(f"{page_of(booking)}/decline", data=token)
    assert answer.status_code == 422
    assert "Give a reason; the other side reads it." in answer.text
    browser.post(f"{page_of(booking)}/decline", data={**token, "comment": "Exam week"})
    assert booking.state is BookingState.DECLINED
    with transaction():
        hand_in(db.session.get_one(Departure, booking.departure_id), make_leader(), pupils=50, staff=5, now=now())
    answer = fill_in(browser, booking, "take-back", reason="A slip")
    assert answer.status_code == 422
    assert "You asked for 11 seats; only 5 are left." in answer.text
    assert booking.state is BookingState.DECLINED


@pytest.mark.parametrize("approver", ["school_head", "education_bureau"])
def test_approvers_see_only_what_they_must_decide(app: Flask, approver: str) -> None:
    booking = make_group(approvals=[approver], price_minor=12000)
    with transaction():
        rosters.import_roster(booking, pasted(pupil(1), teacher(2)), by=booking.leader, now=now())
    person = approvers_of(booking)[approver]
    page = browser_of(app, person).get(page_of(booking)).text
    for shown in ("10 pupils, 1 staff", booking.school.name["en"], CONTACT.name, "¥120", "Day by day", "/decisions"):
        assert shown in page, shown
    for hidden in (CONTACT.phone, CONTACT.email, "/check/", '/roster"', "What happened so far", pupil(1)["name"]):
        assert hidden not in page, hidden
    browser = browser_of(app, person)
    assert browser.get(f"{page_of(booking)}/roster").status_code == 403
    assert browser.get("/organiser/bookings").status_code == 403


def test_too_few_adults_are_told_wherever_the_city_only_warns(app: Flask) -> None:
    with transaction():
        package = make_package(host_city=make_city(supervision=SupervisionRule.WARN), approvals=["school_head", "host"])
        booking = hand_in(make_departure(package, now=now()), make_leader(), pupils=13, staff=1, now=now())
        head = make_user(booking.school, Role.HEAD)
        host = host_of(booking)
    for user, address in (
        (booking.leader, page_of(booking)),
        (head, page_of(booking)),
        (host, page_of(booking)),
        (host, "/organiser/bookings"),
        (host, f"/organiser/departures/{booking.departure_id}/bookings"),
    ):
        assert "One more adult for 3 pupils." in browser_of(app, user).get(address).text


# ---------------------------------------------------------------------------------------- the roster's people


@pytest.fixture
def named(app: Flask) -> Booking:
    booking = make_group()
    with transaction():
        people = pasted(*(pupil(number) for number in range(1, 6)), teacher(20))
        rosters.import_roster(booking, people, by=booking.leader, now=now())
    return booking


def test_somebody_else_comes(app: Flask, named: Booking) -> None:
    browser = browser_of(app, named.leader)
    person = roster_queries.list_participants(named.id)[0]
    address = f"{page_of(named)}/roster/{person.id}/swap"
    page = browser.get(address).text
    assert f"Somebody else in place of {pupil(1)['name']}" in page
    assert pupil(1)["guardian_name"] not in page
    assert pupil(1)["guardian_phone"] not in page
    answer = send(browser, address, **pupil(30) | {"role": "pupil", "guardian_phone": "1"})
    assert answer.status_code == 422
    page = send(browser, address, **pupil(30) | {"role": "pupil"}).text
    assert "The other person takes the seat." in page
    assert pupil(30)["name"] in page
    assert pupil(1)["name"] not in page


def test_somebody_does_not_come(app: Flask, named: Booking) -> None:
    browser = browser_of(app, named.leader)
    roster = f"{page_of(named)}/roster"
    page = browser.get(roster).text
    assert "Seats for which nobody is named by" in page
    first, second, *_rest, adult = roster_queries.list_participants(named.id)
    page = send(browser, roster, f"{roster}/{first.id}/cancel").text
    assert "The person does not come; the seat was given back." in page
    assert named.party == Party(9, 1)
    page = send(browser, roster, f"{roster}/{second.id}/remove").text
    assert "The person is no longer in the roster." in page
    assert (named.party, named.named) == (Party(9, 1), 4)
    page = send(browser, roster, f"{roster}/{adult.id}/cancel").text
    assert "One more adult is needed for 9 pupils" in page
    assert named.party == Party(9, 1)
    assert audit() == []


def test_late_a_seat_is_not_given_back_on_the_roster(app: Flask, named: Booking) -> None:
    with transaction():
        named.departure.package.changes_until_days = 60
    browser = browser_of(app, named.leader)
    page = browser.get(f"{page_of(named)}/roster").text
    assert "/remove" in page
    assert "/cancel" not in page
    assert "To give seats back, ask the host on the booking's page." in page


# ---------------------------------------------------------------------------------------- who may not

SCHOOLS = ("party", "move", "hand-over", "cancel", "ask-to-cancel", "ask-for-roster", "withdraw-request")
DECIDERS = ("confirm", "decline", "take-back")
HOSTS = ("grant", "refuse")


def test_nobody_does_what_is_not_theirs(app: Flask) -> None:
    booking = make_group(approvals=CHAIN)
    people = approvers_of(booking)
    for user, commands in (
        (booking.leader, (*DECIDERS, *HOSTS)),
        (people["school_head"], (*SCHOOLS, *HOSTS)),
        (people["education_bureau"], (*SCHOOLS, *HOSTS)),
        (people["host"], SCHOOLS),
    ):
        browser = browser_of(app, user)
        token = form_of(browser.get("/packages").text, "/language")["csrf_token"]
        for command in commands:
            answer = browser.post(f"{page_of(booking)}/{command}", data={"csrf_token": token})
            assert answer.status_code == 403, (user.role, command)
        assert browser.get("/decisions").status_code == (200 if user.role in (Role.HEAD, Role.BUREAU) else 403)


def test_a_strangers_booking_is_not_found(app: Flask) -> None:
    booking = make_group(approvals=CHAIN)
    with transaction():
        approvals.approve_booking(booking, by=make_user(booking.school, Role.HEAD), now=now())
        city = make_city()
        office, school = (make_organisation(city, kind) for kind in (OrganisationKind.OFFICE, OrganisationKind.SCHOOL))
        strangers = {
            make_user(school, Role.LEADER): SCHOOLS,
            make_user(school, Role.HEAD): DECIDERS,
            make_user(office, Role.BUREAU): DECIDERS,
            make_user(office, Role.ORGANISER): (*DECIDERS, *HOSTS),
        }
    with transaction():
        rosters.import_roster(booking, pasted(pupil(1)), by=booking.leader, now=now())
    person = roster_queries.list_participants(booking.id)[0].id
    filled = {"reason": "x", "comment": "x", "pupils": "3", "staff": "1"}
    for user, commands in strangers.items():
        browser = browser_of(app, user)
        token = form_of(browser.get("/packages").text, "/language")["csrf_token"]
        assert browser.get(page_of(booking)).status_code == 404
        for command in commands:
            answer = browser.post(f"{page_of(booking)}/{command}", data={"csrf_token": token, **filled})
            assert answer.status_code == 404, (user.role, command)
        if user.role is Role.LEADER:
            for command in ("swap", "cancel", "remove"):
                answer = browser.post(f"{page_of(booking)}/roster/{person}/{command}", data={"csrf_token": token})
                assert answer.status_code == 404, command
    assert queries.find_open_request(booking.id) is None


def test_the_decisions_cost_no_more_statements_when_there_are_more(app: Flask) -> None:
    with transaction():
        departure = make_departure(make_package(approvals=["school_head"]), now=now(), capacity=500)
        leader = make_leader()
        head = make_user(leader.organisation, Role.HEAD)
    browser, costs = browser_of(app, head), []
    for count in (2, 12):
        with transaction():
            for number in range(count):
                booking = hand_in(departure, leader, pupils=1, staff=1, now=now())
                if number % 2:
                    approvals.approve_booking(booking, by=head, now=now())
        db.session.remove()
        with counted_statements() as sent:
            assert browser.get("/decisions").status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 5
