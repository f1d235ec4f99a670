"""Organisers look after the slots of an activity: how many each takes, who stops there, special openings."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.catalogue import queries as catalogue
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.departures import slots as service
from exchange_app.departures.forms import SlotForm, SpecialSlotForm
from exchange_app.departures.slots import get_slot, list_departures_at_slot, select_slots_of_item
from exchange_app.departures.views.blueprint import departures
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

ADDED = sentence("The slot is added.")
SAVED = sentence("The slot is saved.")
REMOVED = sentence("The slot is removed.")
ITEM_REMOVED = sentence("The activity is removed.")


@departures.route("/organiser/menus/<int:menu_id>/items/<int:item_id>/slots", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def slots(menu_id: int, item_id: int) -> ResponseReturnValue:
    item = catalogue.get_item_of(menu_id, item_id, current_user)
    zone = ZoneInfo(item.base.city.time_zone)
    form = SpecialSlotForm(meta={"zone": zone}, capacity=item.slot_capacity)
    if is_saved(form, lambda: service.add_slot(item, **form.terms())):
        flash(str(ADDED), "success")
        return redirect(url_for("departures.slots", menu_id=menu_id, item_id=item_id), 303)
    page = page_of(select_slots_of_item(item_id, since=now()))
    return render_template("departures/slots.html", item=item, zone=zone, form=form, page=page), status_of_form(form)


@departures.route("/organiser/menus/<int:menu_id>/items/<int:item_id>/slots/<int:slot_id>", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def slot(menu_id: int, item_id: int, slot_id: int) -> ResponseReturnValue:
    item = catalogue.get_item_of(menu_id, item_id, current_user)
    slot = get_slot(item_id, slot_id)
    form = SlotForm(capacity=slot.pool.capacity, is_open=slot.pool.is_open)
    if is_saved(form, lambda: service.change_slot(slot, **form.terms())):
        flash(str(SAVED), "success")
        return redirect(url_for("departures.slot", menu_id=menu_id, item_id=item_id, slot_id=slot_id), 303)
    page = render_template(
        "departures/slot.html",
        item=item,
        slot=slot,
        zone=ZoneInfo(item.base.city.time_zone),
        form=form,
        stopping=list_departures_at_slot(slot_id),
    )
    return page, status_of_form(form)


@departures.post("/organiser/menus/<int:menu_id>/items/<int:item_id>/slots/<int:slot_id>/remove")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def remove_slot(menu_id: int, item_id: int, slot_id: int) -> ResponseReturnValue:
    catalogue.get_item_of(menu_id, item_id, current_user)
    slot = get_slot(item_id, slot_id)
    if is_done(lambda: service.remove_slot(slot), done=REMOVED):
        return redirect(url_for("departures.slots", menu_id=menu_id, item_id=item_id), 303)
    return redirect(url_for("departures.slot", menu_id=menu_id, item_id=item_id, slot_id=slot_id), 303)


@departures.post("/organiser/menus/<int:menu_id>/items/<int:item_id>/remove")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def remove_item(menu_id: int, item_id: int) -> ResponseReturnValue:
    """Here and not among the catalogue's pages, because departures may stop there."""
    item = catalogue.get_item_of(menu_id, item_id, current_user)
    is_done(lambda: service.remove_item(item), done=ITEM_REMOVED)
    return redirect(url_for("catalogue.own_menu", menu_id=menu_id), 303)
