"""Where the pages of accounts are gathered, and what counts as an account where attempts are counted."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from exchange_app.accounts.models import User
from exchange_app.core.roles import Role
from exchange_app.core.sealing import keys
from exchange_app.core.text import LANGUAGES
from exchange_app.web.formats import site_name
from exchange_app.web.limits import client_address

accounts = Blueprint("accounts", __name__)

# Where each role's work is.
HOME_PAGES = {
    Role.LEADER: "bookings.index",
    Role.HEAD: "bookings.decisions",
    Role.BUREAU: "bookings.decisions",
    Role.ORGANISER: "planning.board",
    Role.COORDINATOR: "coordination.home",
    Role.ADMINISTRATOR: "accounts.users",
}


def typed_account() -> str:
    """The account that somebody tries; counted under a keyed hash, so that the broker knows no address."""
    return keys().fingerprint(request.form.get("email", "").strip().lower(), "sign_in_attempts")


def typed_account_from_address() -> str:
    return f"{typed_account()} {client_address()}"


def own_account() -> str:
    return str(current_user.get_id())


def texts_about(user: User) -> list[str]:
    """What somebody would try first who knows the owner of a password; docs/decisions/signing-in.md lists it."""
    places = (user.organisation.name, user.organisation.city.name)
    named = [place.in_language(language) for place in places for language in LANGUAGES]
    return [user.name, user.email, site_name(), *named]
