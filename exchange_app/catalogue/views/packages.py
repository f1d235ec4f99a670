"""Organisers keep the packages of their organisation and the itinerary of each. Withdrawing one stands in `departures`,
which knows whether departures are open."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.catalogue import queries, service
from exchange_app.catalogue.forms import PackageForm, StopForm
from exchange_app.catalogue.models import Package
from exchange_app.catalogue.rules import by_day
from exchange_app.catalogue.terms import DEFAULT_REMINDERS, PackageTerms, StopTerms, fingerprint, terms_of
from exchange_app.catalogue.views.blueprint import catalogue
from exchange_app.catalogue.views.composing import remember_removed
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.partners.queries import list_cities
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

SAVED = sentence("The package is saved.")
PUBLISHED = sentence("The package is published: visitors see it now.")
STOP_SAVED = sentence("The itinerary is saved.")
STOP_REMOVED = sentence("The entry is removed from the itinerary.")


@catalogue.get("/organiser/packages")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def own_packages() -> ResponseReturnValue:
    return render_template("catalogue/own_packages.html", page=page_of(queries.select_packages_of(current_user)))


@catalogue.route("/organiser/packages/new", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def new_package() -> ResponseReturnValue:
    form = PackageForm(
        host_city_id=current_user.organisation.city_id,
        price_minor=0,
        persons_per_adult=20,
        changes_until_days=7,
        reminders=DEFAULT_REMINDERS,
    )
    _offer_cities(form)
    added: list[Package] = []
    if is_saved(form, lambda: added.append(service.add_package(form.terms(), by=current_user))):
        flash(str(SAVED), "success")
        return redirect(url_for("catalogue.own_package", package_id=added[0].id), 303)
    return render_template("catalogue/new_package.html", form=form), status_of_form(form)


@catalogue.get("/organiser/packages/<int:package_id>")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def own_package(package_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    return render_template(
        "catalogue/own_package.html",
        package=package,
        itinerary=by_day(package.stops, package.days),
        obstacles=service.list_obstacles(package),
    )


@catalogue.route("/organiser/packages/<int:package_id>/edit", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def edit_package(package_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    seen = fingerprint(terms_of(package, PackageTerms))
    form = PackageForm(
        obj=package,
        seen=seen,
        **PackageForm.approvers(package.approvals),
        **PackageForm.reasons(package.asks),
        **PackageForm.named(package.recipients),
    )
    _offer_cities(form)
    title = package.title
    if is_saved(form, lambda: service.change_package(package, form.terms(), seen=form.seen.data)):
        flash(str(SAVED), "success")
        return redirect(url_for("catalogue.own_package", package_id=package_id), 303)
    page = render_template("catalogue/edit_package.html", form=form, package_id=package_id, title=title)
    return page, status_of_form(form)


@catalogue.post("/organiser/packages/<int:package_id>/publish")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def publish_package(package_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    undo = url_for("departures.withdraw_package", package_id=package_id)
    is_done(lambda: service.publish_package(package), done=PUBLISHED, undo=undo)
    return redirect(url_for("catalogue.own_package", package_id=package_id), 303)


@catalogue.route("/organiser/packages/<int:package_id>/stops/new", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def new_stop(package_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    form = StopForm(day=request.args.get("day", 1, int))
    form.offer(days=package.days, items=queries.list_published_items())
    title = package.title
    if is_saved(form, lambda: service.add_stop(package, form.terms())):
        flash(str(STOP_SAVED), "success")
        return redirect(url_for("catalogue.own_package", package_id=package_id), 303)
    page = render_template("catalogue/new_stop.html", form=form, package_id=package_id, package_title=title)
    return page, status_of_form(form)


@catalogue.route("/organiser/packages/<int:package_id>/stops/<int:stop_id>", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def edit_stop(package_id: int, stop_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    stop = queries.get_stop(package, stop_id)
    form = StopForm(obj=stop, seen=fingerprint(terms_of(stop, StopTerms)))
    form.offer(days=package.days, items=queries.list_published_items())
    title = package.title
    if is_saved(form, lambda: service.change_stop(stop, form.terms(), seen=form.seen.data)):
        flash(str(STOP_SAVED), "success")
        return redirect(url_for("catalogue.own_package", package_id=package_id), 303)
    page = render_template(
        "catalogue/edit_stop.html", form=form, package_id=package_id, stop_id=stop_id, package_title=title
    )
    return page, status_of_form(form)


@catalogue.post("/organiser/packages/<int:package_id>/stops/<int:stop_id>/remove")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def remove_stop(package_id: int, stop_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    stop = queries.get_stop(package, stop_id)
    terms = terms_of(stop, StopTerms)
    undo = url_for("catalogue.put_back", package_id=package_id)
    if is_done(lambda: service.remove_stop(stop), done=STOP_REMOVED, undo=undo):
        remember_removed(package_id, terms)
    return redirect(url_for("catalogue.own_package", package_id=package_id), 303)


def _offer_cities(form: PackageForm) -> None:
    cities = [(city.id, city.name) for city in list_cities()]
    form.host_city_id.offer(cities)
    form.from_city_id.offer(cities)
