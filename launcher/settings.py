"""What whoever starts `make run` may choose, read from the environment."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from launcher.errors import Trouble

ROOT = Path(__file__).resolve().parent.parent
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # what to listen on, and where to find that from here


@dataclass(frozen=True)
class Settings:
    """``host`` is a number; ``database_url`` and ``redis_url`` are empty where the embedded ones are meant."""

    host: str
    port: int
    data: Path
    database_url: str
    redis_url: str
    public_url: str
    demo: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises Trouble."""
        name = environment.get("HOST") or "127.0.0.1"
        host = _host(name)
        port = _port(environment.get("PORT") or "8000")
        return cls(
            host=host,
            port=port,
            data=(ROOT / Path(environment.get("DATA_DIR") or "var").expanduser()).resolve(),
            database_url=environment.get("DATABASE_URL", ""),
            redis_url=environment.get("REDIS_URL", ""),
            public_url=environment.get("PUBLIC_URL")
            or f"http://{_in_url('localhost' if host in EVERYWHERE else name)}:{port}",
            demo=environment.get("DEMO", "1") != "0",
        )

    @property
    def address(self) -> str:
        """Where this machine reaches the web server."""
        return EVERYWHERE.get(self.host, self.host)


def _host(name: str) -> str:
    try:
        return str(socket.getaddrinfo(name, None)[0][4][0])
    except OSError:
        raise Trouble(f"HOST must be an address of this machine, not “{name}”.") from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Trouble(f"PORT must be a number from 1 to 65535, not “{text}”.")
    return int(text)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
