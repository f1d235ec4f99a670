"""The offices of the partner cities as a tree, for everybody who looks for one: names and office phones."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.partners import queries
from exchange_app.partners.forms import OfficeFilterForm
from exchange_app.partners.offices import tree_of
from exchange_app.partners.views.blueprint import partners
from exchange_app.web.policies import anyone


@partners.get("/offices")
@anyone
def offices() -> ResponseReturnValue:
    cities = queries.list_cities_with_counties()
    form = OfficeFilterForm()
    form.offer(cities)
    chosen, words = form.wanted()
    shown = [city for city in cities if chosen in ("", city.slug)]
    found = queries.list_offices([city.id for city in shown])
    departments = queries.list_departments()
    trees = [tree_of(city, found, departments, words) for city in shown]
    return render_template("partners/offices.html", form=form, trees=trees, words=words)
