"""The pages of publicity: from the upload to the reader, the calendar's files, cards, the widget, and counting."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import insert, select, update

from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure, Pool
from exchange_app.publicity.cards import Card, draw_card, wrap
from exchange_app.publicity.models import EventInvitation, ReachDay, Story, StoryPhoto
from exchange_app.publicity.rules import Reckoning
from exchange_app.publicity.service import campaigns, stories
from exchange_app.publicity.service.campaigns import FestivalTerms
from exchange_app.web.atom import ATOM
from tests.builders import both, make_departure, make_package, make_user
from tests.noticeboard.offices import make_towns
from tests.pages import Browser, form_of, send, sign_in, speak
from tests.publicity.town import AFTER, Visit, add_photo, make_campaign, make_story, make_visit, picture

WRITTEN = {
    "title-zh_Hans": "左江边的四天", "title-en": "Four days", "text-zh_Hans": "看岩画。", "text-en": "Rock <art>.",
}  # fmt: skip
OTHER_SITE = "https://www.city.example"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def visit(app: Flask, tmp_path: object) -> Visit:
    app.config["DATA_DIR"] = str(tmp_path)
    return make_visit()


def test_a_leaders_story_goes_through_a_second_pair_of_eyes(visit: Visit, client: FlaskClient, app: Flask) -> None:
    sign_in(client, visit.leader)
    told = send(client, "/publicity/stories/new", **WRITTEN, departure_id=str(visit.booking.departure_id))
    assert "The draft is kept" in told.text
    story = db.session.scalars(select(Story)).one()
    address = f"/publicity/stories/{story.id}"
    photo = {"alternative-zh_Hans": "在江边", "alternative-en": "By the river", "credit": "Wei", "shows": "children"}
    upload = {**form_of(client.get(address).text, f"{address}/photos"), **photo, "file": (picture(), "IMG_1.jpg")}
    refused = client.post(f"{address}/photos", data=upload)
    assert (refused.status_code, 'id="booking_id-error"' in refused.text) == (422, True)
    assert 'value="By the river"' in refused.text
    upload |= {"booking_id": str(visit.booking.id), "file": (picture(), "IMG_1.jpg")}
    assert "The photo is kept" in client.post(f"{address}/photos", data=upload, follow_redirects=True).text
    (added,) = db.session.scalars(select(StoryPhoto)).all()
    naming = f"/publicity/photos/{added.id}/persons"
    assert naming in client.get("/bookings").text
    assert client.get(naming).text.count("No consent to photos") == 1
    refused = send(client, naming, persons=[visit.children[0].uid, visit.children[2].uid])
    assert (refused.status_code, "Not all guardians" in refused.text) == (422, True)
    assert "Thank you" in send(client, naming, persons=[visit.children[0].uid, visit.children[1].uid]).text
    assert naming not in client.get("/bookings").text
    assert "A second person is asked" in send(client, address, f"{address}/propose").text
    assert (
        client.post(f"{address}/publish", data=form_of(client.get(address).text, f"{address}/take-back")).status_code
        == 403
    )
    checker = Browser(app, app.response_class)
    sign_in(checker, visit.organiser)
    page = checker.get(address).text
    assert "One photo is still to be checked" in page
    unoffered = checker.post(f"{address}/publish", data=form_of(page, f"{address}/return"), follow_redirects=True)
    assert "It is published" not in unoffered.text
    assert "The photo is checked" in send(checker, address, f"/publicity/photos/{added.id}/check").text
    assert "It is published" in send(checker, address, f"{address}/publish").text
    visitor = Browser(app, app.response_class)
    speak(visitor, "en")
    page = visitor.get(f"/stories/{story.id}").text
    assert "Rock &lt;art&gt;." in page
    assert '<meta property="og:title" content="Four days">' in page
    assert f'property="og:image" content="{app.config["PUBLIC_URL"]}/story-photos/{added.id}/960.webp"' in page
    assert "Four days" in visitor.get("/stories").text
    shown = f"/story-photos/{added.id}/480.webp"
    assert visitor.get(shown).status_code == 200
    assert "The photo is removed" in send(client, naming, f"/publicity/photos/{added.id}/remove").text
    assert visitor.get(shown).status_code == 404


def test_a_campaign_and_its_invitation_over_the_pages(app: Flask, client: FlaskClient) -> None:
    with transaction():
        towns = make_towns()
    here, there = towns.nanning.coordinator, towns.chongzuo.coordinator
    sign_in(client, here)
    first = now().date() + timedelta(days=20)
    days = {"starts_on": str(first), "ends_on": str(first), "plan": "community", "place-en": "Square"}
    assert 'id="ends_on-error"' in send(client, "/publicity/campaigns/new", **WRITTEN, **days | {"ends_on": ""}).text
    made = send(client, "/publicity/campaigns/new", **WRITTEN, **days)
    assert "The draft is kept" in made.text
    address = made.request.path
    assert "It is published" in send(client, address, f"{address}/publish").text
    asked = send(client, address, f"{address}/invitations", city_id=str(towns.chongzuo.city.id), words="Do come")
    assert "The invitation is on its way" in asked.text
    invitation = db.session.scalars(select(EventInvitation)).one()
    guest = Browser(app, app.response_class)
    sign_in(guest, there)
    answered = send(guest, f"/publicity/invitations/{invitation.id}", answer="yes", people="7", words="Gladly")
    assert "Your answer is on its way" in answered.text
    assert "7 persons" in client.get(address).text
    assert "Gladly" in client.get(address).text


def test_the_calendar_as_month_feed_and_file(app: Flask, client: FlaskClient) -> None:
    with transaction():
        towns = make_towns()
        third = FestivalTerms(
            Translated(zh_Hans="三月三", en="Third of the third"), both("Songs"), Reckoning.LUNAR, 3, 3, 1
        )
        campaigns.add_festival(third, None)
        campaign = make_campaign(
            towns.nanning.officer, starts_on=date(2027, 4, 8), ends_on=date(2027, 4, 10), text=both("a; b, c\\nd")
        )
    speak(client, "en")
    month = client.get("/events?month=2027-04").text
    assert month.count("Third of the third") == 2  # in the month and in the list
    assert month.count(f'href="/campaigns/{campaign.id}"') == 3 + 1  # on each of its days, and in the list
    assert "Third of the third" not in client.get("/events?month=2027-05").text
    assert f"/campaigns/{campaign.id}" not in client.get(f"/events?month=2027-04&city={towns.chongzuo.city.slug}").text
    assert client.get("/events?month=never&city=nowhere").status_code == 200
    answer = client.get("/events.atom", headers={"Accept-Language": "en"})
    entries = ElementTree.fromstring(answer.data).findall(f"{{{ATOM}}}entry")
    assert [entry.findtext(f"{{{ATOM}}}title") for entry in entries] == ["Song fair of the third of the third"]
    feeds = [client.get(f"/events.atom{query}").data for query in ("", "?city=a", "?city=b", "?city=&utm=x")]
    ids = [ElementTree.fromstring(feed).findtext(f"{{{ATOM}}}id", "").partition("/events")[2] for feed in feeds]
    assert ids == ["", "?city=a", "?city=b", ""]
    assert b"utm" not in feeds[-1]
    again = client.get("/events.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    file = client.get("/events.ics")
    calendar = Calendar.from_ical(file.data)
    lunar = [event for event in calendar.walk("VEVENT") if str(event["uid"]).startswith("festival-")]
    assert lunar, "each year has one"
    assert all((event["dtend"].dt - event["dtstart"].dt).days == 1 for event in lunar)
    assert client.get("/events.ics", headers={"If-None-Match": file.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("origins", [(), (OTHER_SITE,)])
def test_the_widget_is_framed_by_listed_sites_only_and_sets_no_cookie(
    app: Flask, client: FlaskClient, origins: tuple[str, ...]
) -> None:
    app.config["WIDGET_ORIGINS"] = origins
    with transaction():
        departure = make_departure(make_package(title=both("<Boat>")), now=now())
    answer = client.get("/widget/departures?lang=en&count=3")
    policy = answer.headers["Content-Security-Policy"]
    framers = re.search(r"frame-ancestors ([^;]+)", policy)
    assert framers is not None
    assert framers[1] == (OTHER_SITE if origins else "'none'")
    assert answer.headers.get("X-Frame-Options") == (None if origins else "DENY")
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text
    assert "<form" not in answer.text
    # The frame to copy is a sandbox: its page has no origin, and may load only what everybody may.
    style = re.search(r'<link rel="stylesheet" href="([^"]*)"', answer.text)
    assert style is not None
    policies = [client.get(path).headers["Cross-Origin-Resource-Policy"] for path in (style[1], "/static/site.css")]
    assert policies == ["cross-origin", "same-origin"]
    assert "&lt;Boat&gt;" in answer.text
    assert f'{app.config["PUBLIC_URL"]}/departures/{departure.id}" target="_blank"' in answer.text
    assert 'lang="zh-Hans"' in client.get("/widget/departures?lang=zh").text
    other_pages = client.get("/events").headers
    assert "frame-ancestors 'none'" in other_pages["Content-Security-Policy"]
    assert other_pages["X-Frame-Options"] == "DENY"
    speak(client, "en")
    snippet = client.get("/widget").text
    assert "&lt;iframe src=" in snippet
    assert ("No site may show it yet" in snippet) == (not origins)


def test_the_widget_looks_beyond_a_hundred_dates_that_are_full(client: FlaskClient) -> None:
    with transaction():
        full, next_day = make_package(title=both("Full")), now() + timedelta(days=1)
        one = make_departure(full, now=now())
        written = {
            column.name: getattr(one, column.name) for column in Departure.__table__.columns if column.name != "id"
        }
        pools = [Pool(capacity=0, taken=0) for _ in range(101)]
        db.session.add_all(pools)
        db.session.flush()
        db.session.execute(insert(Departure), [written | {"pool_id": pool.id} for pool in pools])
        db.session.execute(update(Pool).values(capacity=Pool.taken))
        for title in ("First", "Second"):
            make_departure(make_package(title=both(title)), now=next_day)
    page = client.get("/widget/departures?lang=en&count=1").text
    assert ("Full" in page, "First" in page, "Second" in page) == (False, True, False)


def test_cards_are_well_formed_and_only_of_what_is_public(app: Flask, client: FlaskClient) -> None:
    with transaction():
        package = make_package(title=both("Drums & <songs>"))
        departure, draft = make_departure(package), make_departure(package, is_open=False)
        towns = make_towns()
        campaign = make_campaign(towns.nanning.officer)
        tailored = make_departure(make_package(for_school_id=towns.nanning.teacher.organisation_id))
    for name in (f"packages/{package.slug}", f"departures/{departure.id}", f"campaigns/{campaign.id}"):
        drawn = client.get(f"/share/{name}/card.svg")
        assert drawn.content_type.startswith("image/svg+xml")
        ElementTree.fromstring(drawn.data)
        assert client.get(f"/share/{name}").status_code == 200
    with transaction():
        campaigns.withdraw_campaign(campaign, by=towns.nanning.officer, now=AFTER)
    hidden = (f"departures/{draft.id}", f"campaigns/{campaign.id}", f"departures/{tailored.id}", "departures/x")
    for name in (*hidden, f"packages/{tailored.package.slug}"):
        assert client.get(f"/share/{name}/card.svg").status_code == 404
    long = draw_card(Card("长" * 200 + " <b>", "4月9日", "南宁", "Site", "https://x.example/1", "youth"))
    assert ElementTree.fromstring(long) is not None
    assert wrap("one two three", 5, 2) == ["one two", "three"]
    assert wrap("NANNING–CHONGZUO", 8, 2) == ["NANNING–", "CHONGZUO"]
    assert wrap("MWMWMW", 3.4, 3) == ["MWM", "WMW"]  # they ran into the code
    assert wrap("one two three", 4, 2) == ["one", "two…"]
    assert wrap("一二三四五六七", 3, 2) == ["一二三", "四五…"]


def test_a_view_is_counted_by_a_form_and_by_nothing_else(visit: Visit, app: Flask, client: FlaskClient) -> None:
    with transaction():
        story = make_story(visit)
        stories.propose_story(story, by=visit.organiser, now=AFTER)
    address = f"/views/stories/{story.id}"
    page = f"/stories/{story.id}"
    token = form_of(client.get("/events").text, "/language")["csrf_token"]
    assert client.post(address, data={"csrf_token": token}).status_code == 404  # not out yet
    with transaction():
        stories.publish_story(story, seen=stories.seen_of(story), by=visit.host, now=AFTER)
    assert client.get(page).status_code == 200
    assert db.session.scalars(select(ReachDay)).all() == []
    for _ in range(2):
        assert client.post(address, data=form_of(client.get(page).text, address)).status_code == 204
    with transaction():
        story.author_id = visit.leader.id
    for user in (visit.organiser, visit.leader):
        writer = Browser(app, app.response_class)
        sign_in(writer, user)
        assert writer.post(address, data=form_of(writer.get(page).text, address)).status_code == 204
    (counted,) = db.session.scalars(select(ReachDay)).all()
    assert (counted.views, counted.story_id) == (2, story.id)
    assert {column.name for column in ReachDay.__table__.columns} == {"id", "story_id", "campaign_id", "day", "views"}


def test_a_photo_of_a_campaign_waits_for_its_check(visit: Visit, app: Flask, client: FlaskClient) -> None:
    with transaction():
        campaign = make_campaign(visit.host)
        photo = add_photo(campaign, visit.host)
    picture_address = f"/story-photos/{photo.id}/480.webp"
    assert client.get(picture_address).status_code == 404
    assert picture_address not in client.get(f"/campaigns/{campaign.id}").text
    own = f"/publicity/campaigns/{campaign.id}"
    browser = Browser(app, app.response_class)
    sign_in(browser, visit.host)
    assert f"/publicity/photos/{photo.id}/check" not in browser.get(own).text  # whoever added it does not check it
    with transaction():
        other = make_user(visit.host.organisation, Role.COORDINATOR)
    sign_in(browser, other)
    assert "The photo is checked" in send(browser, own, f"/publicity/photos/{photo.id}/check").text
    assert client.get(picture_address).status_code == 200
