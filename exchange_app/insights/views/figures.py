"""The figures that somebody may see, of a period and narrowed as they like."""

from __future__ import annotations

from dataclasses import replace

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.core.clock import now
from exchange_app.departures.rules import day_in
from exchange_app.insights.asking import FiguresForm
from exchange_app.insights.chapters import CHAPTERS
from exchange_app.insights.errors import TableNotFound
from exchange_app.insights.labels import cell_words, small_counts
from exchange_app.insights.pictures import captions, picture_of
from exchange_app.insights.rules import Chapter, Table
from exchange_app.insights.views.blueprint import insights
from exchange_app.web.addresses import asking_on
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.paging import page_in
from exchange_app.web.policies import allows

FIRST_ROWS, ROWS_ON_A_PAGE = 40, 100


@insights.get("/insights")
@allows()
def figures() -> ResponseReturnValue:
    """Of each table the first rows."""
    today = day_in(HOME_ZONE, now())
    form = FiguresForm(me(), today)
    tables = [chapter.tell(form.scope, today) for chapter in CHAPTERS]
    page = render_template(
        "insights/figures.html",
        form=form,
        tables=[replace(table, rows=table.rows[:FIRST_ROWS]) for table in tables],
        lengths={table.key: len(table.rows) for table in tables},
        alone={table.key: _address_of(table) for table in tables if len(table.rows) > FIRST_ROWS},
        pictures={table.key: picture_of(table) for table in tables},
        captions=captions(),
        cell_words=cell_words,
        small_counts=small_counts(),
    )
    return page, form.status


def _address_of(table: Table) -> str:
    """What was asked, of this table alone."""
    return asking_on(url_for("insights.table", name=table.key), {"page": None})


@insights.get("/insights/tables/<name>")
@allows()
def table(name: str) -> ResponseReturnValue:
    """One of them to its end, a page at a time. Raises TableNotFound."""
    today = day_in(HOME_ZONE, now())
    form = FiguresForm(me(), today)
    told = _chapter(name).tell(form.scope, today)
    rows = page_in(told.rows, size=ROWS_ON_A_PAGE)
    page = render_template(
        "insights/table.html",
        form=form,
        table=replace(told, rows=rows.rows),
        page=rows,
        all_tables=asking_on(url_for("insights.figures"), {"page": None}),
        cell_words=cell_words,
        small_counts=small_counts(),
    )
    return page, form.status


def _chapter(key: str) -> Chapter:
    for chapter in CHAPTERS:
        if chapter.key == key:
            return chapter
    raise TableNotFound()
