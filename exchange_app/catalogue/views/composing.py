"""Composing a package: the activities of all menus at one side, the days of the package at the other."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.catalogue import composing, queries, service
from exchange_app.catalogue.composer import ComposeFilter, ComposeForm
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.forms import readable
from exchange_app.catalogue.labels import SPOKEN, tell_misfit
from exchange_app.catalogue.models import Package
from exchange_app.catalogue.rules import by_day
from exchange_app.catalogue.terms import StopTerms, terms_of
from exchange_app.catalogue.views.blueprint import catalogue
from exchange_app.catalogue.views.saving import NOTHING_MOVED, is_done
from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated, sentence
from exchange_app.core.transaction import transaction
from exchange_app.partners.queries import list_cities
from exchange_app.web.policies import allows

ITEMS_SHOWN = 24
REMOVED = "removed_stop"  # in the session: what can be put back
PUT_BACK = sentence("The entry is back.")


@catalogue.get("/organiser/packages/<int:package_id>/compose")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def compose(package_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    form = ComposeFilter()
    form.city.offer(list_cities())
    asked = readable(form)
    items = queries.list_items_for(form.wanted(), asked.get("words") or "")
    days = by_day(package.stops, package.days)
    return render_template(
        "catalogue/compose.html",
        package=package,
        form=form,
        items=items[:ITEMS_SHOWN],
        hidden=max(0, len(items) - ITEMS_SHOWN),
        days=[composing.plan_day(day, stops, package, group=asked.get("group")) for day, stops in days],
        fit=composing.fit_of(package.stops),
        seen=service.seen_of(package),
        day=min(asked.get("day") or 1, package.days),
        removed=_removed_of(package),
        spoken=SPOKEN,
        tell=tell_misfit,
    )


@catalogue.post("/organiser/packages/<int:package_id>/compose/put")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def put(package_id: int) -> ResponseReturnValue:
    """An activity or a stop into a day. The address keeps what the activities are filtered by."""
    package = queries.get_package_of(package_id, current_user)
    form = ComposeForm()
    is_sound = form.validate_on_submit()
    stop_id, day, before = form.place if is_sound else (None, None, None)
    if day is None:
        flash(str(NOTHING_MOVED), "error")
        return redirect(_back(package_id), 303)
    try:
        with transaction():
            if stop_id is not None:
                stop = queries.get_stop(package, stop_id)
                service.put_stop(package, stop, day=day, before=before, seen=form.seen.data)
            else:
                item = queries.get_published_item(form.item.data)
                service.put_item(package, item, day=day, before=before, seen=form.seen.data)
    except ChangedMeanwhile:
        flash(str(NOTHING_MOVED), "error")
    except Refusal as refusal:
        flash(refusal.sentence, "error")
    return redirect(_back(package_id, day), 303)


@catalogue.post("/organiser/packages/<int:package_id>/compose/<int:stop_id>/remove")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def take_out(package_id: int, stop_id: int) -> ResponseReturnValue:
    """No question is asked: the next page offers to put it back."""
    package = queries.get_package_of(package_id, current_user)
    stop = queries.get_stop(package, stop_id)
    terms = terms_of(stop, StopTerms)
    try:
        with transaction():
            service.remove_stop(stop)
    except Refusal as refusal:
        flash(refusal.sentence, "error")
    else:
        remember_removed(package_id, terms)
    return redirect(_back(package_id, terms.day), 303)


@catalogue.post("/organiser/packages/<int:package_id>/compose/put-back")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def put_back(package_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    terms = _removed_of(package)
    if terms is None:
        return redirect(_back(package_id), 303)
    if is_done(lambda: service.add_stop(package, terms), done=PUT_BACK):
        session.pop(REMOVED)
    return redirect(_back(package_id, terms.day), 303)


def remember_removed(package_id: int, terms: StopTerms) -> None:
    session[REMOVED] = {
        "package_id": package_id,
        "menu_item_id": terms.menu_item_id,
        "day": terms.day,
        "starts": terms.starts.isoformat(),
        "minutes": terms.minutes,
        "title": dict(terms.title),
        "note": dict(terms.note),
    }


def _removed_of(package: Package) -> StopTerms | None:
    """What this browser took out of the package last."""
    facts = session.get(REMOVED)
    if facts is None or facts["package_id"] != package.id:
        return None
    return StopTerms(
        facts["menu_item_id"],
        facts["day"],
        time.fromisoformat(facts["starts"]),
        facts["minutes"],
        Translated(facts["title"]),
        Translated(facts["note"]),
    )


def _back(package_id: int, day: int | None = None) -> str:
    kept: dict[str, Any] = {name: request.args.get(name) or None for name in ComposeFilter.KEPT}
    anchor = f"day-{day}" if day else None
    return url_for("catalogue.compose", package_id=package_id, day=day, _anchor=anchor, **kept)
