"""Where the pages of visits are gathered, and who works on them."""

from __future__ import annotations

from flask import Blueprint

from exchange_app.accounts.sessions import me
from exchange_app.coordination.queries.people import city_of
from exchange_app.core.roles import Role
from exchange_app.partners import queries as partners
from exchange_app.partners.models import Agreement

visits = Blueprint("visits", __name__)

KEEPERS = (Role.COORDINATOR, Role.ADMINISTRATOR)


def own_agreement(agreement_id: int) -> Agreement:
    """Raises AgreementNotFound, for one that the user's city is no party of too."""
    return partners.get_agreement(agreement_id, city_of(me()))


def lock_own_agreement(agreement_id: int) -> Agreement:
    """The same for commands."""
    return partners.lock_agreement(agreement_id, city_of(me()))
