"""Where the catalogue's pages are gathered."""

from flask import Blueprint

catalogue = Blueprint("catalogue", __name__)
