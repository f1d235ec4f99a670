"""Pictures of tables, drawn from nothing but the table, so that a kept report shows the same picture later."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext
from markupsafe import Markup

from exchange_app.core.text import sentence
from exchange_app.insights.bars import draw_months, draw_uses
from exchange_app.insights.heat_map import draw_days
from exchange_app.insights.rules import Table
from exchange_app.insights.sankey import draw_flows

DRAWN: Mapping[str, Callable[[Table], Markup | None]] = {
    "counties": draw_flows,
    "months": draw_months,
    "days": draw_days,
    "bases": draw_uses,
}
CAPTIONS: Mapping[str, str] = {
    "counties": sentence("Participants: the broader a band, the more of them."),
    "months": sentence("Participants in each month, by direction."),
    "days": sentence("Persons under way: the darker a day, the more of them."),
    "bases": sentence("Per cent of the available seats that were taken."),
}


def captions() -> dict[str, str]:
    """What is measured in the pictures, by the keys of their tables."""
    return {key: gettext(words) for key, words in CAPTIONS.items()}


def picture_of(table: Table) -> Markup | None:
    """An SVG; None where a table has no picture or nothing to draw."""
    draw = DRAWN.get(table.key)
    return draw(table) if draw else None
