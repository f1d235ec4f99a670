"""Where the pages of the noticeboard are gathered."""

from flask import Blueprint

noticeboard = Blueprint("noticeboard", __name__)
