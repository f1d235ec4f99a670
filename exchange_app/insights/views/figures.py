"""The figures that somebody may see, of a period and narrowed as they like."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.core.clock import now
from exchange_app.departures.rules import day_in
from exchange_app.insights.asking import FiguresForm
from exchange_app.insights.chapters import CHAPTERS
from exchange_app.insights.labels import cell_words, small_counts
from exchange_app.insights.pictures import captions, picture_of
from exchange_app.insights.views.blueprint import insights
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.policies import allows


@insights.get("/insights")
@allows()
def figures() -> ResponseReturnValue:
    today = day_in(HOME_ZONE, now())
    form = FiguresForm(me(), today)
    tables = [chapter.tell(form.scope, today) for chapter in CHAPTERS]
    pictures = {table.key: picture_of(table) for table in tables}
    page = render_template(
        "insights/figures.html",
        form=form,
        tables=tables,
        pictures=pictures,
        captions=captions(),
        cell_words=cell_words,
        small_counts=small_counts(),
    )
    return page, form.status
