"""Where the pages of figures are gathered."""

from __future__ import annotations

from flask import Blueprint

insights = Blueprint("insights", __name__)
