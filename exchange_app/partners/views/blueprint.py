"""Where the pages of cities and organisations are gathered, and how they are saved."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash

from exchange_app.core.errors import Refusal
from exchange_app.core.text import sentence
from exchange_app.core.transaction import transaction
from exchange_app.web.errors import beside_field
from exchange_app.web.forms import Form

partners = Blueprint("partners", __name__)

SAVED = sentence("Saved.")


def is_saved(form: Form, command: Callable[[], object]) -> bool:
    """Whether the form was sent and the command carried out. A refusal stands beside its field."""
    if not form.validate_on_submit():
        return False
    try:
        with transaction():
            command()
    except Refusal as refusal:
        beside_field(form, refusal)
        return False
    flash(str(SAVED), "success")
    return True
