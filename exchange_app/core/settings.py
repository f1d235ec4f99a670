"""What the operator set (`config.py`), for code that knows nothing of requests."""

from __future__ import annotations

from typing import Any

from flask import current_app


def setting(name: str) -> Any:
    """The value of one setting of the application at work."""
    return current_app.config[name]
