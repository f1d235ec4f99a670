"""What a host writes to the leaders of a departure: who gets it, once, until it is stopped; and the pages for it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.bookings import messages, waiting
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import MessageStopped, NobodyToWriteTo, NothingToStop, TooManyMessages
from exchange_app.bookings.message_sending import paragraphs
from exchange_app.bookings.messages import ADDRESSEES, MOST_A_DAY, Progress, Text
from exchange_app.bookings.models import Booking, Message
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.bookings.service import Contact
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.reading import ReadableLetter, read_letter
from exchange_app.outbox.transport.carrier import Envelope, Mailbox
from exchange_app.partners.models import OrganisationKind
from tests.bookings.group import hand_in, host_of, told
from tests.builders import (
    NOW,
    both,
    make_city,
    make_departure,
    make_hold,
    make_leader,
    make_organisation,
    make_package,
    make_user,
)
from tests.outbox.letters import deliver, letters
from tests.pages import Browser, form_of, send, sign_in

RAIN = Text("Bring rain gear", "It will rain.\n\nSee https://weather.example/chongzuo?day=1.")
WITH_SEATS = (BookingState.CONFIRMED, BookingState.SUBMITTED)
EVERYBODY = tuple(ADDRESSEES)


def hand_in_as(school: str, departure: Departure, **size: int) -> Booking:
    """Its contact is at an address of the school's own."""
    booking = hand_in(departure, make_leader(), **size)
    booking.contact_email = f"{school}@school.example"
    return booking


def make_waiting(departure: Departure) -> Booking:
    """A group for which there are no seats."""
    contact = Contact("Ling Yu", "waits@school.example", "13900005678")
    with transaction():
        return waiting.join_list(departure, Party(24, 3), contact, form_token="waits", by=make_leader(), now=NOW)


@pytest.fixture
def departure(app: Flask) -> Departure:
    """Two confirmed groups and one that is only filling its form in."""
    with transaction():
        departure = make_departure(make_package(), capacity=90)
        hand_in_as("one", departure)
        hand_in_as("two", departure).language = "zh_Hans"
        make_hold(departure, make_leader())
    return departure


def groups_of(departure: Departure) -> Sequence[Booking]:
    return db.session.scalars(select(Booking).where(Booking.departure_id == departure.id).order_by(Booking.id)).all()


def host(departure: Departure) -> User:
    with transaction():
        return host_of(groups_of(departure)[0])


def write(departure: Departure, text: Text = RAIN, *, to: Any = WITH_SEATS, token: str = "a", at: Any = NOW) -> Message:
    by = host(departure)
    with transaction():
        return messages.send_message(departure, text, to=to, form_token=token, by=by, now=at)


def written() -> list[Letter]:
    return [letter for letter in letters() if letter.kind == "organiser_message"]


def progress_of(message: Message) -> Progress:
    db.session.rollback()  # what others did since this session looked
    return messages.map_progress([fresh(message)])[message.id]


def fresh(message: Message) -> Message:
    return db.session.get_one(Message, message.id, populate_existing=True)


def read(letter: Letter) -> ReadableLetter:
    return read_letter(letter, NOW)


# ---------------------------------------------------------------------------------------------------------- who gets it


def test_every_group_with_seats_gets_a_letter_at_its_contact_address(departure: Departure) -> None:
    write(departure)
    assert [(letter.address, letter.language) for letter in written()] == [
        ("one@school.example", "en"),
        ("two@school.example", "zh_Hans"),
    ]


def test_groups_on_the_waiting_list_get_it_where_the_host_wants(departure: Departure) -> None:
    with transaction():
        full = make_departure(departure.package, capacity=27)
        hand_in_as("seated", full)
    make_waiting(full)
    write(full)
    assert [letter.address for letter in written()] == ["seated@school.example"]
    write(full, to=[BookingState.WAITING], token="b")
    assert [letter.address for letter in written()] == ["seated@school.example", "waits@school.example"]


def test_groups_that_were_there_can_still_be_written_to(departure: Departure) -> None:
    afterwards = NOW + timedelta(days=40)
    with transaction():
        bookings.finish_departures(afterwards)
    write(departure, at=afterwards)
    deliver(Mailbox(), afterwards)
    assert [letter.state for letter in written()] == [LetterState.SENT] * 2


def test_a_message_to_nobody_is_refused_and_not_kept(departure: Departure) -> None:
    for to in ([], [BookingState.WAITING], [BookingState.SUBMITTED]):
        with pytest.raises(NobodyToWriteTo):
            write(departure, to=to)
    assert messages.list_messages_of(departure.id) == []


def test_the_same_form_sent_twice_makes_one_message(departure: Departure) -> None:
    first = write(departure)
    again = write(departure, Text("Other", "words"))
    assert again.id == first.id
    assert len(written()) == 2


def test_the_same_form_sent_twice_at_once_makes_one_message(app: Flask, departure: Departure) -> None:
    by = host(departure)
    made: list[int] = []

    def submit() -> None:
        with app.app_context():
            with transaction():
                where, who = db.session.get_one(Departure, departure.id), db.session.get_one(User, by.id)
                message = messages.send_message(where, RAIN, to=EVERYBODY, form_token="a", by=who, now=NOW)
            made.append(message.id)
            db.session.remove()

    senders = [threading.Thread(target=submit) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(made) == 6
    assert len(set(made)) == 1
    assert len(written()) == 2


def test_a_day_has_room_for_ten_messages_however_fast_they_are_sent(app: Flask, departure: Departure) -> None:
    by = host(departure)
    refused: list[str] = []

    def submit(token: str) -> None:
        with app.app_context():
            try:
                with transaction():
                    where, who = db.session.get_one(Departure, departure.id), db.session.get_one(User, by.id)
                    messages.send_message(where, RAIN, to=EVERYBODY, form_token=token, by=who, now=NOW)
            except TooManyMessages as refusal:
                refused.append(refusal.sentence)
            db.session.remove()

    senders = [threading.Thread(target=submit, args=(f"form-{number}",)) for number in range(MOST_A_DAY + 3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(refused) == 3
    assert len(messages.list_messages_of(departure.id)) == MOST_A_DAY
    write(departure, token="tomorrow", at=NOW + timedelta(days=1))
    with transaction():
        other = make_departure(departure.package)
        hand_in_as("elsewhere", other)
    write(other, token="elsewhere")


# --------------------------------------------------------------------------------------------------------- what is read


def test_the_letter_has_the_hosts_words_in_a_frame_of_the_bookings_language(departure: Departure) -> None:
    write(departure)
    english, chinese = (read(letter) for letter in written())
    assert english.subject == chinese.subject == "Bring rain gear"
    assert "It will rain.\n\nSee https://weather.example/chongzuo?day=1.\n" in english.text
    assert "at 0771-5550000" in english.text
    assert "booking code" in english.text.lower()
    assert "预订" in chinese.text
    assert '<a href="https://weather.example/chongzuo?day=1" target="_blank" rel="noopener noreferrer"' in english.html


def test_words_stay_words(departure: Departure) -> None:
    write(departure, Text("<b>1 & 2</b>", '<script>x</script>\n<a href="https://a.example/">here</a>'))
    letter = read(written()[0])
    assert letter.subject == "<b>1 & 2</b>"
    assert "<script>" not in letter.html
    assert "&lt;script&gt;x&lt;/script&gt;<br>" in letter.html
    assert re.findall(r'href="(https://a\.[^"]*)"', letter.html) == ["https://a.example/"]


@pytest.mark.parametrize(
    ("words", "links"),
    [
        ("见https://a.example/路线。", ["https://a.example/"]),
        ("(https://a.example:8443/b?c=1&d=%20#e), then", ["https://a.example:8443/b?c=1&d=%20#e"]),
        ("https://good.example@evil.example/", ["https://good.example"]),
        ("http://a.example javascript:alert(1) www.a.example a@b.example https://", []),
        ("https://a.example. https://b.example/.", ["https://a.example", "https://b.example/"]),
    ],
)
def test_plain_https_addresses_become_links(words: str, links: list[str]) -> None:
    (line,) = paragraphs(words)[0]
    assert [piece.text for piece in line if piece.is_link] == links
    assert "".join(piece.text for piece in line) == words


def test_lines_and_paragraphs_are_kept() -> None:
    shape = [["".join(piece.text for piece in line) for line in part] for part in paragraphs("a\nb\n \n\nc\n")]
    assert shape == [["a", "b"], ["c"]]


def test_the_bookings_history_tells_that_the_host_wrote(app: Flask, departure: Departure) -> None:
    write(departure, Text("100 % rain", "Bring boots."))
    one, _, held = groups_of(departure)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert told(one)[-1] == "The host wrote: 100 % rain"
        assert len(told(held)) == 1


# ---------------------------------------------------------------------------------------- what happens until it is sent


def test_a_group_that_ended_meanwhile_gets_nothing(departure: Departure) -> None:
    message = write(departure)
    one, *_ = groups_of(departure)
    with transaction():
        bookings.cancel_booking(one, reason="Exams", by=one.leader, now=NOW)
    deliver(Mailbox())
    assert [letter.state for letter in written()] == [LetterState.SKIPPED, LetterState.SENT]
    assert progress_of(message) == Progress(sent=1, waiting=0, failed=0, doubtful=0, skipped=1, stopped=0)


def test_a_group_that_went_to_another_date_meanwhile_gets_nothing(departure: Departure) -> None:
    write(departure)
    with transaction():
        later = make_departure(departure.package, now=NOW + timedelta(days=7))
        groups_of(departure)[0].departure_id = later.id
    deliver(Mailbox())
    assert [letter.state for letter in written()] == [LetterState.SKIPPED, LetterState.SENT]


def test_nobody_is_written_to_about_a_departure_that_was_called_off(departure: Departure) -> None:
    write(departure)
    by = host(departure)
    with transaction():
        bookings.call_off_departure(departure, cause=Cause.WEATHER, reason=both("A typhoon"), by=by, now=NOW)
    deliver(Mailbox())
    assert [letter.state for letter in written()] == [LetterState.SKIPPED] * 2
    with pytest.raises(NobodyToWriteTo):
        write(departure, token="b")


class StoppedMeanwhile(Mailbox):
    """A mail server that is slow enough for the host to stop the message while it takes the first letter."""

    def __init__(self, message: Message) -> None:
        self._message_id: int | None = message.id

    def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
        before_last_dot()
        if self._message_id:
            with current_app.app_context(), transaction():
                messages.stop_message(db.session.get_one(Message, self._message_id), now=NOW)
            self._message_id = None


def test_stopping_keeps_back_what_has_not_gone_out(departure: Departure) -> None:
    deliver(Mailbox())  # what the groups were told before
    message = write(departure)
    deliver(StoppedMeanwhile(message))
    assert [letter.state for letter in written()] == [LetterState.SENT, LetterState.SKIPPED]
    assert progress_of(message) == Progress(sent=1, waiting=0, failed=0, doubtful=0, skipped=0, stopped=1)


def test_a_message_is_stopped_once_and_only_while_something_waits(departure: Departure) -> None:
    message = write(departure)
    with transaction():
        messages.stop_message(message, now=NOW)
    assert progress_of(message) == Progress(sent=0, waiting=0, failed=0, doubtful=0, skipped=0, stopped=2)
    with pytest.raises(MessageStopped), transaction():
        messages.stop_message(fresh(message), now=NOW)
    done = write(departure, token="b")
    deliver(Mailbox())
    with pytest.raises(NothingToStop), transaction():
        messages.stop_message(done, now=NOW)


def test_a_letter_that_cannot_be_sent_is_counted_as_failed(departure: Departure) -> None:
    with transaction():
        groups_of(departure)[0].contact_email = "no address"
    message = write(departure)
    assert progress_of(message) == Progress(sent=0, waiting=2, failed=0, doubtful=0, skipped=0, stopped=0)
    deliver(Mailbox())
    assert progress_of(message) == Progress(sent=1, waiting=0, failed=1, doubtful=0, skipped=0, stopped=0)


# ---------------------------------------------------------------------------------------------------------------- pages


@pytest.fixture
def today(app: Flask) -> Departure:
    """As `departure`, on the calendar of the pages."""
    with transaction():
        departure = make_departure(make_package(), capacity=90, now=now())
        for school in ("one", "two"):
            booking = hand_in(departure, make_leader(), now=now())
            booking.contact_email = f"{school}@school.example"
    return departure


def browser_of(app: Flask, user: User) -> FlaskClient:
    browser: FlaskClient = Browser(app, app.response_class)
    sign_in(browser, user)
    return browser


def page(departure: Departure, name: str = "") -> str:
    return f"/organiser/departures/{departure.id}/messages{name}"


def typed(text: Text = RAIN) -> dict[str, str]:
    return {"subject": text.subject, "words": text.words}


def kept_in(html: str, action: str) -> dict[str, Any]:
    """The form's fields; a browser leaves out the line break with which a text begins in the page."""
    fields = dict(form_of(html, action))
    return {**fields, "words": fields["words"].replace("\r\n", "\n").removeprefix("\n")}


def token_of(client: FlaskClient) -> str:
    """What a form of any page that the reader may see would send along."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found.group(1)


def preview(client: FlaskClient, departure: Departure, **fields: Any) -> Any:
    return send(client, page(departure, "/new"), page(departure, "/preview"), **{**typed(), **fields})


def send_on(client: FlaskClient, departure: Departure, html: str) -> Any:
    return client.post(page(departure), data=form_of(html, page(departure)), follow_redirects=True)


def test_a_host_writes_looks_at_it_and_sends_it(app: Flask, today: Departure) -> None:
    client = browser_of(app, host(today))
    assert page(today, "/new") in client.get(f"/organiser/departures/{today.id}/bookings").text
    shown = preview(client, today)
    assert shown.status_code == 200
    assert "2 letters go out" in shown.text
    assert "Send to 2 leaders" in shown.text
    assert shown.text.count("It will rain.") >= 4  # in both languages, as a page and as text
    assert written() == []
    progress = send_on(client, today, shown.text)
    assert "0 of 2 sent" in progress.text
    assert 'http-equiv="refresh"' in progress.text
    assert len(written()) == 2
    again = send_on(client, today, shown.text)  # the same form
    assert again.request.path == progress.request.path
    assert len(written()) == 2


def test_the_progress_page_follows_the_letters_to_the_end(app: Flask, today: Departure) -> None:
    client = browser_of(app, host(today))
    address = send_on(client, today, preview(client, today).text).request.path
    deliver(Mailbox(), now())
    part = client.get(address, headers={"HX-Request": "true"}).text
    assert "2 of 2 sent" in part
    assert "<html" not in part
    assert "hx-trigger" not in part
    assert 'http-equiv="refresh"' not in client.get(address).text
    assert "2 of 2 sent" in client.get(page(today)).text


def test_what_was_written_comes_back_to_be_changed(app: Flask, today: Departure) -> None:
    client = browser_of(app, host(today))
    text = Text('"Quoted" & <b>', "\nOne line\n\n  and  another </textarea>")
    shown = preview(client, today, subject=text.subject, words=text.words, submitted=None, waiting="y")
    back = client.post(page(today, "/new"), data=form_of(shown.text, page(today)))
    assert back.status_code == 200
    form = kept_in(back.text, page(today, "/preview"))
    assert (form["subject"], form["words"]) == (text.subject, text.words.strip())
    assert {"confirmed", "waiting"} <= set(form)
    assert "submitted" not in form
    assert form["form_token"] == form_of(shown.text, page(today))["form_token"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"words": " \n "}, "Fill this in."),
        ({"subject": ""}, "Fill this in."),
        ({"subject": "x" * 121}, "at most 120 characters"),
        ({"words": "x" * 5001}, "at most 5000 characters"),
        ({"confirmed": None, "submitted": None}, "Nobody would get this message"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_stays_as_it_was_typed(
    app: Flask, today: Departure, fields: dict[str, Any], sentence: str
) -> None:
    client = browser_of(app, host(today))
    refused = preview(client, today, **fields)
    assert refused.status_code == 422
    assert sentence in refused.text
    kept = kept_in(refused.text, page(today, "/preview"))
    for name, value in {**typed(), **fields}.items():
        assert kept.get(name) == value


def test_a_test_goes_to_the_writer_alone_and_once_for_the_same_words(app: Flask, today: Departure) -> None:
    writer = host(today)
    client = browser_of(app, writer)
    form = form_of(preview(client, today).text, page(today))
    for _ in range(2):
        shown = client.post(page(today, "/preview"), data={**form, "test": "y"})
        assert f"A test goes to {writer.email}." in shown.text
        assert "Send to 2 leaders" in shown.text
    deliver(Mailbox(), now())
    (letter,) = [letter for letter in letters() if letter.address == writer.email and "message" in letter.kind]
    assert letter.state is LetterState.SENT
    assert read(letter).subject == "Test: Bring rain gear"
    assert "only you get" in read(letter).text
    assert "It will rain." in read(letter).text
    client.post(page(today, "/preview"), data={**form, "words": "Other words", "test": "y"})
    assert len([letter for letter in letters() if letter.kind == "organiser_message_test"]) == 2
    assert messages.list_messages_of(today.id) == []


def test_a_host_stops_a_message(app: Flask, today: Departure) -> None:
    client = browser_of(app, host(today))
    address = send_on(client, today, preview(client, today).text).request.path
    stopped = send(client, address, f"{address}/stop")
    assert "the letters that had not gone out will not be sent" in stopped.text
    assert "0 of 2 sent" in stopped.text
    assert f"{address}/stop" not in stopped.text
    again = client.post(f"{address}/stop", data={"csrf_token": token_of(client)}, follow_redirects=True)
    assert "stopped already" in again.text


def test_the_eleventh_message_of_a_day_is_refused_and_kept(app: Flask, today: Departure) -> None:
    client = browser_of(app, host(today))
    for number in range(MOST_A_DAY):
        write(today, token=f"form-{number}", at=now())
    refused = send_on(client, today, preview(client, today).text)
    assert refused.status_code == 422
    assert "10 messages went to the groups of this departure today" in refused.text
    assert kept_in(refused.text, page(today, "/preview"))["words"] == RAIN.words


def test_others_can_neither_write_nor_look(app: Flask, today: Departure) -> None:
    message = write(today, at=now())
    with transaction():
        stranger = make_user(make_organisation(make_city(), OrganisationKind.OFFICE), Role.ORGANISER)
        administrator = make_user(make_organisation(make_city(), OrganisationKind.OFFICE), Role.ADMINISTRATOR)
        leader = groups_of(today)[0].leader
    own = f"/organiser/messages/{message.id}"
    pages = [page(today), page(today, "/new"), page(today, "/preview"), own]
    for user, status in ((stranger, 404), (leader, 403)):
        client = browser_of(app, user)
        assert [client.get(address).status_code for address in pages] == [status] * 4
        for address in (page(today), page(today, "/new"), page(today, "/preview"), f"{own}/stop"):
            sent = client.post(address, data={**typed(), "csrf_token": token_of(client)})
            assert sent.status_code == status
    assert fresh(message).stopped_at is None
    client = browser_of(app, administrator)
    assert client.get(own).status_code == client.get(page(today, "/new")).status_code == 200


def test_the_preview_opened_by_itself_leads_to_writing(app: Flask, today: Departure) -> None:
    client = browser_of(app, host(today))
    answer = client.get(page(today, "/preview"))
    assert (answer.status_code, answer.location) == (303, page(today, "/new"))
