"""The pages: asking and reading without an account or JavaScript, what is refused, guessing, and other offices."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Publication
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.helpdesk import keeping, service
from exchange_app.helpdesk.errors import PinWrong
from exchange_app.helpdesk.keeping import GuideTerms
from exchange_app.helpdesk.models import HelpRequest
from exchange_app.helpdesk.rules import Topic
from tests.builders import NOW, both, make_organisation, make_user
from tests.helpdesk.town import MAIL, PHONE, WORDS, Town, afresh, ask, make_towns
from tests.pages import Browser, send, sign_in, speak
from tests.statements import counted_statements

IDENTITY_NUMBER = "459900201303150017"


@pytest.fixture
def towns(app: Flask) -> tuple[Town, Town]:
    app.test_client_class = Browser
    with transaction():
        here, there = make_towns()
        here.liaison()
    return here, there


def visitor(app: Flask) -> Browser:
    client: Browser = app.test_client()  # type: ignore[assignment]
    speak(client, "en")
    return client


def worker_of(app: Flask, user: User) -> Browser:
    client: Browser = app.test_client()  # type: ignore[assignment]
    sign_in(client, user)
    return client


def code_and_pin(page: str) -> tuple[str, str]:
    found = re.search(r'id="code">([^<]+)<.*id="pin">(\d{6})<', page, re.DOTALL)
    assert found is not None
    return found[1], found[2]


def open_with(client: Browser, code: str, pin: str) -> str:
    return send(client, "/help/open", code=code, pin=pin).text


@time_machine.travel(NOW, tick=False)
def test_from_the_question_to_its_end(app: Flask, towns: tuple[Town, Town]) -> None:
    here, _ = towns
    with transaction():
        worker = here.staff("county human-resources")
    person = visitor(app)
    typed = {"topic": "job", "place": f"county-{here.county.id}", "contact": PHONE}
    refused = send(person, "/help/ask", words=f"I am {IDENTITY_NUMBER}", **typed)
    assert refused.status_code == 422
    assert "There is an identity number in this text." in refused.text
    assert f"I am {IDENTITY_NUMBER}" in refused.text  # nothing is lost
    assert PHONE in refused.text
    page = send(person, "/help/ask", words=WORDS, **typed).text
    code, pin = code_and_pin(page)
    assert (code, pin) == code_and_pin(person.get("/help/asked").text)  # phones load pages again

    office = worker_of(app, worker)
    assert code in office.get("/office/help").text
    address = f"/office/help/{code.replace('-', '')}"
    shown = office.get(address).text
    assert "electr" not in shown.lower().split("<main")[0]
    assert WORDS in shown
    assert PHONE not in shown
    assert PHONE in send(office, address, action=f"{address}/contact").text
    assert PHONE not in office.get(address).text
    assert pin not in shown
    send(office, address, action=f"{address}/answer", **{"answer-words": "On Mondays, room 4."})

    later = visitor(app)  # another browser
    read = open_with(later, code.lower(), f"{pin[:3]} {pin[3:]}")
    assert "On Mondays, room 4." in read
    assert worker.name not in read
    send(later, "/help/request", action="/help/request/add", words="Thank you")
    assert "Thank you" in office.get(address).text
    assert "is deleted" in send(later, "/help/request", action="/help/request/delete").text
    assert office.get(address).status_code == 404
    assert "do not belong together" in open_with(visitor(app), code, pin)


def test_the_pin_is_shown_for_some_minutes_in_that_browser_only(app: Flask, towns: tuple[Town, Town]) -> None:
    here, _ = towns
    with time_machine.travel(NOW, tick=False) as clock:
        person = visitor(app)
        typed = {"topic": "medical", "place": f"city-{here.city.id}", "contact": MAIL, "words": WORDS}
        code, pin = code_and_pin(send(person, "/help/ask", **typed).text)
        assert visitor(app).get("/help/asked").status_code == 303
        clock.shift(timedelta(minutes=10, seconds=1))
        assert person.get("/help/asked").headers["Location"] == "/help/open"
        assert code in open_with(person, code, pin)
        clock.shift(timedelta(minutes=31))
        assert person.get("/help/request").status_code == 303


def test_what_cannot_be_taken_is_said_beside_the_field(app: Flask, towns: tuple[Town, Town]) -> None:
    here, there = towns
    good = {"topic": "job", "place": f"city-{here.city.id}", "contact": PHONE, "words": WORDS}
    for wrong, sentence in (
        ({"contact": "call me"}, "Write a phone number"),
        ({"contact": f"{PHONE} {MAIL}"}, "Write an e-mail address"),  # one of them, not both
        ({"topic": None}, "Fill this in."),
        ({"topic": "love"}, "Choose one of the list."),
        ({"place": f"city-{there.city.id}"}, "No office there answers requests"),
        ({"is_home_told": "y"}, "Choose your home city too"),
        ({"contact": IDENTITY_NUMBER}, "There is an identity number"),
        ({"contact": f"{IDENTITY_NUMBER}@mail.example"}, "There is an identity number"),
        ({"words": "x" * 2001}, "Write at most 2000 characters"),
    ):
        answer = send(visitor(app), "/help/ask", **{**good, **wrong})
        assert (answer.status_code, sentence in answer.text) == (422, True), wrong
    assert db.session.query(HelpRequest).count() == 0


def test_guessing_pins_is_slowed_down_whoever_tries(app: Flask, towns: tuple[Town, Town]) -> None:
    with transaction():
        request = ask(towns[0])
    wrong = "000000" if request.pin != "000000" else "111111"
    for _ in range(5):
        assert "do not belong together" in open_with(visitor(app), request.code, wrong)
    assert send(visitor(app), "/help/open", code=request.code, pin=request.pin).status_code == 429


def test_digits_of_any_script_are_a_pin_and_tell_nothing_of_the_code(app: Flask, towns: tuple[Town, Town]) -> None:
    in_arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    with transaction():
        gone, there = ask(towns[0]), ask(towns[0])
        codes, pin = (gone.code, there.code), there.pin
        service.delete_by_person(gone, now=NOW)
    wrong = f"{(int(pin) + 1) % 10**6:06}".translate(in_arabic)
    assert all(
        "do not belong together" in open_with(visitor(app), code, typed) for code in codes for typed in (wrong, "²③٣")
    )
    assert "weld" in open_with(visitor(app), codes[1], pin.translate(in_arabic))


def test_a_code_that_nobody_has_costs_the_same_work(app: Flask, towns: tuple[Town, Town]) -> None:
    with transaction():
        gone, there = ask(towns[0]), ask(towns[0])
        codes, wrong = (gone.code, there.code), f"{(int(there.pin) + 1) % 10**6:06}"
        service.delete_by_person(gone, now=NOW)
    sent = []
    for code in codes:
        with counted_statements() as statements, pytest.raises(PinWrong):
            service.prove(code, wrong)
        sent.append(statements)
    assert sent[0] == sent[1]


def test_a_code_that_nobody_has_gets_the_same_answer(app: Flask, towns: tuple[Town, Town]) -> None:
    with transaction():
        gone, there = ask(towns[0]), ask(towns[0])
        service.delete_by_person(gone, now=NOW)
    pages = [open_with(visitor(app), request.code, "123450") for request in (gone, there)]
    said = [re.search(r'id="pin-error">(.*?)</div></div>', page, re.DOTALL) for page in pages]
    told = {found and found[1] for found in said}
    assert len(told) == 1
    assert "do not belong together" in str(told)


@time_machine.travel(NOW, tick=False)
def test_another_office_finds_nothing_and_the_counterpart_sees_no_contact(app: Flask, towns: tuple[Town, Town]) -> None:
    here, there = towns
    with transaction():
        here.staff("county human-resources")
        stranger, counterpart = here.staff("county health"), there.staff("county human-resources")
        request = ask(here, home_city_id=there.city.id)
    address = f"/office/help/{request.code}"
    outsider, copied = worker_of(app, stranger), worker_of(app, counterpart)
    assert outsider.get(address).status_code == 404
    page = copied.get(address).text
    assert WORDS in page
    for action in ("contact", "answer", "pass-on", "close", "take"):
        assert f"{address}/{action}" not in page
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        data = {"csrf_token": token[1], "answer-words": "x", "close-outcome": "solved", "close-words": ""}
        assert PHONE not in copied.post(f"{address}/{action}", data=data, follow_redirects=True).text
        assert outsider.post(f"{address}/{action}", data=data).status_code in (400, 404)
    assert len(afresh(request).entries) == 1
    send(copied, address, action=f"{address}/note", **{"note-words": "We know the course."})
    assert "We know the course." in afresh(request).entries[-1].words


def test_guides_and_offices_are_found_in_both_languages(app: Flask, towns: tuple[Town, Town]) -> None:
    here, there = towns
    office = here.offices["city education"]

    def guide(title: str, publication: Publication = Publication.PUBLISHED, days: int | None = None) -> None:
        until = None if days is None else NOW.date() + timedelta(days=days)
        terms = GuideTerms(Topic.SCHOOLING, office, both(title), both("First this"), [], publication, until)
        keeping.add_guide(terms, now=NOW)

    with transaction():
        guide("Enrolment")
        guide("Draft", Publication.DRAFT)
        guide("Over", days=-1)
        guide("Today", days=0)
        keeping.describe_office(office, both("5 School Road"), both("Mondays"))
    with time_machine.travel(NOW, tick=False):
        client = visitor(app)
        every = client.get("/help").text
        assert all((title in every) == is_there for title, is_there in
                   {"Enrolment": True, "Draft": False, "Over": False, "Today": True}.items())  # fmt: skip
        assert "Enrolment" in client.get("/help?q=enrolment（中文）+first").text
        assert "Enrolment" not in client.get("/help?topic=job").text
        assert "Enrolment" not in client.get(f"/help?place=city-{there.city.id}").text
        assert "5 School Road" in client.get(f"/help/offices?topic=schooling&place=county-{here.county.id}").text
        assert "5 School Road" not in client.get("/help/offices?topic=medical").text
        assert client.get("/help?topic=nonsense&place=city-x").status_code == 200


def test_a_guide_is_published_in_both_languages_and_kept_by_its_office(app: Flask, towns: tuple[Town, Town]) -> None:
    here, there = towns
    with transaction():
        worker = here.staff("city education")
        other = there.staff("city education", Role.COORDINATOR)
    client = worker_of(app, worker)
    typed = {
        "topic": "schooling", "title-zh_Hans": "入学", "body-zh_Hans": "先登记", "title-en": "Enrolment",
        "publication": "published", "links": "https://schools.example/", "office_id": worker.organisation_id,
    }  # fmt: skip
    assert "in both languages" in send(client, "/office/help/guides/new", **typed).text
    typed["body-en"] = "Register <script>first</script>"
    assert "Write one address a line" in send(
        client, "/office/help/guides/new", **{**typed, "links": "javascript:alert(1)"}
    ).text  # fmt: skip
    send(client, "/office/help/guides/new", **typed)
    address = re.search(r"/help/guides/(\d+)", visitor(app).get("/help").text)
    assert address is not None
    page = visitor(app).get(address[0]).text
    assert "Register &lt;script&gt;" in page
    assert worker_of(app, other).get(f"/office/help/guides/{address[1]}").status_code == 404


def test_an_administrator_sets_who_answers_and_reads_no_request(app: Flask, towns: tuple[Town, Town]) -> None:
    here, _ = towns
    with transaction():
        administrator = make_user(make_organisation(here.city), Role.ADMINISTRATOR)
        department_id = here.offices["city health"].department_id
        request = ask(here)
    client = worker_of(app, administrator)
    assert send(client, "/administrator/help", **{"job-answer_days": "0"}).status_code == 422
    send(client, "/administrator/help", **{"job-department_id": department_id, "job-answer_days": "5"})
    assert 'value="5"' in client.get("/administrator/help").text
    assert client.get(f"/office/help/{request.code}").status_code == 403
