"""Where the pages of figures and reports are gathered."""

from __future__ import annotations

from flask import Blueprint

insights = Blueprint("insights", __name__)
