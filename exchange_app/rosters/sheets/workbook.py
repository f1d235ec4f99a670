"""Starts the process that reads a spreadsheet, and believes it only within bounds."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from exchange_app.rosters.errors import RosterDamaged
from exchange_app.rosters.sheets import MOST_CHARACTERS_OF_A_CELL, MOST_COLUMNS, MOST_ROWS, Region, Row, Sheet
from exchange_app.rosters.sheets.kinds import Kind

MEMORY = 512 * 1024 * 1024
SECONDS = 10

_WORKER = Path(__file__).with_name("worker.py")
# The little that an interpreter may need to start; above all, none of this application's secrets.
_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")


def read_apart(data: bytes, kind: Kind) -> list[Sheet]:
    """The visible sheets of a workbook, or the tables of a web page in UTF-8.

    Raises RosterDamaged whatever happens to the process: what it cannot read within its bounds cannot be read.
    """
    try:
        answer = subprocess.run(
            _command(kind), input=data, capture_output=True, timeout=SECONDS, env=_environment(), check=True
        )
    except (subprocess.SubprocessError, OSError):
        raise RosterDamaged() from None
    return [
        Sheet(
            name=sheet["name"],
            rows=[Row(number, cells) for number, cells in sheet["rows"]],
            merged=None if sheet["merged"] is None else [Region(*corners) for corners in sheet["merged"]],
            cut=sheet["cut"],
        )
        for sheet in json.loads(answer.stdout)
    ]


def _command(kind: Kind) -> list[str]:
    """Isolated (-I) and without site packages (-S): it starts at once and can import nothing of ours."""
    bounds = (MEMORY, SECONDS, MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS_OF_A_CELL)
    return [sys.executable, "-I", "-S", str(_WORKER), _library(), kind, *map(str, bounds)]


@cache
def _library() -> str:
    """The folder that holds python_calamine, found without importing it here."""
    found = importlib.util.find_spec("python_calamine")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("python_calamine is not installed")
    return str(Path(found.origin).parent.parent)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
