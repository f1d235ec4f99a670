"""Where the pages of co-ordination are gathered."""

from __future__ import annotations

from flask import Blueprint

coordination = Blueprint("coordination", __name__)
