"""Addresses of engines, as they may be shown and written down."""

from urllib.parse import urlsplit


def without_password(url: str) -> str:
    """Names a server and what is used of it, without the user and without the driver: the same for the same data."""
    parts = urlsplit(url)
    scheme = parts.scheme.partition("+")[0].replace("postgresql", "postgres")
    return f"{scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
