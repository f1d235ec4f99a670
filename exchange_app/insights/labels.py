"""How the periods and the states of reports, and the cells of their tables, read on pages."""

from babel.numbers import format_decimal
from flask_babel import gettext

from exchange_app.core.text import current_language, sentence
from exchange_app.insights.rules import Cell, ReportState, Span
from exchange_app.visits.rules import LEAST_SHOWN
from exchange_app.web.labels import Labels, label

LABELS: Labels = {
    Span: {
        Span.YEAR: sentence("The whole year"),
        Span.FIRST: sentence("First quarter"),
        Span.SECOND: sentence("Second quarter"),
        Span.THIRD: sentence("Third quarter"),
        Span.FOURTH: sentence("Fourth quarter"),
    },
    ReportState: {
        ReportState.ASKED: sentence("Waits to be made"),
        ReportState.MAKING: sentence("Is being made"),
        ReportState.READY: sentence("Ready"),
        ReportState.FAILED: sentence("Could not be made"),
    },
}


def period_words(year: int, span: Span) -> str:
    """Third quarter of 2027 · 2027年第三季度"""
    if span is Span.YEAR:
        return gettext("Year %(year)s", year=year)
    return gettext("%(quarter)s of %(year)s", quarter=label(span), year=year)


def small_counts() -> str:
    return gettext(
        "Fewer than %(least)s persons are not shown, nor a number from which they could be reckoned.", least=LEAST_SHOWN
    )


def hidden_words() -> str:
    return gettext("not shown")


def cell_words(cell: Cell) -> str:
    """12,345 and 4.25; what is hidden says so."""
    if isinstance(cell, int | float):
        return format_decimal(cell, locale=current_language())
    return hidden_words() if cell is None else cell
