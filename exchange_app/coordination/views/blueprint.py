"""Where the pages of co-ordination are gathered."""

from __future__ import annotations

from flask import Blueprint

from exchange_app.coordination import queries  # noqa: F401

coordination = Blueprint("coordination", __name__)
