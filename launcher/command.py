"""Runs a command of the application on this installation's data: `python -m launcher.command seats audit`.

`backup create` without a name makes one; `backup restore` keeps `make run` off the data while it works.
"""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from launcher import engines
from launcher.errors import Trouble
from launcher.folder import DataFolder
from launcher.settings import ROOT, Settings


def main() -> None:
    try:
        settings = Settings.from_environment()
        folder = DataFolder(settings.data)
        if not settings.data.exists():
            raise Trouble(f"there is no data in {settings.data} yet: `make run` makes it.")
        folder.check_database(engines.database_url(settings))
        environment = engines.environment(settings, folder)
        match sys.argv[1:]:
            case ["backup", *words]:
                sys.exit(backup(words, folder, environment))
    except Trouble as trouble:
        sys.exit(f"Not done: {trouble}")
    os.execve(sys.executable, flask(*sys.argv[1:]), environment)


def flask(*words: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), *words]


def backup(words: list[str], folder: DataFolder, environment: dict[str, str]) -> int:
    """Raises Trouble."""
    environment = {**environment, "BACKUP_KEY": os.environ.get("BACKUP_KEY") or folder.secrets()["BACKUP_KEY"]}
    match words:
        case ["create"]:
            words = ["create", str(new_file(folder))]
        case ["restore", *_]:
            with folder.held():
                return subprocess.call(flask("backup", *words), env=environment)
    return subprocess.call(flask("backup", *words), env=environment)


def new_file(folder: DataFolder) -> Path:
    backups = folder.path / "backups"
    backups.mkdir(mode=0o700, exist_ok=True)
    return backups / f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}.backup"


if __name__ == "__main__":
    main()
