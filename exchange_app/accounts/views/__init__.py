"""Pages of accounts: signing in, one's own account and what proves whose it is, and those that administrators keep."""

from exchange_app.accounts.views import (  # each of them adds its addresses
    account,
    address,
    administration,
    confirming,
    passwords,
    second_factors,
    signing_in,
)
from exchange_app.accounts.views.blueprint import accounts

__all__ = [
    "account",
    "accounts",
    "address",
    "administration",
    "confirming",
    "passwords",
    "second_factors",
    "signing_in",
]
