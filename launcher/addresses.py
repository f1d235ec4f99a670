"""Addresses of engines, as they may be shown and written down."""

from urllib.parse import parse_qs, urlsplit


def without_password(url: str) -> str:
    """Names a server and what is used of it, without the user and without the driver: the same for the same data."""
    parts = urlsplit(url)
    scheme = parts.scheme.partition("+")[0].replace("postgresql", "postgres")
    socket = parse_qs(parts.query).get("host", [""])[0]
    return f"{scheme}://{parts.netloc.rpartition('@')[2]}{socket}{parts.path}"
