"""Festivals as co-ordinators keep them for their city, and administrators for all."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.text import current_language
from exchange_app.departures.rules import day_in
from exchange_app.partners.models import City
from exchange_app.publicity.almanac import list_occurrences
from exchange_app.publicity.forms import FestivalForm
from exchange_app.publicity.models import Festival
from exchange_app.publicity.queries import campaigns as queries
from exchange_app.publicity.rules import Reckoning
from exchange_app.publicity.service import campaigns as service
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.publicity.views.calendar import AHEAD
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.policies import allows

KEEPERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
MONTHS, DIGITS = "正二三四五六七八九十冬腊", "一二三四五六七八九"
TENS, WHOLE_TENS = "初十廿", {10: "初十", 20: "二十", 30: "三十"}
LONGEST_MONTH = 30


@publicity.app_template_global()
def day_of_festival(festival: Festival) -> str:
    """In its own calendar: 农历八月十五 · Lunar calendar, month 8, day 15"""
    month, day = str(festival.month), str(festival.day)
    if festival.reckoning is Reckoning.SOLAR:
        return gettext("Solar calendar, month %(month)s, day %(day)s", month=month, day=day)
    if current_language() == "zh_Hans":
        month, day = MONTHS[festival.month - 1], _chinese_day(min(festival.day, LONGEST_MONTH))
    return gettext("Lunar calendar, month %(month)s, day %(day)s", month=month, day=day)


def _chinese_day(day: int) -> str:
    return WHOLE_TENS.get(day) or TENS[day // 10] + DIGITS[day % 10 - 1]


@publicity.route("/publicity/festivals", methods=["GET", "POST"])
@allows(*KEEPERS)
def festivals() -> ResponseReturnValue:
    form = FestivalForm()
    if is_saved(form, lambda: service.add_festival(form.terms(), _city())):
        flash(gettext("The festival stands in the calendar."), "success")
        return redirect(url_for("publicity.festivals"), 303)
    today = day_in(HOME_ZONE, now())
    known = queries.list_festivals()
    following = {one.festival.id: one for one in reversed(list_occurrences(known, today, today + AHEAD))}
    page = render_template(
        "publicity/festivals.html", form=form, festivals=known, following=following, own_city_id=_own_city_id()
    )
    return page, status_of_form(form)


def _city() -> City | None:
    """An administrator's counts for all cities."""
    return None if me().role is Role.ADMINISTRATOR else me().organisation.city


def _own_city_id() -> int | None:
    city = _city()
    return city.id if city else None


@publicity.post("/publicity/festivals/usual")
@allows(Role.ADMINISTRATOR)
def add_usual_festivals() -> ResponseReturnValue:
    is_done(service.add_usual_festivals, done=gettext("The usual festivals stand in the calendar."))
    return redirect(url_for("publicity.festivals"), 303)


@publicity.route("/publicity/festivals/<int:festival_id>", methods=["GET", "POST"])
@allows(*KEEPERS)
def festival(festival_id: int) -> ResponseReturnValue:
    found = queries.get_festival(festival_id, me())
    form = FestivalForm(obj=found)
    if is_saved(form, lambda: service.change_festival(found, form.terms())):
        flash(gettext("Saved."), "success")
        return redirect(url_for("publicity.festivals"), 303)
    return render_template("publicity/festival.html", form=form, festival=found), status_of_form(form)


@publicity.post("/publicity/festivals/<int:festival_id>/remove")
@allows(*KEEPERS)
def remove_festival(festival_id: int) -> ResponseReturnValue:
    found = queries.get_festival(festival_id, me())
    is_done(lambda: service.remove_festival(found), done=gettext("The festival is no longer in the calendar."))
    return redirect(url_for("publicity.festivals"), 303)
