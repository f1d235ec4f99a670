"""Where a part of the benchmark is taken: an application over a database of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask


@dataclass(frozen=True)
class Place:
    """``settings`` are the environment variables of the application and of the processes beside it; ``seconds`` is how
    long a figure is taken that has no end of its own."""

    app: Flask
    folder: Path
    settings: dict[str, str]
    port: int
    seconds: float

    @property
    def plain_url(self) -> str:
        """The database's address for those who are not SQLAlchemy."""
        return self.settings["DATABASE_URL"].replace("+psycopg", "")
