"""The pages of a school's own trip, over HTTP and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from exchange_app.accounts.models import User
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from tests.builders import NOW, make_leader, make_user
from tests.pages import Browser, form_of, send, sign_in
from tests.tailored.town import Town, ask, make_town


@pytest.fixture(autouse=True)
def now_is_now(app: Flask) -> Iterator[None]:
    app.test_client_class = Browser
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def town(app: Flask) -> Town:
    with transaction():
        return make_town()


def client_of(app: Flask, user: User) -> Browser:
    client = app.test_client()
    sign_in(client, user)
    return client  # type: ignore[return-value]


def test_the_whole_course_on_pages(app: Flask, town: Town) -> None:
    slug, leader = town.items[0].slug, town.leader
    visitor = app.test_client()
    assert visitor.get(f"/tailored/wishes/{slug}").location == f"/sign-in?next=/tailored/wishes/{slug}"
    school = client_of(app, leader)
    wish = f"/tailored/wishes/{slug}"
    assert "is on your wish list" in send(school, wish, wish).text
    arranging = send(school, "/tailored", "/tailored/begin")
    page = arranging.request.path
    too_soon = send(school, page, page, starts_on="2027-03-02", pupils="9", do="send")
    assert too_soon.status_code == 422
    assert "name dates from" in too_soon.text
    assert "groups of at least 10" not in too_soon.text  # nine pupils and three of the staff
    assert 'value="9"' in too_soon.text
    sent = send(school, page, page, starts_on="2027-04-12", pupils="24", do="send", words="Please <b>.")
    assert "answers next" in sent.text
    show = page.removesuffix("/arrange")

    host = client_of(app, town.host)
    assert "Please &lt;b&gt;." in host.get(show).text
    proposed = send(host, page, page, price_minor="45", do="send", **{"entries-0-starts": "10:00"})
    assert "The school, " in proposed.text
    compared = school.get(show).text
    assert compared.count("(differs)") == 4  # price and time, on both sides
    booking = send(school, show, f"{show}/agree")
    assert "The seats are held" in booking.text
    code = booking.text.partition('href="/bookings/')[2].partition('"')[0]
    assert "You and the host agreed on this trip" in school.get(f"/bookings/{code}").text
    assert "for your school alone" in school.get(f"/bookings/{code}").text
    assert f'href="{show}"' in host.get("/organiser/tailored").text


def test_a_refused_form_keeps_what_was_typed(app: Flask, town: Town) -> None:
    with transaction():
        inquiry = ask(town)
    school = client_of(app, town.leader)
    page = f"/tailored/{inquiry.id}/arrange"
    typed = {"title": "Ours", "days": "many", "words": "Long words", "entries-0-minutes": "none"}
    refused = send(school, page, page, do="keep", **typed)
    assert refused.status_code == 422
    assert all(f'value="{word}"' in refused.text for word in ("Ours", "many", "none"))
    assert "Long words" in refused.text
    assert "Write a whole number" in refused.text
    huge = send(school, page, page, do="keep", **{"entries-0-item": "9" * 30, "add_item": "9" * 30})
    assert huge.status_code == 422


def test_what_does_not_fit_is_answered_without_keeping_anything(app: Flask, town: Town) -> None:
    with transaction():
        inquiry = ask(town)
    school = client_of(app, town.leader)
    page = f"/tailored/{inquiry.id}/arrange"
    typed = {**form_of(school.get(page).text, page), "pupils": "70"}
    fragment = school.post(f"/tailored/{inquiry.id}/check", data=typed)
    assert "takes at most 50 persons" in fragment.text
    assert "<html" not in fragment.text
    assert 'value="24"' in school.get(page).text


def test_strangers_find_nothing(app: Flask, town: Town) -> None:
    with transaction():
        inquiry = ask(town)
        strangers = [make_leader(), make_user(make_leader().organisation, Role.HEAD)]
        elsewhere = make_user(make_leader().organisation, Role.ORGANISER)
    for stranger in (*strangers, elsewhere):
        client = client_of(app, stranger)
        assert client.get(f"/tailored/{inquiry.id}").status_code == 404
    assert client.get(f"/tailored/{inquiry.id}/arrange").status_code == 404
    assert "Drums" not in client.get("/organiser/tailored").text
