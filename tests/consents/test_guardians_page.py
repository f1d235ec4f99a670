"""The guardian's page: reached by the link alone, the same effort for yes and no, and nothing of it gets about."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.bookings.models import Booking
from exchange_app.consents import queries, service
from exchange_app.consents.models import ConsentAnswer
from exchange_app.consents.rules import ConsentState
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.rosters.models import Participant
from tests.builders import NOW, both
from tests.consents.group import AGENCY, LATER, answer, answer_for, children_of, make_group, make_link
from tests.pages import Browser, form_of, send, speak
from tests.rosters.sheet import pupil


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return make_group()


@pytest.fixture
def child(booking: Booking) -> Participant:
    return children_of(booking)[0]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = Browser(app, app.response_class)
    speak(client, "en")
    return client


def points(html: str) -> list[str]:
    """The names of the choices, in the order of the page."""
    return list(dict.fromkeys(re.findall(r'<input type="radio" name="(choices-[\w-]+)"', html)))


def standing(booking: Booking, child: Participant) -> ConsentState:
    given = queries.find_answer(booking, child)
    return given.state if given else ConsentState.MISSING


def test_it_says_what_it_is_about_and_all_that_has_to_be_known(
    client: FlaskClient, booking: Booking, child: Participant
) -> None:
    page = client.get(f"/c/{make_link(booking, child)}").text
    for words in (
        pupil(1)[1], booking.departure.package.title["en"], "south gate",  # the visit
        "Wei Lan", "tel:13900005678",  # who leads, whom to ask
        "What it is about", "Which data the school asks for", "What they are for", "Who receives them",
        "How long they are kept", "Whom you can ask", "Your rights",
        "Health note: So that carers know", "Ticket agency, only if you agree: Name, for the tickets",
        "You can withdraw your consent at any time", "shown to you, corrected and deleted",
    ):  # fmt: skip
        assert words in page, words
    assert len(points(page)) == 5  # taking part, data, health note, one recipient, photos


@pytest.mark.parametrize(("word", "state"), [("yes", ConsentState.AGREED), ("no", ConsentState.REFUSED)])
def test_yes_and_no_are_the_same_form_and_the_same_number_of_clicks(
    client: FlaskClient, booking: Booking, child: Participant, word: str, state: ConsentState
) -> None:
    address = f"/c/{make_link(booking, child)}"
    page = client.get(address).text
    assert re.findall(r'name="(choices-[\w-]+)" value="(\w+)" checked', page) == [("choices-photos", "no")]
    sizes = re.findall(r'(<label>)<input type="radio" name="choices-[\w-]+" value="(\w+)"', page)
    assert sizes == [("<label>", "yes"), ("<label>", "no")] * 5
    typed = dict.fromkeys(points(page), word)
    page = send(client, address, address, **typed, given_by="Qin Da").text
    assert "Your answer is kept" in page
    assert "Your answer so far" in page
    assert standing(booking, child) is state


def test_what_was_chosen_is_kept_when_something_is_missing(
    client: FlaskClient, booking: Booking, child: Participant
) -> None:
    address = f"/c/{make_link(booking, child)}"
    chosen = {"choices-taking_part": "yes", "choices-photos": "yes"}
    page = send(client, address, address, **chosen, given_by="Qin Da")
    assert page.status_code == 422
    assert page.text.count("Choose yes or no.</p>") == 3
    assert 'name="choices-photos" value="yes" checked' in page.text
    assert 'value="Qin Da"' in page.text
    rest = dict.fromkeys(points(page.text), "no")
    page = client.post(address, data={**form_of(page.text, address), **rest, **chosen})
    assert page.status_code == 422
    assert "Without the data your child cannot be in the roster" in page.text
    assert standing(booking, child) is ConsentState.MISSING


def test_whoever_says_no_need_not_answer_the_rest(client: FlaskClient, booking: Booking, child: Participant) -> None:
    address = f"/c/{make_link(booking, child)}"
    page = send(client, address, address, **{"choices-taking_part": "no"}, given_by="Qin Da")
    assert "Your answer is kept" in page.text
    assert standing(booking, child) is ConsentState.REFUSED


def test_a_text_that_changed_under_the_readers_eyes_is_shown_again(
    client: FlaskClient, booking: Booking, child: Participant
) -> None:
    address = f"/c/{make_link(booking, child)}"
    page = client.get(address).text
    with transaction():
        package = booking.departure.package
        package.title = both("Something else")
        package.recipients = [*package.recipients, {**AGENCY, "name": {"en": "Insurer"}}]
    typed = {**form_of(page, address), **dict.fromkeys(points(page), "yes"), "given_by": "Qin Da"}
    again = client.post(address, data=typed)
    assert again.status_code == 422
    assert "The text was changed while you read it" in again.text
    assert "Something else" in again.text
    assert again.text.count("Choose yes or no.</p>") == 1  # the one that is new
    typed = {**form_of(again.text, address), points(again.text)[-2]: "no"}
    done = client.post(address, data=typed, follow_redirects=True)
    assert "Your answer is kept" in done.text


def test_the_same_link_shows_the_answer_and_takes_another_or_its_withdrawal(
    client: FlaskClient, booking: Booking, child: Participant
) -> None:
    token = answer_for(booking, child, photos=True)
    address = f"/c/{token}"
    page = client.get(address).text
    assert "By link, by 覃大一" in page
    assert 'name="choices-photos" value="yes" checked' in page
    send(client, address, address, **{"choices-photos": "no"})
    assert queries.find_answer(booking, child).choices["photos"] is False  # type: ignore[union-attr]
    page = send(client, address, f"{address}/withdraw").text
    assert "Your consent is withdrawn" in page
    assert "Withdrawn by link on" in page
    assert standing(booking, child) is ConsentState.WITHDRAWN


def test_after_the_visit_it_only_takes_a_withdrawal(client: FlaskClient, booking: Booking, child: Participant) -> None:
    token = answer_for(booking, child)
    with time_machine.travel(booking.departure.meets_at + timedelta(days=60)):
        speak(client, "en")
        page = client.get(f"/c/{token}").text
        assert "There is nothing to answer any more" in page
        assert points(page) == []
        send(client, f"/c/{token}", f"/c/{token}/withdraw")
    assert standing(booking, child) is ConsentState.WITHDRAWN


def test_opening_it_changes_nothing(client: FlaskClient, booking: Booking, child: Participant) -> None:
    """A mail program or a chat that looks what is behind a link answers nothing."""
    token = make_link(booking, child)
    for _ in range(2):
        assert client.get(f"/c/{token}").status_code == 200
        assert client.get(f"/c/{token}/withdraw").status_code == 405
    assert db.session.query(ConsentAnswer).count() == 0


def test_links_that_lead_nowhere_say_so_and_what_helps(
    client: FlaskClient, booking: Booking, child: Participant
) -> None:
    token = make_link(booking, child)
    make_link(booking, child)
    replaced = client.get(f"/c/{token}")
    assert replaced.status_code == 410
    assert "the school made a newer one" in replaced.text
    assert "tel:13900005678" in replaced.text
    assert pupil(1)[1] not in replaced.text
    unknown = client.get("/c/nobodys")
    assert unknown.status_code == 404
    assert "This link is not known" in unknown.text
    assert "13900005678" not in unknown.text
    with time_machine.travel(NOW.replace(year=2029)):
        page = client.get(f"/c/{make_old_link(booking, child)}", headers={"Accept-Language": "en"}).text
        assert "its time is over" in page


def make_old_link(booking: Booking, child: Participant) -> str:
    with transaction():
        return service.make_links(booking, [child], by=booking.leader, now=NOW)[child.uid]


def test_it_gets_into_no_cache_no_referrer_no_search_engine_and_no_other_address(
    client: FlaskClient, booking: Booking, child: Participant
) -> None:
    token = make_link(booking, child)
    for address in (f"/c/{token}", f"/c/{token}/data", "/c/nobodys"):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex"
    page = client.get(f"/c/{token}").text
    assert re.findall(rf'href="([^"]*{token}[^"]*)', page) == [f"/c/{token}/data"]  # a page of the same secret
    assert "/sign-in" not in page


def test_no_token_gets_into_a_log(
    client: FlaskClient, booking: Booking, child: Participant, caplog: pytest.LogCaptureFixture
) -> None:
    token = make_link(booking, child)
    with caplog.at_level(logging.DEBUG):
        send(client, f"/c/{token}", f"/c/{token}", given_by="")
        client.get(f"/c/{token}x")
        client.application.testing = False
        client.application.jinja_env.globals.pop("date_range")
        assert client.get(f"/c/{token}").status_code == 500
    assert "fault" in caplog.text
    assert token not in caplog.text


def test_guessing_is_stopped_but_not_whoever_has_an_old_link(
    client: FlaskClient, booking: Booking, child: Participant
) -> None:
    token = make_link(booking, child)
    make_link(booking, child)
    assert {client.get(f"/c/{token}").status_code for _ in range(31)} == {410}
    assert {client.get(f"/c/guess-{number}").status_code for number in range(30)} == {404}
    assert client.get("/c/one-more").status_code == 429


def test_it_speaks_the_browsers_language_until_the_other_is_chosen(app: Flask, booking: Booking) -> None:
    token = make_link(booking, children_of(booking)[1])
    client = Browser(app, app.response_class)
    page = client.get(f"/c/{token}", headers={"Accept-Language": "en-GB"}).text
    assert "Your rights" in page
    form = form_of(page, "/language")
    page = client.post("/language", data={**form, "language": "zh_Hans"}, follow_redirects=True).text
    assert '<html lang="zh-Hans">' in page
    answer(booking, token)
    given = queries.find_answer(booking, children_of(booking)[1])
    assert given is not None
    heading = given.notice.words["sections"][0]["heading"]
    assert set(heading) == {"zh_Hans", "en"}  # the proof holds both, whichever was read
