"""Settings, read from the environment. `make run` writes them; docs/operating.md lists them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from exchange_app.core.roles import Role
from exchange_app.outbox.rules import Limit
from exchange_app.outbox.transport.gateway import GatewayUnfit, TextGateway

ROOT = Path(__file__).resolve().parent
SECRETS = ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY")
PLACEHOLDERS = ("change", "secret", "default", "example", "insecure")
SHORTEST_SECRET = 32

# How many letters one reader gets by a channel; the robots of WeCom and DingTalk take no more.
BEARABLE = {"mail": "60 per hour", "text": "10 per hour", "robot": "20 per minute"}
KEPT_DAYS = {"DOCUMENTS_KEPT_DAYS": "30", "ROSTERS_KEPT_DAYS": "365", "CONSENTS_KEPT_DAYS": "1096"}
LIMIT = re.compile(r"([1-9]\d{0,5}) per (second|minute|hour|day)")
ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class Misconfigured(Exception):
    """A setting is missing or unfit; the message says which, and what to do."""


def load_settings(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Flask's configuration from environment variables. Raises Misconfigured."""
    for name in SECRETS:
        _require_secret(name, environment.get(name, ""))
    public_url = environment.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
    is_demo = environment.get("DEMO", "0") == "1"
    served_over_tls = public_url.startswith("https://")
    return {
        **{name: environment[name] for name in SECRETS},
        "FIELD_KEY_IN_USE": _key_in_use(environment.get("FIELD_KEY_IN_USE", ""), environment["FIELD_KEYS"]),
        "BACKUP_KEY": environment.get("BACKUP_KEY", ""),
        "SECRET_KEY_FALLBACKS": [key for key in environment.get("SECRET_KEY_FALLBACKS", "").split(",") if key],
        "SQLALCHEMY_DATABASE_URI": _database_url(environment.get("DATABASE_URL", "")),
        "REDIS_URL": environment.get("REDIS_URL", ""),
        "SMTP_URL": environment.get("SMTP_URL", ""),
        "TEXT_GATEWAY": _text_gateway(environment.get("TEXT_GATEWAY", "").strip()),
        "MAIL_FROM": environment.get("MAIL_FROM", "bookings@localhost"),
        "MAIL_BOUNCES_TO": environment.get("MAIL_BOUNCES_TO", ""),
        "PUBLIC_URL": public_url,
        "TRUSTED_HOSTS": _trusted_hosts(public_url, environment.get("TRUSTED_HOSTS", "")),
        "PROXIES": int(environment.get("PROXIES", "0")),
        "PAGES_KEPT_SECONDS": float(environment.get("PAGES_KEPT_SECONDS", "3")),
        "SITE_NAME": environment.get("SITE_NAME", ""),
        "WIDGET_ORIGINS": _origins("WIDGET_ORIGINS", environment.get("WIDGET_ORIGINS", "")),
        "CHANNEL_LIMITS": _limits(environment, "{}_LIMIT", {}),
        "READER_LIMITS": _limits(environment, "{}_LIMIT_PER_READER", BEARABLE),
        "LETTERS_KEPT_DAYS": int(environment.get("LETTERS_KEPT_DAYS", "90")),
        **_kept_days(environment),
        "DISCLOSURES_KEPT_DAYS": int(environment.get("DISCLOSURES_KEPT_DAYS", "1096")),
        "HELP_KEPT_DAYS": _days("HELP_KEPT_DAYS", environment.get("HELP_KEPT_DAYS", "90")),
        "VISIT_CONTACTS_KEPT_DAYS": _days(
            "VISIT_CONTACTS_KEPT_DAYS", environment.get("VISIT_CONTACTS_KEPT_DAYS", "30")
        ),
        "AUDIT_KEPT_DAYS": int(environment.get("AUDIT_KEPT_DAYS", "1096")),
        "SECOND_FACTOR_FOR": _roles("SECOND_FACTOR_FOR", environment.get("SECOND_FACTOR_FOR", _needing(is_demo))),
        "LOG_LEVEL": _log_level(environment.get("LOG_LEVEL", "INFO")),
        "SECURITY_CONTACT": _security_contact(environment.get("SECURITY_CONTACT", "")),
        "DEMO": is_demo,
        "DATA_DIR": environment.get("DATA_DIR", str(ROOT / "var")),
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=2),
        "SESSION_COOKIE_NAME": "__Host-session" if served_over_tls else "session",
        "SESSION_COOKIE_SECURE": served_over_tls,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": 4 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 20_000,  # a roster of 500 rows typed into a form has 12 fields a row
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form left open over lunch still works
    }


def _needing(is_demo: bool) -> str:
    """A demo is to be tried with one click."""
    return "" if is_demo else "organiser,coordinator,administrator"


def _roles(name: str, words: str) -> frozenset[Role]:
    try:
        return frozenset(Role(word.strip()) for word in words.split(",") if word.strip())
    except ValueError:
        known = ", ".join(Role)
        raise Misconfigured(f"{name} names roles, separated by commas, of {known}; not `{words}`.") from None


def _require_secret(name: str, value: str) -> None:
    if not value:
        raise Misconfigured(f"{name} is not set: `make run` makes one, docs/operating.md says how to make your own.")
    if len(value) < SHORTEST_SECRET or any(word in value.lower() for word in PLACEHOLDERS):
        raise Misconfigured(f"{name} is too short or a placeholder: docs/operating.md says how to make one.")


def _key_in_use(number: str, field_keys: str) -> int | None:
    if not number:
        return None
    if number not in {entry.strip().partition(":")[0] for entry in field_keys.split(",")}:
        raise Misconfigured(f"FIELD_KEY_IN_USE must be the number of one of FIELD_KEYS, not `{number}`.")
    return int(number)


def _kept_days(environment: Mapping[str, str]) -> dict[str, int]:
    """How long what is kept about a group stays: the more sensitive, the shorter."""
    kept = {name: int(environment.get(name, unless_set)) for name, unless_set in KEPT_DAYS.items()}
    if not 0 < kept["DOCUMENTS_KEPT_DAYS"] <= kept["ROSTERS_KEPT_DAYS"] <= kept["CONSENTS_KEPT_DAYS"]:
        raise Misconfigured(f"{', '.join(KEPT_DAYS)} are days, each at least as many as the one before.")
    return kept


def _origins(name: str, words: str) -> tuple[str, ...]:
    """Sites by scheme and host, as a content security policy names them."""
    named = tuple(words.replace(",", " ").split())
    for origin in named:
        if not ORIGIN.fullmatch(origin):
            raise Misconfigured(f"{name} names sites such as `https://www.city.example`, not `{origin}`.")
    return named


def _days(name: str, days: str) -> int:
    if not (days.isascii() and days.isdigit() and int(days) > 0):
        raise Misconfigured(f"{name} is a number of days, not `{days}`.")
    return int(days)


def _log_level(level: str) -> str:
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise Misconfigured(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not `{level}`.")
    return level


def _security_contact(contact: str) -> str:
    if contact and not re.fullmatch(r"(mailto:|https://|tel:)\S+", contact):
        raise Misconfigured("SECURITY_CONTACT must be an address such as `mailto:security@city.example`.")
    return contact


def _limits(environment: Mapping[str, str], setting: str, unless_set: Mapping[str, str]) -> dict[str, Limit]:
    """So many letters in such a time, by channel; one whose setting is empty has no limit."""
    written = {
        channel: environment.get(setting.format(channel.upper()), unless_set.get(channel, "")) for channel in BEARABLE
    }
    return {channel: _limit(setting.format(channel.upper()), words) for channel, words in written.items() if words}


def _limit(name: str, words: str) -> Limit:
    found = LIMIT.fullmatch(words)
    if found is None:
        raise Misconfigured(f"{name} must read like `600 per minute` (second, minute, hour or day), not `{words}`.")
    return Limit(int(found[1]), timedelta(seconds=SECONDS[found[2]]))


def _database_url(url: str) -> str:
    if not url:
        raise Misconfigured("DATABASE_URL is not set: `make run` sets it, docs/operating.md says how to.")
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _trusted_hosts(public_url: str, more: str) -> list[str]:
    named = [host.strip() for host in more.split(",") if host.strip()]
    return [urlsplit(public_url).hostname or "localhost", "127.0.0.1", "localhost", *named]


def _text_gateway(description: str) -> TextGateway | None:
    """From JSON, or from the file with it: a file keeps the gateway's key out of the list of processes."""
    if not description:
        return None
    try:
        if not description.startswith("{"):
            description = Path(description).read_text(encoding="utf-8")
        return TextGateway.parse(description)
    except (OSError, UnicodeDecodeError):
        raise Misconfigured("TEXT_GATEWAY is no JSON object and no path of a readable file.") from None
    except GatewayUnfit as unfit:
        raise Misconfigured(str(unfit)) from None
