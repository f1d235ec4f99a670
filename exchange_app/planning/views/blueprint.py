"""Where the pages of planning are gathered."""

from flask import Blueprint

planning = Blueprint("planning", __name__)
