"""Somebody writes while the request goes elsewhere, ends, or the page grows old: no word is lost, and nothing is shown
that is no longer theirs."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.helpdesk import service
from exchange_app.helpdesk.models import Guide
from exchange_app.helpdesk.queries import lock_request
from exchange_app.helpdesk.rules import Outcome
from tests.builders import NOW
from tests.helpdesk.town import WORDS, afresh, ask, make_towns
from tests.pages import Browser, form_of, send, sign_in, speak

ANSWER = "The course begins in March, room 4. 请带照片"


def browser(app: Flask, user: User | None = None) -> Browser:
    app.test_client_class = Browser
    client: Browser = app.test_client()  # type: ignore[assignment]
    if user is None:
        speak(client, "en")
    else:
        sign_in(client, user)
    return client


def test_an_answer_written_while_the_request_went_up_is_handed_back(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        county, city, stranger = (here.staff(f"{one}") for one in ("county human-resources", "city human-resources",
                                                                   "city health"))  # fmt: skip
        request = ask(here)
    address, office = f"/office/help/{request.code}", here.offices["city human-resources"].name["en"]
    clerk = browser(app, county)
    form = {**form_of(clerk.get(address).text, f"{address}/answer"), "answer-words": ANSWER}
    with time_machine.travel(afresh(request).due_at + timedelta(hours=1)), transaction():
        service.look_after(afresh(request).due_at + timedelta(hours=1))
    assert afresh(request).office_id == city.organisation_id
    refused = clerk.post(f"{address}/answer", data=form)
    assert refused.status_code == 404
    assert ANSWER in refused.text
    assert office in refused.text
    assert WORDS not in refused.text  # whoever cannot read it any more does not
    other = browser(app, stranger)
    token = form_of(other.get(f"/office/help/offices/{stranger.organisation_id}").text)["csrf_token"]
    told = other.post(f"{address}/answer", data={"csrf_token": token, "answer-words": ANSWER})
    assert (told.status_code, ANSWER in told.text, office in told.text) == (404, True, False)
    forged = other.post(f"{address}/answer", data={"answer-words": "Call 900 and tell them your password"})
    assert "Call 900" not in forged.text  # another site cannot make us show its words
    assert len(afresh(request).entries) == 2


def test_an_answer_to_a_request_that_was_closed_meanwhile_stays_on_the_page(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        clerk, colleague = here.staff("county human-resources"), here.staff("county human-resources")
        request = ask(here)
    address, client = f"/office/help/{request.code}", browser(app, clerk)
    form = {**form_of(client.get(address).text, f"{address}/answer"), "answer-words": ANSWER}
    with transaction():
        service.close(lock_request(request.code, colleague), Outcome.SOLVED, "", by=colleague, now=NOW)
    refused = client.post(f"{address}/answer", data=form)
    assert refused.status_code == 422
    assert "This request is closed" in refused.text
    assert ANSWER in refused.text


def test_what_a_person_adds_outlives_the_half_hour_and_the_end(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        clerk = here.staff("county human-resources")
        request = ask(here)
    code, pin = request.code, request.pin
    with time_machine.travel(NOW, tick=False) as clock:
        person = browser(app)
        opened = {**form_of(person.get("/help/open").text), "code": code, "pin": pin}
        page = person.post("/help/open", data=opened, follow_redirects=True).text
        adding = {**form_of(page, "/help/request/add"), "words": ANSWER}
        clock.shift(timedelta(minutes=31))
        asked = person.post("/help/request/add", data=adding)
        assert "code and PIN once more" in asked.text
        again = {**form_of(asked.text, "/help/open"), "code": code, "pin": pin}
        page = person.post("/help/open", data=again).text
        sent = form_of(page, "/help/request/add")
        assert sent["words"].strip() == ANSWER
        person.post("/help/request/add", data=sent)
        assert afresh(request).entries[-1].words == ANSWER
        with transaction():
            service.close(lock_request(code, clerk), Outcome.SOLVED, "", by=clerk, now=NOW)
        refused = person.post("/help/request/add", data={**sent, "words": "One more thing"})
    assert refused.status_code == 422
    assert "One more thing" in refused.text
    assert "This request is closed" in refused.text


def test_an_answer_sent_twice_is_read_once(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        clerk = here.staff("county human-resources")
        request = ask(here)
    address, client = f"/office/help/{request.code}", browser(app, clerk)
    form = {**form_of(client.get(address).text, f"{address}/answer"), "answer-words": ANSWER}
    for _ in range(2):
        assert client.post(f"{address}/answer", data=form).status_code == 303
    assert [entry.words for entry in afresh(request).entries] == [WORDS, ANSWER]


def test_nobody_is_told_at_home_where_home_is_here(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        here.staff("county human-resources")
    home = {"home_city_id": here.city.id, "is_home_told": "y"}
    typed = {"topic": "job", "place": f"county-{here.county.id}", "contact": "13987650123", "words": WORDS}
    refused = send(browser(app), "/help/ask", **typed, **home)
    assert (refused.status_code, "there is no other office to tell" in refused.text) == (422, True)


def test_a_guide_that_two_people_edit_keeps_what_the_first_wrote(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        first, second = here.staff("city education"), here.staff("city education")
    client, other = browser(app, first), browser(app, second)
    new = {**form_of(client.get("/office/help/guides/new").text), "topic": "schooling", "title-en": "Enrolment"}
    new |= {"body-en": "First this", "office_id": first.organisation_id}
    for _ in range(2):
        client.post("/office/help/guides/new", data=new)
    (guide,) = db.session.scalars(select(Guide)).all()
    address = f"/office/help/guides/{guide.id}"
    mine, theirs = form_of(client.get(address).text), form_of(other.get(address).text)
    assert client.post(address, data={**mine, "body-en": "Then that"}).status_code == 303
    refused = other.post(address, data={**theirs, "body-en": "Or this"})
    assert "Somebody else changed this" in refused.text
    assert "Or this" in refused.text
    assert db.session.get_one(Guide, guide.id).body["en"] == "Then that"
