"""Pictures of tables."""

from markupsafe import Markup

from exchange_app.insights.rules import Table


def picture_of(table: Table) -> Markup | None:
    """None where a table has no picture."""
    return None
