"""Settings for tests: real ones, with keys of their own."""

from __future__ import annotations

import base64
from typing import Any

from config import load_settings


def key(number: int) -> str:
    return base64.b64encode(bytes([number]) * 32).decode()


def environment(**changes: str) -> dict[str, str]:
    """The environment variables of a test application."""
    return {
        "SECRET_KEY": "tests-sign-their-cookies-with-this-one",
        "FIELD_KEYS": f"1:{key(1)}",
        "INDEX_KEY": key(2),
        "BACKUP_KEY": key(3),
        "REDIS_URL": "",
        "DATABASE_URL": "sqlite://",
        "PUBLIC_URL": "http://localhost",
        "SECOND_FACTOR_FOR": "",
        **changes,
    }


def make_settings(**changes: str) -> dict[str, Any]:
    return load_settings(environment(**changes))
