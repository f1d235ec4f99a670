"""Where the departures' pages are gathered."""

from flask import Blueprint

departures = Blueprint("departures", __name__)
