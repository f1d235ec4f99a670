"""What visitors read before they ask: guides by topic and city, and the directory of offices."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.helpdesk import reading
from exchange_app.helpdesk.forms import LookForm
from exchange_app.helpdesk.labels import ABOUT
from exchange_app.helpdesk.reading import Wanted
from exchange_app.helpdesk.rules import Topic
from exchange_app.helpdesk.views.blueprint import helpdesk, today
from exchange_app.partners.queries import list_cities_with_counties
from exchange_app.web.paging import page_in
from exchange_app.web.policies import anyone

OFFICES_SHOWN = 50


@helpdesk.get("/help")
@anyone
def index() -> ResponseReturnValue:
    form = _look_form()
    guides = reading.list_guides(_wanted(form), today())
    return render_template("helpdesk/index.html", form=form, guides=guides, topics=Topic, about=ABOUT)


@helpdesk.get("/help/guides/<int:guide_id>")
@anyone
def guide(guide_id: int) -> ResponseReturnValue:
    found = reading.get_guide(guide_id, today())
    return render_template("helpdesk/guide.html", guide=found)


@helpdesk.get("/help/offices")
@anyone
def offices() -> ResponseReturnValue:
    form = _look_form()
    page = page_in(reading.list_offices(_wanted(form)), size=OFFICES_SHOWN)
    return render_template("helpdesk/offices.html", form=form, page=page)


def _look_form() -> LookForm:
    form = LookForm(list_cities_with_counties())
    form.validate()
    return form


def _wanted(form: LookForm) -> Wanted:
    city_id, county_id = form.wanted_place
    return Wanted(form.topic.data, city_id, county_id, form.q.data)
