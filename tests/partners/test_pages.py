"""Cities and organisations are kept on pages, each by whom it concerns; wrong codes are refused beside their field."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import (
    City,
    County,
    Department,
    Level,
    Organisation,
    OrganisationKind,
    SupervisionRule,
)
from tests.builders import both, make_city, make_organisation, make_user
from tests.pages import Browser, form_of, send, sign_in


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def nanning(app: Flask) -> City:
    with transaction():
        return make_city(code="450100", slug="nanning")


def user_of(city: City, role: Role) -> User:
    with transaction():
        return make_user(make_organisation(city, OrganisationKind.OFFICE), role)


def test_an_administrator_adds_a_city_and_its_county(client: FlaskClient, nanning: City) -> None:
    sign_in(client, user_of(nanning, Role.ADMINISTRATOR))
    typed = {"name-zh_Hans": "崇左市", "name-en": "Chongzuo", "code": "451400", "slug": "chongzuo"}
    answer = send(client, "/administrator/cities/new", **typed)
    assert "Chongzuo" in answer.text
    chongzuo = db.session.scalars(select(City).where(City.code == "451400")).one()
    assert chongzuo.supervision is SupervisionRule.BLOCK
    county = {"name-zh_Hans": "龙州县", "name-en": "Longzhou", "code": "451423"}
    answer = send(client, f"/administrator/cities/{chongzuo.id}/counties/new", **county)
    assert "Longzhou" in answer.text
    assert db.session.scalars(select(County.code)).all() == ["451423"]


def test_too_few_adults_block_a_booking_until_the_city_only_warns(client: FlaskClient, nanning: City) -> None:
    assert nanning.supervision is SupervisionRule.BLOCK
    sign_in(client, user_of(nanning, Role.ADMINISTRATOR))
    address = f"/administrator/cities/{nanning.id}"
    for rule in SupervisionRule:
        assert send(client, address, supervision=rule.value).status_code == 200
        assert db.session.get_one(City, nanning.id).supervision is rule
        assert send(client, address).status_code == 200  # the page shows the rule as it is, and keeps it
        assert db.session.get_one(City, nanning.id).supervision is rule
    answer = send(client, address, supervision="shrug")
    assert answer.status_code == 422
    assert 'id="supervision-error"' in answer.text


@pytest.mark.parametrize(
    ("code", "slug", "beside"),
    [
        ("450100", "other", "code"),
        ("4514", "other", "code"),
        ("451423", "other", "code"),
        ("451400", "nanning", "slug"),
    ],
)
def test_a_wrong_or_taken_code_is_refused(
    client: FlaskClient, nanning: City, code: str, slug: str, beside: str
) -> None:
    sign_in(client, user_of(nanning, Role.ADMINISTRATOR))
    typed = {"name-zh_Hans": "崇左市", "code": code, "slug": slug}
    answer = send(client, "/administrator/cities/new", **typed)
    assert answer.status_code == 422
    assert f'id="{beside}-error"' in answer.text
    assert 'value="崇左市"' in answer.text
    assert db.session.scalars(select(City.code)).all() == ["450100"]


def test_a_county_belongs_to_its_city_by_its_code(client: FlaskClient, nanning: City) -> None:
    sign_in(client, user_of(nanning, Role.ADMINISTRATOR))
    address = f"/administrator/cities/{nanning.id}/counties/new"
    assert send(client, address, **{"name-en": "Longzhou", "code": "451423"}).status_code == 422


def test_a_county_stands_on_the_map_in_a_column_and_a_row_or_not_at_all(client: FlaskClient, nanning: City) -> None:
    sign_in(client, user_of(nanning, Role.ADMINISTRATOR))
    address = f"/administrator/cities/{nanning.id}/counties/new"
    named = {"name-en": "Wuming", "code": "450110"}
    assert "both the column and the row" in send(client, address, **named, map_x="1").text
    send(client, address, **named, map_x="1", map_y="0")
    county = db.session.scalars(select(County)).one()
    assert (county.map_x, county.map_y) == (1, 0)
    send(client, f"/administrator/cities/{nanning.id}/counties/{county.id}", map_x=None, map_y=None)
    assert db.session.get_one(County, county.id).map_x is None


def test_an_organisation_stays_in_its_city_once_anything_belongs_to_it(client: FlaskClient, nanning: City) -> None:
    """What its groups did is counted by its city, in every year that is over too."""
    with transaction():
        other = make_city()
        county = County(city=other, code="459901", name=both("County"))
        db.session.add(county)
        school, signs_in = make_organisation(nanning), make_user(make_organisation(nanning), Role.LEADER)
    sign_in(client, user_of(nanning, Role.ADMINISTRATOR))
    address, moved = f"/organiser/organisations/{school.id}", {"city_id": other.id}
    answer = send(client, address, county_id=county.id)
    assert (answer.status_code, "Choose a county or district of this city" in answer.text) == (422, True)
    assert send(client, address, **moved, county_id=county.id).status_code == 200
    answer = send(client, f"/organiser/organisations/{signs_in.organisation_id}", **moved)
    assert (answer.status_code, "The city is fixed" in answer.text) == (422, True)
    db.session.expire_all()
    assert (school.city_id, signs_in.organisation.city_id) == (other.id, nanning.id)


def test_an_organiser_keeps_the_organisations_of_the_own_city_alone(client: FlaskClient, nanning: City) -> None:
    with transaction():
        elsewhere = make_organisation(make_city())
    organiser = user_of(nanning, Role.ORGANISER)
    sign_in(client, organiser)
    typed = {"name-zh_Hans": "民主路小学", "name-en": "Minzhu Road School", "kind": "school", "city_id": nanning.id}
    assert "Minzhu Road School" in send(client, "/organiser/organisations/new", **typed).text
    assert client.get(f"/organiser/organisations/{elsewhere.id}").status_code == 404
    assert client.get("/administrator/cities").status_code == 403
    own = db.session.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.SCHOOL)).all()
    assert elsewhere.id in {one.id for one in own}
    foreign = typed | {"city_id": elsewhere.city_id}
    assert send(client, "/organiser/organisations/new", **foreign).status_code == 422


def test_a_travel_agency_names_its_licence(client: FlaskClient, nanning: City) -> None:
    sign_in(client, user_of(nanning, Role.ORGANISER))
    typed = {"name-zh_Hans": "青秀旅行社（演示）", "kind": "agency", "city_id": nanning.id}
    assert send(client, "/organiser/organisations/new", **typed).status_code == 422
    assert send(client, "/organiser/organisations/new", **typed, licence_number="L-GX-DEMO").status_code == 200


def test_the_first_administrator_comes_from_the_command_line(app: Flask) -> None:
    where = ["--organisation", "民宗委", "--city-code", "450100", "--city-name", "南宁市", "--city-slug", "nanning"]
    add = ["accounts", "add-administrator", "first@city.example", "韦兰", *where]
    result = app.test_cli_runner().invoke(args=add)
    assert result.exit_code == 0, result.output
    assert "chooses a password within seven days, once: http://localhost/password/" in result.output
    user = db.session.scalars(select(User)).one()
    assert (user.role, str(user.organisation.city.code)) == (Role.ADMINISTRATOR, "450100")
    again = app.test_cli_runner().invoke(args=add)
    assert again.exit_code == 1


def test_a_department_goes_only_when_nothing_belongs_to_it(client: FlaskClient, nanning: City) -> None:
    sign_in(client, user_of(nanning, Role.ADMINISTRATOR))
    address = "/administrator/departments"
    assert "Another department" not in send(client, address, **{"name-en": "Health", "slug": "health"}).text
    assert "Another department" in send(client, address, **{"name-en": "Well-being", "slug": "health"}).text
    department = db.session.scalars(select(Department)).one()
    send(client, f"{address}/{department.id}", **{"name-en": "Health care"})
    with transaction():
        office = make_organisation(nanning, OrganisationKind.OFFICE, department=department, level=Level.CITY)
    assert f"{address}/{department.id}/remove" not in client.get(address).text
    client.post(
        f"{address}/{department.id}/remove", data={"csrf_token": form_of(client.get(address).text)["csrf_token"]}
    )
    assert db.session.scalars(select(Department.name)).one()["en"] == "Health care"
    with transaction():
        office.department_id = None
    send(client, address, f"{address}/{department.id}/remove")
    assert db.session.scalars(select(Department)).all() == []


def test_everybody_finds_an_office_by_its_department_and_sees_what_is_missing(
    client: FlaskClient, nanning: City
) -> None:
    organiser = user_of(nanning, Role.ORGANISER)
    with transaction():
        education, health = (
            Department(slug="education", name=both("Education")),
            Department(slug="health", name=both("Health")),
        )
        county = County(city=nanning, code="450110", name=both("Wuming"))
        db.session.add_all([education, health, county])
        db.session.flush()
        make_organisation(nanning, OrganisationKind.OFFICE, name=both("Bureau"), level=Level.CITY, department=education)
        in_county = {"level": Level.COUNTY, "county": county, "department": education, "phone": "0771-0000999"}
        make_organisation(nanning, OrganisationKind.OFFICE, name=both("Branch"), **in_county)
    page = client.get("/offices", headers={"Accept-Language": "en"}).text
    assert "No office of these departments at county level: Health" in page
    assert "tel:0771-0000999" in page
    assert organiser.name not in page
    found = client.get("/offices?words=wuming+education", headers={"Accept-Language": "en"}).text
    assert "Branch" in found
    assert "Bureau" not in found
    assert "No office found" in client.get("/offices?words=zzz", headers={"Accept-Language": "en"}).text
