"""Where the catalogue's pages are gathered."""

from flask import Blueprint

from exchange_app.catalogue.labels import LABELS
from exchange_app.web.labels import add_labels

catalogue = Blueprint("catalogue", __name__)
add_labels(LABELS)
