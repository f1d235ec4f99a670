"""Where the pages of co-ordination are gathered, and which agreements each person keeps there."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

from exchange_app.accounts.sessions import me
from exchange_app.coordination.queries.people import city_of
from exchange_app.core.errors import Refusal
from exchange_app.core.transaction import transaction
from exchange_app.partners import queries as partners
from exchange_app.partners.models import Agreement
from exchange_app.web.errors import beside_field
from exchange_app.web.forms import Form

coordination = Blueprint("coordination", __name__)


def own_agreement(agreement_id: int) -> Agreement:
    """Raises AgreementNotFound, for one that the user's city is no party of too."""
    return partners.get_agreement(agreement_id, city_of(me()))


def lock_own_agreement(agreement_id: int) -> Agreement:
    """The same for commands."""
    return partners.lock_agreement(agreement_id, city_of(me()))


def own_agreements_in_force() -> list[Agreement]:
    return list(partners.list_agreements_in_force(city_of(me())))


def is_done_by(form: Form, command: Callable[[], object]) -> bool:
    """Whether the form, one of several on a page, was sent in order and the command carried out. A refusal stands
    beside its field."""
    if not form.validate_on_submit():
        return False
    try:
        with transaction():
            command()
    except Refusal as refusal:
        beside_field(form, refusal)
        return False
    return True
