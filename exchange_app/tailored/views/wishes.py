"""The wish list of a school, and its trips."""

from __future__ import annotations

from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.queries import get_menu_item
from exchange_app.catalogue.views.saving import is_done
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.partners.queries import get_city
from exchange_app.tailored import queries, service
from exchange_app.tailored.forms import BeginForm, row_id
from exchange_app.tailored.service import Beginning
from exchange_app.tailored.views.blueprint import tailored
from exchange_app.web.addresses import safe_next
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

USUAL_PUPILS, USUAL_STAFF, USUAL_GRADE = 30, 3, 5  # to be changed on the next page


@tailored.get("/tailored")
@allows(Role.LEADER, Role.HEAD)
def index() -> ResponseReturnValue:
    wished = queries.list_wished(me().organisation_id)
    cities = [(city, list(items)) for city, items in groupby(wished, key=lambda item: item.menu.city)]
    return render_template(
        "tailored/index.html",
        page=page_of(queries.select_inquiries(me())),
        cities=[(city, items, BeginForm(formdata=None, data={"city": city.id})) for city, items in cities],
        is_leader=me().role is Role.LEADER,
        expires_at=service.expires_at,
        now=now(),
    )


@tailored.route("/tailored/wishes/<slug>", methods=["GET", "POST"])
@allows(Role.LEADER)
def wish(slug: str) -> ResponseReturnValue:
    """The page asks once more: a visitor comes here after signing in, and opening a page changes nothing."""
    item = get_menu_item(slug)
    if request.method == "GET":
        return render_template(
            "tailored/wish.html", item=item, is_wished=queries.is_wished(me().organisation_id, item.id)
        )
    with transaction():
        service.add_wish(item, by=me(), now=now())
    flash(gettext("“%(title)s” is on your wish list.", title=str(item.title)), "success")
    return redirect(safe_next(request.form.get("next")) or url_for("tailored.index"), 303)


@tailored.post("/tailored/wishes/<slug>/remove")
@allows(Role.LEADER)
def remove_wish(slug: str) -> ResponseReturnValue:
    item = get_menu_item(slug)
    is_done(
        lambda: service.remove_wish(item.id, by=me()),
        done=gettext("“%(title)s” is off your wish list.", title=str(item.title)),
    )
    return redirect(safe_next(request.form.get("next")) or url_for("tailored.index"), 303)


@tailored.post("/tailored/begin")
@allows(Role.LEADER)
def begin() -> ResponseReturnValue:
    form = BeginForm()
    form.validate()
    city = get_city(row_id(form.city.data) or 0)
    title = gettext("A trip of our own to %(city)s", city=str(city.name))
    beginning = Beginning(title, USUAL_PUPILS, USUAL_STAFF, USUAL_GRADE)
    try:
        with transaction():
            inquiry = service.begin_inquiry(city, beginning, form_token=form.form_token.data, by=me(), now=now())
    except Conflict as refusal:
        flash(refusal.sentence, "error")
        return redirect(url_for("tailored.index"), 303)
    return redirect(url_for("tailored.arrange", inquiry_id=inquiry.id), 303)
