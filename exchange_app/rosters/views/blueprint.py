"""Where the pages of rosters are gathered."""

from flask import Blueprint
from flask_login import current_user

from exchange_app.accounts.models import User

rosters = Blueprint("rosters", __name__)


def me() -> User:
    """The user behind Flask-Login's stand-in."""
    user: User = current_user._get_current_object()
    return user
