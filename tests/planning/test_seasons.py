"""A season copied: all of it, as drafts, with other dates, once; and undone."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Menu, MenuItem, Package, Publication, Stop
from exchange_app.catalogue.terms import reminders_of
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState
from tests.builders import make_package, make_user
from tests.pages import form_of, send, sign_in
from tests.planning.own import departure_on, own_package


def test_a_season_is_copied_once_and_undone(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(
            organiser, days=2, asks=[{"field": "sex", "reason": {"en": "Rooms"}}], recipients=[], approvals=["host"]
        )
        menu = package.stops[0].menu_item.menu
        departure = departure_on(package, menu.season_from + timedelta(days=30))
    before = {kind: db.session.query(kind).count() for kind in (Menu, MenuItem, Package, Stop, Departure)}
    page = f"/organiser/menus/{menu.id}/copy?title-en=Next+spring&shift=364&packages={package.id}&with_departures=y"
    shown = client.get(page).text
    assert "This will be made, as drafts" in shown
    fields = form_of(shown, page)
    for _ in range(2):
        answer = client.post(page, data=fields, follow_redirects=True)
        assert "The season is copied" in answer.text
    assert {kind: db.session.query(kind).count() - count for kind, count in before.items()} == {
        Menu: 1, MenuItem: 1, Package: 1, Stop: 2, Departure: 1,
    }  # fmt: skip

    copy = db.session.query(Menu).order_by(Menu.id.desc()).first()
    assert copy is not None
    assert (copy.title["en"], copy.publication) == ("Next spring", Publication.DRAFT)
    assert copy.season_from - menu.season_from == copy.season_until - menu.season_until == timedelta(days=364)
    made = db.session.query(Package).order_by(Package.id.desc()).first()
    assert made is not None
    assert made.publication is Publication.DRAFT
    assert (made.asks, made.approvals, made.organiser_id) == (package.asks, ["host"], package.organiser_id)
    assert reminders_of(made) == reminders_of(package)
    assert [stop.menu_item.menu_id for stop in made.stops] == [copy.id, copy.id]
    later = db.session.query(Departure).filter_by(package_id=made.id).one()
    assert later.state is DepartureState.DRAFT
    assert later.meets_at - departure.meets_at == timedelta(days=364)

    step = answer.request.path.rpartition("/")[2]
    assert "It is undone." in send(client, answer.request.path, f"/organiser/planner/undo/{step}").text
    assert {kind: db.session.query(kind).count() for kind in before} == before


def test_a_copy_that_is_used_stays(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser)
        menu = package.stops[0].menu_item.menu
    page = f"/organiser/menus/{menu.id}/copy?title-en=Next&shift=364&packages={package.id}"
    answer = client.post(page, data=form_of(client.get(page).text, page), follow_redirects=True)
    copied = answer.request.path
    with transaction():
        db.session.query(Menu).order_by(Menu.id.desc()).first().publication = Publication.PUBLISHED  # type: ignore[union-attr]
    step = copied.rpartition("/")[2]
    refused = send(client, copied, f"/organiser/planner/undo/{step}")
    assert "published or is used meanwhile" in refused.text
    assert client.get(copied).status_code == 200


def test_dates_are_shifted_by_one_way_of_two(client: FlaskClient, organiser: User) -> None:
    with transaction():
        menu = own_package(organiser).stops[0].menu_item.menu
    address = f"/organiser/menus/{menu.id}/copy?title-en=Next"
    for more in ("", f"&shift=7&begins={menu.season_from + timedelta(days=7)}"):
        answer = client.get(address + more)
        assert answer.status_code == 422
        assert "one of the two" in answer.text
    assert "has to begin on another day" in client.get(f"{address}&begins={menu.season_from}").text
    to_a_day = client.get(f"{address}&begins={menu.season_from + timedelta(days=7)}").text
    assert "This will be made" in to_a_day


def test_a_strangers_menu_and_packages_are_not_there(client: FlaskClient, organiser: User) -> None:
    with transaction():
        menu = make_package().stops[0].menu_item.menu
        own = own_package(organiser).stops[0].menu_item
        theirs = make_package()
        theirs.stops[0].menu_item = own
    assert client.get(f"/organiser/menus/{menu.id}/copy").status_code == 404
    address = f"/organiser/menus/{own.menu_id}/copy?title-en=Next&shift=7&packages={theirs.id}"
    assert client.get(address).status_code == 422
    with transaction():
        leader = make_user(organiser.organisation, Role.LEADER)
    sign_in(client, leader)
    assert client.get(f"/organiser/menus/{own.menu_id}/copy").status_code == 403
