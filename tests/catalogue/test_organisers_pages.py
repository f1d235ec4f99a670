"""Organisers build the catalogue on pages, from an empty city to a published package; and what may go wrong."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Approver, Base, Menu, MenuItem, Package, Publication, Stop
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import OrganisationKind
from tests.builders import make_city, make_leader, make_organisation, make_package, make_user
from tests.pages import form_of, send, sign_in
from tests.statements import counted_statements


@pytest.fixture
def organiser(client: FlaskClient) -> User:
    with transaction():
        city = make_city()
        user = make_user(make_organisation(city, OrganisationKind.OFFICE), Role.ORGANISER)
    sign_in(client, user)
    return user


def own_package(organiser: User, **changes: object) -> Package:
    with transaction():
        return make_package(organiser=organiser.organisation, host_city=organiser.organisation.city, **changes)


def test_from_an_empty_city_to_a_published_package(client: FlaskClient, organiser: User) -> None:
    answer = send(
        client,
        "/organiser/bases/new",
        **{"name-en": "Drum Museum", "name-zh_Hans": "铜鼓馆", "kind": "museum"},
        **{"description-en": "Drums.", "address-en": "1 Drum Road", "phone": "0771-5550000"},
    )
    assert "The base is saved." in answer.text
    answer = send(
        client,
        "/organiser/menus/new",
        **{"title-en": "Spring menu", "season_from": "2027-03-01", "season_until": "2027-06-30"},
    )
    menu = answer.request.path
    answer = send(client, menu, f"{menu}/publish")
    assert "Add at least one activity" in answer.text
    base = db.session.query(Base).one()
    answer = send(
        client,
        f"{menu}/items/new",
        **{"title-en": "Beat a drum", "base_id": base.id, "plan": "youth", "manner": "interactive"},
        **{"description-en": "Loud.", "minutes": "９０", "group_min": 10, "group_max": 40},
        grade_from=4,
        grade_until=9,
        slot_capacity=60,
        times_2="１４：００、9:00",
        speaks_zh="y",
        speaks_za="y",
    )
    assert "The activity is saved." in answer.text
    item = db.session.query(MenuItem).one()
    assert item.minutes == 90  # full-width digits are digits
    assert item.languages == ["zh", "za"]
    assert item.timetable == {"2": ["09:00", "14:00"]}
    assert client.get(f"/menus/{item.slug}").status_code == 404
    send(client, menu, f"{menu}/publish")
    assert client.get(f"/menus/{item.slug}").status_code == 200

    answer = send(
        client,
        "/organiser/packages/new",
        **{"title-en": "Drums and songs", "days": 2, "grade_from": 4, "grade_until": 9},
        **{"price_minor": "120.50", "supervision_basis-en": "Our own rule", "ask_meal_need-en": "We order lunch."},
        approver_1="school_head",
        approver_3="host",
        changes_until_days=14,
    )
    package = answer.request.path
    assert "Day 1 of the itinerary is empty." in answer.text
    answer = send(client, f"{package}/stops/new?day=1", starts="09:00", menu_item_id=item.id)
    assert "Day 2 of the itinerary is empty." in answer.text
    answer = send(client, f"{package}/stops/new", day=2, starts="12:00", minutes=60, **{"title-zh_Hans": "午餐"})
    answer = send(client, package, f"{package}/publish")
    assert "The package is published" in answer.text

    page = client.get(f"/packages/{db.session.query(Package).one().slug}").text
    for words in ("Drums and songs", "Beat a drum", "1 h 30 min", "午餐", "¥120.50", "We order lunch.", "Our own rule"):
        assert words in page, words
    assert "The school&#39;s head → The host" in page
    assert "until 14 days before the first day" in page


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(client: FlaskClient, organiser: User) -> None:
    answer = send(
        client,
        "/organiser/menus/new",
        **{"title-zh_Hans": "春季菜单", "season_from": "2027-06-30", "season_until": "2027-03-01"},
    )
    assert answer.status_code == 422
    assert "The season cannot end before it begins." in answer.text
    kept = form_of(answer.text)
    assert kept["title-zh_Hans"] == "春季菜单"
    assert kept["season_until"] == "2027-03-01"
    assert db.session.query(Menu).count() == 0


def test_a_season_lies_in_years_that_a_calendar_has(client: FlaskClient, organiser: User) -> None:
    season = {"season_from": "0001-01-01", "season_until": "9999-12-31"}
    answer = send(client, "/organiser/menus/new", **{"title-zh_Hans": "春季菜单"}, **season)
    assert answer.status_code == 422
    assert answer.text.count("<div>Write a year from 2000 to 2199.</div>") == 2
    assert db.session.query(Menu).count() == 0


def test_required_fields_say_so(client: FlaskClient, organiser: User) -> None:
    answer = send(client, "/organiser/packages/new", days="three", price_minor="free")
    assert answer.status_code == 422
    assert "Fill this in, in at least one language." in answer.text
    assert "Write a whole number in digits" in answer.text
    assert "Write an amount in digits" in answer.text
    assert form_of(answer.text)["days"] == "three"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"group_min": 30, "group_max": 20}, "The largest group cannot be smaller than the smallest."),
        ({"grade_from": 9, "grade_until": 4}, "The last grade cannot be lower than the first."),
        ({"grade_from": 13}, "Choose one of the list."),
        ({"base_id": 987654}, "Choose one of the list."),
        ({"minutes": 0}, "Write a number from 1 to 1440."),
        ({"slot_capacity": 49}, "A slot has to take at least the largest group."),
        ({"times_6": "9:00, noon"}, "Write times as in 09:00, 14:00."),
        ({"times_7": "24:00"}, "Write times as in 09:00, 14:00."),
        ({"plan": "war"}, "Choose one of the list."),
    ],
)
def test_an_activity_is_checked(client: FlaskClient, organiser: User, typed: dict[str, object], sentence: str) -> None:
    item = own_package(organiser).stops[0].menu_item
    assert item is not None
    answer = send(client, f"/organiser/menus/{item.menu_id}/items/{item.id}", **typed)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_times_stay_on_the_form_until_they_are_taken_away(client: FlaskClient, organiser: User) -> None:
    item = own_package(organiser).stops[0].menu_item
    assert item is not None
    address = f"/organiser/menus/{item.menu_id}/items/{item.id}"
    send(client, address, times_1="10:30, 9:00", times_7="9:00")
    assert form_of(client.get(address).text)["times_1"] == "09:00, 10:30"
    assert form_of(send(client, address, times_2="soon").text)["times_2"] == "soon"
    send(client, address)
    assert item.timetable == {"1": ["09:00", "10:30"], "7": ["09:00"]}
    send(client, address, times_1="", times_7=" ")
    assert item.timetable == {}


def test_visitors_read_when_an_activity_begins(client: FlaskClient, organiser: User) -> None:
    item = own_package(organiser, slot_capacity=80).stops[0].menu_item
    assert item is not None
    address = f"/menus/{item.slug}"
    assert "at any time that suits the package" in client.get(address).text
    weekend = {"times_6": "9:00", "times_7": "9:00"}
    send(client, f"/organiser/menus/{item.menu_id}/items/{item.id}", times_2="14:00, 9:00", **weekend)
    page = client.get(address).text
    for words in ("Tue: 09:00 · 14:00", "Sat–Sun: 09:00", "up to 80 persons"):
        assert words in page, words


def test_those_who_approve_are_named_in_order_and_once(client: FlaskClient, organiser: User) -> None:
    package = own_package(organiser)
    address = f"/organiser/packages/{package.id}/edit"
    answer = send(client, address, approver_1="host", approver_3="host")
    assert answer.status_code == 422
    assert "This one approves already" in answer.text
    send(client, address, approver_1="", approver_2="education_bureau", approver_3="host")
    assert package.approvers == [Approver.EDUCATION_BUREAU, Approver.HOST]
    assert form_of(client.get(address).text)["approver_1"] == "education_bureau"
    page = client.get(f"/packages/{package.slug}").text
    assert "The education bureau → The host" in page
    send(client, address, approver_1="", approver_2="")
    assert package.approvers == []
    assert "Confirmed at once" in client.get(f"/packages/{package.slug}").text


def test_recipients_are_named_together_with_what_they_need_data_for(client: FlaskClient, organiser: User) -> None:
    package = own_package(organiser)
    address = f"/organiser/packages/{package.id}/edit"
    answer = send(client, address, **{"recipient_1-en": "Ticket agency", "purpose_2-en": "Rooms"})
    assert answer.status_code == 422
    assert answer.text.count("Fill this in, in at least one language.</div>") == 2
    assert 'value="Ticket agency"' in answer.text
    send(client, address, **{"recipient_1-en": "Ticket agency", "purpose_1-en": "Names, for the tickets"})
    db.session.expire_all()
    assert package.recipients == [{"name": {"en": "Ticket agency"}, "purpose": {"en": "Names, for the tickets"}}]
    assert 'value="Names, for the tickets"' in client.get(address).text


def test_entries_are_changed_moved_and_removed(client: FlaskClient, organiser: User) -> None:
    package = own_package(organiser, days=2)
    first, second = package.stops
    first_id = first.id
    address = f"/organiser/packages/{package.id}"
    send(client, f"{address}/stops/{second.id}", starts="07:30", **{"title-en": "Sunrise drums"})
    assert (second.day, f"{second.starts:%H:%M}", second.title["en"]) == (2, "07:30", "Sunrise drums")
    answer = send(client, f"{address}/stops/{second.id}", day=1)
    assert answer.status_code == 422
    assert "Day 2 of the itinerary is empty." in answer.text
    answer = send(client, f"{address}/stops/{first_id}", f"{address}/stops/{first_id}/remove")
    assert "Day 1 of the itinerary is empty." in answer.text
    send(client, f"{address}/stops/new", day=1, starts="10:00", minutes=30, **{"title-en": "Farewell"})
    answer = send(client, f"{address}/stops/{first_id}", f"{address}/stops/{first_id}/remove")
    assert "The entry is removed" in answer.text
    assert db.session.get(Stop, first_id) is None
    undo = f"{address}/compose/put-back"
    assert "The entry is back." in client.post(undo, data=form_of(answer.text, undo), follow_redirects=True).text
    assert len(package.stops) == 3


def test_the_second_of_two_editors_is_told_keeps_the_text_and_may_insist(client: FlaskClient, organiser: User) -> None:
    package = own_package(organiser)
    address = f"/organiser/packages/{package.id}/edit"
    mine = dict(form_of(client.get(address).text))
    send(client, address, **{"title-en": "First"})
    answer = client.post(address, data=mine | {"title-en": "Second"})
    assert answer.status_code == 422
    assert "Somebody else changed this while you were typing." in answer.text
    kept = dict(form_of(answer.text))
    assert kept["title-en"] == "Second"
    assert package.title["en"] == "First"
    assert client.post(address, data=kept).status_code == 303
    assert package.title["en"] == "Second"


def test_saving_twice_without_a_change_is_no_conflict(client: FlaskClient, organiser: User) -> None:
    package = own_package(organiser, asks=[{"field": "document_number", "reason": {"en": "Train tickets"}}])
    for _ in range(2):
        answer = send(client, f"/organiser/packages/{package.id}/edit")
        assert "The package is saved." in answer.text
    assert [ask["field"] for ask in package.asks] == ["document_type", "document_number"]


def test_what_is_in_use_stays_and_the_page_says_why(client: FlaskClient, organiser: User) -> None:
    item = own_package(organiser).stops[0].menu_item
    assert item is not None
    menu = f"/organiser/menus/{item.menu_id}"
    assert "One published package contains activities" in send(client, menu, f"{menu}/withdraw").text
    remove = f"{menu}/items/{item.id}/remove"
    assert "One package contains this activity" in send(client, f"{menu}/items/{item.id}", remove).text
    base = f"/organiser/bases/{item.base_id}"
    assert "One activity takes place here" in send(client, base, f"{base}/remove").text


def test_what_nothing_needs_can_be_removed(client: FlaskClient, organiser: User) -> None:
    package = own_package(organiser)
    item = package.stops[0].menu_item
    assert item is not None
    kept, remove = item.menu, f"/organiser/menus/{item.menu_id}/items/{item.id}/remove"
    menu, base = f"/organiser/menus/{item.menu_id}", f"/organiser/bases/{item.base_id}"
    with transaction():
        db.session.delete(package)
    assert "The activity is removed." in send(client, remove.removesuffix("/remove"), remove).text
    assert "The base is removed." in send(client, base, f"{base}/remove").text
    assert "no longer see it" in send(client, menu, f"{menu}/withdraw").text
    assert kept.publication is Publication.WITHDRAWN


def addresses_of(package: Package) -> list[str]:
    stop = package.stops[0]
    item = stop.menu_item
    assert item is not None
    return [
        f"/organiser/packages/{package.id}",
        f"/organiser/packages/{package.id}/edit",
        f"/organiser/packages/{package.id}/stops/new",
        f"/organiser/packages/{package.id}/stops/{stop.id}",
        f"/organiser/menus/{item.menu_id}",
        f"/organiser/menus/{item.menu_id}/edit",
        f"/organiser/menus/{item.menu_id}/items/new",
        f"/organiser/menus/{item.menu_id}/items/{item.id}",
        f"/organiser/bases/{item.base_id}",
    ]


def test_other_peoples_catalogue_is_not_found(client: FlaskClient, organiser: User) -> None:
    mine = own_package(organiser)
    with transaction():
        theirs = make_package()
    for address in addresses_of(mine):
        assert client.get(address).status_code == 200, address
    for address in addresses_of(theirs):
        assert client.get(address).status_code == 404, address
    for address in (f"/organiser/packages/{theirs.id}/publish", f"/organiser/packages/{theirs.id}/withdraw"):
        token = form_of(client.get(f"/organiser/packages/{mine.id}/edit").text)["csrf_token"]
        assert client.post(address, data={"csrf_token": token}).status_code == 404, address


def test_administrators_keep_everything(client: FlaskClient) -> None:
    with transaction():
        package = make_package()
        administrator = make_user(make_organisation(make_city()), Role.ADMINISTRATOR)
    sign_in(client, administrator)
    for address in ["/organiser/bases", "/organiser/menus", "/organiser/packages", *addresses_of(package)]:
        assert client.get(address).status_code == 200, address


def test_leaders_and_visitors_stay_outside(client: FlaskClient) -> None:
    with transaction():
        package = make_package()
        leader = make_leader()
    pages = ["/organiser/bases", "/organiser/menus", "/organiser/packages", *addresses_of(package)]
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 303
        assert "/sign-in" in answer.location
    sign_in(client, leader)
    for address in pages:
        assert client.get(address).status_code == 403, address


def test_a_command_without_its_token_changes_nothing(client: FlaskClient, organiser: User) -> None:
    package = own_package(organiser, publication=Publication.DRAFT)
    assert client.post(f"/organiser/packages/{package.id}/publish").status_code == 400
    assert package.publication is Publication.DRAFT


@pytest.mark.parametrize("address", ["/organiser/bases", "/organiser/menus", "/organiser/packages"])
def test_a_longer_list_costs_no_more(client: FlaskClient, organiser: User, address: str) -> None:
    costs = []
    for count in (1, 50):
        for _ in range(count):
            own_package(organiser)
        db.session.rollback()
        with counted_statements() as sent:
            assert client.get(address).status_code == 200
        costs.append(len(sent))
    one, many = costs
    assert many - one <= 1  # the count, which a list of one page does not need
    assert many <= 5
