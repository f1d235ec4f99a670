"""Composing a package: where a stop falls, what it pushes, what does not fit, and that no edit is lost."""

from __future__ import annotations

from datetime import time

import pytest
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Base, MenuItem, Package, Publication, Stop
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import County
from tests.builders import both, make_package, make_user
from tests.pages import form_of, send, sign_in


@pytest.fixture
def organiser(client: FlaskClient) -> User:
    with transaction():
        user = make_user(make_package().organiser, Role.ORGANISER)
    sign_in(client, user)
    return user


@pytest.fixture
def package(organiser: User) -> Package:
    """Two days, on each of which one activity takes from nine to eleven."""
    with transaction():
        return make_package(
            organiser=organiser.organisation, host_city=organiser.organisation.city, days=2,
            publication=Publication.DRAFT,
        )  # fmt: skip


def page_of(package: Package) -> str:
    return f"/organiser/packages/{package.id}/compose"


def another_item(package: Package, *, county: bool = False, **changes: object) -> MenuItem:
    """At another base of the city, in a county of its own if asked."""
    known = package.stops[0].menu_item
    with transaction():
        base = Base(
            slug=f"other-{package.id}-{county}", city_id=known.base.city_id, kind=known.base.kind,
            name=both("Workshop"), description=both("A workshop"), address=both("2 Road"),
        )  # fmt: skip
        if county:
            base.county = County(city_id=known.base.city_id, code="459901", name=both("Far county"))
        item = MenuItem(
            **{
                "slug": f"loom-{package.id}", "menu_id": known.menu_id, "base": base, "plan": known.plan,
                "manner": known.manner, "title": both("Weaving"), "description": both("Looms"),
                "safety_notes": both(""), "minutes": 60, "group_min": 5, "group_max": 20, "slot_capacity": 40,
                "grade_from": 1, "grade_until": 12, "languages": ["zh"], "timetable": {},
            } | changes
        )  # fmt: skip
        db.session.add(item)
    return item


def put(client: FlaskClient, package: Package, **what: object) -> str:
    fields = {**form_of(client.get(page_of(package)).text, f"{page_of(package)}/put")}
    wanted = {name: str(value) for name, value in what.items() if value is not None}
    kept = {name: fields[name] for name in ("csrf_token", "seen")}
    return client.post(f"{page_of(package)}/put", data={**kept, **wanted}, follow_redirects=True).text


def itinerary(package: Package) -> list[tuple[int, time, str]]:
    stops = db.session.query(Stop).filter_by(package_id=package.id).order_by(Stop.day, Stop.starts, Stop.id)
    return [(stop.day, stop.starts, stop.menu_item.title["en"][:7]) for stop in stops]


def test_an_activity_goes_to_the_end_of_a_day_with_time_to_get_there(client: FlaskClient, package: Package) -> None:
    item = another_item(package)
    page = put(client, package, item=item.id, day=1)
    assert "09:00–12:20" in page
    assert itinerary(package) == [
        (1, time(9), "Bronze "),
        (1, time(11, 20), "Weaving"),
        (2, time(9), "Bronze "),
    ]


def test_what_is_put_before_others_takes_their_time_and_pushes_them(client: FlaskClient, package: Package) -> None:
    item = another_item(package)
    put(client, package, item=item.id, day=1, before=package.stops[0].id)
    assert itinerary(package)[:2] == [(1, time(9), "Weaving"), (1, time(10, 20), "Bronze ")]
    moved = db.session.query(Stop).filter_by(menu_item_id=item.id).one()
    put(client, package, move=f"{moved.id}-2-")  # by a button, to the next day
    assert itinerary(package) == [
        (1, time(10, 20), "Bronze "),
        (2, time(9), "Bronze "),
        (2, time(11, 20), "Weaving"),
    ]


def test_two_who_compose_lose_nothing(client: FlaskClient, package: Package) -> None:
    item = another_item(package)
    old = form_of(client.get(page_of(package)).text, f"{page_of(package)}/put")
    put(client, package, item=item.id, day=1)
    late = {"csrf_token": old["csrf_token"], "seen": old["seen"], "move": f"{package.stops[0].id}-2-"}
    answer = client.post(f"{page_of(package)}/put", data=late, follow_redirects=True)
    assert "nothing was moved" in answer.text
    assert len(itinerary(package)) == 3
    assert itinerary(package)[0][0] == 1


def test_what_does_not_fit_is_said(client: FlaskClient, package: Package) -> None:
    item = another_item(package, county=True, languages=["za"], grade_from=5, timetable={"1": ["14:00"]}, group_min=15)
    with transaction():
        db.session.add(
            Stop(package_id=package.id, menu_item=item, day=1, starts=time(11, 20), minutes=60, title=both(""),
                 note=both(""))
        )  # fmt: skip
    page = client.get(f"{page_of(package)}?group=30").text
    assert "20 minutes from Museum" in page
    assert "count on 60." in page
    assert "It begins only at 14:00." in page
    assert "Meant for other grades than the package: Grades 5–12." in page
    assert "Takes at most 20 persons; 30 come." in page
    assert "All activities take groups of 15 to 20 persons." in page
    assert "There is no language in which all activities are held." in page
    assert "narrowest: 40 places" in page
    assert "Takes place from 15 persons; 12 come." in client.get(f"{page_of(package)}?group=12").text


def test_the_ride_between_counts_as_time_to_get_there(client: FlaskClient, package: Package) -> None:
    item = another_item(package, county=True)
    with transaction():
        for starts, minutes, menu_item in ((time(11), 60, None), (time(12, 5), 60, item)):
            stop = Stop(package_id=package.id, menu_item=menu_item, day=1, starts=starts, minutes=minutes)
            stop.title, stop.note = both("By coach"), both("")
            db.session.add(stop)
    assert "count on" not in client.get(page_of(package)).text


def test_what_was_removed_can_be_put_back_as_it_was(client: FlaskClient, package: Package) -> None:
    stop = package.stops[0]
    before = itinerary(package)
    token = form_of(client.get(page_of(package)).text, f"{page_of(package)}/put")["csrf_token"]
    page = client.post(f"{page_of(package)}/{stop.id}/remove", data={"csrf_token": token}, follow_redirects=True).text
    assert "The entry is removed from the itinerary." in page
    assert len(itinerary(package)) == 1
    assert "The entry is back." in send(client, page_of(package), f"{page_of(package)}/put-back").text
    assert itinerary(package) == before


def test_a_published_package_keeps_a_stop_on_every_day(client: FlaskClient, package: Package) -> None:
    with transaction():
        package.publication = Publication.PUBLISHED
    before = itinerary(package)
    assert "Day 1" in put(client, package, move=f"{package.stops[0].id}-2-")
    assert itinerary(package) == before


def test_a_day_ends_before_midnight_and_days_are_the_packages(client: FlaskClient, package: Package) -> None:
    item = another_item(package, minutes=14 * 60)
    assert "would not end before midnight" in put(client, package, item=item.id, day=1)
    put(client, package, item=item.id, day=3)
    put(client, package, move="not-a-place")
    assert len(itinerary(package)) == 2


def test_activities_are_searched_in_both_languages(client: FlaskClient, package: Package) -> None:
    another_item(package)
    assert "Weaving" in client.get(f"{page_of(package)}?words=weav+WORKSHOP").text
    assert "Weaving" in client.get(f"{page_of(package)}?words=中文").text
    assert "No activity fits all of this" in client.get(f"{page_of(package)}?words=nothing").text


def test_a_strangers_package_is_not_there(client: FlaskClient, organiser: User) -> None:
    with transaction():
        theirs = make_package()
    assert client.get(page_of(theirs)).status_code == 404
