"""Where the pages of publicity are gathered."""

from flask import Blueprint

publicity = Blueprint("publicity", __name__)
