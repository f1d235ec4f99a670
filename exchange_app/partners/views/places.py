"""An administrator keeps the cities; organisers keep the organisations of their city."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.core.roles import Role
from exchange_app.partners import queries, service
from exchange_app.partners.forms import CityForm, CountyForm, OrganisationForm
from exchange_app.partners.views.blueprint import is_saved, partners
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


@partners.get("/administrator/cities")
@allows(Role.ADMINISTRATOR)
def cities() -> ResponseReturnValue:
    return render_template("partners/cities.html", cities=queries.list_cities_with_counties())


@partners.route("/administrator/cities/new", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def new_city() -> ResponseReturnValue:
    form = CityForm()
    if is_saved(form, lambda: service.add_city(form.terms())):
        return redirect(url_for("partners.cities"), 303)
    return render_template("partners/new_city.html", form=form), form.status


@partners.route("/administrator/cities/<int:city_id>", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def edit_city(city_id: int) -> ResponseReturnValue:
    city = queries.get_city(city_id)
    form = CityForm(obj=city)
    if is_saved(form, lambda: service.change_city(city, form.terms())):
        return redirect(url_for("partners.cities"), 303)
    return render_template("partners/edit_city.html", form=form, city=city), form.status


@partners.route("/administrator/cities/<int:city_id>/counties/new", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def new_county(city_id: int) -> ResponseReturnValue:
    city = queries.get_city(city_id)
    form = CountyForm()
    if is_saved(form, lambda: service.add_county(city, form.code.data, form.name.data, form.place)):
        return redirect(url_for("partners.edit_city", city_id=city_id), 303)
    return render_template("partners/new_county.html", form=form, city=city), form.status


@partners.route("/administrator/cities/<int:city_id>/counties/<int:county_id>", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def edit_county(city_id: int, county_id: int) -> ResponseReturnValue:
    city = queries.get_city(city_id)
    county = queries.get_county(county_id, city)
    form = CountyForm(obj=county)
    if is_saved(form, lambda: service.change_county(county, form.code.data, form.name.data, form.place)):
        return redirect(url_for("partners.edit_city", city_id=city_id), 303)
    return render_template("partners/edit_county.html", form=form, city=city, county=county), form.status


@partners.get("/organiser/organisations")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def organisations() -> ResponseReturnValue:
    return render_template("partners/organisations.html", page=page_of(queries.select_organisations(_own_city_id())))


@partners.route("/organiser/organisations/new", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def new_organisation() -> ResponseReturnValue:
    form = OrganisationForm()
    _offer(form)
    if is_saved(form, lambda: service.add_organisation(form.terms())):
        return redirect(url_for("partners.organisations"), 303)
    return render_template("partners/new_organisation.html", form=form), form.status


@partners.route("/organiser/organisations/<int:organisation_id>", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def edit_organisation(organisation_id: int) -> ResponseReturnValue:
    organisation = queries.get_organisation(organisation_id, _own_city_id())
    form = OrganisationForm(obj=organisation)
    _offer(form)
    if is_saved(form, lambda: service.change_organisation(organisation, form.terms())):
        return redirect(url_for("partners.organisations"), 303)
    return render_template("partners/edit_organisation.html", form=form, organisation=organisation), form.status


def _own_city_id() -> int | None:
    """The city whose organisations this user keeps; None for all."""
    return None if current_user.role is Role.ADMINISTRATOR else current_user.organisation.city_id


def _offer(form: OrganisationForm) -> None:
    """Only the cities that the user keeps, with their counties, can be chosen; and any department."""
    kept = [city for city in queries.list_cities_with_counties() if _own_city_id() in (None, city.id)]
    form.city_id.choices = [(city.id, city.name) for city in kept]
    counties = [(county.id, f"{city.name} · {county.name}") for city in kept for county in city.counties]
    form.county_id.offer(counties)
    departments = [(department.id, str(department.name)) for department in queries.list_departments()]
    form.department_id.offer(departments)
