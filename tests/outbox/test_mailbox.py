"""The mailbox page: letters as their readers see them, and what a person decides about those that are stuck."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urljoin

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from exchange_app.accounts.models import User
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox import service
from exchange_app.outbox.models import Channel, LetterState
from exchange_app.outbox.transport.carrier import Mailbox
from exchange_app.outbox.ways import Way
from tests.builders import NOW, make_city, make_departure, make_hold, make_leader, make_organisation, make_user
from tests.outbox.conftest import CONTACT
from tests.outbox.letters import deliver, letter_at, letters, states, write, write_by
from tests.outbox.mail_sink import MailSink
from tests.pages import form_of, send, sign_in, speak
from tests.statements import counted_statements


@pytest.fixture(autouse=True)
def at_ten_in_the_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def administrator(client: FlaskClient) -> FlaskClient:
    """A browser in which an administrator is signed in."""
    sign_in(client, make_administrator())
    return client


def make_administrator() -> User:
    with transaction():
        return make_user(make_organisation(make_city()), Role.ADMINISTRATOR)


def address(number: int = 0, end: str = "") -> str:
    return f"/mailbox/{letters()[number].id}{end}"


def test_a_letter_is_shown_as_its_reader_sees_it(booking: Booking, administrator: FlaskClient) -> None:
    deliver(Mailbox())
    listed = administrator.get("/mailbox").text
    assert "Booking confirmed: " in listed
    assert "l…@school.example" in listed
    assert "li@school.example" not in listed
    page = administrator.get(address()).text
    assert "li@school.example" in page
    framed = administrator.get(address(end="/html"))
    assert booking.code[:4] in framed.text
    assert "<h1" in framed.text
    [attachment] = [link for link in page.split('"') if "/attachments/" in link]
    answer = administrator.get(urljoin("/mailbox", attachment))
    assert f"{booking.code}.ics" in answer.headers["Content-Disposition"]
    assert Calendar.from_ical(answer.data).walk("VEVENT")


def test_the_letter_itself_can_do_nothing_to_the_site(booking: Booking, administrator: FlaskClient) -> None:
    deliver(Mailbox())
    policy = administrator.get(address(end="/html")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'self'" in policy


def test_a_letter_that_waits_is_shown_as_it_would_be(booking: Booking, administrator: FlaskClient) -> None:
    page = administrator.get(address()).text
    assert "as it would be sent now" in page
    assert "Booking confirmed" in page
    assert states() == [LetterState.PENDING]


def test_what_is_stuck_can_be_found_and_sent_again(
    booking: Booking, administrator: FlaskClient, sink: MailSink
) -> None:
    write(booking, "fine@school.example")
    sink.answer("RCPT", "550 5.1.1 unknown")
    deliver(sink.carrier())
    trouble = administrator.get("/mailbox?show=failed").text
    assert "l…@school.example" in trouble
    assert "f…@school.example" not in trouble
    page = administrator.get(address()).text
    assert "There is no such mailbox." in page
    assert "RCPT 550 5.1.1" in page
    send(administrator, address(), action=address(end="/send-again"))
    # The page knows the real time; the letter is due then.
    deliver(sink.carrier(), at=NOW + timedelta(days=3650))
    assert states() == [LetterState.SENT, LetterState.SENT]


@pytest.mark.parametrize(("button", "becomes"), [("arrived", LetterState.SENT), ("stop", LetterState.SKIPPED)])
def test_a_person_says_what_became_of_a_doubtful_letter(
    booking: Booking, administrator: FlaskClient, sink: MailSink, button: str, becomes: LetterState
) -> None:
    sink.answer("DOT", "accept and hang up")
    deliver(sink.carrier())
    assert "Nobody knows" in administrator.get(address()).text
    send(administrator, address(), action=address(end=f"/{button}"))
    assert states() == [becomes]


def test_a_letter_that_moved_on_meanwhile_is_left_alone(booking: Booking, administrator: FlaskClient) -> None:
    page = administrator.get(address()).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    deliver(Mailbox())
    assert administrator.post(address(end="/stop"), data={"csrf_token": token}).status_code == 409
    assert states() == [LetterState.SENT]


def test_there_is_no_such_letter(administrator: FlaskClient) -> None:
    for end in ("", "/html", "/attachments/0"):
        assert administrator.get(f"/mailbox/12345{end}").status_code == 404


@pytest.mark.parametrize("end", ["", "/html", "/attachments/0"])
def test_letters_are_not_for_everybody(booking: Booking, app: Flask, client: FlaskClient, end: str) -> None:
    assert client.get(address(end=end)).status_code == 303  # to the sign-in page
    sign_in(client, booking.leader)
    assert client.get(address(end=end)).status_code == 403
    assert client.get("/mailbox").status_code == 403


def test_in_a_demo_everybody_reads_the_letters_and_only_administrators_decide(
    booking: Booking, app: Flask, client: FlaskClient
) -> None:
    app.config["DEMO"] = True
    deliver(Mailbox())
    assert client.get("/mailbox").status_code == 200
    page = client.get(address())
    assert page.status_code == 200
    assert "/send-again" not in page.text
    assert client.get(address(end="/html")).status_code == 200
    sign_in(client, booking.leader)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post(address(end="/send-again"), data={"csrf_token": token}).status_code in (400, 403)


# --------------------------------------------------------------------------------------------- finding, and how it goes


@pytest.fixture
def fates(booking: Booking, sink: MailSink) -> dict[str, str]:
    """One letter of every fate, by what a person asks for; whom it is for begins with a sign of its own."""
    deliver(Mailbox())
    write(booking, "b@refused.example")
    sink.answer("RCPT", "550 5.1.1 unknown")
    deliver(sink.carrier())
    write(booking, "d@doubtful.example")
    sink.answer("DOT", "accept and hang up")
    deliver(sink.carrier())
    write(booking, "r@later.example")
    sink.answer("RCPT", "450 4.2.1 come again")
    deliver(sink.carrier())
    write(booking, "s@stopped.example", "n@now.example")
    write(booking, "p@planned.example", due_at=NOW + timedelta(days=2))
    with transaction():
        service.stop_letter(letter_at("s@stopped.example").id, NOW)
    return {
        "due": "n…@now.example",
        "planned": "p…@planned.example",
        "retrying": "r…@later.example",
        "sent_today": "l…@school.example",
        "skipped": "s…@stopped.example",
        "failed": "b…@refused.example",
        "doubtful": "d…@doubtful.example",
    }


def listed(page: str, fates: dict[str, str]) -> set[str]:
    return {fate for fate, reader in fates.items() if reader in page}


def count_at(page: str, address: str) -> str:
    """The number that stands at a link to letters."""
    [link] = [part for part in page.split("<a ")[1:] if f'href="{address}"' in unescape(part.partition(">")[0])]
    return link.split("<strong")[1].partition(">")[2].partition("<")[0]


def test_every_question_has_its_number_and_its_letters(fates: dict[str, str], administrator: FlaskClient) -> None:
    page = administrator.get("/mailbox").text
    assert listed(page, fates) == set(fates)
    for asked in fates:
        assert count_at(page, f"/mailbox?show={asked}") == "1", asked
        assert listed(administrator.get(f"/mailbox?show={asked}").text, fates) == {asked}
    assert count_at(page, "/mailbox?show=under_way") == "0"
    assert "No letter is in this state." in administrator.get("/mailbox?show=under_way").text


def test_a_letter_that_waits_for_the_mail_server_is_among_those_that_are_retried(
    booking: Booking, administrator: FlaskClient, sink: MailSink
) -> None:
    sink.answer("MAIL", "421 closing")
    deliver(sink.carrier())
    page = administrator.get("/mailbox?show=retrying").text
    assert "l…@school.example" in page
    assert "The mail server does not accept the sender of this site." in page


def test_a_row_says_what_went_wrong_and_when_it_is_looked_at_again(
    fates: dict[str, str], administrator: FlaskClient
) -> None:
    page = administrator.get("/mailbox?show=retrying").text
    assert "Written at: Mon 1 March 2027, 10:00" in page
    assert "Next look: Mon 1 March 2027, 10:01" in page
    assert "Failed once" in page
    assert "The mailbox is closed." in page


def test_a_filter_by_kind_stays_while_the_question_changes(
    fates: dict[str, str], booking: Booking, administrator: FlaskClient
) -> None:
    none = administrator.get("/mailbox?kind=booking_declined").text
    assert "No such letters" in none
    assert count_at(none, "/mailbox?show=failed&kind=booking_declined") == "0"
    some = administrator.get("/mailbox?show=failed&kind=booking_confirmed").text
    assert listed(some, fates) == {"failed"}
    assert count_at(some, "/mailbox?show=due&kind=booking_confirmed") == "1"


def test_a_filter_that_makes_no_sense_is_passed_over(fates: dict[str, str], administrator: FlaskClient) -> None:
    for nonsense in ("show=trouble", "kind=nothing", "page=x"):
        page = administrator.get(f"/mailbox?{nonsense}")
        assert page.status_code == 200
        assert listed(page.text, fates) == set(fates)


@pytest.mark.parametrize("spell", [str, str.lower, lambda code: f" {code[:4]} - {code[4:]} "])
def test_letters_are_found_by_the_code_of_the_booking(
    booking: Booking, administrator: FlaskClient, spell: Callable[[str], str]
) -> None:
    with transaction():
        leader = make_leader()
        other = make_hold(make_departure(), leader)
        bookings.set_contact(other, CONTACT, by=leader, now=NOW)
        bookings.submit_booking(other, by=leader, now=NOW)
    write(booking, "ours@school.example")
    write(other, "theirs@school.example")
    found = send(administrator, "/mailbox", action="/mailbox/search", typed=spell(booking.code)).text
    assert "o…@school.example" in found
    assert "t…@school.example" not in found


def test_letters_are_found_by_the_whole_address_which_stands_in_no_link(
    fates: dict[str, str], administrator: FlaskClient
) -> None:
    answer = send(administrator, "/mailbox", action="/mailbox/search", typed=" P@Planned.example ")
    assert listed(answer.text, fates) == {"planned"}
    assert "planned.example" not in answer.request.url.lower()
    part = send(administrator, "/mailbox", action="/mailbox/search", typed="@planned.example")
    assert "No such letters" in part.text


def test_a_search_for_nothing_known_finds_nothing(fates: dict[str, str], administrator: FlaskClient) -> None:
    answer = send(administrator, "/mailbox", action="/mailbox/search", typed="ABCD-EFGH")
    assert "No such letters" in answer.text
    assert listed(answer.text, fates) == set()


def test_the_figures_are_those_of_days_in_beijing(booking: Booking, administrator: FlaskClient, sink: MailSink) -> None:
    deliver(Mailbox(), at=datetime(2027, 3, 1, 15, 59, tzinfo=UTC))
    write(booking, "a@school.example", "b@school.example")
    deliver(Mailbox(), at=datetime(2027, 3, 1, 16, 1, tzinfo=UTC))
    write(booking, "c@school.example")
    sink.answer("RCPT", "550 5.1.1 unknown")
    deliver(sink.carrier(), at=datetime(2027, 3, 1, 16, 2, tzinfo=UTC))
    with time_machine.travel(datetime(2027, 3, 2, 15, 0, tzinfo=UTC), tick=False):
        sign_in(administrator, make_administrator())
        page = administrator.get("/mailbox").text
    assert figures(page)["Mon 1 Mar"] == ["1", "0", "0"]
    assert figures(page)["Tue 2 Mar"] == ["2", "1", "0"]
    assert figures(page)["Wed 17 Feb"] == ["0", "0", "0"]
    assert len(figures(page)) == 14
    assert page.count('class="chart-sent"') == 3  # a column for each day with any, and one in the key


def figures(page: str) -> dict[str, list[str]]:
    """The rows of the table beside the chart."""
    rows = [row.split("</tr>")[0] for row in page.split('<th scope="row">')[1:]]
    cells = [row.replace("</th>", "").replace("</td>", "").split("<td>") for row in rows]
    return {day.strip(): [cell.strip() for cell in counts] for day, *counts in cells}


def test_a_longer_list_takes_no_more_statements(booking: Booking, administrator: FlaskClient) -> None:
    def statements() -> int:
        with counted_statements() as sent:
            assert administrator.get(f"/mailbox?about={booking.code}").status_code == 200
        return len(sent)

    write(booking, "one@school.example")
    few = statements()
    write(booking, *(f"{number}@school.example" for number in range(15)))
    assert statements() == few


# ----------------------------------------------------------------------------------------------- sending many again


@pytest.fixture
def refused(booking: Booking, sink: MailSink) -> None:
    """Two letters to mailboxes that are not there, and one to a mailbox that is full."""
    write(booking, "gone@school.example")
    sink.answer("RCPT", "550 5.1.1 unknown", "550 5.1.1 unknown")
    deliver(sink.carrier())
    write(booking, "full@school.example")
    sink.answer("RCPT", "552 5.2.2 full")
    deliver(sink.carrier())


def test_all_that_failed_for_one_cause_are_sent_again(
    refused: None, administrator: FlaskClient, sink: MailSink
) -> None:
    page = administrator.get("/mailbox?show=failed").text
    assert "Send these 2 again" in page
    assert "The mailbox is full." in page
    action = "/mailbox/send-again?problem=RCPT+550+5.1.1"
    answer = send_form(administrator, page, action)
    assert "2 letters will be sent again." in answer
    assert letter_at("full@school.example").state is LetterState.FAILED
    deliver(sink.carrier(), at=NOW + timedelta(seconds=1))
    assert sink.recipients == ["gone@school.example", "li@school.example"]


def test_only_letters_that_the_list_shows_are_sent_again(refused: None, administrator: FlaskClient) -> None:
    page = administrator.get("/mailbox?show=failed&kind=booking_declined").text
    assert "/mailbox/send-again" not in page
    token = form_of(page, "/mailbox/search?show=failed&kind=booking_declined")["csrf_token"]
    address = "/mailbox/send-again?problem=RCPT+550+5.1.1&kind=booking_declined"
    assert administrator.post(address, data={"csrf_token": token}).status_code == 303
    assert set(states()) == {LetterState.FAILED}


def send_form(client: FlaskClient, page: str, action: str) -> str:
    return client.post(action, data=form_of(page, action), follow_redirects=True).text


def test_only_administrators_send_again(refused: None, app: Flask, client: FlaskClient) -> None:
    app.config["DEMO"] = True
    speak(client, "en")
    page = client.get("/mailbox?show=failed").text
    assert "There is no such mailbox." in page
    assert "/mailbox/send-again" not in page
    token = form_of(page, "/mailbox/search?show=failed")["csrf_token"]
    client.post("/mailbox/send-again", data={"csrf_token": token})
    assert set(states()) == {LetterState.FAILED}


def test_a_letter_that_cannot_be_made_can_be_looked_at_and_stopped(
    booking: Booking, administrator: FlaskClient
) -> None:
    deliver(Mailbox())
    write(booking, "not an address")
    deliver(Mailbox())
    page = administrator.get(address(-1)).text
    assert "as it stands it cannot be made" in page
    assert "The address is no e-mail address." in page
    assert administrator.get(address(-1, "/html")).status_code == 409
    send(administrator, address(-1), action=address(-1, "/stop"))
    assert states() == [LetterState.SENT, LetterState.SKIPPED]


# ------------------------------------------------------------------------------------------------ ways out of the house


def test_the_page_says_which_carrier_is_away_since_when_and_why(
    booking: Booking, sink: MailSink, administrator: FlaskClient
) -> None:
    sink.answer("MAIL", "421 closing")
    carrier = sink.carrier()
    deliver(carrier)
    page = administrator.get("/mailbox").text
    assert "E-mail: nothing leaves by this way since" in page
    assert "The mail server does not accept the sender of this site." in page
    deliver(carrier, at=NOW + timedelta(minutes=1))
    assert "nothing leaves by this way" not in administrator.get("/mailbox").text


def test_a_letter_tells_by_which_ways_it_was_tried_in_vain(
    booking: Booking, sink: MailSink, administrator: FlaskClient
) -> None:
    deliver(Mailbox())
    write_by(booking, Way(Channel.MAIL, "gone@school.example"), Way(Channel.ROBOT, "wecombot://secret-token"))
    sink.answer("RCPT", "550 5.1.1 no such mailbox")
    deliver(sink.carrier())
    page = administrator.get(address(len(letters()) - 1)).text
    assert "E-mail – There is no such mailbox." in page
    assert "Group robot" in page
    assert "secret-token" not in page
