"""The figures that somebody may see, of a period and narrowed as they like."""

from __future__ import annotations

from dataclasses import replace

from flask import render_template, request, url_for
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
    """`?table=days` is one of them alone, to its end; together each shows its first rows. Raises TableNotFound."""
    today = day_in(HOME_ZONE, now())
    form = FiguresForm(me(), today)
    asked = request.args.get("table")
    if asked is not None:
        return _one_table(form, _chapter(asked).tell(form.scope, today)), form.status
    tables = [chapter.tell(form.scope, today) for chapter in CHAPTERS]
    page = render_template(
        "insights/figures.html",
        form=form,
        tables=[replace(table, rows=table.rows[:FIRST_ROWS]) for table in tables],
        lengths={table.key: len(table.rows) for table in tables},
        alone={table.key: _address(table.key) for table in tables if len(table.rows) > FIRST_ROWS},
        pictures={table.key: picture_of(table) for table in tables},
        captions=captions(),
        cell_words=cell_words,
        small_counts=small_counts(),
    )
    return page, form.status


def _chapter(key: str) -> Chapter:
    for chapter in CHAPTERS:
        if chapter.key == key:
            return chapter
    raise TableNotFound()


def _address(table: str | None) -> str:
    """The same question about one table alone, or about all of them."""
    return asking_on(url_for("insights.figures"), {"table": table, "page": None})


def _one_table(form: FiguresForm, table: Table) -> str:
    page = page_in(table.rows, size=ROWS_ON_A_PAGE)
    return render_template(
        "insights/table.html",
        form=form,
        table=replace(table, rows=page.rows),
        page=page,
        all_tables=_address(None),
        cell_words=cell_words,
        small_counts=small_counts(),
    )
