"""Organisers keep the menus of their city and the activities on them."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.catalogue import queries, service
from exchange_app.catalogue.forms import ItemForm, MenuForm
from exchange_app.catalogue.terms import ItemTerms, MenuTerms, fingerprint, terms_of
from exchange_app.catalogue.views.blueprint import catalogue
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

MENU_SAVED = sentence("The menu is saved.")
MENU_PUBLISHED = sentence("The menu is published: visitors see it now.")
MENU_WITHDRAWN = sentence("The menu is withdrawn: visitors no longer see it.")
ITEM_SAVED = sentence("The activity is saved.")


@catalogue.get("/organiser/menus")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def own_menus() -> ResponseReturnValue:
    return render_template("catalogue/own_menus.html", page=page_of(queries.select_menus_of(current_user)))


@catalogue.route("/organiser/menus/new", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def new_menu() -> ResponseReturnValue:
    form = MenuForm()
    added = []
    if is_saved(form, lambda: added.append(service.add_menu(form.terms(), by=current_user))):
        flash(str(MENU_SAVED), "success")
        return redirect(url_for("catalogue.own_menu", menu_id=added[0].id), 303)
    return render_template("catalogue/new_menu.html", form=form), status_of_form(form)


@catalogue.get("/organiser/menus/<int:menu_id>")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def own_menu(menu_id: int) -> ResponseReturnValue:
    return render_template("catalogue/own_menu.html", menu=queries.get_menu_of(menu_id, current_user))


@catalogue.route("/organiser/menus/<int:menu_id>/edit", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def edit_menu(menu_id: int) -> ResponseReturnValue:
    menu = queries.get_menu_of(menu_id, current_user)
    form = MenuForm(obj=menu, seen=fingerprint(terms_of(menu, MenuTerms)))
    title = menu.title
    if is_saved(form, lambda: service.change_menu(menu, form.terms(), seen=form.seen.data)):
        flash(str(MENU_SAVED), "success")
        return redirect(url_for("catalogue.own_menu", menu_id=menu_id), 303)
    return render_template("catalogue/edit_menu.html", form=form, menu_id=menu_id, title=title), status_of_form(form)


@catalogue.post("/organiser/menus/<int:menu_id>/publish")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def publish_menu(menu_id: int) -> ResponseReturnValue:
    menu = queries.get_menu_of(menu_id, current_user)
    undo = url_for("catalogue.withdraw_menu", menu_id=menu_id)
    is_done(lambda: service.publish_menu(menu), done=MENU_PUBLISHED, undo=undo)
    return redirect(url_for("catalogue.own_menu", menu_id=menu_id), 303)


@catalogue.post("/organiser/menus/<int:menu_id>/withdraw")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def withdraw_menu(menu_id: int) -> ResponseReturnValue:
    menu = queries.get_menu_of(menu_id, current_user)
    undo = url_for("catalogue.publish_menu", menu_id=menu_id)
    is_done(lambda: service.withdraw_menu(menu), done=MENU_WITHDRAWN, undo=undo)
    return redirect(url_for("catalogue.own_menu", menu_id=menu_id), 303)


@catalogue.route("/organiser/menus/<int:menu_id>/items/new", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def new_item(menu_id: int) -> ResponseReturnValue:
    menu = queries.get_menu_of(menu_id, current_user)
    form = ItemForm()
    _offer_bases(form, menu.city_id)
    title = menu.title
    if is_saved(form, lambda: service.add_item(menu, form.terms())):
        flash(str(ITEM_SAVED), "success")
        return redirect(url_for("catalogue.own_menu", menu_id=menu_id), 303)
    page = render_template("catalogue/new_item.html", form=form, menu_id=menu_id, menu_title=title)
    return page, status_of_form(form)


@catalogue.route("/organiser/menus/<int:menu_id>/items/<int:item_id>", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def edit_item(menu_id: int, item_id: int) -> ResponseReturnValue:
    item = queries.get_item_of(menu_id, item_id, current_user)
    form = ItemForm(
        obj=item,
        seen=fingerprint(terms_of(item, ItemTerms)),
        **ItemForm.ticks(item.languages),
        **ItemForm.times(item.timetable),
    )
    _offer_bases(form, item.menu.city_id)
    title, menu_title = item.title, item.menu.title
    if is_saved(form, lambda: service.change_item(item, form.terms(), seen=form.seen.data)):
        flash(str(ITEM_SAVED), "success")
        return redirect(url_for("catalogue.own_menu", menu_id=menu_id), 303)
    page = render_template(
        "catalogue/edit_item.html", form=form, menu_id=menu_id, item_id=item_id, title=title, menu_title=menu_title
    )
    return page, status_of_form(form)


def _offer_bases(form: ItemForm, city_id: int) -> None:
    form.base_id.offer((base.id, base.name) for base in queries.list_bases_of_city(city_id))
