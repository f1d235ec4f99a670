"""Organisers keep the bases of their city."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.catalogue import queries, service
from exchange_app.catalogue.forms import BaseForm
from exchange_app.catalogue.terms import BaseTerms, fingerprint, terms_of
from exchange_app.catalogue.views.blueprint import catalogue
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.partners.queries import list_counties, list_organisations
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

SAVED = sentence("The base is saved.")
REMOVED = sentence("The base is removed.")


@catalogue.get("/organiser/bases")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def own_bases() -> ResponseReturnValue:
    return render_template("catalogue/own_bases.html", page=page_of(queries.select_bases_of(current_user)))


@catalogue.route("/organiser/bases/new", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def new_base() -> ResponseReturnValue:
    form = BaseForm()
    _offer(form, current_user.organisation.city_id)
    if is_saved(form, lambda: service.add_base(form.terms(), by=current_user)):
        flash(str(SAVED), "success")
        return redirect(url_for("catalogue.own_bases"), 303)
    return render_template("catalogue/new_base.html", form=form), status_of_form(form)


@catalogue.route("/organiser/bases/<int:base_id>", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def edit_base(base_id: int) -> ResponseReturnValue:
    base = queries.get_base_of(base_id, current_user)
    form = BaseForm(obj=base, seen=fingerprint(terms_of(base, BaseTerms)))
    _offer(form, base.city_id)
    name, slug = base.name, base.slug
    if is_saved(form, lambda: service.change_base(base, form.terms(), seen=form.seen.data)):
        flash(str(SAVED), "success")
        return redirect(url_for("catalogue.own_bases"), 303)
    page = render_template("catalogue/edit_base.html", form=form, base_id=base_id, name=name, slug=slug)
    return page, status_of_form(form)


@catalogue.post("/organiser/bases/<int:base_id>/remove")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def remove_base(base_id: int) -> ResponseReturnValue:
    base = queries.get_base_of(base_id, current_user)
    if is_done(lambda: service.remove_base(base), done=REMOVED):
        return redirect(url_for("catalogue.own_bases"), 303)
    return redirect(url_for("catalogue.edit_base", base_id=base_id), 303)


def _offer(form: BaseForm, city_id: int) -> None:
    form.county_id.offer((county.id, county.name) for county in list_counties(city_id))
    form.operator_id.offer((organisation.id, organisation.name) for organisation in list_organisations(city_id))
