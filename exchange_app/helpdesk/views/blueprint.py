"""Where the pages of the help desk are gathered."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint

from exchange_app.core.clock import now
from exchange_app.web.formats import HOME_ZONE

helpdesk = Blueprint("helpdesk", __name__)


def today() -> date:
    """By Beijing time, in which every guide holds until its last day ends."""
    return now().astimezone(ZoneInfo(HOME_ZONE)).date()
