"""Where the pages of rosters are gathered."""

from flask import Blueprint

rosters = Blueprint("rosters", __name__)
