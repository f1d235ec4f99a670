"""How often help was asked for, by quarter, topic and city, and how soon it was answered: counts, and no small ones."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.helpdesk.figures import tables_of
from exchange_app.helpdesk.queries import list_tallies
from exchange_app.helpdesk.rules import LEAST_SHOWN, Topic, quarter_of
from exchange_app.helpdesk.views.blueprint import helpdesk, today
from exchange_app.partners.queries import list_cities
from exchange_app.web.policies import anyone


@helpdesk.get("/help/figures")
@anyone
def figures() -> ResponseReturnValue:
    """Of quarters that are over: a count that changes while one looks would tell of one person."""
    tables = tables_of(list_tallies(quarter_of(today())), list_cities())
    return render_template("helpdesk/figures.html", tables=tables, topics=Topic, least=LEAST_SHOWN)
