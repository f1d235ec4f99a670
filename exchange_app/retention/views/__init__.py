"""The pages about what is kept: for guardians, leaders, everybody with an account, and administrators."""

from exchange_app.retention.views import accounts, administrators, breaches, guardians, leaders
from exchange_app.retention.views.blueprint import retention

__all__ = ["accounts", "administrators", "breaches", "guardians", "leaders", "retention"]
