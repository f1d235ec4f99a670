"""How often one address or one account may try. Counted in the broker's Redis, or in memory while it is away.

Views that take a secret carry `@slow_down("10 per 10 minutes", by=…)` under their route, those whose address is one
`@slow_guesses(GUESSES)`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter

REDIS_SECONDS = 0.5  # a page never waits longer than this for a count
GUESSES = "30 per 15 minutes"  # a school has one address for all its families
TRY_AGAIN_STATUS = 422  # what a refused form answers with


def client_address() -> str:
    """Who asks: the address, or in IPv6, where every device has billions of its own, the household's network."""
    named = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(named)
    except ValueError:
        return named  # a proxy that names no address
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


limiter = Limiter(
    key_func=client_address, strategy="moving-window", key_prefix="exchange", in_memory_fallback_enabled=True
)


def limit_rates(app: Flask) -> None:
    app.config["RATELIMIT_STORAGE_URI"] = storage_address(app.config["REDIS_URL"])
    if app.config["RATELIMIT_STORAGE_URI"] != "memory://":
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_timeout": REDIS_SECONDS,
            "socket_connect_timeout": REDIS_SECONDS,
        }
    limiter.init_app(app)


def storage_address(redis_url: str) -> str:
    """Where counts are kept. Celery and the limiter spell a socket's address differently."""
    if redis_url.startswith("redis+socket://"):
        return redis_url.replace("redis+socket://", "redis+unix://", 1)
    return redis_url if redis_url.startswith(("redis://", "rediss://")) else "memory://"


def slow_down(often: str, *, by: Callable[[], str] = client_address) -> Callable[[Any], Any]:
    """Count refused forms (POST, answered with 422) by ``by()``; after so many, further ones get a 429 for a while."""
    return limiter.limit(often, key_func=by, methods=["POST"], deduct_when=_was_refused)


def limit_all(often: str, *, by: Callable[[], str] = client_address) -> Callable[[Any], Any]:
    """Count every form (POST) by ``by()``, whatever became of it: for those whose answer tells nothing, and those that
    send a letter."""
    return limiter.limit(often, key_func=by, methods=["POST"])


def slow_guesses(often: str) -> Callable[[Any], Any]:
    """Count addresses that are not there (404), for views whose address is a secret; after so many, every further one
    gets a 429 for a while."""
    return limiter.limit(often, key_func=client_address, deduct_when=_was_a_guess)


def _was_a_guess(response: Response) -> bool:
    return response.status_code == 404


def _was_refused(response: Response) -> bool:
    return response.status_code == TRY_AGAIN_STATUS
