"""Runs a command of the application on this installation's data: `python -m launcher.command seats audit`."""

import os
import sys

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
    except Trouble as trouble:
        sys.exit(f"Not done: {trouble}")
    os.chdir(ROOT)
    os.execve(sys.executable, [sys.executable, "-m", "flask", "--app", "wsgi", *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
