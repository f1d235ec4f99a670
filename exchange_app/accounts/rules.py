"""How long a sign-in lasts, and what a password has to be."""

from datetime import timedelta

SIGN_IN_LASTS = timedelta(hours=12)
SHORTEST_PASSWORD = 12


def normalise_email(typed: str) -> str:
    return typed.strip().lower()
