"""Where the pages of co-ordination are gathered, and which agreements each person keeps there."""

from __future__ import annotations

from flask import Blueprint

from exchange_app.accounts.sessions import me
from exchange_app.coordination.queries.people import city_of
from exchange_app.partners import queries as partners
from exchange_app.partners.models import Agreement

coordination = Blueprint("coordination", __name__)


def own_agreement(agreement_id: int) -> Agreement:
    """Raises AgreementNotFound, for one that the user's city is no party of too."""
    return partners.get_agreement(agreement_id, city_of(me()))


def lock_own_agreement(agreement_id: int) -> Agreement:
    """The same for commands."""
    return partners.lock_agreement(agreement_id, city_of(me()))


def own_agreements_in_force() -> list[Agreement]:
    return list(partners.list_agreements_in_force(city_of(me())))
