"""Pages of consents: the guardian's, and those on which the school asks, records and looks who has answered."""

from exchange_app.consents.views import asking, board, guardians, paper  # each of them adds its addresses
from exchange_app.consents.views.blueprint import consents

__all__ = ["asking", "board", "consents", "guardians", "paper"]
