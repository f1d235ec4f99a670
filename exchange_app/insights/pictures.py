"""Pictures of tables, drawn from nothing but the table, so that a kept report shows the same picture later."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

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


def picture_of(table: Table) -> Markup | None:
    """An SVG; None where a table has no picture or nothing to draw."""
    draw = DRAWN.get(table.key)
    return draw(table) if draw else None
