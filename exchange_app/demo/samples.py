"""The sample rosters: spreadsheets as schools send them, with invented children, for trying out an import."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from exchange_app.demo.errors import SampleNotFound

ROSTERS = Path(__file__).parent / "rosters"
SUFFIXES = frozenset({".xlsx", ".xls", ".ods", ".csv"})


@cache
def sample_names() -> tuple[str, ...]:
    return tuple(sorted(path.name for path in ROSTERS.iterdir() if path.suffix in SUFFIXES))


def sample(name: str) -> bytes:
    """Raises SampleNotFound."""
    if name not in sample_names():
        raise SampleNotFound()
    return (ROSTERS / name).read_bytes()
