"""The organisers' summary: when it is planned, what it says, when there is none, and how it is switched off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.accounts import service as accounts
from exchange_app.accounts.links import unsubscribe_path
from exchange_app.accounts.models import User
from exchange_app.bookings import changes, waiting
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.rules import Party
from exchange_app.bookings.service import Contact
from exchange_app.bookings.summaries import Summary, plan_summaries, summary_for
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.reading import read_letter
from exchange_app.outbox.rendering import read_message
from exchange_app.outbox.transport.carrier import Mailbox
from tests.builders import (
    make_city,
    make_departure,
    make_hold,
    make_leader,
    make_organisation,
    make_package,
    make_user,
)
from tests.outbox.letters import deliver, letters
from tests.pages import form_of, send, sign_in
from tests.statements import counted_statements

CONTACT = Contact("Li Ming", "li@school.example", "13900001234")
A_DAY = timedelta(days=1)
NANNING = ZoneInfo("Asia/Shanghai")


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    """A moment of March 2027 in Nanning."""
    return datetime(2027, 3, day, hour, minute, tzinfo=NANNING).astimezone(UTC)


MORNING = at(7, 30)


@pytest.fixture
def organiser(app: Flask) -> User:
    """Keeps one package that asks the host, without departures."""
    with transaction():
        package = make_package(approvals=["host"])
        return make_user(package.organiser, Role.ORGANISER, email="host@city.example")


def make_date(organiser: User, capacity: int = 60, days: int = 30, now: datetime = MORNING) -> Departure:
    """Within a transaction: of the organiser's package, so many days ahead."""
    city = organiser.organisation.city
    package = make_package(organiser=organiser.organisation, host_city=city, approvals=["host"])
    return make_departure(
        package,
        capacity=capacity,
        starts_on=(now + days * A_DAY).astimezone(NANNING).date(),
        meets_at=now + days * A_DAY,
        roster_due_at=now + (days - 1) * A_DAY,
        closes_at=now + (days - 2) * A_DAY,
    )


def make_submitted(departure: Departure, when: datetime, **numbers: int) -> Booking:
    """Within a transaction."""
    leader = make_leader()
    booking = make_hold(departure, leader, now=when, **numbers)
    bookings.set_contact(booking, CONTACT, by=leader, now=when)
    bookings.submit_booking(booking, by=leader, now=when)
    return booking


def plan(now: datetime) -> int:
    with transaction():
        return plan_summaries(now)


def morning(now: datetime) -> list[LetterState]:
    """The clock looks, a worker sends; how the summaries so far fared."""
    plan(now)
    deliver(Mailbox(), at=now)
    return [letter.state for letter in summaries()]


def summaries() -> list[Letter]:
    return [letter for letter in letters() if letter.kind == "organiser_summary"]


def summary(organiser: User, since: datetime = MORNING - A_DAY, now: datetime = MORNING) -> Summary:
    return summary_for(organiser, since=since, until=now, now=now)


# ----------------------------------------------------------------------------------------------------------- when


@pytest.mark.parametrize(("hour", "minute", "planned"), [(7, 29, 0), (7, 30, 1), (11, 59, 1), (12, 0, 0)])
def test_it_is_planned_from_half_past_seven_until_noon(organiser: User, hour: int, minute: int, planned: int) -> None:
    assert plan(at(hour, minute)) == planned


def test_the_morning_is_that_of_the_organisers_city(organiser: User) -> None:
    with transaction():
        organiser.organisation.city.time_zone = "Asia/Bangkok"
    assert plan(at(8, 29)) == 0
    assert plan(at(8, 30)) == 1


def test_an_office_that_keeps_no_package_is_written_nothing(organiser: User) -> None:
    with transaction():
        make_user(make_organisation(organiser.organisation.city), Role.ORGANISER, email="office@city.example")
    plan(MORNING)
    assert [letter.subject_id for letter in summaries()] == [organiser.id]


def test_a_clock_that_ticks_twice_or_stood_still_writes_one_a_day(organiser: User) -> None:
    assert [plan(at(7, 35)), plan(at(7, 35)), plan(at(11))] == [1, 0, 0]
    assert [plan(at(11, 50, day=4)), plan(at(11, 55, day=4))] == [1, 0]
    assert [letter.key for letter in summaries()] == [
        f"user:{organiser.id}:summary:2027-03-01",
        f"user:{organiser.id}:summary:2027-03-04",
    ]


def test_only_organisers_who_want_it_and_whose_account_is_open_get_one(organiser: User) -> None:
    with transaction():
        office = organiser.organisation
        for role in (Role.LEADER, Role.HEAD, Role.BUREAU, Role.ADMINISTRATOR):
            make_user(office, role)
        make_user(office, Role.ORGANISER, closed_at=MORNING)
        make_user(office, Role.ORGANISER, wants_summary=False)
    plan(MORNING)
    assert [letter.address for letter in summaries()] == ["host@city.example"]


def close(organiser: User) -> None:
    by = make_user(organiser.organisation, Role.ADMINISTRATOR)
    accounts.close_user(organiser, by=by, now=MORNING)


def unsubscribe(organiser: User) -> None:
    accounts.choose_summary(organiser, is_wanted=False)


@pytest.mark.parametrize("become", [close, unsubscribe])
def test_who_left_or_unsubscribed_meanwhile_gets_none(organiser: User, become: Callable[[User], None]) -> None:
    with transaction():
        make_date(organiser, days=3)
    plan(MORNING)
    with transaction():
        become(organiser)
    deliver(Mailbox(), at=MORNING)
    assert [letter.state for letter in summaries()] == [LetterState.SKIPPED]


def test_yesterdays_summary_is_not_sent_today(organiser: User) -> None:
    with transaction():
        make_date(organiser, days=3)
    plan(MORNING)
    deliver(Mailbox(), at=at(0, 0, day=2))
    assert [letter.state for letter in summaries()] == [LetterState.SKIPPED]


def test_where_there_is_nothing_to_say_there_is_no_letter(organiser: User) -> None:
    with transaction():
        make_date(organiser)
        make_submitted(make_departure(), MORNING)  # of somebody else's package
    assert morning(MORNING) == [LetterState.SKIPPED]


# ----------------------------------------------------------------------------------------------------- what it says


def test_what_waits_is_told_each_day_and_what_is_new_once(organiser: User) -> None:
    with transaction():
        departure = make_date(organiser)
        departure.package.approvals = []
        make_submitted(departure, at(20, day=1))
    assert morning(at(8, day=2)) == [LetterState.SENT]
    assert morning(at(8, day=3)) == [LetterState.SENT, LetterState.SKIPPED]


def test_what_was_new_while_no_summary_went_out_is_told_by_the_next(organiser: User) -> None:
    with transaction():
        departure = make_date(organiser)
        departure.package.approvals = []
        make_submitted(departure, at(20, day=1))
    assert morning(at(8, day=2)) == [LetterState.SENT]
    with transaction():
        make_submitted(departure, at(12, day=2))
    assert morning(at(9, day=5)) == [LetterState.SENT, LetterState.SENT]  # the clock stood still for two days


def test_decisions_that_wait_come_oldest_first_and_once(organiser: User) -> None:
    with transaction():
        departure = make_date(organiser)
        later = make_submitted(departure, MORNING - timedelta(hours=1), pupils=10, staff=1)
        earlier = make_submitted(departure, MORNING - timedelta(hours=3), pupils=10, staff=1)
    told = summary(organiser)
    assert list(told.decisions) == [earlier, later]
    assert told.new == []


def test_changes_asked_for_cancelled_groups_and_new_ones_are_told(organiser: User) -> None:
    with transaction():
        departure = make_date(organiser)
        departure.package.approvals = []
        asking, leaving, early = (
            make_submitted(departure, MORNING - timedelta(hours=age), pupils=10, staff=1) for age in (3, 2, 30)
        )
        departure.package.changes_until_days = 40
        db.session.flush()
        changes.ask_change(asking, ChangeKind.CANCEL, reason="Exams", by=asking.leader, now=MORNING)
        bookings.end_booking(leaving, reason="Exams", by=None, now=MORNING - timedelta(hours=1))
        given_up = make_hold(departure, make_leader(), now=MORNING - timedelta(minutes=20), pupils=5, staff=1)
        bookings.end_booking(given_up, reason="", by=None, now=MORNING - timedelta(minutes=10))
    told = summary(organiser)
    assert [request.booking for request in told.requests] == [asking]
    assert list(told.new) == [asking]
    assert list(told.cancelled) == [leaving]
    assert early not in told.new


def test_rosters_that_are_due_soon_and_lack_names_are_told(organiser: User) -> None:
    with transaction():
        soon, far = make_date(organiser, days=4), make_date(organiser, days=6)
        lacking = make_submitted(soon, MORNING - A_DAY)
        complete = make_submitted(soon, MORNING - A_DAY)
        complete.named = complete.persons
        make_submitted(far, MORNING - A_DAY)
    assert list(summary(organiser).rosters) == [lacking]


def test_departures_of_the_next_seven_days_count_groups_that_are_handed_in(organiser: User) -> None:
    with transaction():
        sixth, empty, eighth = (make_date(organiser, days=days, capacity=80) for days in (6, 3, 7))
        for _ in range(2):
            make_submitted(sixth, MORNING, pupils=20, staff=3)
        make_hold(sixth, make_leader(), now=MORNING, pupils=10, staff=2)
        make_submitted(eighth, MORNING)
    assert [tuple(one) for one in summary(organiser).coming] == [(empty, 0, 0), (sixth, 2, 46)]


def test_seats_that_are_left_while_groups_wait_are_told(organiser: User) -> None:
    with transaction():
        departure, full = make_date(organiser, capacity=20), make_date(organiser, capacity=12)
        make_submitted(departure, MORNING, pupils=7, staff=1)
        make_submitted(full, MORNING, pupils=10, staff=2)
        for date, pupils in ((departure, 15), (full, 10)):
            waiting.join_list(
                date, Party(pupils, 2), CONTACT, form_token=f"waits-{date.id}", by=make_leader(), now=MORNING
            )
    assert [tuple(one) for one in summary(organiser).waiting] == [(departure, 12, 1, 17)]


def test_ten_times_the_groups_cost_no_more_statements(organiser: User) -> None:
    def cost() -> int:
        db.session.remove()
        with counted_statements() as sent:
            assert read_letter(db.session.get_one(Letter, letter_id), MORNING).text
        return len(sent)

    with transaction():
        make_submitted(make_date(organiser, days=4), MORNING - timedelta(hours=1), pupils=5, staff=1)
    plan(MORNING)
    (letter,) = summaries()
    letter_id = letter.id
    few = cost()
    with transaction():
        organiser = db.session.get_one(User, organiser.id)
        for _ in range(6):
            for days in (4, 30):
                make_submitted(make_date(organiser, days=days), MORNING - timedelta(hours=1), pupils=5, staff=1)
    assert cost() == few <= 10


# ------------------------------------------------------------------------------------------------------ unsubscribing


def sent_to(organiser: User, app: Flask, public_url: str) -> EmailMessage:
    app.config["PUBLIC_URL"] = public_url
    with transaction():
        make_date(organiser, days=3)
    assert morning(MORNING) == [LetterState.SENT]
    (letter,) = summaries()
    assert letter.message is not None
    return read_message(letter.message)


def test_a_mail_program_can_unsubscribe_with_one_click(app: Flask, client: FlaskClient, organiser: User) -> None:
    message = sent_to(organiser, app, "https://exchange.example")
    address = str(message["List-Unsubscribe"])
    assert address == f"<https://exchange.example{unsubscribe_path(organiser)}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for _ in range(2):  # the second time there is nothing to do, and that is no mistake
        answer = client.post(
            address.strip("<>").removeprefix("https://exchange.example"), data={"List-Unsubscribe": "One-Click"}
        )
        assert answer.status_code == 200
        assert not wants_summary(organiser)


def test_without_tls_nothing_is_promised_that_mail_programs_refuse(app: Flask, organiser: User) -> None:
    message = sent_to(organiser, app, "http://exchange.example")
    assert str(message["List-Unsubscribe"]).startswith("<http://exchange.example/unsubscribe/")
    assert message["List-Unsubscribe-Post"] is None


def test_a_letter_that_somebody_has_to_get_offers_no_unsubscribing(organiser: User) -> None:
    with transaction():
        booking = make_submitted(make_date(organiser), MORNING)
    deliver(Mailbox(), at=MORNING)
    others = [letter for letter in letters() if letter.subject_id == booking.id and letter.message]
    assert {letter.kind for letter in others} == {"booking_submitted", "approval_wanted"}
    for letter in others:
        assert letter.message is not None
        assert "unsubscribe" not in letter.message.lower()


def test_opening_the_link_changes_nothing_and_its_button_unsubscribes(client: FlaskClient, organiser: User) -> None:
    path = unsubscribe_path(organiser)
    page = client.get(path, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert wants_summary(organiser)
    assert (
        "You get no more summaries."
        in client.post(path, data=form_of(page.text), headers={"Accept-Language": "en"}).text
    )
    assert not wants_summary(organiser)


def test_nobody_else_can_be_unsubscribed(client: FlaskClient, organiser: User) -> None:
    with transaction():
        other = make_user(make_organisation(make_city()), Role.ORGANISER)
    signature = unsubscribe_path(other).rpartition("/")[2]
    for wrong in (signature, "0" * 32, "ü"):
        assert client.post(f"/unsubscribe/{organiser.id}/{wrong}").status_code == 404
    assert client.post(f"/unsubscribe/999999/{signature}").status_code == 404
    assert wants_summary(organiser)


def test_it_is_switched_on_again_on_the_page_of_the_account(client: FlaskClient, organiser: User) -> None:
    sign_in(client, organiser)
    for action, wanted in (("off", False), ("on", True)):
        send(client, "/account", f"/account/summary/{action}")
        assert wants_summary(organiser) is wanted


def test_other_roles_have_no_summary_to_switch(client: FlaskClient, organiser: User) -> None:
    with transaction():
        leader = make_leader()
    sign_in(client, leader)
    page = client.get("/account").text
    assert "Daily summary" not in page
    token = form_of(page, "/sign-out")
    assert client.post("/account/summary/off", data=token).status_code == 403


def wants_summary(organiser: User) -> bool:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(User, organiser.id).wants_summary
