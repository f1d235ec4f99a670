"""What launcher/prepare.py left ready, so that the next start need not load the application to find that out.

Only for the embedded database, whose file can be looked into: it must be at the same migration, and nothing that
prepares it (migrations, the demo) may have changed since.
"""

import json
import sqlite3
from contextlib import closing

from launcher.folder import DataFolder
from launcher.settings import ROOT, Settings
from launcher.stamps import fingerprint

PREPARES = ("migrations/versions/*.py", "exchange_app/demo/**/*.*")

SignIns = list[list[str]]  # each a role, an e-mail address and a password


class Prepared:
    def __init__(self, settings: Settings, folder: DataFolder) -> None:
        self._file = folder.path / "prepared.json"
        self._database = folder.path / "exchange.sqlite3"
        self._is_embedded = not (settings.database_url or settings.redis_url)
        self._demo = settings.demo

    def recall(self) -> SignIns | None:
        """The demo's sign-ins when everything is as it was left; None when it has to be prepared."""
        if not (self._is_embedded and self._file.exists() and self._database.exists()):
            return None
        kept = json.loads(self._file.read_text())
        sign_ins: SignIns = kept["sign_ins"]
        return sign_ins if kept["state"] == self._state() else None

    def remember(self, sign_ins: SignIns) -> None:
        if self._is_embedded:
            self._file.write_text(json.dumps({"state": self._state(), "sign_ins": sign_ins}))

    def _state(self) -> str:
        inputs = [path for pattern in PREPARES for path in ROOT.glob(pattern) if path.suffix != ".pyc"]
        return f"{self._migration()} demo={self._demo} {fingerprint(inputs)}"

    def _migration(self) -> str:
        """The migration the database is at; empty when it is none of ours."""
        try:
            with closing(sqlite3.connect(self._database)) as connection:
                return str(connection.execute("SELECT version_num FROM alembic_version").fetchone())
        except sqlite3.Error:
            return ""
