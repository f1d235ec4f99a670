"""Pictures of tables, drawn from nothing but the table, so that a kept report shows the same picture later."""

from __future__ import annotations

from markupsafe import Markup

from exchange_app.insights.rules import Table


def picture_of(table: Table) -> Markup | None:
    """An SVG; None where a table has no picture or nothing to draw."""
    return None
